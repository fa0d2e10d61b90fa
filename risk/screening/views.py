"""Pages of hits that have a shape of their own."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponseRedirect
from django.urls import reverse

from crm.core.pages import DetailPage, keep_query, stored_query
from crm.core.pages.base import Page
from customers.models import Customer, Restriction
from risk.models import WatchlistEntry

from .face import compared, decisions_of, explained, stands_as
from .forms import SearchForm
from .search import look_up

TIED_SHOWN = 20


class HitPage(DetailPage):
    """A hit: both sides beside each other, why they are alike, and what was decided."""

    def moves(self):
        """The steps that its state allows: the law lifts, the bank releases what is its own."""
        hit = self.object
        others = {"release" if hit.entry.watchlist.is_statutory else "lift"}
        # an own list stops nothing for somebody behind a customer
        others |= {"release"} if hit.person_id else set()
        return [step for step in super().moves() if step.name not in others]

    def facts(self):
        hit = self.object
        seen = Customer.objects.permitted(self.request.user)
        stopped = Restriction.objects.filter(source=hit.source)
        tied = stopped.filter(tied_to__isnull=False, customer__in=seen)
        return super().facts() | {
            "sides": compared(hit),
            "stands_as": stands_as(hit),
            "parts": explained(hit),
            "decisions": decisions_of(hit),
            "words": hit.explanation.get("words", ()),
            "may_see_customer": seen.filter(pk=hit.customer_id).exists(),
            "restriction": stopped.filter(tied_to=None).first(),
            "tied": list(tied.select_related("customer").order_by("-ended_on", "pk")[:TIED_SHOWN]),
        }


class SearchPage(Page):
    """A name on all lists: asked for with a form, answered under a token instead of the name."""

    page = "list"
    template = "search"
    kept_as = WatchlistEntry._meta.label_lower

    def get(self, request):
        name = stored_query(request.GET.get("v", ""), self.kept_as)
        form = SearchForm({**request.GET.dict(), "name": name} if name else None)
        found = look_up(form.asked(), by=request.user) if form.is_valid() else None
        return self.show(form=form, found=found)

    def post(self, request):
        form = SearchForm(request.POST)
        if not form.is_valid():
            return self.show(status=422, form=form, found=None)
        facts = form.cleaned_data
        token = keep_query(facts["name"], self.kept_as, by=request.user)
        told = {"v": token, **{name: facts[name] or "" for name in ("kind", "year", "country")}}
        return HttpResponseRedirect(f"{reverse('risk:watchlist_search')}?{urlencode(told)}")
