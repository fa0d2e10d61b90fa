"""The entries of this module in the main navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.core.navigation import NavItem, register_item


def register() -> None:
    """Register the entries; called once, when the app is ready."""
    register_item(
        NavItem(
            label=_("Contacts"),
            icon="messages-square",
            url_name="services:contact_list",
            action="services.view_contact",
            order=140,
            key="i",
        )
    )
    register_item(
        NavItem(
            label=_("Promises"),
            icon="handshake",
            url_name="services:promise_list",
            action="services.view_promise",
            order=142,
        )
    )
