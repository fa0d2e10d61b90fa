"""This module's entries in the navigation."""

from django.utils.translation import gettext_lazy as _

from crm.core.navigation import NavItem, register_item

from .models.users import ADMINISTRATION

GROUP = _("System")


def register() -> None:
    """Put the pages of system management into the navigation."""
    entries = [
        (_("Users"), "users", "user", "sysadmin.view_user"),
        (_("Roles"), "shield", "role", "sysadmin.view_role"),
        (_("Grants"), "key-round", "grant", "sysadmin.view_grant"),
        (
            _("Incompatible duties"),
            "unlink",
            "incompatibleduties",
            "sysadmin.view_incompatibleduties",
        ),
        (_("Audit trail"), "scroll-text", "auditevent", "core.view_auditevent"),
        (_("Access trail"), "eye", "accessevent", "core.view_accessevent"),
        (_("Jobs"), "list-checks", "job", "core.view_job"),
        (_("Approval policies"), "scale", "approvalpolicy", "core.view_approvalpolicy"),
    ]
    register_item(NavItem(label=_("Home"), icon="house", url_name="home", order=1, key="h"))
    register_item(
        NavItem(
            label=_("Approvals"),
            icon="stamp",
            url_name="sysadmin:approval_list",
            action="core.view_approval",
            order=450,
            key="a",
        )
    )
    register_item(
        NavItem(
            label=_("Announcements"),
            icon="megaphone",
            url_name="sysadmin:announcement_list",
            action="sysadmin.view_announcement",
            order=460,
        )
    )
    register_item(
        NavItem(
            label=_("Administration site"),
            icon="database",
            url_name="administration:index",
            action=ADMINISTRATION,
            group=GROUP,
            order=990,
        )
    )
    register_item(
        NavItem(
            label=_("Seals of the trails"),
            icon="badge-check",
            url_name="sysadmin:seals",
            action="core.view_auditevent",
            group=GROUP,
            order=980,
        )
    )
    register_item(
        NavItem(
            label=_("Health of the system"),
            icon="heart-pulse",
            url_name="sysadmin:health",
            action="core.view_health_job",
            group=GROUP,
            order=985,
        )
    )
    for place, (label, icon, model, action) in enumerate(entries):
        register_item(
            NavItem(
                label=label,
                icon=icon,
                url_name=f"sysadmin:{model}_list",
                action=action,
                group=GROUP,
                order=900 + place,
            )
        )
