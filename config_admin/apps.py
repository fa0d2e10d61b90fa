from django.apps import AppConfig
from django.core.signals import request_finished, request_started
from django.utils.translation import gettext_lazy as _


class ConfigAdminConfig(AppConfig):
    name = "config_admin"
    verbose_name = _("Basic configuration")

    def ready(self) -> None:
        from crm.core.registry import Panel, add_panel

        from . import editions, home, navigation, notices
        from .calendars.resources import calendar_day, working_week
        from .services.resources import PARTS, service_type

        request_started.connect(editions.request_began, dispatch_uid="config_admin.began")
        request_finished.connect(editions.request_ended, dispatch_uid="config_admin.ended")
        navigation.register()
        home.register()
        notices.register()
        add_panel("config_admin.calendar", Panel(working_week, "calendar"))
        add_panel("config_admin.calendar", Panel(calendar_day, "calendar"))
        add_panel("config_admin.servicequeue", Panel(service_type, "queue"))
        add_panel("config_admin.servicecategory", Panel(service_type, "category"))
        for part in PARTS:
            add_panel("config_admin.servicetype", Panel(part, "service"))
