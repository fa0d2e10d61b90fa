"""The list of today: what waits for a user anywhere, ranked by how urgent it is.

Modules register questions to their lists; each row leads to the record, where it is done.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import BigIntegerField, CharField, DateTimeField, F, QuerySet, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from .clock import bank_today, now
from .formats import day, in_bank_zone, relative_day
from .home import Question
from .models import Workflow
from .named import names_of
from .resources import all_resources
from .tables.addresses import pk_url

if TYPE_CHECKING:
    from .models import Text
    from .resources import Resource

MOST_ROWS, MOST_OF_A_KIND = 12, 4


@dataclass(frozen=True)
class Todo(Question):
    """Rows that wait for a user: what each is called, and by when it is due.

    `label` says what they are. `what` is the column that names a row, or finds it for the active
    language, and `words` says what stands there. `by` is the column of the day or moment at which
    it is due or, where it only `waits`, since when. `first` puts the most urgent first where that
    is not the one that is due first.
    """

    label: Text
    what: str | Callable[[], str]
    by: str
    words: Callable[[str], object] = str
    waits: bool = False
    first: tuple[str, ...] = ()

    def lines(self, place: int, user: Any) -> QuerySet[Any, Any]:
        """The most urgent rows, in columns that are the same for every kind of record."""
        model = self.resource.model
        subject, moves = getattr(model, "AUDIT_SUBJECT", ""), issubclass(model, Workflow)
        rows = self.rows(user).order_by(*(self.first or (self.by, "pk")))
        return rows.values_list(
            Value(place),
            "pk",
            Cast(self.by, DateTimeField()),
            Cast(self.what if isinstance(self.what, str) else self.what(), CharField()),
            Cast(F(subject) if subject else Value(None), BigIntegerField()),
            Cast(F("status") if moves else Value(""), CharField()),
        )[: MOST_OF_A_KIND + 1]


class Rank(IntEnum):
    """What comes first on a list of today."""

    OVERDUE = 0
    TODAY = 1
    WAITS = 2
    LATER = 3


TONES = {Rank.OVERDUE: "bad", Rank.TODAY: "warn"}


class Line(NamedTuple):
    """A row that waits, as the database gives it."""

    place: int
    key: int
    at: dt.datetime
    what: str
    subject: int | None
    status: str


@dataclass
class Item:
    """Something that a user has to do: what, about whom, why now, and how far it is."""

    todo: Todo
    line: Line
    subject: str = ""
    subject_address: str = ""

    @property
    def what(self) -> str:
        """What it is called."""
        return str(self.todo.words(self.line.what))

    @property
    def address(self) -> str:
        """The page on which it is done."""
        return pk_url(self.todo.resource.url_name("view"))(self.line.key)

    @property
    def by_moment(self) -> bool:
        """Whether a moment is kept; where only a day is, it is read as the midnight of it."""
        return isinstance(self.todo.resource.model._meta.get_field(self.todo.by), DateTimeField)

    @property
    def day(self) -> dt.date:
        """The bank's day on which it is due, or since which it waits."""
        return (in_bank_zone(self.line.at) if self.by_moment else self.line.at).date()

    @property
    def rank(self) -> Rank:
        """How urgent it is."""
        if self.todo.waits:
            return Rank.WAITS
        left = (self.day - bank_today()).days
        if left < 0 or (self.by_moment and self.line.at <= now()):
            return Rank.OVERDUE
        return Rank.LATER if left else Rank.TODAY

    def urgency(self) -> tuple[Any, ...]:
        """What puts it before others."""
        return (self.rank, self.line.at, self.line)

    @property
    def tone(self) -> str:
        """The colour of its rank."""
        return TONES.get(self.rank, "")

    @property
    def when(self) -> str:
        """By when it is due or since when it waits, in words."""
        if self.todo.waits:
            return _("Waits since %(day)s") % {"day": day(self.day)}
        due = relative_day(self.day)
        if self.by_moment and self.day == bank_today():
            due = f"{due} {in_bank_zone(self.line.at):%H:%M}"
        return _("Due %(when)s") % {"when": due}

    @property
    def state(self) -> str:
        """How far it is, in words."""
        model: Any = self.todo.resource.model
        labels = dict(model.Status.choices) if self.line.status else {}
        return str(labels.get(self.line.status, ""))

    @property
    def state_tone(self) -> str:
        """The colour that its list gives to this state."""
        column = self.todo.resource.table.base_columns.get("status")
        tones: dict[str, str] = getattr(column, "tones", {})
        return tones.get(self.line.status, "")


@dataclass(frozen=True)
class Today:
    """What a user has to do, the most urgent first, and the lists that hold more of it."""

    items: list[Item]
    more: list[Todo]


_todos: list[Todo] = []


def add_todos(todos: Iterable[Todo]) -> None:
    """Show on homes what waits for people; call from ready()."""
    _todos.extend(todos)


def may_have(user: Any) -> bool:
    """Whether anything can wait for a user."""
    return any(one.is_for(user) for one in _todos)


def today_of(user: Any) -> Today:
    """What a user has to do today, in two statements: the first of every kind, and whom they name.

    What is overdue comes first, then what is due today, what only waits, and what comes soon. Where
    there is too much, the most urgent of every kind has its place before the second of any, and
    what comes soon has what place is left.
    """
    todos = [one for one in _todos if one.is_for(user)]
    lines = _lines(todos, user)
    items = _chosen([Item(todos[line.place], line) for line in lines])
    more = {line.place for line in {*lines} - {item.line for item in items}}
    _name_subjects(items, user)
    return Today(items, [todos[place] for place in sorted(more)])


def _chosen(items: list[Item]) -> list[Item]:
    """What there is room for, in its order."""
    seen: Counter[int] = Counter()
    turns = []
    for item in sorted(items, key=Item.urgency):
        turns.append((item.rank == Rank.LATER, seen[item.line.place], item.urgency(), item))
        seen[item.line.place] += 1
    fit = [turn for turn in turns if turn[1] < MOST_OF_A_KIND]
    chosen = sorted(fit, key=lambda turn: turn[:3])[:MOST_ROWS]
    return sorted((item for *_turn, item in chosen), key=Item.urgency)


def _lines(todos: list[Todo], user: Any) -> list[Line]:
    """The first rows of every kind; a record of which two tell stands where it is asked first."""
    asked = [todo.lines(place, user) for place, todo in enumerate(todos)]
    if not asked:
        return []
    once: dict[tuple[Resource, int], Line] = {}
    for row in sorted(asked[0].union(*asked[1:], all=True)):
        line = Line(*row)
        once.setdefault((todos[line.place].resource, line.key), line)
    return list(once.values())


def _name_subjects(items: list[Item], user: Any) -> None:
    """Let each item know whom it is about, where the user sees them."""
    # what all other records belong to
    whole = next(r for r in all_resources() if getattr(r.model, "AUDIT_SUBJECT", "") == "id")
    keys = {item.line.subject for item in items if item.line.subject}
    opens = user.has_action(whole.permission("view"))
    names = names_of(whole.model, keys, user) if keys and opens else {}
    address = pk_url(whole.url_name("view"))
    for item in items:
        if item.line.subject in names:
            item.subject = names[item.line.subject]
            item.subject_address = address(item.line.subject)
    _name_as_records_do([item for item in items if not item.subject], whole.model)


def _name_as_records_do(items: list[Item], model: Any) -> None:
    """Name those whom a record names to whoever sees it; their own pages do not open."""
    told = [item for item in items if getattr(item.todo.resource.model, "NAMES_SUBJECT", False)]
    found = model._base_manager.in_bulk({one.line.subject for one in told if one.line.subject})
    for item in told:
        if item.line.subject in found:
            item.subject = str(found[item.line.subject])
