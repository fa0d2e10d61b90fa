"""A hit as its page shows it: both sides in words, and what the score is made up of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.formats import day
from crm.core.models import AuditEvent
from crm.core.models.records import Text
from customers.countries import country_choices
from customers.models import Link
from risk.models import WatchlistEntry

if TYPE_CHECKING:
    from risk.models import ScreeningHit

PARTS: dict[str, Text] = {
    "characters": _("Characters that both names have"),
    "shared": _("Words that both names have"),
    "shorter": _("Words of the shorter name that the longer one has"),
    "weakest": _("The least like word of the shorter name"),
    "solid": _("The whole names without blanks"),
    "left_over": _("Words left over"),
    "apart": _("A number that one alone has, or two countries"),
    "single": _("One word alone fits"),
}


@dataclass(frozen=True)
class Side:
    """One fact of who was screened beside the same of the entry."""

    label: Text
    ours: str
    theirs: str


@dataclass(frozen=True)
class Past:
    """A decision about a hit, as the trail has it."""

    at: dt.datetime
    status: str
    by: str
    reason: str


def decisions_of(hit: ScreeningHit) -> list[Past]:
    """What was decided about a hit and what has become of it since, newest first."""
    rows = AuditEvent.objects.filter(
        table_name=hit._meta.db_table,
        row_key=str(hit.pk),
        subject_id=hit.customer_id,
        operation=AuditEvent.Operation.UPDATE,
        after__has_key="status",
    )
    words = dict(hit.Status.choices)
    return [
        Past(event.at, str(words[event.after["status"]]), event.actor.shown_name, event.reason)
        for event in rows.select_related("actor").order_by("-at", "-id")
        if event.after
    ]


@dataclass(frozen=True)
class Ours:
    """What is known of who was screened: a customer, or a person behind one."""

    name: str
    other_names: str
    kind: Text
    began: dt.date | None
    country: str
    number: str


def compared(hit: ScreeningHit) -> list[Side]:
    """What is known of either side, fact by fact."""
    ours, entry = ours_of(hit), hit.entry
    countries = dict(country_choices())
    sides = [
        Side(pgettext_lazy("watchlist", "name"), ours.name, entry.name),
        Side(_("other names"), ours.other_names, "; ".join(entry.aliases)),
        Side(_("kind"), str(ours.kind), entry.get_kind_display()),
        Side(_("born or founded"), day(ours.began) if ours.began else "", entry.born),
        Side(_("country"), str(countries.get(ours.country, "")), entry.countries),
        Side(_("number"), ours.number, entry.key),
        Side(pgettext_lazy("watchlist", "remark"), "", entry.remark),
    ]
    if entry.until:
        sides.append(Side(pgettext_lazy("watchlist", "expires on"), "", day(entry.until)))
    return sides


def ours_of(hit: ScreeningHit) -> Ours:
    """Who was screened."""
    person, customer = hit.person, hit.customer
    if person is not None:
        kind = WatchlistEntry.Kind.PERSON.label
        return Ours(person.name, "", kind, person.born_on, person.country, person.mask)
    began = customer.born_on or customer.founded_on
    return Ours(
        customer.name,
        customer.latin_name,
        customer.get_kind_display(),
        began,
        customer.country,
        customer.shown_number,
    )


def stands_as(hit: ScreeningHit) -> list[tuple[Text, str]]:
    """As what a person stands behind the customer, each with when."""
    if hit.person is None:
        return []
    links = Link.objects.filter(person=hit.person).order_by("kind", "valid")
    return [(link.as_what, link.shown_period) for link in links]


def explained(hit: ScreeningHit) -> Iterator[tuple[Text, int]]:
    """The parts of the score in words, each in per cent."""
    parts: dict[str, Any] = hit.explanation.get("parts", {})
    for name, value in parts.items():
        yield PARTS[name], round(value * 100)
