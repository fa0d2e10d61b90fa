"""The entries of this module in the main navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.core.navigation import NavItem, register_item


def register() -> None:
    """Register the entries; called once, when the app is ready."""
    register_item(
        NavItem(
            label=_("Tasks"),
            icon="list-todo",
            url_name="services:agenda",
            action="services.view_task",
            order=102,
            key="t",
        )
    )
    register_item(
        NavItem(
            label=_("Appointments"),
            icon="calendar-days",
            url_name="services:appointment_list",
            action="services.view_appointment",
            order=103,
        )
    )
