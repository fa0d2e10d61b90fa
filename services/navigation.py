"""The entries of this module in the main navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.core.navigation import NavItem, register_item


def register() -> None:
    """Register the entries; called once, when the app is ready."""
    register_item(
        NavItem(
            label=_("Complaints"),
            icon="message-square-warning",
            url_name="services:complaint_list",
            action="services.view_complaint",
            order=220,
        )
    )
