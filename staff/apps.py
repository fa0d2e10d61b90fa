from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StaffConfig(AppConfig):
    name = "staff"
    verbose_name = _("Staff")

    def ready(self) -> None:
        from crm.core.navigation import NavItem, register_item
        from crm.core.registry import Panel, add_panel

        from .resources import staff_member

        add_panel("staff.branch", Panel(staff_member, "branch"))
        add_panel(
            "staff.staffmember", Panel(staff_member, "supervisor", heading=_("Reports to them"))
        )
        register_item(
            NavItem(
                label=_("Branches"),
                icon="network",
                url_name="staff:branch_list",
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
