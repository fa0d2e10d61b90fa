"""Pages of alert cases that have a shape of their own."""

from __future__ import annotations

from crm.core.pages import DetailPage, LongStep, StepPage
from customers.models import Customer, Holding
from risk.models import AlertCase

from . import rules
from .face import said, told
from .tables import LEVEL_TONES, TONES

# what leads a case on, and so stands out among the steps
MAIN = ("approve", "propose", "answer", "assign", "reopen")
# steps that ask for much open beside the record, the others in a dialog
IN_DRAWER = frozenset({"propose", "ask", "answer"})
MOST_HOLDINGS = 8


class CasePage(DetailPage):
    """A case: what the rules measured, what the customer has, what was said, and the next steps."""

    def moves(self):
        """The steps that its state allows and that are this user's to take."""
        case, user = self.object, self.request.user
        return [step for step in super().moves() if not rules.why_not(case, step.name, user)]

    def facts(self):
        case, user = self.object, self.request.user
        facts = super().facts()
        names = [step.name for step in facts["moves"]]
        alerts = case.alerts.order_by("-pk")
        holdings = Holding.objects.permitted(user).filter(customer=case.customer_id)
        return facts | {
            "in_drawer_steps": IN_DRAWER,
            "main_step": next((name for name in MAIN if name in names), ""),
            "tone": TONES[case.status],
            "level_tone": LEVEL_TONES[case.level],
            "alerts": [told(alert) for alert in alerts],
            "lines": said(case),
            "earlier": earlier_of(case, user),
            "is_referred": case.is_restricted and case.is_referred,
            "holdings": holdings.exclude(status=Holding.Status.CLOSED).order_by(
                "-overdue_days", "-balance_base"
            )[:MOST_HOLDINGS],
            "may_see_customer": Customer.objects.permitted(user)
            .filter(pk=case.customer_id)
            .exists(),
        }


def earlier_of(case, user):
    """The case before this one about the same; None if there was none that the user may see."""
    rows = AlertCase.objects.permitted(user).filter(customer=case.customer_id, family=case.family)
    return rows.filter(pk__lt=case.pk).order_by("-pk").first()


class CaseStep(StepPage):
    """A step with a case."""

    why_not = staticmethod(rules.why_not)

    def success_url(self, done):
        # what is referred for a report may be closed to whoever took the step
        seen = AlertCase.objects.permitted(self.request.user).filter(pk=done.pk).exists()
        return super().success_url(done) if seen else self.resource.url("list")


class LongCaseStep(LongStep, CaseStep):
    """A step with a case that asks for much."""
