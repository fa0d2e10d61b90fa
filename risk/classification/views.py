"""Pages of claims that have a shape of their own."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Count, F
from django.utils.translation import pgettext_lazy

from crm.core.clock import bank_today
from crm.core.pages import DetailPage, TransitionPage
from crm.core.pages.base import Page
from customers.models import Customer, Holding
from risk.models import Claim, Classification, RiskClass

from .operations import others_moved
from .tables import TONES

HISTORY = 50


def steps_of(one):
    """The steps of a proposal: what was done, with which class, by whom, when and why."""
    is_back = one.status == Classification.Status.SENT_BACK
    done = (
        (
            pgettext_lazy("classification", "Proposed"),
            one.get_first_class_display(),
            one.proposed_by,
            one.proposed_at,
            one.facts,
        ),
        (
            pgettext_lazy("classification", "Reviewed"),
            one.get_reviewed_class_display(),
            one.reviewed_by,
            one.reviewed_at,
            one.review,
        ),
        (
            pgettext_lazy("classification", "Sent back")
            if is_back
            else pgettext_lazy("classification", "Approved"),
            None if is_back else one.get_proposed_class_display(),
            one.closed_by,
            one.closed_at,
            one.closing,
        ),
    )
    return [step for step in done if step[2] is not None]


class ClaimPage(DetailPage):
    """A claim: its class and floor, what is proposed, whom that pulls along, and its history."""

    def moves(self):
        """The steps that the state allows and that are this person's to take."""
        proposal = self.proposal
        by = self.request.user.pk
        shut = set()
        if self.object.holding.is_closed:
            shut = {step.name for step in self.resource.transitions}
        elif proposal and by == proposal.proposed_by_id:
            shut = {"review", "approve"}
        elif proposal and by == proposal.reviewed_by_id:
            shut = {"approve"}
        return [step for step in super().moves() if step.name not in shut]

    def get(self, request, pk):
        people = ("proposed_by", "reviewed_by", "closed_by")
        rows = self.object.classifications.select_related(*people)
        self.history = list(rows.order_by("-id")[:HISTORY])
        is_open = Classification.Status.OPEN
        self.proposal = next((one for one in self.history if one.status == is_open), None)
        return super().get(request, pk)

    def facts(self):
        claim, user = self.object, self.request.user
        moved = others_moved(claim, self.proposal) if self.proposal else {}
        rows = Claim.objects.permitted(user).filter(pk__in=moved).select_related("holding")
        return super().facts() | {
            "tone": TONES[claim.risk_class],
            "proposal": self.proposal,
            "history": [(one, TONES.get(one.risk_class), steps_of(one)) for one in self.history],
            "moved": [(row, RiskClass(moved[row.pk]).label) for row in rows],
            "base_currency": settings.BASE_CURRENCY,
            "may_see_customer": Customer.objects.permitted(user)
            .filter(pk=claim.customer_id)
            .exists(),
            "may_see_holding": Holding.objects.permitted(user).filter(pk=claim.holding_id).exists(),
        }


class MovesPage(Page):
    """How many claims went from which class into which this month; each number opens its rows."""

    page = "list"
    template = "moves"

    def get(self, request):
        first = bank_today().replace(day=1)
        rows = self.rows().moved_since(first).annotate(before=F("moved_from"))
        counted = rows.order_by().values_list("before", "risk_class").annotate(Count("pk"))
        found = {(before, after): number for before, after, number in counted}
        return self.show(
            first=first,
            classes=RiskClass.choices,
            lines=[
                (before, label, [(after, found.get((before, after), 0)) for after in RiskClass])
                for before, label in RiskClass.choices
            ],
        )


class AgreePage(TransitionPage):
    """The forms of those who agree know the claim: what is offered depends on it."""

    def build_form(self, data=None):
        form: Any = self.transition.form
        return form(data, claim=self.object)


class ProposePage(AgreePage):
    """The form of a proposal begins with what is known of the claim."""

    def perform(self, form):
        self.transition.run(self.object, by=self.request.user, proposal=form.proposal())
        return self.object
