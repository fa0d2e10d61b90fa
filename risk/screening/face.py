"""A hit as its page shows it: both sides in words, and what the score is made up of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.formats import day
from crm.core.models.records import Text
from customers.countries import country_choices

if TYPE_CHECKING:
    from risk.models import ScreeningHit

PARTS: dict[str, Text] = {
    "characters": _("Characters that both names have"),
    "shared": _("Words that both names have"),
    "shorter": _("Words of the shorter name that the longer one has"),
    "weakest": _("The least like word of the shorter name"),
    "solid": _("The whole names without blanks"),
    "left_over": _("Words left over"),
    "single": _("One word alone fits"),
}


@dataclass(frozen=True)
class Side:
    """One fact of the customer beside the same of the entry."""

    label: Text
    ours: str
    theirs: str


def compared(hit: ScreeningHit) -> list[Side]:
    """What is known of the customer and of the one on the list, fact by fact."""
    customer, entry = hit.customer, hit.entry
    began = customer.born_on or customer.founded_on
    countries = dict(country_choices())
    return [
        Side(pgettext_lazy("watchlist", "name"), customer.name, entry.name),
        Side(_("other names"), customer.latin_name, "; ".join(entry.aliases)),
        Side(_("kind"), customer.get_kind_display(), entry.get_kind_display()),
        Side(_("born or founded"), day(began) if began else "", entry.born),
        Side(_("country"), str(countries.get(customer.country, "")), entry.countries),
        Side(_("number"), customer.shown_number, entry.key),
        Side(pgettext_lazy("watchlist", "remark"), "", entry.remark),
        Side(pgettext_lazy("watchlist", "expires on"), "", day(entry.until) if entry.until else ""),
    ]


def explained(hit: ScreeningHit) -> Iterator[tuple[Text, int]]:
    """The parts of the score in words, each in per cent."""
    parts: dict[str, Any] = hit.explanation.get("parts", {})
    for name, value in parts.items():
        yield PARTS[name], round(value * 100)
