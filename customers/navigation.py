"""The entries of this module in the main navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.core.navigation import NavItem, register_item


def register() -> None:
    """Register the entries; called once, when the app is ready."""
    register_item(
        NavItem(
            label=_("Customers"),
            icon="users-round",
            url_name="customers:customer_list",
            action="customers.view_customer",
            order=100,
            key="c",
        )
    )
    register_item(
        NavItem(
            label=_("My portfolio"),
            icon="briefcase-business",
            url_name="customers:own_portfolio",
            action="customers.portfolio_customer",
            order=105,
            key="p",
        )
    )
    register_item(
        NavItem(
            label=_("Holdings"),
            icon="wallet-cards",
            url_name="customers:holding_list",
            action="customers.view_holding",
            order=110,
        )
    )
    register_item(
        NavItem(
            label=_("Conflicts of interest"),
            icon="scale",
            url_name="customers:conflictofinterest_list",
            action="customers.view_conflictofinterest",
            group=_("Organisation"),
            order=540,
        )
    )
    register_item(
        NavItem(
            label=_("Imports"),
            icon="file-up",
            url_name="customers:importrun_list",
            action="customers.view_importrun",
            order=120,
        )
    )
