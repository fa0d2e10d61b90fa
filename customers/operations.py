"""What happens to customers: registered, changed, moved along their states, revealed."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.approvals import Change, second_person
from crm.core.clock import bank_today, now
from crm.core.models import Approval
from crm.core.operations import DomainError, insert, move, operation, refuse_invalid, save_changes
from crm.core.sealed import blind, blinds, open_field, reserve_keys, seal_into
from crm.core.trail import Kind, accesses, record_access
from sysadmin.models import period

from . import names, numbers
from .conflicts.rules import refuse_conflict
from .links.recognise import recognise
from .minimum.rules import refuse_incomplete
from .models import (
    ContactPoint,
    Customer,
    Holding,
    IdentityDocument,
    IdentityKey,
    ListedCustomer,
    RelatedPerson,
    SourceKey,
)
from .restrictions.operations import refuse_restricted
from .signals import customer_changed, customer_registered
from .timeline.operations import tell

if TYPE_CHECKING:
    from sysadmin.models import User

REVEALS_PER_HOUR = 60
REVEAL_SECONDS = 30
SALT_BYTES = 16
REVEAL_LOCK = 7101
# a change of these may need a second person
IDENTIFYING = frozenset({"name", "latin_name", "home_branch", "lead_manager"})


@dataclass(frozen=True)
class DocumentFacts:
    """An identity document as it is handed in."""

    kind: str
    number: str
    country: str = "CN"
    valid_until: dt.date | None = None
    is_long_term: bool = False


@dataclass(frozen=True)
class ContactFacts:
    """A way to reach the customer as it is told."""

    kind: str
    value: str


# --- registering ---------------------------------------------------------------------


@operation
def register(
    customer: Customer,
    *,
    by: User,
    documents: Iterable[DocumentFacts] = (),
    contacts: Iterable[ContactFacts] = (),
    source: tuple[str, str] | None = None,
) -> Customer:
    """Enter a new customer, with identity documents and contact points.

    `source` is (system, key) of the system that the customer comes from. Raises DomainError if an
    identity number belongs to another customer, beside the field.
    """
    prepare(customer)
    refuse_invalid(customer)
    insert(customer)
    if source:
        SourceKey.objects.create(customer=customer, system=source[0], key=source[1])
    for place, facts in enumerate(documents):
        attach_document(customer, facts, is_primary=place == 0)
    kinds: set[str] = set()
    for contact in contacts:
        attach_contact(customer, contact, is_primary=contact.kind not in kinds)
        kinds.add(contact.kind)
    customer_registered.send(Customer, customer=customer, by=by)
    return customer


def refusals_of(
    customer: Customer, documents: Iterable[DocumentFacts], contacts: Iterable[ContactFacts]
) -> Iterator[DomainError]:
    """All that the rules refuse of what a new customer is entered with, not the first alone."""
    checks: list[Callable[[], object]] = [
        lambda: tidy_names(customer),
        *(partial(refuse_document, customer, facts) for facts in documents),
        *(partial(checked_contact, facts) for facts in contacts),
    ]
    for check in checks:
        try:
            check()
        except DomainError as error:
            yield error


def refuse_document(customer: Customer, facts: DocumentFacts) -> None:
    """Refuse a document that does not fit, whose number is none, or is another customer's."""
    refuse_taken(customer, checked_number(customer, facts))


def prepare(customer: Customer) -> None:
    """Give a new customer its number, salt and name keys."""
    customer.number = next_numbers(1)[0]
    customer.salt = os.urandom(SALT_BYTES)
    tidy_names(customer)


def next_numbers(count: int) -> list[str]:
    """The next customer numbers of the series; a number once drawn is never drawn again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select nextval('customers_number_series') from generate_series(1, %s)", [count]
        )
        return [numbers.customer_number(serial) for (serial,) in cursor.fetchall()]


def tidy_names(customer: Customer) -> None:
    """Tidy the name, add the Latin form where none is given, and renew the sort key."""
    try:
        customer.name = names.tidy_name(customer.name)
        customer.latin_name = names.tidy_name(customer.latin_name or "")
    except ValidationError as error:
        raise DomainError(error.messages[0], "name") from error
    if not customer.latin_name:
        customer.latin_name = names.latin_name(customer.name, is_person=customer.is_person)
    customer.name_sort = sort_key_of(customer)


def sort_key_of(customer: Customer) -> str:
    """Where the customer stands in a list by name: by pinyin, then by character."""
    return names.sort_key(customer.name, is_person=customer.is_person)[:200]


def assets_at_stake(customer: Customer, arguments: dict[str, Any]) -> Decimal:
    """The customer's assets under management in the bank's own currency, as the list has them."""
    rows = ListedCustomer.objects.filter(pk=customer.pk)
    return rows.values_list("assets", flat=True).first() or Decimal(0)


@operation
def amend(customer: Customer, *, by: User, fields: list[str], version: int) -> Customer | Approval:
    """Change facts of a customer if nobody else did since `version`.

    Who the customer is and who looks after them may need a second person: then the rest is saved
    and the request is returned.
    """
    identifying = [name for name in fields if name in IDENTIFYING]
    other = [name for name in fields if name not in IDENTIFYING]
    if other or not identifying:
        describe(customer, by=by, fields=other, version=version)
        version = customer.version
    if not identifying:
        return customer
    done: Customer | Approval = identify(customer, by=by, fields=identifying, version=version)
    if isinstance(done, Approval):
        done.rest_is_saved = bool(other)
    return done


@operation
def describe(customer: Customer, *, by: User, fields: list[str], version: int) -> None:
    """Change what is known of a customer beside who they are."""
    save_changes(customer, fields, version=version)
    customer_changed.send(Customer, customer=customer, by=by, fields=fields)


@second_person(
    "customers.identify/1",
    label=gettext_lazy("Change of name, branch or lead manager"),
    action="customers.change_customer",
    amount=assets_at_stake,
)
@operation
def identify(customer: Customer, *, by: User, fields: list[str], version: int) -> Customer:
    """Change who a customer is or who looks after them."""
    if "name" in fields and "latin_name" not in fields:
        customer.latin_name = ""  # it belonged to the old name
    tidy_names(customer)
    if "lead_manager" in fields and customer.lead_manager is not None:
        refuse_conflict(customer.lead_manager, customer.pk, period(bank_today()), "lead_manager")
    save_changes(customer, {*fields, "name", "latin_name", "name_sort"}, version=version)
    customer_changed.send(Customer, customer=customer, by=by, fields=fields)
    return customer


# --- documents and contact points ----------------------------------------------------


def document_changes(customer: Customer, arguments: dict[str, Any]) -> list[Change]:
    """What a second person sees of a document that is to be added: never its number."""
    facts: DocumentFacts = arguments["facts"]
    number = checked_number(customer, facts)
    shown = {
        "kind": facts.kind,
        "country": facts.country,
        "mask": numbers.mask(number.value),
        "valid_until": str(facts.valid_until or ""),
    }
    label = IdentityDocument._meta.label_lower
    return [Change(f"{label}:{name}", None, value) for name, value in shown.items() if value]


@second_person(
    "customers.add_document/1",
    label=gettext_lazy("New identity document"),
    action="customers.change_customer",
    sealed=frozenset({"number"}),
    facts=(DocumentFacts,),
    changes=document_changes,
)
@operation
def add_document(customer: Customer, *, by: User, facts: DocumentFacts) -> IdentityDocument:
    """Add an identity document to a customer."""
    is_first = not customer.documents.exists()
    return attach_document(customer, facts, is_primary=is_first)


@operation
def add_contact(customer: Customer, *, by: User, facts: ContactFacts) -> ContactPoint:
    """Add a way to reach a customer; the first of its kind is the preferred one."""
    is_first = not customer.contact_points.filter(kind=facts.kind).exists()
    return attach_contact(customer, facts, is_primary=is_first)


def attach_document(
    customer: Customer, facts: DocumentFacts, *, is_primary: bool
) -> IdentityDocument:
    """Seal and store a document; its number may belong to one customer only."""
    number = checked_number(customer, facts)
    key = reserve_keys(IdentityDocument, 1)[0]
    document = IdentityDocument(
        pk=key,
        customer=customer,
        kind=facts.kind,
        country=facts.country,
        mask=numbers.mask(number.value),
        valid_until=facts.valid_until,
        is_long_term=facts.is_long_term,
        is_primary=is_primary,
    )
    seal_into(document, "number", number.value, bytes(customer.salt))
    refuse_invalid(document)
    insert(document)
    claim_identity(customer, document, number)
    return document


def checked_number(customer: Customer, facts: DocumentFacts) -> numbers.Number:
    """The tidied number, or a refusal beside its field."""
    belongs = facts.kind in IdentityDocument.FOR_ORGANISATIONS
    if belongs == customer.is_person:
        raise DomainError(
            _("This kind of document does not fit the kind of customer. Choose another one."),
            "document_kind",
        )
    try:
        return numbers.normalise_document(facts.kind, facts.number, facts.country)
    except ValidationError as error:
        raise DomainError(error.messages[0], "document_number") from error


def identity_label(number: numbers.Number) -> str:
    """What a blind index of an identity number is about: its family, and the issuing country."""
    return f"identity:{number.family}:{number.country}"


def claim_identity(customer: Customer, document: IdentityDocument, number: numbers.Number) -> None:
    """Take the identity for this customer; another customer's is refused."""
    label = identity_label(number)
    owner = refuse_taken(customer, number)
    if owner is None:
        IdentityKey.objects.create(
            customer=customer,
            document=document,
            family=number.family,
            country=number.country,
            index=blind(number.value, label),
        )
        recognise([customer.pk])


def refuse_taken(customer: Customer, number: numbers.Number) -> int | None:
    """Whose identity a number is, nobody's or this customer's; another customer's is refused."""
    rows = IdentityKey.objects.filter(
        family=number.family,
        country=number.country,
        index__in=blinds(number.value, identity_label(number)),
    )
    owner = rows.values_list("customer_id", flat=True).first()
    if owner is not None and owner != customer.pk:
        raise DomainError(
            _(
                "Another customer already has this identity number. Look the customer up, or ask "
                "the branch that manages it."
            ),
            "document_number",
        )
    return owner


def attach_contact(customer: Customer, facts: ContactFacts, *, is_primary: bool) -> ContactPoint:
    """Seal and store a contact point."""
    value, mask = checked_contact(facts)
    point = ContactPoint(
        pk=reserve_keys(ContactPoint, 1)[0],
        customer=customer,
        kind=facts.kind,
        index=blind(value, f"contact:{facts.kind}"),
        mask=mask,
        is_primary=is_primary,
    )
    seal_into(point, "value", value, bytes(customer.salt))
    refuse_invalid(point)
    insert(point)
    return point


def checked_contact(facts: ContactFacts) -> tuple[str, str]:
    """The tidied value and how it is shown, or a refusal beside its field."""
    try:
        if facts.kind == ContactPoint.Kind.EMAIL:
            value = numbers.normalise_email(facts.value)
            return value, numbers.mask_email(value)
        value = numbers.normalise_phone(facts.value, settings.HOME_COUNTRY)
    except ValidationError as error:
        raise DomainError(error.messages[0], facts.kind) from error
    if facts.kind == ContactPoint.Kind.MOBILE and not numbers.is_mobile(value):
        raise DomainError(
            _("This is the number of a fixed line. Enter a mobile number."), facts.kind
        )
    return value, numbers.mask_phone(value)


# --- states --------------------------------------------------------------------------


@second_person(
    "customers.activate/1",
    label=gettext_lazy("Activation of a customer"),
    action="customers.activate_customer",
    amount=assets_at_stake,
)
@operation
def activate(customer: Customer, *, by: User, reason: str) -> None:
    """Take a prospect or a dormant customer into active business."""
    refuse_restricted(customer.pk)
    refuse_incomplete(customer)
    move(customer, "activate", by=by, reason=reason)


@second_person(
    "customers.make_dormant/1",
    label=gettext_lazy("Marking a customer as dormant"),
    action="customers.make_dormant_customer",
    amount=assets_at_stake,
)
@operation
def make_dormant(customer: Customer, *, by: User, reason: str) -> None:
    """Mark a customer whose accounts have long been idle."""
    move(customer, "make_dormant", by=by, reason=reason)


@second_person(
    "customers.close/1",
    label=gettext_lazy("Closing of a customer"),
    action="customers.close_customer",
    amount=assets_at_stake,
)
@operation
def close(customer: Customer, *, by: User, reason: str) -> None:
    """End the relationship with a customer."""
    move(customer, "close", by=by, reason=reason)


@second_person(
    "customers.reopen/1",
    label=gettext_lazy("Taking up a closed relationship"),
    action="customers.reopen_customer",
    amount=assets_at_stake,
)
@operation
def reopen(customer: Customer, *, by: User, reason: str) -> None:
    """Take up a closed relationship again, as a prospect."""
    refuse_restricted(customer.pk)
    move(customer, "reopen", by=by, reason=reason)


# --- revealing -----------------------------------------------------------------------


def reveal(
    holder: IdentityDocument | ContactPoint | Holding | RelatedPerson, *, by: User, purpose: str
) -> str:
    """Show a sealed value in the clear for a stated purpose; recorded and limited by the hour."""
    field = "value" if isinstance(holder, ContactPoint) else "number"
    with transaction.atomic():
        # one at a time for each user, or parallel requests would all pass below the limit
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s, %s)", [REVEAL_LOCK, by.pk % 2**31])
        since = now() - dt.timedelta(hours=1)
        allowed = accesses(Kind.REVEAL, by=by, since=since) < REVEALS_PER_HOUR
        kind = Kind.REVEAL if allowed else Kind.DENIAL
        record_access(kind, by=by, obj=holder, field=field, purpose=purpose)
        if allowed:
            tell("reveal", holder, by=by)
    if not allowed:
        raise DomainError(
            _("You have revealed %(limit)s values within an hour. Wait, or ask your supervisor.")
            % {"limit": REVEALS_PER_HOUR}
        )
    return open_field(holder, field, bytes(holder.customer.salt))
