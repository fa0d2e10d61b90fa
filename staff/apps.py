from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StaffConfig(AppConfig):
    name = "staff"
    verbose_name = _("Staff")

    def ready(self) -> None:
        from crm.core.navigation import NavItem, register_item
        from crm.core.registry import Panel, add_panel

        from . import ties
        from .resources import branch, staff_member

        ties.register()
        add_panel("staff.branch", Panel(branch, "parent", heading=_("Branches below")))
        add_panel("staff.branch", Panel(staff_member, "branch"))
        add_panel(
            "staff.staffmember", Panel(staff_member, "supervisor", heading=_("Reports to them"))
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
