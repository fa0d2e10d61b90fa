"""Who stands behind customers of the demonstration bank, how their risk is rated, who has died."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import cycle

from django.db import models
from django.db.models import F

from crm.core.acting import acting
from customers.life.operations import establish
from customers.links.operations import PersonFacts, connect
from customers.models import Customer, LifeFact, Link
from risk.diligence import escalation, operations
from risk.models import Diligence, DiligenceLevel
from sysadmin.models import User, system_user

from . import ratings
from .opportunities import SIGN_INS

OFFICER = "gu.mingchuan"
OWNED = 4
# kept as they stand, so they speak both languages
EXTRACT = "Register extract of this year · 本年度工商登记信息"
PRESS = "Named in the press · 媒体有负面报道"
OCCUPATIONS = ("教师", "公司职员", "个体经营者", "工程师", "退休人员")
CERTIFICATE = "Death certificate · 死亡证明"


def enter(today: dt.date) -> None:
    """Enter owners, rate everybody but the newest, and let one customer have died."""
    system = system_user()
    with acting(by=system):
        know_occupations()
    for name in SIGN_INS:
        own(User.objects.get(username=name), today)
    ratings.enter(today, earlier=User.objects.get(username=OFFICER))
    set_otherwise(today)
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


def set_otherwise(today: dt.date) -> None:
    """Let another level hold for a customer of whom the press has told."""
    officer = User.objects.get(username=OFFICER)
    high = DiligenceLevel.objects.get(code="high")
    rows = Diligence.objects.filter(customer__in=led_by("lin.yue"), level__code="low")
    low = rows.filter(due_on__gt=today + dt.timedelta(days=90))
    if other := low.order_by("id").first():
        operations.override(
            other,
            by=officer,
            level=high,
            until=today + dt.timedelta(days=60),
            version=other.version,
            reason=PRESS,
        )
