"""What a request says in the fields of its service: typed values with the edition asked for.

The whole rests in one column as {"edition": key, "values": {code: value}}; a value that JSON has no
kind for says what it is. A request that was asked for nothing has nothing there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _

from config_admin.dictionaries.entries import name_of
from config_admin.models import ServiceField
from config_admin.services.own_fields import AskedField, Edition, edition_with
from crm.core.formats import day, money, number
from crm.core.typed_json import Reader, Writer
from customers.models import Holding

Kind = ServiceField.Kind
Namer = Callable[[int], str]
PLACES = 4


def kept(edition: Edition, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values by code as they are kept, those that were left out without a place.

    A holding is given as it is or by its key.
    """
    given = [(field, values.get(field.code)) for field in edition.fields]
    written = {field.code: _written(field, v) for field, v in given if v not in {None, ""}}
    return {"edition": edition.key, "values": written}


def _written(field: AskedField, value: Any) -> Any:
    if field.kind in ServiceField.HELD:
        return {"record": [Holding._meta.label_lower, getattr(value, "pk", value)]}
    return Writer().write(value)


def read(answers: Mapping[str, Any]) -> dict[str, Any]:
    """The values by code, as a form takes them; of a holding its key."""
    reader = Reader([])
    return {
        code: value["record"][1] if is_record(value) else reader.read(value)
        for code, value in answers.get("values", {}).items()
    }


def is_record(value: Any) -> bool:
    """Whether a kept value points to another record."""
    return isinstance(value, dict) and "record" in value


def edition_in(answers: Mapping[str, Any]) -> Edition | None:
    """The edition that was asked for; None where nothing was."""
    return edition_with(answers["edition"]) if answers else None


def in_words(answers: Mapping[str, Any], holding: Namer) -> Iterator[tuple[str, str]]:
    """Each field that was asked for with its answer for people; `holding` names one by its key."""
    edition, values = edition_in(answers), read(answers)
    for field in edition.fields if edition else ():
        value = values.get(field.code)
        yield str(field), "" if value is None else _word(field, value, holding)


def _word(field: AskedField, value: Any, holding: Namer) -> str:
    if field.kind in ServiceField.HELD:
        return holding(value)
    if field.kind == Kind.CHOICE:
        return name_of(field.dictionary, value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dt.date):
        return day(value)
    if isinstance(value, Decimal):
        is_money = field.kind == Kind.MONEY
        return money(value, settings.BASE_CURRENCY) if is_money else number(value, _places(value))
    return str(value)


def _places(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def holdings_in(answers: Mapping[str, Any]) -> list[int]:
    """The keys of the holdings that answers point to."""
    found = answers.get("values", {}).values()
    return [value["record"][1] for value in found if is_record(value)]


def names_for(answers: Mapping[str, Any], user: Any) -> Namer:
    """Names the holdings among answers, as far as the user may see them."""
    keys = holdings_in(answers)
    rows = Holding.objects.permitted(user).filter(pk__in=keys) if keys else ()
    names = {row.pk: str(row) for row in rows}
    return lambda key: names.get(key) or _("outside your reach")


class AnswersField(models.JSONField):
    """A column that keeps answers, and says them in words where the trail tells of a change."""

    def in_words(self, raw: Mapping[str, Any]) -> str:
        """All that was answered; a holding by its key, as a trail is read without its reader."""
        said = in_words(raw, lambda key: f"№ {key}")
        return " · ".join(f"{label}: {shown}" for label, shown in said if shown)
