"""The timeline of a customer: a card of the customer's page, or a page of its own."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.core.keyset import neighbours, page_query
from customers.holdings.views import may_see_holdings
from customers.models import TimelineEntry
from customers.restrictions.face import stopped
from customers.views import in_reach

from .forms import AskForm
from .reports import Asked, timeline_of
from .telling import SEE_CUSTOMERS

NEWEST = 6


@require_GET
def customer_timeline(request: HttpRequest, pk: int) -> HttpResponse:
    """What happened to a customer, newest first."""
    is_card, user = bool(request.htmx), request.user
    customer = in_reach(request, pk, "view", is_part=is_card)
    if is_card:
        newest = timeline_of(customer, user, Asked(), size=NEWEST)
        context = {"object": customer, "timeline": newest}
        return render(request, "customers/_timeline.html", context)
    form = AskForm(request.GET)
    is_valid = form.is_valid()
    sent = request.GET
    found = timeline_of(
        customer, user, form.asked, after=sent.get("after", ""), before=sent.get("before", "")
    )
    context = {
        "object": customer,
        "timeline": found,
        "form": form,
        "kinds": kinds(request, form.asked),
        "is_narrowed": not is_valid or form.asked != Asked(),
        **neighbours(found.page, sent),
        "may_see_holdings": may_see_holdings(user, customer, SEE_CUSTOMERS),
        "restrictions": stopped(user, customer),
        "may_see_history": user.has_action("customers.history_customer"),
    }
    return render(request, "customers/customer_timeline.html", context)


def kinds(request, asked):
    """The kinds that the timeline can be narrowed to: address, label, whether it is chosen."""
    offered = [("", _("All")), *TimelineEntry.Kind.choices]
    return [
        (f"?{page_query(request.GET, kind=kind)}", label, kind == asked.kind)
        for kind, label in offered
    ]
