"""Every night the rules go over all customers; what they find becomes alerts in open cases."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from config_admin.figures.operations import draw_number
from crm.core import jobs
from crm.core.clock import bank_today
from crm.core.operations import insert, write
from customers.conflicts.rules import in_conflict
from customers.models import Customer
from risk.cases.rules import WORK
from risk.models import Alert, AlertCase

from .parameters import due_day, is_managers
from .rules import RULES, Rule

if TYPE_CHECKING:
    from sysadmin.models import User

SERIES = "alert_case"
CUSTOMERS_AT_ONCE = 5000


@dataclass(frozen=True)
class Found:
    """What a rule has found about a customer."""

    customer_id: int
    level: int
    measures: dict[str, Any]


def find(rule: Rule, day: dt.date, after: int, until: int) -> list[Found]:
    """What a rule warns of that is not said yet, among the customers of a range of keys."""
    with connection.cursor() as cursor:
        cursor.execute(rule.sql, rule.values(day, after, until))
        return [Found(key, level, json.loads(told)) for key, level, told in cursor.fetchall()]


def warn(after: int, until: int, *, by: User) -> int:
    """Raise what the rules find in a range of customers; returns how many alerts it were."""
    day = bank_today()
    return sum(
        raise_alerts(rule, find(rule, day, after, until), day, by=by) for rule in RULES.values()
    )


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
    customers = Customer.objects.select_related("lead_manager__user").in_bulk(by_customer)
    led = led_by_able(customers.values(), day)
    version, cut_offs = rule.version(day), rule.cut_offs(day)
    alerts = []
    for key, one in by_customer.items():
        case = cases.get(key)
        if case is None:
            case = open_case(customers[key], rule, one.level, led=key in led, by=by)
        else:
            renew(case, one.level, day, by=by)
        alerts.append(
            Alert(
                case=case,
                customer_id=key,
                rule=rule.code,
                rule_version=version,
                level=one.level,
                measures=one.measures,
                cut_offs=cut_offs,
                raised_on=day,
            )
        )
    Alert.objects.bulk_create(alerts)
    return len(alerts)


def led_by_able(customers: Iterable[Customer], day: dt.date) -> set[int]:
    """The customers whose lead manager may investigate and is not too close to them."""
    leads = {c.pk: c.lead_manager for c in customers if c.lead_manager}
    able = {
        member.pk
        for member in set(leads.values())
        if member.user and member.user.is_active and member.user.has_action(WORK)
    }
    close = in_conflict(leads, day)
    return {k for k, m in leads.items() if m.pk in able and (k, m.pk) not in close}


def open_case(customer: Customer, rule: Rule, level: int, *, led: bool, by: User) -> AlertCase:
    """Open a case; a light one is the lead manager's from the first day, if they can take it."""
    day = bank_today()
    case = AlertCase(
        number=draw_number(SERIES, by=by),
        customer=customer,
        family=rule.family,
        level=level,
        opened_on=day,
        due_on=due_day(level, day),
        edited_by=by,
    )
    if led and is_managers(level):
        case.officer, case.status = customer.lead_manager, AlertCase.Status.INVESTIGATING
    insert(case)
    return case


def renew(case: AlertCase, level: int, day: dt.date, *, by: User) -> None:
    """Let an open case know that there is more: it is graver and due earlier, or at least newer."""
    if level > case.level:
        case.level = level
        case.due_on = min(case.due_on, due_day(level, day))
    case.edited_by = by
    write(case, ["level", "due_on", "edited_by"], version=case.version)


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
