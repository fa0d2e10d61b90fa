from operator import attrgetter

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RiskConfig(AppConfig):
    name = "risk"
    verbose_name = _("Risk management")

    def ready(self) -> None:
        from . import home, navigation, notices, told

        home.register()
        navigation.register()
        notices.register()
        told.register()
        begin_screening()
        begin_cases()
        begin_classification()
        begin_diligence()
        begin_profile()


def begin_screening() -> None:
    """Customers are screened as they come and change, and hits are shown on their pages."""
    from crm.core import jobs
    from crm.core.registry import Panel, add_panel
    from customers import signals
    from customers.models import Customer, Link, RelatedPerson

    from . import receivers
    from .screening.resources import hit
    from .screening.run import SCREEN_ALL, SCREEN_LIST

    signals.customer_registered.connect(receivers.screen_new, sender=Customer)
    signals.customer_changed.connect(receivers.screen_changed, sender=Customer)
    signals.customers_loaded.connect(receivers.screen_loaded, sender=Customer)
    signals.links_changed.connect(receivers.screen_behind, sender=Link)
    signals.person_corrected.connect(receivers.screen_corrected, sender=RelatedPerson)
    signals.links_changed.connect(receivers.tie_changed, sender=Link)
    jobs.register(SCREEN_LIST)
    jobs.register(SCREEN_ALL)
    add_panel("customers.customer", Panel(hit, "customer", holds=attrgetter("has_live_hits")))


def begin_cases() -> None:
    """Warnings every night, and their cases on the pages of customers and in handovers."""
    from crm.core import jobs
    from crm.core.registry import Panel, add_panel

    from .cases import handover
    from .cases.bulk import ASSIGN
    from .cases.resources import case
    from .warnings.run import WARN

    jobs.register(WARN)
    jobs.register(ASSIGN)
    add_panel("customers.customer", Panel(case, "customer", holds=attrgetter("has_open_cases")))
    handover.register()


def begin_classification() -> None:
    """Claims are classified every night, and shown with the customer and the holding."""
    from crm.core import jobs
    from crm.core.registry import Panel, add_panel

    from .classification.limits import is_claim
    from .classification.night import CLASSIFY
    from .classification.resources import claim

    jobs.register(CLASSIFY)
    add_panel("customers.customer", Panel(claim, "customer", holds=attrgetter("has_worse_claims")))
    add_panel("customers.holding", Panel(claim, "holding", holds=is_claim))


def begin_diligence() -> None:
    """Due diligence is shown on the pages of customers, and called for when owners change."""
    from crm.core.registry import Panel, add_panel
    from customers import signals
    from customers.models import Link

    from . import receivers
    from .diligence.resources import diligence
    from .profile.glance import is_review_near

    signals.links_changed.connect(receivers.review_owned, sender=Link)
    add_panel("customers.customer", Panel(diligence, "customer", holds=is_review_near))


def begin_profile() -> None:
    """The risk of a customer in the name row, and on a tab of their pages; there is all of it.

    On the overview stands what needs somebody alone.
    """
    from crm.core.registry import Tab, add_glance, add_tab

    from .profile.glance import AT_A_GLANCE
    from .profile.sections import SEES, profile_page

    add_glance("customers.customer", AT_A_GLANCE)
    add_tab("customers.customer", Tab("risk", _("Risk and due diligence"), SEES, profile_page))
