"""Names in the bank's languages, and trees of things that have them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config_admin.languages import NAMES, column_of_language
from crm.core.classes import INTERNAL

LONGEST_CODE = 32
DEEPEST = 10


def code_field(**options: Any) -> models.CharField[Any, Any]:
    """A code by which other records and systems know a row; it stays for ever."""
    check = RegexValidator(
        r"^[A-Za-z0-9][A-Za-z0-9_.-]*\Z",
        _("Use letters without accents, digits, full stops, hyphens and underscores."),
    )
    return models.CharField(
        pgettext_lazy("configuration", "code"),
        max_length=LONGEST_CODE,
        validators=[check],
        help_text=_("Other records keep it, so it cannot be changed later."),
        **options,
    )


class Bilingual(models.Model):
    """Something that the bank names in each of its languages."""

    name = models.CharField(_("name in English"), max_length=120)
    name_zh = models.CharField(_("name in Chinese"), max_length=120)

    CLASSES: ClassVar[Any] = dict.fromkeys(["name", "name_zh"], INTERNAL)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        """The name in the active language."""
        return str(getattr(self, column_of_language()))

    shown_name.fget.label = _("name")  # type: ignore[attr-defined]

    @property
    def other_name(self) -> str:
        """The names in the languages that are not active."""
        others = [column for column in NAMES.values() if column != column_of_language()]
        return " · ".join(str(getattr(self, column)) for column in others)


def in_tree(rows: Iterable[Any]) -> Iterator[tuple[Any, int]]:
    """Rows with a `parent_id` as a tree is read, each with how deep it stands.

    Siblings keep the order in which they come; a row whose parent is not among them is a root.
    """
    held = list(rows)
    keys = {row.pk for row in held}
    below: dict[Any, list[Any]] = {}
    for row in held:
        below.setdefault(row.parent_id if row.parent_id in keys else None, []).append(row)
    waiting = [(row, 0) for row in reversed(below.get(None, []))]
    while waiting:
        row, depth = waiting.pop()
        yield row, depth
        waiting += [(child, depth + 1) for child in reversed(below.get(row.pk, []))]


def stands_below(row: Any, place: Any) -> bool:
    """Whether a place of the tree is the row itself or lies below it."""
    for _step in range(DEEPEST + 1):
        if place is None or place.pk == row.pk:
            return place is not None
        place = place.parent
    return True  # too deep is refused like a circle
