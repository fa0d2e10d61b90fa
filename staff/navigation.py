"""This module's entries in the navigation."""

from django.utils.translation import gettext_lazy as _

from crm.core.navigation import NavItem, register_item

from .handover import inbox


def register() -> None:
    """Put the pages about the organisation into the navigation."""
    register_item(
        NavItem(
            label=_("Organisation"),
            icon="network",
            url_name="staff:branch_tree",
            action="staff.view_branch",
            group=_("Organisation"),
            order=500,
            key="b",
        )
    )
    register_item(
        NavItem(
            label=_("Staff"),
            icon="id-card",
            url_name="staff:staffmember_list",
            action="staff.view_staffmember",
            group=_("Organisation"),
            order=510,
            key="s",
        )
    )
    register_item(
        NavItem(
            label=_("Licences"),
            icon="badge-check",
            url_name="staff:licence_list",
            action="staff.view_licence",
            group=_("Organisation"),
            order=520,
        )
    )
    register_item(
        NavItem(
            label=_("Handovers"),
            icon="arrow-right-left",
            url_name="staff:handover_list",
            action="staff.view_handover",
            group=_("Organisation"),
            order=525,
            waiting=inbox.awaited,
        )
    )
    register_item(
        NavItem(
            label=_("Rights of posts"),
            icon="key-square",
            url_name="staff:postrole_list",
            action="staff.view_postrole",
            group=_("Organisation"),
            order=530,
        )
    )
    register_item(
        NavItem(
            label=_("Limits of posts"),
            icon="gauge",
            url_name="staff:authoritylimit_list",
            action="staff.view_authoritylimit",
            group=_("Organisation"),
            order=540,
        )
    )
