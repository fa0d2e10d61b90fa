"""Whether a row of a customer file is right: each fault with its reason, beside its column."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext_noop as _

from customers import names, numbers
from customers.countries import is_country
from customers.models import ContactPoint, Customer, IdentityDocument

from . import columns

LONGEST = {"name": 120, "city": 60, "address": 200, "customer_no": 40}


Facts = Mapping[str, str | int]


@dataclass(frozen=True)
class Fault:
    """Why a row was refused: a code to count by, the column, and what to do about it.

    `text` is the sentence before it is translated, `facts` fill it in; neither holds a value of
    the row.
    """

    line: int
    code: str
    column: str
    text: str
    facts: Facts = field(default_factory=dict)

    @property
    def message(self) -> str:
        """The sentence in the language of the reader."""
        return in_words(self.text, self.facts)


def in_words(text: str, facts: Facts) -> str:
    """A sentence in the language of the reader."""
    said = translation.gettext(text)
    return said % facts if facts else said


@dataclass(frozen=True)
class World:
    """What the rows may refer to: branches within reach, members of staff, the bank's day."""

    branches: Mapping[str, int]
    managers: Mapping[str, int]
    today: dt.date


@dataclass
class Candidate:
    """A row that is right, tidied and ready to be entered."""

    line: int
    source_key: str
    facts: dict[str, object] = field(default_factory=dict)
    document: tuple[str, str, numbers.Number] | None = None
    # what stands in the index of identities, once it has been worked out
    blind: bytes = b""
    contacts: dict[str, tuple[str, str]] = field(default_factory=dict)
    valid_until: dt.date | None = None
    is_long_term: bool = False

    @property
    def is_person(self) -> bool:
        """Whether the row is about a natural person."""
        return self.facts["kind"] == Customer.Kind.PERSON


class Refused(Exception):
    """A row is wrong; the sentence is translated when somebody reads it."""

    def __init__(self, code: str, column: str, text: str, facts: Facts | None = None) -> None:
        super().__init__(text)
        self.code, self.column, self.text, self.facts = code, column, text, facts or {}

    @classmethod
    def by(cls, error: ValidationError, code: str, column: str) -> Refused:
        """What a check of a single value says."""
        first = error.error_list[0]
        with translation.override(None):
            return cls(code, column, str(first.message), first.params or {})

    def at(self, line: int) -> Fault:
        """The fault of a line."""
        return Fault(line, self.code, self.column, self.text, self.facts)


Values = Mapping[str, str]


def check_row(line: int, values: Values, world: World) -> Candidate | Fault:
    """The tidied row, or the first fault found."""
    try:
        candidate = Candidate(line, _key(values))
        for check in CHECKS:
            check(values, candidate, world)
    except Refused as error:
        return error.at(line)
    return candidate


def identified(line: int, values: Values, world: World) -> Candidate:
    """Who a row that was taken before is about, without judging the rest of it again."""
    candidate = Candidate(line, _key(values))
    for check in (_kind, _country, _document):
        check(values, candidate, world)
    return candidate


def _key(values: Values) -> str:
    key = values["customer_no"]
    if not key or len(key) > LONGEST["customer_no"]:
        raise Refused(
            "bad_customer_no", "customer_no", _("Enter the customer's number in the source system.")
        )
    return key


def _plain_text(values: Values, candidate: Candidate, world: World) -> None:
    for name in ("city", "address"):
        if columns.looks_like_formula(name, values[name]):
            raise Refused("formula", name, _("This looks like a formula. Enter plain text."))
        if len(values[name]) > LONGEST[name]:
            raise Refused(
                f"too_long_{name}",
                name,
                _("Shorten this to %(limit)s characters."),
                {"limit": LONGEST[name]},
            )
        candidate.facts[name] = values[name]
    if not columns.may_have_lost_digits(values.values()):
        return
    for name in columns.FIELDS:
        if columns.lost_digits(values[name]):
            raise Refused(
                "lost_digits",
                name,
                _("The number was stored as a number and lost digits. Format the column as text."),
            )


def _kind(values: Values, candidate: Candidate, world: World) -> None:
    kind = columns.kind_of(values["kind"])
    if kind is None:
        raise Refused("unknown_kind", "kind", _("Enter person or organisation."))
    candidate.facts["kind"] = kind


def _name(values: Values, candidate: Candidate, world: World) -> None:
    name = values["name"]
    if not name:
        raise Refused("missing_name", "name", _("Enter the customer's name."))
    if columns.looks_like_formula("name", name):
        raise Refused("formula", "name", _("This looks like a formula. Enter plain text."))
    try:
        candidate.facts["name"] = tidy = names.tidy_name(name)
    except ValidationError as error:
        raise Refused.by(error, "bad_name", "name") from error
    if len(tidy) > LONGEST["name"]:
        raise Refused("too_long_name", "name", _("Shorten the name to 120 characters."))


def _status(values: Values, candidate: Candidate, world: World) -> None:
    status = columns.status_of(values["status"]) if values["status"] else Customer.Status.ACTIVE
    if status is None:
        raise Refused("unknown_status", "status", _("Enter prospect, active, dormant or closed."))
    candidate.facts["status"] = status


def _days(values: Values, candidate: Candidate, world: World) -> None:
    born = _day(values, "birth_or_founding_date", world.today)
    opened = _day(values, "opened_on", world.today)
    if opened is None:
        raise Refused("bad_date", "opened_on", _("Enter the day as year-month-day."))
    candidate.facts["born_on"] = born if candidate.is_person else None
    candidate.facts["founded_on"] = None if candidate.is_person else born
    candidate.facts["opened_on"] = opened


def _day(values: Values, column: str, today: dt.date) -> dt.date | None:
    try:
        day = columns.day_of(values[column])
    except ValueError:
        day = None
    if values[column] and day is None:
        raise Refused("bad_date", column, _("Enter a day of the calendar as year-month-day."))
    if day and day > today:
        raise Refused("future_date", column, _("This day is still to come. Enter a past day."))
    return day


def _gender(values: Values, candidate: Candidate, world: World) -> None:
    gender = columns.gender_of(values["gender"]) if values["gender"] else ""
    if gender is None:
        raise Refused("unknown_gender", "gender", _("Enter F or M, or leave it empty."))
    candidate.facts["gender"] = gender if candidate.is_person else ""


def _country(values: Values, candidate: Candidate, world: World) -> None:
    country = values["country"].upper() or "CN"
    if not is_country(country):
        raise Refused(
            "unknown_country", "country", _("Enter the country as two letters, such as CN.")
        )
    candidate.facts["country"] = country


def _document(values: Values, candidate: Candidate, world: World) -> None:
    kind = columns.document_type_of(values["document_type"])
    belongs = kind in IdentityDocument.FOR_ORGANISATIONS
    if kind is None or belongs == candidate.is_person:
        raise Refused(
            "unknown_document_type",
            "document_type",
            _("Enter a document that fits the kind of customer."),
        )
    country = str(candidate.facts["country"])
    try:
        number = numbers.normalise_document(kind, values["document_number"], country)
    except ValidationError as error:
        raise Refused.by(error, "bad_check_digit", "document_number") from error
    candidate.document = (kind, country, number)


def _contacts(values: Values, candidate: Candidate, world: World) -> None:
    if values["mobile"]:
        # foreigners here have numbers of this country too; another country's begins with +
        home = settings.HOME_COUNTRY
        phone = _told("mobile", lambda: numbers.normalise_phone(values["mobile"], home))
        if not numbers.is_mobile(phone):
            raise Refused(
                "bad_mobile",
                "mobile",
                _("This is the number of a fixed line. Enter a mobile number."),
            )
        candidate.contacts[ContactPoint.Kind.MOBILE] = (phone, numbers.mask_phone(phone))
    if values["email"]:
        email = _told("email", lambda: numbers.normalise_email(values["email"]))
        candidate.contacts[ContactPoint.Kind.EMAIL] = (email, numbers.mask_email(email))


def _told(column: str, normalise: Callable[[], str]) -> str:
    try:
        return normalise()
    except ValidationError as error:
        raise Refused.by(error, f"bad_{column}", column) from error


def _places(values: Values, candidate: Candidate, world: World) -> None:
    branch = world.branches.get(values["branch_code"])
    if branch is None:
        raise Refused(
            "unknown_branch",
            "branch_code",
            _("There is no such branch within your reach. Enter the code of a branch."),
        )
    manager = world.managers.get(values["manager_no"]) if values["manager_no"] else None
    if values["manager_no"] and manager is None:
        raise Refused(
            "unknown_manager",
            "manager_no",
            _("There is no member of staff with this number. Enter a staff number."),
        )
    candidate.facts["home_branch_id"] = branch
    candidate.facts["lead_manager_id"] = manager


CHECKS: tuple[Callable[[Values, Candidate, World], None], ...] = (
    _kind,
    _name,
    _plain_text,
    _status,
    _country,
    _days,
    _gender,
    _document,
    _contacts,
    _places,
)
