"""The page on which customers are handed over."""

from __future__ import annotations

from urllib.parse import urlencode

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from crm.core.keyset import capped_count
from crm.core.operations import DomainError
from crm.core.pages import BulkPage
from crm.core.pages.acts import key_of
from staff.handover.parts import left_with, staying_with, warnings
from staff.handover.views import AllHandedPage

from . import beside, operations, part
from .forms import HandOverForm


class HandedPage(AllHandedPage):
    """All customers of a handover whom the reader may see there, in pages."""

    order = part.IN_ORDER

    def rows_handed(self):
        return part.with_assets(self.object, self.request.user)

    def listing(self, rows):
        return part.listing_of(rows, self.object, self.request.user)


class HandOverPage(BulkPage):
    """Customers handed over: those ticked, all that a list holds, or all whom somebody leads."""

    page = "hand_over"
    sent_on = (*BulkPage.sent_on, "member", "giver")

    @cached_property
    def member(self):
        """Whose customers are all meant; None if some were chosen."""
        return self.key_sent("member")

    @cached_property
    def narrowed_to(self):
        """Whose among the chosen customers are meant; None if all of them are."""
        return self.key_sent("giver")

    def key_sent(self, name):
        """A key of a member of staff that was sent along; None if there is none."""
        sent = self.request.POST or self.request.GET
        return int(key_of(sent.get(name, "")) or 0) or None

    def rows(self):
        if self.narrowed_to is not None:
            return self.chosen_rows().filter(lead_manager=self.narrowed_to)
        return self.chosen_rows()

    def chosen_rows(self):
        """Whoever was chosen, whoever leads them."""
        if self.member is None:
            return super().rows()
        everyone = self.resource.model.objects.permitted(self.request.user, self.action)
        return everyone.filter(lead_manager=self.member, status__in=self.resource.model.OPEN)

    @cached_property
    def choice(self):
        found = operations.choice_of(self.rows())
        if self.member is None or found.givers or found.too_many:
            return found
        return operations.without_customers(self.member, self.request.user)

    @cached_property
    def taken(self):
        """How many of those chosen wait in another handover."""
        return self.choice.taken.count()

    def build_form(self, data=None):
        return HandOverForm(
            data,
            user=self.request.user,
            action=self.resource.permission(self.action),
            taken=bool(self.taken),
        )

    def perform(self, form):
        return operations.propose(
            self.choice,
            by=self.request.user,
            terms=form.terms(),
            reason=form.cleaned_data["reason"],
            everything=self.member is not None,
        )

    def said(self, done):
        said = _("%(name)s is asked to accept.") % {"name": done.to_member}
        return " ".join([said, *warnings(done)])

    def show_form(self, form, status=200, **context):
        return super().show_form(
            form,
            status,
            title=_("Hand customers over"),
            submit=_("Propose"),
            below="customers/_handing.html",
            **self.impact(),
            **context,
        )

    def impact(self):
        """What the choice would move, and what would stay."""
        try:
            giver = self.choice.giver
        except DomainError as error:
            return {"refusal": str(error), "narrower": self.narrower()}
        found = part.figures(self.choice.customers.values("pk"), giver.branch_id)
        about = None if self.member is not None else self.choice.customers
        entries = beside.to_take(giver, self.request.user, about)
        return {
            "giver": giver,
            "facts": part.in_pairs(found, self.request.user),
            "beside": (beside.LABEL, capped_count(entries)),
            "left": left_with(giver) if self.member is not None else [],
            "taken": self.taken,
            "others": self.others(),
            "staying": staying_with(giver, self.request.user),
        }

    def narrower(self):
        """The managers of customers who have several, each with the way to hand over theirs."""
        givers = self.choice.givers
        if len(givers) < 2:
            return []
        sent = (self.request.POST or self.request.GET).copy()
        chosen = [(name, value) for name in BulkPage.sent_on for value in sent.getlist(name)]
        return [
            (one, n, f"{self.request.path}?{urlencode([*chosen, ('giver', one.pk)])}")
            for one, n in givers.items()
            if one is not None
        ]

    def others(self):
        """How many of those chosen have another manager, and are left out."""
        if self.narrowed_to is None:
            return None
        chosen = self.chosen_rows().filter(status__in=self.resource.model.OPEN)
        return capped_count(chosen.exclude(lead_manager=self.narrowed_to))
