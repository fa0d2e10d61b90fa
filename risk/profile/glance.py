"""What is to be seen of a customer's risk at a glance, by those who may see it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.clock import bank_today
from crm.core.formats import day, relative_day
from crm.core.registry import Chip, Fact, Glance
from customers.models import Customer
from risk.diligence.face import level_chip
from risk.models import AlertCase, Claim, Diligence, DiligenceLevel, RiskClass, ScreeningHit
from risk.models.diligence import SOON

UNRATED = Chip(gettext_lazy("Not rated"), "circle-dashed")


def reads(user: Any) -> dict[str, Any]:
    """The rating of a customer, and what of their risk needs somebody: as far as the user sees."""
    own = {"customer": OuterRef("pk")}
    rated = Diligence.objects.named_within(user, "risk.view_diligence").filter(**own)
    hits = ScreeningHit.objects.named_within(user, "risk.view_screeninghit").filter(**own)
    cases = AlertCase.objects.named_within(user, "risk.view_alertcase").filter(**own)
    claims = Claim.objects.named_within(user, "risk.view_claim").filter(**own)
    points = DiligenceLevel.objects.order_by("from_points").values("from_points")
    rating = JSONObject(
        name="level__name",
        name_zh="level__name_zh",
        from_points="level__from_points",
        all_points=ArraySubquery(points),
        due_on="due_on",
    )
    live = (ScreeningHit.Status.OPEN, ScreeningHit.Status.CONFIRMED)
    return {
        "rating_seen": Subquery(rated.values(seen=rating)),
        "has_live_hits": Exists(hits.filter(status__in=live)),
        "has_open_cases": Exists(cases.open()),
        "has_worse_claims": Exists(claims.filter(risk_class__gt=RiskClass.PASS)),
    }


def chips(customer: Any) -> Iterator[Chip]:
    """The level in force, and whether its review is overdue."""
    rating = customer.rating_seen
    if rating is None:
        return
    is_rated = rating["from_points"] is not None
    if is_rated:
        level = DiligenceLevel(name=rating["name"], name_zh=rating["name_zh"])
        yield level_chip(str(level), rating["from_points"], rating["all_points"])
    else:
        yield UNRATED
    if days_left(customer) < 0:
        yield overdue_chip(is_rated=is_rated)


def overdue_chip(*, is_rated: bool) -> Chip:
    """That a review should have been done, or the first rating."""
    said = _("Review overdue") if is_rated else _("First rating overdue")
    return Chip(said, "clock-alert", "warn")


def days_left(customer: Any) -> int:
    """Days until the next review of a customer who is reviewed; below zero it is overdue."""
    due_on = dt.date.fromisoformat(customer.rating_seen["due_on"])
    return (due_on - bank_today()).days if customer.status in Customer.OPEN else SOON + 1


def is_review_near(customer: Any) -> bool:
    """Whether the first rating, or a review that is near or overdue, is to be done."""
    rating = customer.rating_seen
    if rating is None or customer.status not in Customer.OPEN:
        return False
    return rating["from_points"] is None or days_left(customer) <= SOON


def facts(customer: Any) -> Iterator[Fact]:
    """When the customer is to be reviewed next, of those who are reviewed."""
    rating = customer.rating_seen
    if rating is None or customer.status not in Customer.OPEN:
        return
    is_rated = rating["from_points"] is not None
    due_on = dt.date.fromisoformat(rating["due_on"])
    yield Fact(
        _("Next review") if is_rated else _("First rating"),
        day(due_on),
        relative_day(due_on),
        is_late=days_left(customer) <= SOON,
    )


AT_A_GLANCE = Glance(reads, chips, facts)
