"""The page of a customer's risk: rating, screening, claims, cases, owners, and what is missing."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from crm.core.clock import bank_today
from crm.core.trail import Kind, record_access
from customers.holdings.views import may_see_holdings
from customers.links.behind import behind
from customers.minimum.rules import missing
from customers.models import Customer
from customers.ownership.views import may
from customers.restrictions.face import stopped
from customers.views import in_reach
from risk.diligence.face import level_chip_of, lines_of
from risk.models import DiligenceLevel

from .sections import HITS, PARTS, RATING, diligence_of, ratings_of, screened, unseen_by

VIEW = "customers.view_customer"


@require_GET
def customer_risk(request: HttpRequest, pk: int) -> HttpResponse:
    """What the risk of a customer is, as far as the user may see it."""
    user, customer = request.user, in_reach(request, pk, "view")
    record_access(Kind.VIEW, by=user, obj=customer, field="risk")
    parts = [part.shown(customer, request) for part in PARTS if user.has_action(part.action)]
    context = {
        "object": customer,
        "rating": rating(customer, user) if user.has_action(RATING) else None,
        "parts": parts,
        "hits": HITS,
        "screened": screened(customer) if user.has_action(HITS.action) else None,
        "unseen": unseen_by(user),
        "behind": behind(customer, bank_today()) if customer.is_organisation else None,
        "lacking": missing(customer) if customer.status in Customer.OPEN else [],
        "may_change": may(user, "customers.change_customer", pk, opened_by=VIEW),
        "may_see_holdings": may_see_holdings(user, customer, VIEW),
        "restrictions": stopped(user, customer),
        "may_see_history": user.has_action("customers.history_customer"),
    }
    return render(request, "risk/customer_risk.html", context)


def rating(customer: Customer, user: Any) -> dict[str, Any]:
    """The rating in force with what counted for it, the next review, and what was before."""
    diligence = diligence_of(customer, user)
    if diligence is None:
        return {}
    levels = {level.pk: level for level in DiligenceLevel.objects.all()}
    may_override = may(user, "risk.override_diligence", customer.pk, opened_by=VIEW)
    return {
        "diligence": diligence,
        "chip": level_chip_of(diligence.level, levels.values()) if diligence.level else None,
        "lines": lines_of(diligence.lines, levels.values(), user),
        "ratings": ratings_of(diligence, levels),
        "may_rate": may(user, "risk.rate_diligence", customer.pk, opened_by=VIEW),
        "may_override": may_override and diligence.may_be_set_otherwise,
    }
