"""Overdue reviews are told upwards: lead managers at once, branch and compliance after days."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from config_admin.figures.declared import Parameter, declare
from config_admin.figures.values import value_of
from crm.core.clock import bank_now, bank_today
from risk import notices
from risk.models import Diligence
from risk.models.diligence import DiligenceQuerySet
from sysadmin.models import Grant

if TYPE_CHECKING:
    from django.db.models import QuerySet

CHASE = "risk.chase_diligence"
BRANCH_DAYS = declare(
    Parameter(
        "diligence_branch_days",
        _("Days overdue after which a review is the branch manager's concern"),
        Decimal(0),
        Decimal(3650),
        Decimal(7),
    )
)
COMPLIANCE_DAYS = declare(
    Parameter(
        "diligence_compliance_days",
        _("Days overdue after which a review is compliance's concern"),
        Decimal(0),
        Decimal(3650),
        Decimal(15),
    )
)
# hours of the bank's day in which it is told; the later ones are for a worker that stood still
MORNING = range(7, 10)
# days back of which lead managers are still told, should nothing have run meanwhile
BACK = dt.timedelta(days=7)
AT_ONCE = 5000


def due_before(parameter: Parameter) -> dt.date:
    """Before which day reviews were due that are overdue for more days than a parameter says."""
    return bank_today() - dt.timedelta(days=int(value_of(parameter)))


def late(parameter: Parameter) -> DiligenceQuerySet:
    """The reviews that are overdue for more days than a parameter says."""
    return Diligence.objects.overdue(due_before(parameter))


def tell_in_the_morning() -> None:
    """Tell of overdue reviews when people come to work."""
    if bank_now().hour in MORNING:
        tell_overdue()


def tell_overdue() -> None:
    """Tell of overdue reviews those whose concern they are by now."""
    tell_leads()
    tell_branches()
    tell_compliance()


def tell_leads() -> None:
    """Tell lead managers, once for each review, which of their customers' have become overdue."""
    today, after = bank_today(), 0
    rows = Diligence.objects.overdue(today).filter(due_on__gte=today - BACK)
    led = rows.exclude(customer__lead_manager__user=None).order_by("pk")
    columns = ("pk", "due_on", "customer__lead_manager__user")
    while some := list(led.filter(pk__gt=after).values_list(*columns)[:AT_ONCE]):
        notices.reviews_overdue(some)
        after = some[-1][0]


def tell_branches() -> None:
    """Tell those who answer for the reviews of branches, once a day while any there is late."""
    places = set(late(BRANCH_DAYS).values_list("customer__home_branch__lft", flat=True).distinct())
    grants = chasing().exclude(extent=Grant.Reach.BANK) if places else []
    found = [
        (grant.user_id, grant.branch_id)
        for grant in grants
        if any(grant.branch.lft <= place <= last_of(grant) for place in places)
    ]
    notices.reviews_late(notices.LATE, found, bank_today())


def tell_compliance() -> None:
    """Tell those who answer for the reviews of the bank, once a day while any is very late."""
    if late(COMPLIANCE_DAYS).exists():
        grants = chasing().filter(extent=Grant.Reach.BANK)
        found = [(grant.user_id, grant.branch_id) for grant in grants]
        notices.reviews_late(notices.VERY_LATE, found, bank_today())


def chasing() -> QuerySet[Grant]:
    """The grants in force of those who answer for overdue reviews."""
    rows = Grant.objects.filter(role__actions__contains=[CHASE], valid__contains=bank_today())
    return rows.exclude(extent__in=(Grant.Reach.OWN, Grant.Reach.TEAM)).select_related("branch")


def last_of(grant: Grant) -> int:
    """The place of the last branch within the reach of a grant."""
    is_alone = grant.extent == Grant.Reach.BRANCH
    return grant.branch.lft if is_alone else grant.branch.rgt
