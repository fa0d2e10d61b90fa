"""How the risk of the demonstration bank's customers has been rated since they came."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from random import Random

from django.utils import timezone

from config_admin.calendars.months import months_after
from config_admin.calendars.working_days import working_day_after
from config_admin.editions import one_edition
from crm.core.acting import acting
from customers.links.behind import behind
from customers.models import Customer, Holding, Link, TimelineEntry
from customers.timeline.operations import entry_of
from risk.diligence.factors import Known
from risk.diligence.operations import CALENDAR
from risk.diligence.rating import Rating, Rules, rate_known
from risk.models import Diligence, ScreeningHit
from sysadmin.models import User

from .opportunities import SIGN_INS

SEED = "Lanjiang Bank ratings"
# kept as it stands, so it speaks both languages
VISITED = "Visited, documents seen · 已上门走访并核对证件"
# who came since then awaits the first rating
NEW_DAYS, FIRST_DAYS = 14, 10
# half of the reviews of the last weeks have not been done yet
LATE_DAYS, LATE = 40, 0.5
# days until the next review of customers of those who sign in, over and over; else as it comes
SOON: tuple[int | None, ...] = (
    -5, 25, None, None, 12, None, None, 60, None, None, None, -25, None, None, 95, None, None,
    None, None, None,
)  # fmt: skip
# what those who rate find out, and how often among a thousand
PEP = (("none", "domestic", "international", "foreign"), (985, 11, 1, 3))
CHANNEL = (("in_person", "agent", "remote"), (860, 70, 70))
INDUSTRY = (("C", "F", "I", "K", "R", "G"), (400, 250, 150, 80, 40, 80))


class Prepared(Known):
    """What is known of a customer, looked up for all customers together."""

    def __init__(self, customer: Customer, day: dt.date, bank: Bank) -> None:
        super().__init__(customer, day)
        self.owners = bank.owners.get(customer.pk, [])
        self.products = bank.products[customer.pk]
        self.found = bank.found[customer.pk]


@dataclass
class Bank:
    """What counts for all customers, by their keys."""

    rules: Rules
    products: dict[int, set[str]]
    found: dict[int, set[str]]
    owners: dict[int, list[object]]

    @classmethod
    def on(cls, day: dt.date) -> Bank:
        """As it is on a day."""
        bank = cls(Rules.of(day), defaultdict(set), defaultdict(set), {})
        held = Holding.objects.exclude(status=Holding.Status.CLOSED)
        for key, kind in held.values_list("customer_id", "kind"):
            bank.products[key].add(kind)
        for key, status in ScreeningHit.objects.values_list("customer_id", "status"):
            bank.found[key].add(status)
        owned = Link.objects.filter(kind__in=Link.POWERS, valid__contains=day)
        for company in Customer.objects.filter(pk__in=owned.values("customer")):
            bank.owners[company.pk] = list(behind(company, day).owners)
        return bank


def enter(today: dt.date, *, earlier: User) -> None:
    """Rate everybody but the newest; who has not led the customer since was before them."""
    # whom a confirmed match has called for already is to be rated at once
    rows = Customer.objects.filter(status__in=Customer.OPEN, diligence=None).order_by("pk")
    begun: dict[User, list[Diligence]] = defaultdict(list)
    turns = cycle(SOON)
    rng = Random(SEED)  # noqa: S311  a demonstration, not secrets
    with one_edition():
        bank = Bank.on(today)
        for customer in rows.select_related("lead_manager__user"):
            lead = customer.lead_manager
            visited = lead is not None and lead.user is not None and lead.user.username in SIGN_INS
            diligence = rated(
                customer, bank, rng, today=today, wished=next(turns) if visited else None
            )
            if diligence.rated_on is not None:
                there = lead is not None and lead.joined_on <= diligence.rated_on
                diligence.rated_by = lead.user if lead and there else earlier
            begun[diligence.rated_by or earlier].append(diligence)
    entries = []
    for rater, found in begun.items():
        with acting(by=rater, reason=VISITED):
            entries += list(told(Diligence.objects.bulk_create(found), rater))
    TimelineEntry.objects.bulk_create(entries, batch_size=1000)


def rated(
    customer: Customer, bank: Bank, rng: Random, *, today: dt.date, wished: int | None
) -> Diligence:
    """A customer after the last of their reviews, or before the first rating."""
    first = customer.opened_on + dt.timedelta(days=rng.randrange(FIRST_DAYS))
    entered = found_out(customer, rng)
    is_late = rng.random() < LATE
    if (today - customer.opened_on).days <= NEW_DAYS:
        due_on = working_day_after(CALENDAR, customer.opened_on, FIRST_DAYS)
        return Diligence(customer=customer, due_on=due_on)
    most = LATE_DAYS if is_late else 0
    before = None if wished is None else today + dt.timedelta(days=wished)
    day, rating, due_on = review_before(before, customer, bank, entered) or next(
        review
        for review in reviews(customer, bank, entered, first)
        if (today - review[-1]).days <= most
    )
    return Diligence(
        customer=customer,
        level=rating.level,
        rated_level=rating.level,
        points=rating.points,
        lines=[line.told() for line in rating.lines],
        entered=entered,
        rated_on=day,
        due_on=due_on,
        cause=Diligence.Cause.PERIOD,
    )


def found_out(customer: Customer, rng: Random) -> dict[str, str]:
    """What is found out about a customer: of most nothing that counts."""
    asked = {"pep": PEP, "channel": CHANNEL}
    if not customer.is_person:
        asked["industry"] = INDUSTRY
    return {name: rng.choices(*shares)[0] for name, shares in asked.items()}


Review = tuple[dt.date, Rating, dt.date]


def review_before(
    due_on: dt.date | None, customer: Customer, bank: Bank, entered: dict[str, str]
) -> Review | None:
    """The rating after which the next review is due on a day, if the customer was one by then."""
    if due_on is None:
        return None
    for level in bank.rules.levels:
        day = months_after(due_on, -level.months)
        rating = rate_known(Prepared(customer, day, bank), entered, bank.rules)
        if rating.level == level and day >= customer.opened_on:
            return day, rating, due_on
    return None


def reviews(
    customer: Customer, bank: Bank, entered: dict[str, str], first: dt.date
) -> Iterator[Review]:
    """Each rating since the first, with its day and that of the next."""
    day = first
    while True:
        rating = rate_known(Prepared(customer, day, bank), entered, bank.rules)
        due_on = rating.level.due_after(day)
        yield day, rating, due_on
        day = due_on


def told(found: list[Diligence], rater: User) -> Iterator[TimelineEntry]:
    """What the timelines tell of these ratings."""
    for diligence in found:
        entry = entry_of("rate", diligence, by=rater) if diligence.rated_on else None
        if entry is not None and diligence.rated_on is not None:
            entry.at = dt.datetime.combine(
                diligence.rated_on, dt.time(10), timezone.get_default_timezone()
            )
            yield entry
