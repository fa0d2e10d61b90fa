from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RiskConfig(AppConfig):
    name = "risk"
    verbose_name = _("Risk management")

    def ready(self) -> None:
        from . import navigation, told

        navigation.register()
        told.register()
        begin_screening()
        begin_diligence()


def begin_screening() -> None:
    """Customers are screened as they come and change, and hits are shown on their pages."""
    from crm.core import jobs
    from crm.core.registry import Panel, add_panel
    from customers import signals
    from customers.models import Customer

    from . import receivers
    from .screening.resources import hit
    from .screening.run import SCREEN_LIST

    signals.customer_registered.connect(receivers.screen_new, sender=Customer)
    signals.customer_changed.connect(receivers.screen_changed, sender=Customer)
    signals.customers_loaded.connect(receivers.screen_loaded, sender=Customer)
    jobs.register(SCREEN_LIST)
    add_panel("customers.customer", Panel(hit, "customer"))


def begin_diligence() -> None:
    """Due diligence is shown on the pages of customers, and called for when owners change."""
    from crm.core.registry import Panel, add_panel
    from customers import signals
    from customers.models import Link

    from . import receivers
    from .diligence.resources import diligence

    signals.links_changed.connect(receivers.review_owned, sender=Link)
    add_panel("customers.customer", Panel(diligence, "customer"))
