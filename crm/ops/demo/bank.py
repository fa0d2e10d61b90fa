"""The demonstration bank put into the database: branches, staff, rights, customers."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from config_admin.models import CurrencyRate, Product
from crm.core.acting import acting
from crm.ops.private_file import read_or_create
from customers.feeds.load import Source, load
from customers.imports.checks import Candidate, Fault, World, check_row
from customers.imports.enter import enter
from customers.imports.load import BATCH
from customers.imports.table import Dialect, Row, Table
from customers.models import Customer, FeedBatch
from staff.models import Branch, Licence, StaffAssignment, StaffMember
from sysadmin.models import Grant, Role, User, period, system_user

from . import (
    agenda,
    careers,
    classification,
    complaints,
    contacts,
    diligence,
    handovers,
    hands,
    moves,
    notices,
    opportunities,
    requests,
    screening,
    sign_in_help,
    warnings,
)
from .approvals import ask_and_decide, enter_limits, enter_policies
from .branches import BranchSpec, branches
from .customers import CustomerSpec, customers
from .holdings import SEED, Files, files
from .people import StaffSpec, staff
from .rates import rates
from .words import pass_phrase

GAP = 1 << 20
# kept as it stands with every change, so it speaks both languages
REASON = "Initial data of the demonstration bank · 演示银行初始数据"


@dataclass(frozen=True)
class SignIn:
    """A person who can sign in to the demonstration bank, and as what."""

    username: str
    label_en: str
    label_zh: str


def password() -> str:
    """The one password of this installation's sign-ins, drawn when first asked for."""
    file = settings.DATA_DIR / "demo-password"
    return read_or_create(file, lambda: {"password": pass_phrase()})["password"]


def sign_ins(today: dt.date) -> list[SignIn]:
    """Who can sign in to the demonstration bank."""
    return [
        SignIn(spec.user_name, spec.label_en, spec.label_zh)
        for spec in staff(today)
        if spec.sign_in
    ]


def is_filled() -> bool:
    """Whether there is a bank already."""
    return Branch.objects.exists()


def fill(today: dt.date, *, size: int) -> int:
    """Enter the whole demonstration bank in one transaction; returns the number of customers."""
    system = system_user()
    with transaction.atomic():
        with acting(by=system, reason=REASON):
            entered = enter_all(system, today, size)
        hands.enter(system, today)
        contacts.enter(system, today)
        ask_and_decide()
        moves.plan(today)
        sign_in_help.help_out()
        opportunities.enter(today)
        handovers.plan(today)
        requests.enter(today)
        complaints.enter()
        agenda.plan(today)
        screening.enter(today)
        warnings.enter(today)
        classification.enter(today)
        diligence.enter(today)
        notices.enter(today)
    return entered


def enter_all(system: User, today: dt.date, size: int) -> int:
    """Enter branches, people, rights, policies, customers and what these hold."""
    places = enter_branches(branches(today))
    people = enter_staff(staff(today), places)
    grants = enter_grants(staff(today), places, people)
    enter_careers(staff(today), grants, places, people, today)
    enter_policies()
    enter_limits(today)
    specs = list(customers(today, size))
    entered = enter_customers(specs, places, people, today)
    feed_holdings(files(today, specs), system, today)
    enter_rates(today)
    enter_draft(today)
    return entered


@dataclass
class Tree:
    """Numbers the branch tree so that a unit's span holds the spans of all below it."""

    children: dict[str, list[BranchSpec]] = field(default_factory=dict)
    spans: dict[str, tuple[int, int]] = field(default_factory=dict)
    at: int = 0

    def number(self, spec: BranchSpec) -> None:
        """Give a unit and all below it their spans, with wide gaps between."""
        self.at += GAP
        left = self.at
        for child in self.children.get(spec.code, []):
            self.number(child)
        self.at += GAP
        self.spans[spec.code] = (left, self.at)


def enter_branches(specs: list[BranchSpec]) -> dict[str, Branch]:
    """Enter the tree, parents first."""
    tree = Tree()
    for spec in specs:
        tree.children.setdefault(spec.parent, []).append(spec)
    for root in tree.children[""]:
        tree.number(root)
    entered: dict[str, Branch] = {}
    for level in Branch.Level.values:
        rows = [
            Branch(
                code=spec.code,
                name=spec.name_zh,
                name_en=spec.name_en,
                level=spec.level,
                parent=entered.get(spec.parent),
                lft=tree.spans[spec.code][0],
                rgt=tree.spans[spec.code][1],
                city=spec.city,
                opened_on=spec.opened_on,
            )
            for spec in specs
            if spec.level == level
        ]
        entered |= {row.code: row for row in Branch.objects.bulk_create(rows)}
    return entered


def enter_staff(specs: list[StaffSpec], places: dict[str, Branch]) -> dict[str, StaffMember]:
    """Enter the people with their sign-ins, then who reports to whom."""
    shared = make_password(password())
    users = User.objects.bulk_create(
        [
            User(
                username=spec.user_name,
                display_name=spec.name_zh,
                latin_name=spec.name_latin,
                # nobody else can sign in: no password fits this mark
                password=shared if spec.sign_in else "!",
            )
            for spec in specs
        ]
    )
    members = StaffMember.objects.bulk_create(
        [
            StaffMember(
                number=spec.number,
                name=spec.name_zh,
                latin_name=spec.name_latin,
                branch=places[spec.branch],
                post=spec.post,
                user=user,
                joined_on=spec.joined_on,
            )
            for spec, user in zip(specs, users, strict=True)
        ]
    )
    people = {member.number: member for member in members}
    for spec in specs:
        people[spec.number].supervisor = people.get(spec.supervisor)
    StaffMember.objects.bulk_update(members, ["supervisor"])
    return people


def enter_grants(
    specs: list[StaffSpec], places: dict[str, Branch], people: dict[str, StaffMember]
) -> dict[str, Grant]:
    """Give everybody the rights of their roles from the day they joined; the grants by number."""
    roles = {role.code: role for role in Role.objects.all()}
    given = [
        Grant(
            user=people[spec.number].user,
            role=roles[held.role],
            branch=places[held.branch],
            extent=held.reach,
            valid=period(spec.joined_on),
        )
        for spec in specs
        for held in spec.roles
    ]
    Grant.objects.bulk_create(given)
    return {spec.number: grant for spec, grant in zip(specs, given, strict=True)}


def enter_careers(
    specs: list[StaffSpec],
    grants: dict[str, Grant],
    places: dict[str, Branch],
    people: dict[str, StaffMember],
    today: dt.date,
) -> None:
    """Enter where everybody works and worked, and what they are licensed to do."""
    assignments, licences = [], []
    for spec in specs:
        member, grant = people[spec.number], grants[spec.number]
        career = careers.of(spec, today)
        member.skills = list(career.skills)
        assignments += [
            StaffAssignment(
                member=member,
                branch=places[past.branch],
                post=past.post,
                supervisor=member.supervisor if past.is_last else None,
                valid=period(past.first, past.beyond),
                decision=past.decision,
                grant=grant if past.is_last else None,
            )
            for past in career.assignments
        ]
        licences += [
            Licence(
                member=member,
                kind=held.kind,
                certificate=held.certificate,
                issued_on=held.issued_on,
                expires_on=held.expires_on,
            )
            for held in career.licences
        ]
    StaffMember.objects.bulk_update(people.values(), ["skills"])
    StaffAssignment.objects.bulk_create(assignments)
    Licence.objects.bulk_create(licences)


def enter_customers(
    specs: Iterable[CustomerSpec],
    places: dict[str, Branch],
    people: dict[str, StaffMember],
    today: dt.date,
) -> int:
    """Enter the customers through the checks and batches of the import."""
    world = World(
        branches={code: branch.pk for code, branch in places.items()},
        managers={number: member.pk for number, member in people.items()},
        today=today,
    )
    entered = 0
    rows = candidates(specs, world)
    while batch := list(islice(rows, BATCH)):
        enter(batch, "core")
        entered += len(batch)
    return entered


def enter_rates(today: dt.date) -> None:
    """Enter what foreign currencies were worth in the last year."""
    CurrencyRate.objects.bulk_create(
        [
            CurrencyRate(currency=currency, on=on, rate=rate)
            for currency, on, rate in rates(today)
            if currency != settings.BASE_CURRENCY
        ]
    )


def enter_draft(today: dt.date) -> None:
    """Enter a product that is not on sale yet."""
    Product.objects.create(
        code="spring_deposit",
        name="Spring deposit",
        name_zh="迎春存款",
        kind=Product.Kind.DEPOSIT,
        sold_from=today + dt.timedelta(days=10),
        owner="个人金融部",
    )


def feed_holdings(fed: Files, system: User, today: dt.date) -> None:
    """Load what customers hold through the loader of fed files, as of yesterday."""
    for kind in FeedBatch.Kind.values:
        rows: list[dict[str, str]] = getattr(fed, kind)
        if not rows:
            continue
        header = list(rows[0])
        lines = (Row(line, list(row.values())) for line, row in enumerate(rows, start=2))
        source = Source(
            system="core",
            business_date=today - dt.timedelta(days=1),
            checksum=hashlib.sha256(f"{SEED} {kind} {today}".encode()).hexdigest(),
            within=Customer.objects.all(),
        )
        report = load(kind, Table(header, lines, "", Dialect("csv")), source, by=system)
        if report.faults:
            raise ValueError(f"{kind}: {report.faults[0]}")


def candidates(specs: Iterable[CustomerSpec], world: World) -> Iterator[Candidate]:
    """Each specification as a row that has passed the import's checks."""
    joined = dict(StaffMember.objects.values_list("pk", "joined_on"))
    for line, spec in enumerate(specs, start=1):
        checked = check_row(line, row_of(spec), world)
        if isinstance(checked, Fault):
            raise ValueError(f"{spec.source_key}: {checked.message}")
        checked.facts["latin_name"] = spec.name_latin
        manager: Any = checked.facts["lead_manager_id"]
        begun = joined.get(manager, spec.opened_on)
        checked.facts["managed_since"] = max(spec.opened_on, begun)
        checked.valid_until = spec.document_valid_until
        checked.is_long_term = spec.document_valid_until is None
        yield checked


def row_of(spec: CustomerSpec) -> dict[str, str]:
    """A specification as the columns of an import file."""
    return {
        "customer_no": spec.source_key,
        "kind": spec.kind,
        "name": spec.name,
        "document_type": spec.document_type,
        "document_number": spec.document_number,
        "country": spec.country,
        "birth_or_founding_date": spec.birth_or_founding_date.isoformat(),
        "gender": spec.gender,
        "mobile": spec.mobile,
        "email": spec.email,
        "city": spec.city,
        "address": spec.address,
        "branch_code": spec.home_branch,
        "manager_no": spec.manager,
        "opened_on": spec.opened_on.isoformat(),
        "status": spec.status,
    }


def count_customers() -> int:
    """How many customers the bank has."""
    return Customer.objects.count()
