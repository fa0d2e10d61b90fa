from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServicesConfig(AppConfig):
    name = "services"
    verbose_name = _("Customer service")

    def ready(self) -> None:
        from crm.core.approvals import add_veto
        from crm.core.registry import Panel, add_panel

        from . import navigation
        from .complaints import handover as complaint_handover
        from .complaints import ties as complaint_ties
        from .complaints.resources import complaint
        from .complaints.rules import why_not_decide

        add_panel("customers.customer", Panel(complaint, "customer"))
        add_veto(why_not_decide)
        complaint_handover.register()
        complaint_ties.register()
        navigation.register()
