"""Customers found by any part of a name, by pinyin and initials, by numbers known in part or whole.

Keys find candidates within reach in one statement; these are cut before they are ranked, so that a
name borne by a hundred thousand costs no more than a rare one. Whole numbers of documents, phones
and accounts are found by their blind index alone.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django_countries import countries

from crm.core.scope import Reach
from crm.core.sealed import blinds
from crm.core.trail import BY_NAME, BY_NUMBER
from staff.models import Branch, StaffMember

from . import numbers
from .feeds import account_numbers
from .models import Customer, IdentityDocument, SearchKey
from .ownership.reach import in_hands

if TYPE_CHECKING:
    from sysadmin.models import User

LONGEST = 200
MOST_WORDS = 6
BEGINNING = 6
MOST_INITIALS = 4
CANDIDATES = 300
EVERY = 2**31 - 1
SHOWN = 20
RUNS = re.compile(r"[\u3007\u3400-\u9fff\uf900-\ufaff]+|[a-z]+|[0-9]+")
NUMBER = re.compile(r"[0-9A-Z]{5,34}", re.ASCII)
ENDING = 4


@dataclass(frozen=True)
class Words:
    """What was typed, as keys: each group must be met by one of its keys, each text be contained.

    `number` is what was typed if it can be a number of a document, a phone or an account.
    """

    typed: str = ""
    groups: tuple[tuple[str, ...], ...] = ()
    texts: tuple[str, ...] = ()
    first: str = ""
    number: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed by which anybody can be found."""
        return not self.groups and not self.number


@dataclass(frozen=True)
class Hit:
    """A customer who was found, and by what."""

    customer: Customer
    by: str


@dataclass(frozen=True)
class Found:
    """The best hits, and whether there are more than were looked at."""

    hits: list[Hit] = field(default_factory=list)
    is_cut: bool = False


def words_of(text: str) -> Words:
    """Read what was typed; unreadable signs are left out."""
    plain = unicodedata.normalize("NFKC", text.replace("\x00", ""))[:LONGEST].strip()
    bare = "".join(c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c))
    lower = unicodedata.normalize("NFC", bare).lower().replace("'", "").replace("\u2019", "")
    joined = re.sub(r"[\s-]", "", plain).upper()
    number = plain if "@" in plain else joined if NUMBER.fullmatch(joined.lstrip("+")) else ""
    digits = re.sub(r"\s", "", lower)
    runs = [digits] if digits.isascii() and digits.isdigit() else RUNS.findall(lower)[:MOST_WORDS]
    groups: list[tuple[str, ...]] = []
    texts: list[str] = []
    for run in runs:
        if run.isascii() and run.isdigit():
            groups += _digits(run)
        elif run.isascii():
            groups += _letters(run)
            texts += [run] if len(run) > BEGINNING else []
        else:
            pairs = [run[i : i + 2] for i in range(len(run) - 1)] or [run]
            groups += [(pair,) for pair in pairs]
            texts += [run] if len(run) > 2 else []
    first = f"^{runs[0][:2]}" if runs and not runs[0].isascii() else ""
    if "@" in plain:
        return Words(plain, number=plain)
    return Words(plain, tuple(groups), tuple(texts), first, number)


def kind_of(text: str) -> str:
    """By what somebody is looked for, without what was typed."""
    return BY_NUMBER if words_of(text).number else BY_NAME


def _digits(run: str) -> list[tuple[str, ...]]:
    keys = [f"#{run}"] if len(run) >= 3 else []
    keys += [f"t{run}"] if len(run) == ENDING else []
    return [tuple(keys)] if keys else []


def _letters(run: str) -> list[tuple[str, ...]]:
    if len(run) < 2:
        return []
    keys = [run[:BEGINNING]]
    if len(run) <= MOST_INITIALS:
        keys.append(f"i:{run}")
    return [tuple(keys)]


# --- conditions ----------------------------------------------------------------------


def by_name(words: Words, path: str = "search_key__") -> Q:
    """Rows whose keys, found along the path, meet all groups; none for words that have none."""
    if not words.groups:
        return Q(pk__in=())
    single = [group[0] for group in words.groups if len(group) == 1]
    condition = Q((f"{path}keys__contains", single)) if single else Q()
    for group in words.groups:
        if len(group) > 1:
            condition &= Q((f"{path}keys__overlap", list(group)))
    for text in words.texts:
        condition &= Q((f"{path}text__contains", text))
    return condition


@dataclass(frozen=True)
class Place:
    """Where a whole number may stand: what it is there, and the rows of its owners."""

    label: str
    rows: str
    wanted: str | list[bytes]


def owners_by_number(words: Words) -> dict[int, str]:
    """Keys of the customers who own the whole number that was typed, and what the number is."""
    places = list(_places(words.number)) if words.number else []
    if not places:
        return {}
    arms = [f"(select {at}, {place.rows} limit {SHOWN})" for at, place in enumerate(places)]
    with connection.cursor() as cursor:
        cursor.execute(" union all ".join(arms), [place.wanted for place in places])
        found = sorted(cursor.fetchall())
    labels: dict[int, str] = {}
    for at, key in found:
        labels.setdefault(key, places[at].label)
    return labels


def _places(number: str) -> Iterator[Place]:
    with suppress(ValidationError):
        wanted = numbers.read_customer_number(number)
        yield Place(_("Customer number"), "id from customers_customer where number = %s", wanted)
    yield Place(
        _("Number in a source system"),
        "customer_id from customers_sourcekey where key = %s",
        number,
    )
    if documents := _documents(number):
        yield Place(
            _("Identity document"),
            'customer_id from customers_identitykey where "index" = any(%s)',
            documents,
        )
    if contacts := _contacts(number):
        yield Place(
            _("Contact point"),
            'customer_id from customers_contactpoint where "index" = any(%s)',
            contacts,
        )
    if account := account_numbers.normalise(number):
        yield Place(
            _("Account number"),
            "customer_id from customers_holding where number_index = any(%s)",
            account_numbers.indexes(account),
        )


def _documents(number: str) -> list[bytes]:
    """The indexes of every document that the number can be of."""
    return [
        index
        for family, country, value in _readings(number)
        for index in blinds(value, f"identity:{family}:{country}")
    ]


def _readings(number: str) -> set[tuple[str, str, str]]:
    """Every document that the number can be of; passports are read as of every country."""
    found = set()
    for kind in IdentityDocument.Kind.values:
        with suppress(ValidationError):
            read = numbers.normalise_document(kind, number, HOME)
            found.add((read.family, read.country, read.value))
        if kind in _BY_COUNTRY:
            with suppress(ValidationError):
                # abroad the form is the same everywhere
                read = numbers.normalise_document(kind, number, _FOREIGN[0])
                found |= {(read.family, country, read.value) for country in _FOREIGN}
    return found


HOME = "CN"
_BY_COUNTRY = {IdentityDocument.Kind.PASSPORT, IdentityDocument.Kind.FOREIGN_REGISTRATION}
_FOREIGN = tuple(code for code, _name in countries if code != HOME)


def _contacts(number: str) -> list[bytes]:
    try:
        if "@" in number:
            return blinds(numbers.normalise_email(number), "contact:email")
        phone = numbers.normalise_phone(number, settings.HOME_COUNTRY)
    except ValidationError:
        return []
    return [*blinds(phone, "contact:mobile"), *blinds(phone, "contact:phone")]


# --- reach ---------------------------------------------------------------------------


def reach_keys(reach: Reach, user: User) -> list[str] | None:
    """The keys of which a customer within reach has one; None where the reach is the whole bank."""
    if reach.everything:
        return None
    keys = [f"@{node}" for node in reach.nodes]
    if reach.ranges:
        within = Q(lft__in=[low for low, _high in reach.ranges])
        for low, high in reach.ranges:
            # those whose keys do not name the branches above them yet are found by their own
            within |= Q(lft__gte=low, lft__lte=high, search_due__isnull=False)
        tops = Branch.objects.filter(within).values_list("pk", "search_due")
        keys += [f"@@{top}" for top, _due in tops] + [f"@{top}" for top, due in tops if due]
    if reach.own or reach.team:
        owners = Q(user=user) if reach.own else Q()
        if reach.team:
            owners |= Q(supervisor__user=user)
        keys += [f"m{pk}" for pk in StaffMember.objects.filter(owners).values_list("pk", flat=True)]
    return keys


def within(reach: Reach, user: User) -> list[QuerySet[Customer]]:
    """Candidates within reach by their keys alone; what is shown of them passes permitted().

    The keys of a customer name the lead manager; those whom one assists are asked by themselves.
    """
    keys = reach_keys(reach, user)
    rows = Customer.objects.all()
    if keys is None:
        return [rows]
    found = rows.filter(search_key__keys__overlap=keys)
    helped = in_hands(reach, user)
    return [rows.filter(pk__in=helped), found] if helped else [found]


def found_in(rows: QuerySet[Any], text: str, user: User) -> QuerySet[Any]:
    """The rows of a list of customers whom what was typed may mean, of those whom the user sees."""
    words = words_of(text)
    reach = user.reach("customers.view_customer")
    if words.is_empty or reach is None:
        return rows.none()
    named = SearchKey.objects.filter(by_name(words, ""))
    # the index itself intersects words and place: a frequent name costs what it costs there
    places = reach_keys(reach, user)
    beside: list[int] = []
    if places is not None:
        helped = in_hands(reach, user)
        beside = list(named.filter(pk__in=helped).values_list("pk", flat=True)) if helped else []
        named = named.filter(keys__overlap=places)
    # the limit holds nothing back: it keeps the planner from asking of each row of the list whether
    # it is among them, which for a surname in a list by name reads half the bank
    keys = named.values("customer_id")[:EVERY]
    owners = [*owners_by_number(words), *beside]
    return rows.filter(Q(pk__in=keys) | Q(pk__in=owners) if owners else Q(pk__in=keys))


# --- finding -------------------------------------------------------------------------


def find(text: str, *, user: User, size: int = SHOWN) -> Found:
    """The best hits for what was typed, within the user's reach.

    Whole numbers come first, then names that begin with what was typed, then those that hold it.
    """
    words = words_of(text)
    reach = user.reach("customers.view_customer")
    if words.is_empty or reach is None:
        return Found()
    labels = owners_by_number(words)
    ranked = list(labels)
    arms = [by_name(words)]
    if words.first:
        arms.insert(0, by_name(words) & Q(search_key__keys__contains=[words.first]))
    is_cut = False
    candidates = within(reach, user) if words.groups else []
    for rows, arm in itertools.product(candidates, arms):
        cut = rows.filter(arm).order_by()[:CANDIDATES]
        keys = list(cut.values_list("pk", flat=True))
        is_cut = is_cut or len(keys) == CANDIDATES
        known = set(ranked)
        ranked += [key for key in keys if key not in known]
        if len(ranked) >= CANDIDATES:
            break
    return Found(_ranked(ranked, labels, words, user, size), is_cut)


def _ranked(
    keys: list[int], labels: dict[int, str], words: Words, user: User, size: int
) -> list[Hit]:
    rows = Customer.objects.permitted(user).filter(pk__in=keys)
    short = rows.only("name", "latin_name", "name_sort", "status", "lead_manager", "number")
    place = {key: at for at, key in enumerate(keys)}
    wanted = words.typed.casefold()

    def rank(customer: Customer) -> tuple[Any, ...]:
        names = (customer.name.casefold(), customer.latin_name.casefold())
        return (
            customer.pk not in labels,
            wanted not in names,
            not any(name.startswith(wanted) for name in names),
            customer.status in {Customer.Status.CLOSED, Customer.Status.MERGED},
            customer.name_sort,
            place[customer.pk],
        )

    best = sorted(short, key=rank)[:size]
    full = rows.select_related("home_branch", "lead_manager").in_bulk([c.pk for c in best])
    return [Hit(full[c.pk], labels.get(c.pk, "")) for c in best if c.pk in full]
