"""Pages of hits that have a shape of their own."""

from __future__ import annotations

from crm.core.pages import DetailPage
from customers.models import Customer, Restriction

from .face import compared, explained


class HitPage(DetailPage):
    """A hit: both sides beside each other, why they are alike, and what was decided."""

    def moves(self):
        """The steps that its state allows; what the law stops is never released."""
        statutory = self.object.entry.watchlist.is_statutory
        return [s for s in super().moves() if not (s.name == "release" and statutory)]

    def facts(self):
        hit = self.object
        seen = Customer.objects.permitted(self.request.user).filter(pk=hit.customer_id)
        return super().facts() | {
            "sides": compared(hit),
            "parts": explained(hit),
            "words": hit.explanation.get("words", ()),
            "may_see_customer": seen.exists(),
            "restriction": Restriction.objects.filter(source=hit.source).first(),
        }
