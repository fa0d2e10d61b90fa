from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServicesConfig(AppConfig):
    name = "services"
    verbose_name = _("Customer service")

    def ready(self) -> None:
        from config_admin.models import Calendar
        from config_admin.signals import working_time_changed
        from crm.core import jobs
        from crm.core.registry import Panel, add_panel, add_sweeper

        from . import navigation, receivers, ties
        from .opportunities import handing as opportunities_handed
        from .opportunities.resources import opportunity
        from .queues.resources import queue_member
        from .referrals import handing as referrals_handed
        from .referrals.operations import expire as expire_referrals
        from .referrals.resources import referral
        from .requests import bulk
        from .requests.resources import request

        working_time_changed.connect(receivers.reckon_anew, sender=Calendar)
        jobs.register(bulk.ASSIGN)
        ties.register()
        add_panel("customers.customer", Panel(request, "customer"))
        add_panel("staff.staffmember", Panel(queue_member, "member"))

        # opportunities and referrals
        opportunities_handed.register()
        referrals_handed.register()
        add_panel("customers.customer", Panel(opportunity, "customer"))
        add_panel("customers.customer", Panel(referral, "customer"))
        add_sweeper(expire_referrals)

        navigation.register()
