"""Names in the bank's languages, and trees of things that have them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, Self, TypeVar

from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config_admin.languages import NAMES, column_of_language
from crm.core.classes import INTERNAL
from crm.core.models import Move, Workflow
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import Asker

R_co = TypeVar("R_co", bound=models.Model, covariant=True)
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
    NAMED_TO_ALL: ClassVar[bool] = True

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


class RetirableQuerySet(ScopedQuerySet[R_co]):
    """Configuration that is retired when it is no longer used."""

    def live(self) -> Self:
        """What is in use."""
        return self.filter(status=Retirable.Status.LIVE)

    def open_to(self, user: Asker, action: str) -> Self:
        """What is in use: a form never offers what is retired, and keeps what it has."""
        return super().open_to(user, action).live()


class Retirable(Workflow):
    """Configuration that nothing new can have once it is retired; it is never deleted."""

    class Status(models.TextChoices):
        LIVE = "live", pgettext_lazy("entry", "In use")
        RETIRED = "retired", pgettext_lazy("entry", "Retired")

    MOVES = {
        "retire": Move(
            leaves=frozenset({Status.LIVE}),
            enters=Status.RETIRED,
            label=pgettext_lazy("entry", "Retire"),
            question=_("Retire %(name)s, so that nothing new can have it?"),
            done=_("%(name)s is retired."),
            refused=_("Only what is in use can be retired. Status now: %(status)s."),
        ),
        "restore": Move(
            leaves=frozenset({Status.RETIRED}),
            enters=Status.LIVE,
            label=pgettext_lazy("entry", "Take into use again"),
            question=_("Take %(name)s into use again?"),
            done=_("%(name)s is in use again."),
            refused=_("Only what is retired can be taken into use again. Status now: %(status)s."),
        ),
    }
    status = models.CharField(
        _("status"), max_length=16, choices=Status, default=Status.LIVE, editable=False
    )

    class Meta:
        abstract = True


def named_once(table: str, *place: str) -> list[models.UniqueConstraint]:
    """No two rows in use at the same place have the same name, in either language."""
    return [
        models.UniqueConstraint(
            *place,
            Lower(column),
            condition=models.Q(status=Retirable.Status.LIVE),
            nulls_distinct=False,
            name=f"config_admin_{table}_{column}_once",
            violation_error_message=_("Another one in use has this name already."),
        )
        for column in NAMES.values()
    ]


def hold(row: Retirable) -> None:
    """Let nobody else retire a row, or begin to use it, at the same time."""
    row.refresh_from_db(from_queryset=type(row)._base_manager.select_for_update())


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
