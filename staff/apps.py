from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StaffConfig(AppConfig):
    name = "staff"
    verbose_name = _("Staff")

    def ready(self) -> None:
        from crm.core import authority, jobs
        from crm.core.navigation import NavItem, register_item
        from crm.core.registry import Panel, add_panel

        from . import home, moving, ties
        from .authority.limits import limit_of
        from .handover import inbox, operations, staying, told
        from .resources import branch, handover, staff_member

        ties.register()
        home.register()
        authority.limits_from(limit_of)
        jobs.register(moving.MOVE)
        jobs.register(operations.HAND_OVER)
        staying.register()
        told.register()
        add_panel("staff.branch", Panel(branch, "parent", heading=_("Branches below")))
        add_panel("staff.branch", Panel(staff_member, "branch"))
        add_panel(
            "staff.staffmember", Panel(staff_member, "supervisor", heading=_("Reports to them"))
        )
        add_panel(
            "staff.staffmember", Panel(handover, "from_member", heading=_("Handed over by them"))
        )
        add_panel(
            "staff.staffmember", Panel(handover, "to_member", heading=_("Handed over to them"))
        )
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
