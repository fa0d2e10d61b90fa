from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServicesConfig(AppConfig):
    name = "services"
    verbose_name = _("Customer service")

    def ready(self) -> None:
        from config_admin.models import Calendar
        from config_admin.signals import working_time_changed
        from crm.core import jobs
        from crm.core.registry import Panel, add_panel

        from . import navigation, receivers, ties
        from .queues.resources import queue_member
        from .requests import bulk
        from .requests.resources import request

        working_time_changed.connect(receivers.reckon_anew, sender=Calendar)
        jobs.register(bulk.ASSIGN)
        ties.register()
        add_panel("customers.customer", Panel(request, "customer"))
        add_panel("staff.staffmember", Panel(queue_member, "member"))
        navigation.register()
