"""What counts for the level of a customer: each factor, its values, and where they are read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from config_admin.dictionaries.entries import all_entries_of
from customers.countries import country_choices
from customers.products import HoldingKind

if TYPE_CHECKING:
    from crm.core.models import Text
    from customers.models import Customer

INDUSTRIES = "industry"
DAYS_OF_A_NEW_CUSTOMER = 365
DEEP = 2


class Known:
    """What is known of a customer on the day on which they are rated; each is looked up once."""

    def __init__(self, customer: Customer, day: dt.date) -> None:
        self.customer, self.day = customer, day

    @cached_property
    def owners(self) -> list[Any]:
        """Who owns or rules an organisation in the end."""
        from customers.links.behind import behind  # noqa: PLC0415  (models are read after factors)

        return list(behind(self.customer, self.day).owners)

    @cached_property
    def products(self) -> set[str]:
        """The kinds of what a customer holds."""
        return set(self.customer.holdings.exclude(status="closed").values_list("kind", flat=True))

    @cached_property
    def found(self) -> set[str]:
        """The states of what the screening of a customer has found."""
        return set(self.customer.screening_hits.values_list("status", flat=True))


@dataclass(frozen=True)
class Factor:
    """Something that counts: the values it can have, and how those of a customer are read.

    A factor without `read` is found out by whoever rates the customer.
    """

    label: Text
    values: Callable[[], Iterable[tuple[str, Text]]]
    read: Callable[[Known], Iterable[str]] | None = None


def countries_of(known: Known) -> Iterator[str]:
    """The country of a customer, and those of its beneficial owners."""
    yield known.customer.country
    if known.customer.is_organisation:
        for owner in known.owners:
            yield owner.who.country


def structure_of(known: Known) -> Iterator[str]:
    """Who stands behind a customer, as far as it is known."""
    if known.customer.is_person:
        yield "person"
        return
    if not known.owners:
        yield "unknown"
        return
    deep = max(len(owner.through) for owner in known.owners) >= DEEP
    yield "deep" if deep else "plain"


def products_of(known: Known) -> Iterator[str]:
    """The kinds of what a customer holds."""
    yield from known.products or ["none"]


def age_of(known: Known) -> Iterator[str]:
    """How long the bank has known a customer."""
    days = (known.day - known.customer.opened_on).days
    yield "new" if days < DAYS_OF_A_NEW_CUSTOMER else "known"


def screening_of(known: Known) -> Iterator[str]:
    """What the screening of a customer has found."""
    live = [status for status in ("confirmed", "open") if status in known.found]
    yield live[0] if live else "none"


def named(values: Mapping[str, Text]) -> Callable[[], Iterable[tuple[str, Text]]]:
    """Values that are few and fixed."""
    return values.items


FACTORS: dict[str, Factor] = {
    "country": Factor(gettext_lazy("Countries"), country_choices, countries_of),
    "structure": Factor(
        gettext_lazy("Ownership"),
        named(
            {
                "person": gettext_lazy("A person"),
                "plain": gettext_lazy("Owners are known"),
                "deep": gettext_lazy("Owners stand behind several others"),
                "unknown": gettext_lazy("No beneficial owner is known"),
            }
        ),
        structure_of,
    ),
    "product": Factor(
        gettext_lazy("Products"),
        lambda: [*HoldingKind.choices, ("none", gettext_lazy("Nothing yet"))],
        products_of,
    ),
    "relationship": Factor(
        gettext_lazy("Length of the relationship"),
        named(
            {
                "new": gettext_lazy("Less than a year"),
                "known": gettext_lazy("A year or longer"),
            }
        ),
        age_of,
    ),
    "screening": Factor(
        gettext_lazy("Screening"),
        named(
            {
                "none": gettext_lazy("No match"),
                "open": gettext_lazy("A hit is to be decided"),
                "confirmed": gettext_lazy("A match is confirmed"),
            }
        ),
        screening_of,
    ),
    "pep": Factor(
        gettext_lazy("Political office"),
        named(
            {
                "none": pgettext_lazy("political office", "None"),
                "domestic": gettext_lazy("At home, or close to such a person"),
                "international": gettext_lazy("In an international organisation"),
                "foreign": gettext_lazy("Abroad"),
            }
        ),
    ),
    "channel": Factor(
        gettext_lazy("Channel"),
        named(
            {
                "in_person": gettext_lazy("Comes in person"),
                "agent": gettext_lazy("Acts through an agent"),
                "remote": gettext_lazy("Never met in person"),
            }
        ),
    ),
    "industry": Factor(gettext_lazy("Industry"), lambda: all_entries_of(INDUSTRIES)),
}


def factor_choices() -> Iterator[tuple[str, Text]]:
    """Every factor with what it means."""
    for code, factor in FACTORS.items():
        yield code, factor.label


def value_in_words(factor: str, value: str) -> str:
    """A value of a factor in words; nothing stands for every other value."""
    if not value:
        return _("Every other value")
    words = dict(FACTORS[factor].values()) if factor in FACTORS else {}
    return str(words.get(value, value)).strip()
