"""Customers from a file: checked row by row, matched on business keys, entered in batches.

Running the same file twice changes nothing.
"""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from crm.core.clock import bank_today
from crm.core.operations import operation, write
from crm.core.sealed import blind, blinds, reserve_keys, seal_into
from customers import names, numbers
from customers.models import ContactPoint, Customer, IdentityDocument, IdentityKey, SourceKey
from customers.operations import SALT_BYTES, identity_label, next_numbers, sort_key_of
from staff.models import Branch, StaffMember

from .checks import Candidate, Fault, World, check_row
from .columns import FIELDS, match_header
from .table import FileRefused, Row, Table, shown

if TYPE_CHECKING:
    from sysadmin.models import User

BATCH = 1000
IMPORT = "customers.import_customer"
NEEDED = set(FIELDS) - {"country", "gender", "mobile", "email", "city", "address", "manager_no"}


@dataclass
class Report:
    """What an import did, or would do: totals by outcome, and the rows refused with reasons."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def refused(self) -> int:
        """How many rows were refused."""
        return len(self.faults)

    def by_reason(self) -> Counter[str]:
        """How many rows each reason refused."""
        return Counter(fault.code for fault in self.faults)


class DryRun(Exception):
    """Everything was tried; now it is undone."""


def import_customers(
    table: Table, *, by: User, system: str = "core", dry_run: bool = False
) -> Report:
    """Enter and update customers from a file; returns totals and the reasons of refused rows.

    `system` names the source system whose customer numbers the file holds. A dry run tries
    everything and keeps nothing. Raises FileRefused if columns are missing.
    """
    report = Report()
    with contextlib.suppress(DryRun):
        _import(table, by=by, system=system, report=report, dry_run=dry_run)
    return report


@operation
def _import(table: Table, *, by: User, system: str, report: Report, dry_run: bool) -> None:
    loader = Loader(by, system, report)
    positions = loader.positions(table.header)
    rows = iter(table.rows)
    while batch := list(islice(rows, BATCH)):
        loader.take(batch, positions)
    if dry_run:
        raise DryRun


class Loader:
    """One import in progress: what the file has used so far, and what the bank knows."""

    def __init__(self, by: User, system: str, report: Report) -> None:
        self.by, self.system, self.report = by, system, report
        self.world = World(
            branches=dict(Branch.objects.open_to(by, IMPORT).values_list("code", "pk")),
            managers=dict(StaffMember.objects.open_to(by, IMPORT).values_list("number", "pk")),
            today=bank_today(),
        )
        self.lines: dict[str, int] = {}

    def positions(self, header: list[str]) -> dict[str, int]:
        """Which column holds which field; refuses a file that lacks what every customer needs."""
        found = match_header(header)
        if found.repeated:
            raise FileRefused(
                _("These columns hold a field twice: %(names)s. Keep one of each.")
                % {"names": shown(found.repeated)}
            )
        missing = [name for name in found.missing if name in NEEDED]
        if missing:
            raise FileRefused(
                _("These columns are missing: %(names)s. Add them and try again.")
                % {"names": shown(missing)}
            )
        return found.fields

    def take(self, batch: Iterable[Row], positions: dict[str, int]) -> None:
        """Check a batch, and enter or update what is right."""
        candidates = self.sift(list(self.read(batch, positions)))
        known = self.known(candidates)
        reached = self.reached(known.values())
        held = contacts_held(known.values())
        fresh: list[Candidate] = []
        for candidate in candidates:
            customer = known.get(candidate.source_key)
            if customer is None:
                fresh.append(candidate)
            elif customer.pk in reached:
                self.renew(customer, candidate, held[customer.pk])
            else:
                self.refuse(
                    candidate.line,
                    "out_of_reach",
                    "customer_no",
                    _("This does not exist, or it is outside the part of the bank you work in."),
                )
        self.enter(fresh)

    def read(self, batch: Iterable[Row], positions: dict[str, int]) -> Iterator[Candidate]:
        """The rows that are right in themselves."""
        for row in batch:
            self.report.rows += 1
            if row.problem:
                self.refuse(row.line, "bad_row", "", row.problem)
                continue
            values = dict.fromkeys(FIELDS, "")
            values |= {name: row.values[place].strip() for name, place in positions.items()}
            outcome = check_row(row.line, values, self.world)
            if isinstance(outcome, Fault):
                self.report.faults.append(outcome)
            else:
                yield outcome

    def refuse(self, line: int, code: str, column: str, message: str) -> None:
        """Keep why a row was refused."""
        self.report.faults.append(Fault(line, code, column, message))

    def sift(self, candidates: list[Candidate]) -> list[Candidate]:
        """Leave out identities and numbers that an earlier row or another customer has."""
        taken = self.taken(candidates)
        right = []
        for candidate in candidates:
            identity, own = identity_of(candidate), f"key:{candidate.source_key}"
            earlier = self.lines.get(identity) or self.lines.get(own)
            if earlier:
                self.refuse(
                    candidate.line,
                    "duplicate_in_file",
                    "document_number",
                    _("Line %(line)s of this file is the same customer. Keep one of them.")
                    % {"line": earlier},
                )
            elif taken.get(identity, candidate.source_key) != candidate.source_key:
                self.refuse(
                    candidate.line,
                    "identity_known",
                    "document_number",
                    _("Another customer already has this identity number."),
                )
            else:
                self.lines[identity] = self.lines[own] = candidate.line
                right.append(candidate)
        return right

    def taken(self, candidates: list[Candidate]) -> dict[str, str]:
        """For identities the bank knows: the source key of the customer they belong to."""
        wanted = {
            index: identity_of(candidate)
            for candidate in candidates
            for index in indexes_of(candidate)
        }
        rows = IdentityKey.objects.filter(index__in=list(wanted)).values_list(
            "index", "customer_id"
        )
        owners = {wanted[bytes(index)]: customer for index, customer in rows}
        keys = dict(
            SourceKey.objects.filter(
                system=self.system, customer_id__in=set(owners.values())
            ).values_list("customer_id", "key")
        )
        return {identity: keys.get(customer, "") for identity, customer in owners.items()}

    def known(self, candidates: list[Candidate]) -> dict[str, Customer]:
        """The customers that the source system's keys name."""
        rows = SourceKey.objects.filter(
            system=self.system, key__in=[c.source_key for c in candidates]
        ).select_related("customer")
        return {row.key: row.customer for row in rows}

    def reached(self, customers: Iterable[Customer]) -> set[int]:
        """Which of these customers the user may import, wherever the file would put them."""
        rows = Customer.objects.permitted(self.by, "import")
        return set(rows.filter(pk__in=[c.pk for c in customers]).values_list("pk", flat=True))

    # --- new customers --------------------------------------------------------------------------

    def enter(self, fresh: list[Candidate]) -> None:
        """Enter new customers with their documents and contact points, a batch at a time."""
        customers = Customer.objects.bulk_create(
            [
                build_customer(candidate, number)
                for candidate, number in zip(fresh, next_numbers(len(fresh)), strict=True)
            ]
        )
        pairs = list(zip(customers, fresh, strict=True))
        SourceKey.objects.bulk_create(
            [SourceKey(customer=c, system=self.system, key=f.source_key) for c, f in pairs]
        )
        self.attach_documents(pairs)
        self.attach_contacts([(c, kind, v) for c, f in pairs for kind, v in f.contacts.items()])
        self.report.created += len(fresh)

    def attach_documents(self, pairs: list[tuple[Customer, Candidate]]) -> None:
        """Seal and store the first document of each new customer."""
        keys = reserve_keys(IdentityDocument, len(pairs))
        documents, identities = [], []
        for (customer, candidate), key in zip(pairs, keys, strict=True):
            kind, country, number = documented(candidate)
            document = IdentityDocument(
                pk=key,
                customer=customer,
                kind=kind,
                country=country,
                mask=numbers.mask(number.value),
                valid_until=candidate.valid_until,
                is_long_term=candidate.is_long_term,
                is_primary=True,
            )
            seal_into(document, "number", number.value, bytes(customer.salt))
            documents.append(document)
            identities.append(
                IdentityKey(
                    customer=customer,
                    document=document,
                    family=number.family,
                    country=number.country,
                    index=blind(number.value, identity_label(number)),
                )
            )
        IdentityDocument.objects.bulk_create(documents)
        IdentityKey.objects.bulk_create(identities)

    def attach_contacts(self, told: list[tuple[Customer, str, tuple[str, str]]]) -> None:
        """Seal and store contact points; the first of its kind is the preferred one."""
        keys = reserve_keys(ContactPoint, len(told))
        points = []
        for (customer, kind, (value, mask)), key in zip(told, keys, strict=True):
            point = ContactPoint(
                pk=key,
                customer=customer,
                kind=kind,
                index=blind(value, f"contact:{kind}"),
                mask=mask,
                is_primary=True,
            )
            seal_into(point, "value", value, bytes(customer.salt))
            points.append(point)
        ContactPoint.objects.bulk_create(points)

    # --- known customers ------------------------------------------------------------------------

    def renew(self, customer: Customer, candidate: Candidate, held: set[bytes]) -> None:
        """Update a known customer where the file says something else."""
        if candidate.facts["kind"] != customer.kind:
            self.refuse(
                candidate.line,
                "kind_changed",
                "kind",
                _("The bank knows this customer as another kind. Check the customer number."),
            )
            return
        wanted = {k: v for k, v in candidate.facts.items() if k not in {"kind", "status"}}
        changed = [name for name, value in wanted.items() if getattr(customer, name) != value]
        for name in changed:
            setattr(customer, name, wanted[name])
        if "name" in changed:
            customer.latin_name = names.latin_name(customer.name, is_person=customer.is_person)
            customer.name_sort = sort_key_of(customer)
            changed += ["latin_name", "name_sort"]
        told = [
            (customer, kind, value)
            for kind, value in candidate.contacts.items()
            if not held & set(blinds(value[0], f"contact:{kind}"))
        ]
        self.attach_contacts(told)
        if changed:
            write(customer, changed, version=customer.version)
        if changed or told:
            self.report.updated += 1
        else:
            self.report.unchanged += 1


def contacts_held(customers: Iterable[Customer]) -> dict[int, set[bytes]]:
    """Blind indexes of the contact points that each customer has."""
    held: dict[int, set[bytes]] = {customer.pk: set() for customer in customers}
    points = ContactPoint.objects.filter(customer_id__in=list(held))
    for customer_id, index in points.values_list("customer_id", "index"):
        held[customer_id].add(bytes(index))
    return held


def documented(candidate: Candidate) -> tuple[str, str, numbers.Number]:
    """The document of a candidate that has passed its checks."""
    if candidate.document is None:
        raise ValueError("A candidate is checked before it is entered.")
    return candidate.document


def identity_of(candidate: Candidate) -> str:
    """The identity of a row, within this run only."""
    number = documented(candidate)[2]
    return f"{number.family}:{number.country}:{number.value}"


def indexes_of(candidate: Candidate) -> list[bytes]:
    """The blind indexes under which the bank may know this identity."""
    number = documented(candidate)[2]
    return blinds(number.value, identity_label(number))


def build_customer(candidate: Candidate, number: str) -> Customer:
    """A customer from a row that has passed its checks."""
    facts: Any = candidate.facts
    customer = Customer(number=number, salt=os.urandom(SALT_BYTES), **facts)
    if not customer.latin_name:
        customer.latin_name = names.latin_name(customer.name, is_person=customer.is_person)
    customer.name_sort = sort_key_of(customer)
    return customer
