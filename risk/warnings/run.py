"""Every night the rules go over all customers; what they find becomes alerts in open cases."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Case, F, Value, When
from django.db.models.functions import Greatest, Least
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from config_admin.editions import one_edition
from config_admin.figures.operations import draw_numbers
from crm.core import jobs
from crm.core.clock import bank_today, now
from crm.core.operations import rules_of
from customers.conflicts.rules import in_conflict
from customers.models import Customer
from customers.timeline.operations import tell_all
from risk import notices
from risk.cases.rules import WORK
from risk.models import Alert, AlertCase, Family
from staff.models import StaffMember
from sysadmin.models import Grant

from .parameters import due_day, is_managers
from .rules import RULES, Rule

if TYPE_CHECKING:
    from sysadmin.models import User

Status = AlertCase.Status
SERIES = "alert_case"
CUSTOMERS_AT_ONCE = 5000
AT_ONCE = 1000


@dataclass(frozen=True)
class Found:
    """What a rule has found about a customer; level 0 says that a decided cause is gone."""

    customer_id: int
    level: int
    measures: dict[str, Any]


def find(rule: Rule, day: dt.date, after: int, until: int) -> list[Found]:
    """What a rule warns of that is not said yet, among the customers of a range of keys.

    Beside it, whose cause is gone that was decided.
    """
    with connection.cursor() as cursor:
        cursor.execute(rule.sql, rule.values(day, after, until))
        return [Found(key, level, json.loads(told)) for key, level, told in cursor.fetchall()]


def warn(after: int, until: int, *, by: User) -> int:
    """Raise what the rules find in a range of customers; returns how many alerts it were."""
    day, raised = bank_today(), 0
    with one_edition():
        for rule in RULES.values():
            found = find(rule, day, after, until)
            end_causes(rule, [one.customer_id for one in found if not one.level], day)
            raised += raise_alerts(rule, [one for one in found if one.level], day, by=by)
    return raised


def end_causes(rule: Rule, customers: Sequence[int], day: dt.date) -> None:
    """Keep that what was decided is gone, so that it is news when it comes again."""
    if not customers:
        return
    Alert._base_manager.filter(
        rule=rule.code,
        case__customer__in=customers,
        case__status=Status.CLOSED,
        gone_on=None,
    ).update(gone_on=day, version=F("version") + 1, updated_at=now())


def warn_of(customer: Customer, *, by: User) -> int:
    """The same statements for one customer."""
    return warn(customer.pk - 1, customer.pk, by=by)


def raise_alerts(rule: Rule, found: Iterable[Found], day: dt.date, *, by: User) -> int:
    """Enter alerts into the open cases of their customers, and open cases where there are none."""
    by_customer = {one.customer_id: one for one in found}
    if not by_customer:
        return 0
    rows = AlertCase._base_manager.select_for_update().exclude(status=AlertCase.Status.CLOSED)
    cases = {
        case.customer_id: case
        for case in rows.filter(customer__in=by_customer, family=rule.family).order_by("pk")
    }
    known = [one for one in by_customer.values() if one.customer_id in cases]
    fresh = [one for one in by_customer.values() if one.customer_id not in cases]
    renew({cases[one.customer_id].pk: one.level for one in known}, day, by=by)
    cases |= open_cases(rule.family, fresh, day, by=by)
    version, cut_offs = rule.version(day), rule.cut_offs(day)
    alerts = [
        Alert(
            case=cases[key],
            customer_id=key,
            rule=rule.code,
            rule_version=version,
            level=one.level,
            measures=one.measures,
            cut_offs=cut_offs,
            raised_on=day,
        )
        for key, one in by_customer.items()
    ]
    Alert.objects.bulk_create(alerts, batch_size=AT_ONCE)
    return len(alerts)


def open_cases(
    family: Family, found: Sequence[Found], day: dt.date, *, by: User
) -> dict[int, AlertCase]:
    """Open cases; a light one is the lead manager's from the first day, if they can take it."""
    if not found:
        return {}
    light = [one.customer_id for one in found if is_managers(one.level)]
    leads = able_leads(light, day)
    numbers = draw_numbers(SERIES, by=by, count=len(found))
    cases = [
        AlertCase(
            number=number,
            customer_id=one.customer_id,
            family=family,
            status=Status.INVESTIGATING if one.customer_id in leads else Status.NEW,
            level=one.level,
            opened_on=day,
            due_on=due_day(one.level, day),
            officer=leads.get(one.customer_id),
            edited_by=by,
        )
        for one, number in zip(found, numbers, strict=True)
    ]
    with rules_of(AlertCase):
        AlertCase.objects.bulk_create(cases, batch_size=AT_ONCE)
    tell_all("open", cases, by=by)
    notices.all_given(cases)
    return {case.customer_id: case for case in cases}


def able_leads(keys: Iterable[int], day: dt.date) -> dict[int, StaffMember]:
    """The lead managers of customers who may investigate and are not too close to them."""
    led = Customer.objects.filter(pk__in=list(keys)).exclude(lead_manager=None)
    leads = dict(led.values_list("pk", "lead_manager"))
    grants = Grant.objects.filter(
        user__staff_member__in=set(leads.values()),
        user__is_active=True,
        valid__contains=day,
        role__actions__contains=[WORK],
    )
    able = StaffMember.objects.in_bulk(set(grants.values_list("user__staff_member", flat=True)))
    close = in_conflict(leads, day)
    return {
        customer: able[member]
        for customer, member in leads.items()
        if member in able and (customer, member) not in close
    }


def renew(levels: Mapping[int, int], day: dt.date, *, by: User) -> None:
    """Let open cases know that there is more: they are graver and due earlier, or at least newer.

    `levels` are the severities of the new alerts by the keys of the cases, which are locked.
    """
    for level in sorted(set(levels.values())):
        graver = When(level__lt=level, then=Least("due_on", Value(due_day(level, day))))
        rows = AlertCase._base_manager.filter(pk__in=[k for k, n in levels.items() if n == level])
        with rules_of(AlertCase):
            rows.update(
                level=Greatest("level", level),
                due_on=Case(graver, default="due_on"),
                edited_by=by,
                version=F("version") + 1,
                updated_at=now(),
            )


# --- every night -----------------------------------------------------------------------


def warn_chunk(run: jobs.Run) -> jobs.Step:
    """Warn of the next customers by their keys."""
    after = run.position.get("after", 0)
    rows = Customer.objects.filter(pk__gt=after).order_by("pk")
    keys = list(rows.values_list("pk", flat=True)[:CUSTOMERS_AT_ONCE])
    raised = warn(after, keys[-1], by=run.by) if keys else 0
    return jobs.Step(
        {"after": keys[-1] if keys else after},
        done=len(keys),
        changed=raised,
        total=None if after else Customer.objects.count(),
        is_last=len(keys) < CUSTOMERS_AT_ONCE,
    )


WARN = jobs.Kind(
    "risk.warn",
    _("Early warnings about customers"),
    warn_chunk,
    result=lambda _job: f"{reverse('risk:alertcase_list')}?open=yes",
)


def start_nightly(*, by: User) -> None:
    """Begin with the warnings of this day; a failure is tried again in an hour."""
    if night := jobs.night_due(WARN, range(24)):
        jobs.start(WARN, by=by, arguments={"night": night})
