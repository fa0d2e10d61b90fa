"""A list of the demonstration bank's own, customers whose names are near it, and decisions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from customers.models import Customer
from risk.models import ScreeningHit, Watchlist
from risk.screening import operations, run
from risk.watchlists import operations as watchlists
from risk.watchlists.facts import Listed
from sysadmin.models import User, system_user

from .opportunities import SIGN_INS

OFFICER, COMPLIANCE = "gu.mingchuan", "lu.wanqing"
# kept as they stand, so they speak both languages
NAME = "Own exclusion list · 本行黑名单"
OTHER_BIRTH = "Another date of birth and another province · 出生日期与籍贯均不符"
SAME = "Document and address agree · 证件与地址一致"
RELEASED = "Repays by instalments, agreed with the branch · 已与支行约定分期还款"
ELSEWHERE = (
    ("Zhuge Weixiong", "Forged papers in 2019 · 2019 年伪造贷款材料"),
    ("Harrow & Pike Trading Ltd", "Invoices without goods · 虚开发票"),
    ("南宫远帆", "Lent an account to others · 出借账户"),
)
REMARK = "Default at another bank · 他行违约"
PERSONS, ORGANISATIONS = 5, 2


def enter(today: dt.date) -> None:
    """Load two versions of the list, screen those whose names are on it, and decide some hits."""
    customers = near()
    if len(customers) < PERSONS:
        return
    compliance = User.objects.get(username=COMPLIANCE)
    watchlist = watchlists.enter(Watchlist(code="own", name=NAME), by=compliance)
    listed = [told(place, c) for place, c in enumerate(customers)] + others()
    for number, entries in enumerate((listed[1:], listed[:-1])):
        watchlists.load(
            watchlist, by=compliance, listed=entries, checksum=f"{number:064}", is_shorter=True
        )
    run.screen([customer.pk for customer in customers], by=system_user())
    decide(customers, today)


def near() -> list[Customer]:
    """Some customers whom nobody who signs in to the demonstration leads."""
    rows = Customer.objects.filter(status__in=Customer.OPEN).order_by("-number")
    rows = rows.exclude(lead_manager__user__username__in=SIGN_INS)
    persons = rows.filter(kind=Customer.Kind.PERSON)[:PERSONS]
    return [*persons, *rows.filter(kind=Customer.Kind.ORGANISATION)[:ORGANISATIONS]]


def told(place: int, customer: Customer) -> Listed:
    """An entry with the customer's name, as it stands or in Latin letters, given name first."""
    turned = " ".join(reversed(customer.latin_name.split()))
    name = turned if customer.is_person and place % 2 else customer.name
    born = str(customer.born_on.year) if customer.born_on else ""
    return Listed(f"OWN-{place + 1:03}", customer.kind, (name,), born, "CN", REMARK)


def others() -> list[Listed]:
    """Entries that no customer is near."""
    kinds = ("person", "organisation", "person")
    return [
        Listed(f"OWN-{place:03}", kind, (name,), "", "", remark)
        for place, (kind, (name, remark)) in enumerate(zip(kinds, ELSEWHERE, strict=True), 101)
    ]


def decide(customers: Sequence[Customer], today: dt.date) -> None:
    """One hit is a false positive, two are confirmed, and one of these is released for a time."""
    officer, compliance = (User.objects.get(username=name) for name in (OFFICER, COMPLIANCE))
    hits = [
        hit
        for customer in customers
        for hit in ScreeningHit.objects.filter(customer=customer).order_by("-score")[:1]
    ]
    wrong, stopped, released, *_open = hits
    operations.dismiss(wrong, by=officer, reason=OTHER_BIRTH)
    operations.confirm(stopped, by=officer, reason=SAME)
    operations.confirm(released, by=officer, reason=SAME)
    until = today + dt.timedelta(days=60)
    operations.release(released, by=compliance, until=until, reason=RELEASED)
