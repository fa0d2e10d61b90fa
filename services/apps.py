from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServicesConfig(AppConfig):
    name = "services"
    verbose_name = _("Customer service")

    def ready(self) -> None:
        from config_admin.models import Calendar
        from config_admin.signals import working_time_changed
        from crm.core import jobs
        from crm.core.approvals import add_veto
        from crm.core.registry import Panel, add_panel

        from . import navigation, receivers, staying
        from .complaints import handover as complaint_handover
        from .complaints import ties as complaint_ties
        from .complaints.resources import complaint
        from .complaints.rules import why_not_decide
        from .contacts import begin as contacts
        from .promises import part as promises
        from .queues.resources import queue_member
        from .requests import bulk
        from .requests.resources import request

        working_time_changed.connect(receivers.reckon_anew, sender=Calendar)
        jobs.register(bulk.ASSIGN)
        staying.register()
        add_panel("customers.customer", Panel(request, "customer"))
        add_panel("staff.staffmember", Panel(queue_member, "member"))
        contacts.register()
        promises.register()
        add_panel("customers.customer", Panel(complaint, "customer"))
        add_veto(why_not_decide)
        complaint_handover.register()
        complaint_ties.register()
        navigation.register()
