from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServicesConfig(AppConfig):
    name = "services"
    verbose_name = _("Customer service")

    def ready(self) -> None:
        from crm.core.registry import Panel, add_panel

        from . import navigation
        from .agenda import part as tasks_handed
        from .agenda.resources import task
        from .appointments import part as appointments_handed
        from .appointments.resources import appointment

        navigation.register()
        add_panel("customers.customer", Panel(task, "customer", heading=_("Open tasks")))
        add_panel("customers.customer", Panel(appointment, "customer"))
        tasks_handed.register()
        appointments_handed.register()
