from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StaffConfig(AppConfig):
    name = "staff"
    verbose_name = _("Staff")

    def ready(self) -> None:
        from crm.core import authority, jobs
        from crm.core.registry import Panel, add_panel

        from . import home, moving, navigation, ties
        from .authority.limits import limit_of
        from .handover import operations, staying, told
        from .people import last_days
        from .resources import branch, handover, staff_member

        ties.register()
        last_days.register()
        navigation.register()
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
