"""A list of the demonstration bank's own and one of the law, customers near them, and decisions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from customers.links.operations import PersonFacts, connect
from customers.models import Customer, Link
from customers.querysets import CustomerQuerySet
from risk.models import ScreeningHit, Watchlist, WatchlistEntry
from risk.screening import operations, run
from risk.screening.screened import PEOPLE
from risk.watchlists import operations as watchlists
from risk.watchlists.facts import Listed
from sysadmin.models import User, system_user

from .opportunities import SIGN_INS

OFFICER, COMPLIANCE = "gu.mingchuan", "lu.wanqing"
# kept as they stand, so they speak both languages
NAME = "Own exclusion list · 本行黑名单"
BY_LAW = "List of the authority · 法定名单"
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
NOTICE = "Order of the authority · 主管机关通知"
CHARTER = "Articles of association · 公司章程"
WRITTEN = "Power of attorney · 授权委托书"
# behind customers and none themselves: as what, their names, years of birth, on which list
BEHIND = (
    (Link.Kind.CONTROLLER, "闻人静姝", 1968, "law"),
    (Link.Kind.AGENT, "东方朔宁", 1975, "law"),
    (Link.Kind.LEGAL_REPRESENTATIVE, "Konstantin Vetrov", 1959, "own"),
)


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
    stop_by_law(today)
    name_people(today)


def near() -> list[Customer]:
    """Some customers whose names are put near the bank's own list."""
    rows = led_by_others()
    persons = rows.filter(kind=Customer.Kind.PERSON)[:PERSONS]
    return [*persons, *rows.filter(kind=Customer.Kind.ORGANISATION)[:ORGANISATIONS]]


def led_by_others() -> CustomerQuerySet:
    """Customers whom nobody who signs in to the demonstration leads."""
    rows = Customer.objects.filter(status__in=Customer.OPEN).order_by("-number")
    return rows.exclude(lead_manager__user__username__in=SIGN_INS)


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


def stop_by_law(today: dt.date) -> None:
    """Somebody on a list of the law is confirmed; a company that they control is stopped too."""
    officer, compliance = (User.objects.get(username=name) for name in (OFFICER, COMPLIANCE))
    rows = led_by_others().filter(restrictions=None, screening_hits=None)
    person = rows.filter(kind=Customer.Kind.PERSON).first()
    company = rows.filter(kind=Customer.Kind.ORGANISATION).first()
    if person is None or company is None:
        return
    connect(
        Link(customer=company, kind=Link.Kind.CONTROLLER, party=person, evidence=CHARTER),
        by=officer,
        first_day=today - dt.timedelta(days=400),
    )
    watchlist = watchlists.enter(
        Watchlist(code="law", name=BY_LAW, is_statutory=True), by=compliance
    )
    born = str(person.born_on.year) if person.born_on else ""
    entry = Listed("LAW-001", person.kind, (person.name,), born, "CN", NOTICE)
    watchlists.load(watchlist, by=compliance, listed=[entry], checksum=f"{3:064}")
    run.screen([person.pk], by=system_user())
    for hit in ScreeningHit.objects.filter(customer=person, entry__watchlist=watchlist):
        operations.confirm(hit, by=officer, reason=SAME)


def name_people(today: dt.date) -> None:
    """People behind companies stand on the lists; one of them is confirmed and stops a company."""
    officer, compliance = (User.objects.get(username=name) for name in (OFFICER, COMPLIANCE))
    rows = led_by_others().filter(kind=Customer.Kind.ORGANISATION, restrictions=None)
    companies = rows.filter(screening_hits=None)[: len(BEHIND)]
    for company, (kind, name, year, _code) in zip(companies, BEHIND, strict=False):
        connect(
            Link(customer=company, kind=kind, evidence=WRITTEN),
            by=officer,
            first_day=today - dt.timedelta(days=300),
            person=PersonFacts(name, dt.date(year, 5, 17)),
        )
    for watchlist in Watchlist.objects.all():
        listed = [
            Listed(f"{watchlist.code.upper()}-{place:03}", "person", (name,), str(year), "", NOTICE)
            for place, (_kind, name, year, code) in enumerate(BEHIND, 201)
            if code == watchlist.code
        ]
        more(watchlist, listed, today, by=compliance)
    people = PEOPLE.today().filter(name__in=[name for _kind, name, *_more in BEHIND])
    run.screen(people.values_list("pk", flat=True), by=system_user(), among=PEOPLE)
    for hit in ScreeningHit.objects.filter(person__name=BEHIND[0][1]):
        operations.confirm(hit, by=officer, reason=SAME)


def more(watchlist: Watchlist, listed: Sequence[Listed], today: dt.date, *, by: User) -> None:
    """Load a version of a list that has these too; of an own one some entries expire."""
    known = [
        Listed(
            entry.key, entry.kind, (entry.name, *entry.aliases), entry.born, entry.countries,
            entry.remark, ends(watchlist, entry, today),
        )
        for entry in watchlist.listed.in_force().order_by("pk")
    ]  # fmt: skip
    checksum = f"{watchlist.pk + 10:064}"
    watchlists.load(watchlist, by=by, listed=[*known, *listed], checksum=checksum)


def ends(watchlist: Watchlist, entry: WatchlistEntry, today: dt.date) -> dt.date | None:
    """When an entry of the bank's own expires: what others have done, after a year."""
    is_own = not watchlist.is_statutory
    return today + dt.timedelta(days=365) if is_own and entry.remark != REMARK else None
