"""Who stands behind customers of the demonstration bank, how their risk is rated, who has died."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import cycle

from django.db import models
from django.db.models import F

from config_admin.calendars.months import months_after
from crm.core.acting import acting
from customers.life.operations import establish
from customers.links.operations import PersonFacts, connect
from customers.models import Customer, LifeFact, Link
from risk.diligence import escalation, operations
from risk.models import Diligence, DiligenceLevel
from sysadmin.models import User, system_user

from . import ratings
from .opportunities import SIGN_INS
from .ratings import VISITED

OFFICER = "gu.mingchuan"
RATED, OWNED = 40, 4
# kept as they stand, so they speak both languages
EXTRACT = "Register extract of this year · 本年度工商登记信息"
PRESS = "Named in the press · 媒体有负面报道"
OCCUPATIONS = ("教师", "公司职员", "个体经营者", "工程师", "退休人员")
CERTIFICATE = "Death certificate · 死亡证明"
PLAIN = {"pep": "none", "channel": "in_person", "industry": "C"}
FOUND = (
    PLAIN,
    {"pep": "none", "channel": "agent", "industry": "F"},
    *(PLAIN,) * 4,
    {"pep": "domestic", "channel": "remote", "industry": "K"},
    *(PLAIN,) * 6,
    {"pep": "foreign", "channel": "agent", "industry": "R"},
    *(PLAIN,) * 5,
)
# days from today until the next review; below zero it is overdue
LEFT = (400, 25, 900, 200, 60, 700, 12, -5, 1100, 300, 500, -45, 820, 150, 640, 95)


def enter(today: dt.date) -> None:
    """Enter owners, have everybody rated in time, rate some, and let one customer have died."""
    system = system_user()
    with acting(by=system):
        know_occupations()
    for name in SIGN_INS:
        own(User.objects.get(username=name), today)
    ratings.enter(today, otherwise=User.objects.get(username=OFFICER))
    operations.begin_missed(by=system)
    rate_some(today)
    operations.stop_overdue(by=system)
    with acting(by=system):
        escalation.tell_overdue()
    customer = led_by("lin.yue").filter(kind=Customer.Kind.PERSON).last()
    if customer is not None:
        fact = LifeFact(customer=customer, kind=LifeFact.Kind.DECEASED, evidence=CERTIFICATE)
        establish(fact, by=User.objects.get(username="lin.yue"), first_day=today)


def know_occupations() -> None:
    """Let the bank know what most people do; it is missing of a sixth of them."""
    people = Customer.objects.filter(kind=Customer.Kind.PERSON)
    for turn, words in enumerate(OCCUPATIONS):
        shared = people.annotate(turn=F("pk") % (len(OCCUPATIONS) + 1)).filter(turn=turn)
        shared.update(occupation=words)


def led_by(name: str) -> models.QuerySet[Customer]:
    """The customers whom somebody leads."""
    rows = Customer.objects.filter(
        lead_manager__user__username=name, status__in=Customer.OPEN, restrictions=None
    )
    return rows.order_by("number")


def own(seller: User, today: dt.date) -> None:
    """Some organisations with an owner between, and the people behind both."""
    companies = list(led_by(seller.username).filter(kind=Customer.Kind.ORGANISATION)[: OWNED * 2])
    people = cycle(led_by("lin.yue").filter(kind=Customer.Kind.PERSON)[:OWNED])
    since = today - dt.timedelta(days=400)
    for company, above in zip(companies[:OWNED], companies[OWNED:], strict=False):
        founder = next(people)
        for customer, kind, share, party, person in (
            (company, Link.Kind.OWNER, 65, above, ""),
            (company, Link.Kind.OWNER, 30, founder, ""),
            (company, Link.Kind.LEGAL_REPRESENTATIVE, None, founder, ""),
            (company, Link.Kind.AGENT, None, None, "冯晓岚"),
            (above, Link.Kind.OWNER, 52, None, "段启明"),
            (above, Link.Kind.OWNER, 48, None, "陶静宜"),
            (above, Link.Kind.CONTROLLER, None, None, "段启明"),
        ):
            connect(
                Link(
                    customer=customer,
                    kind=kind,
                    share=None if share is None else Decimal(share),
                    party=party,
                    evidence=EXTRACT,
                ),
                by=seller,
                first_day=since,
                person=PersonFacts(person) if person else None,
            )


def rate_some(today: dt.date) -> None:
    """Rate the customers of those who sign in, with reviews that are near, overdue or far."""
    officer = User.objects.get(username=OFFICER)
    for name in SIGN_INS:
        rater = User.objects.get(username=name)
        rows = (
            Diligence.objects.filter(customer__in=led_by(name))
            .select_related("customer")
            .order_by("id")[:RATED]
        )
        for diligence, found, left in zip(rows, cycle(FOUND), cycle(LEFT), strict=False):
            apart = {"industry"} if diligence.customer.is_person else set()
            entered = {name: value for name, value in found.items() if name not in apart}
            operations.rate(
                diligence, by=rater, entered=entered, version=diligence.version, reason=VISITED
            )
            with acting(by=rater):
                due_on = min(today + dt.timedelta(days=left), diligence.due_on)
                months = diligence.level.months if diligence.level else 0
                rated_on = max(months_after(due_on, -months), diligence.customer.opened_on)
                Diligence.objects.filter(pk=diligence.pk).update(due_on=due_on, rated_on=rated_on)
    high = DiligenceLevel.objects.get(code="high")
    low = Diligence.objects.filter(level__code="low", due_on__gt=today + dt.timedelta(days=90))
    if other := low.order_by("id").first():
        operations.override(
            other,
            by=officer,
            level=high,
            until=today + dt.timedelta(days=60),
            version=other.version,
            reason=PRESS,
        )
