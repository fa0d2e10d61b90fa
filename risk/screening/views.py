"""Pages of hits that have a shape of their own."""

from __future__ import annotations

from crm.core.pages import DetailPage
from customers.models import Customer, Restriction

from .face import compared, explained

TIED_SHOWN = 20


class HitPage(DetailPage):
    """A hit: both sides beside each other, why they are alike, and what was decided."""

    def moves(self):
        """The steps that its state allows: the law lifts, the bank releases what is its own."""
        other = "release" if self.object.entry.watchlist.is_statutory else "lift"
        return [step for step in super().moves() if step.name != other]

    def facts(self):
        hit = self.object
        seen = Customer.objects.permitted(self.request.user)
        stopped = Restriction.objects.filter(source=hit.source)
        tied = stopped.filter(tied_to__isnull=False, customer__in=seen)
        return super().facts() | {
            "sides": compared(hit),
            "parts": explained(hit),
            "words": hit.explanation.get("words", ()),
            "may_see_customer": seen.filter(pk=hit.customer_id).exists(),
            "restriction": stopped.filter(tied_to=None).first(),
            "tied": list(tied.select_related("customer").order_by("-ended_on", "pk")[:TIED_SHOWN]),
        }
