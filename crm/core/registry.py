"""What a module contributes to a module below it: panels and tabs, chips, ties to its records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from .keyset import Count
    from .models import Text
    from .resources import Resource

Rows = TypeVar("Rows", bound="QuerySet[Any, Any]")


def always(_record: Any) -> bool:
    """What has no condition."""
    return True


def nothing(_record: Any) -> Iterable[Any]:
    """What says nothing."""
    return ()


@dataclass(frozen=True)
class Panel:
    """Another resource's list, narrowed to the record on show, in its own request and rights.

    `column` is where the panel stands: "left", "middle" or "right". `heading` is what the card says
    at its top, if the plural of its records does not say it. `action` is what a user needs to see
    it, if that is not looking at its records. `holds` says at which records there can be any.
    `adds` says what its button for another one says, if it has one; the record on show is filled
    in. `key` is the key that presses it.
    """

    resource: Resource
    field: str
    column: str = "middle"
    heading: Text = ""
    action: str = ""
    holds: Callable[[Any], bool] = always
    adds: Text = ""
    key: str = ""

    def address(self, obj: Any) -> str:
        """Where the panel of this record is fetched."""
        return self.resource.url("panel", None, self.field, obj.pk)


_panels: dict[str, list[Panel]] = defaultdict(list)


def add_panel(label: str, panel: Panel) -> None:
    """Show `panel` on the page of the model `label` ("app.model"); call from ready()."""
    _panels[label].append(panel)
    panel.resource.open_panel(panel.field)


def panels_for(label: str) -> list[Panel]:
    """The panels of a model's page, in the order of the installed modules."""
    return _panels[label]


def panel_of(label: str, resource: Resource, field: str) -> Panel:
    """This list as a panel on the page of the model `label`."""
    return next(p for p in _panels[label] if (p.resource, p.field) == (resource, field))


@dataclass(frozen=True)
class Step:
    """What a module lets one begin from any page of a record of a module below.

    `address` is where it begins for a record, `key` the single key that opens it.
    """

    label: Text
    icon: str
    action: str
    address: Callable[[Any], str]
    key: str = ""


_steps: dict[str, list[Step]] = defaultdict(list)


def add_step(label: str, step: Step) -> None:
    """Offer a step on the pages of records of the model `label`; call from ready()."""
    _steps[label].append(step)


def steps_at(obj: Any, user: Any) -> list[tuple[Step, str]]:
    """The steps that a user may begin from a record, each with its address."""
    offered = [s for s in _steps[obj._meta.label_lower] if user.has_action(s.action)]
    return [(step, step.address(obj)) for step in offered]


@dataclass(frozen=True)
class Tab:
    """A page of its own about a record of a module below, beside the tabs of that record's pages.

    `key` says which tab is open, `actions` are those of which a user needs one to be offered it.
    """

    key: str
    label: Text
    actions: tuple[str, ...]
    address: Callable[[Any], str]


_tabs: dict[str, list[Tab]] = defaultdict(list)


def add_tab(label: str, tab: Tab) -> None:
    """Offer a tab on the pages of records of the model `label`; call from ready()."""
    _tabs[label].append(tab)


def tabs_at(obj: Any, user: Any) -> list[tuple[Tab, str]]:
    """The tabs that a user is offered at a record, each with its address."""
    held = [t for t in _tabs[obj._meta.label_lower] if any(map(user.has_action, t.actions))]
    return [(tab, tab.address(obj)) for tab in held]


@dataclass(frozen=True)
class Chip:
    """A few words in the name row of a record; `tone` is ok, warn, bad, info, or none."""

    label: Text
    icon: str
    tone: str = ""


@dataclass(frozen=True)
class Fact:
    """One of the key facts under the name of a record, with a line that says what to make of it."""

    label: Text
    value: Text
    said: Text
    is_late: bool = False


@dataclass(frozen=True)
class Glance:
    """What a module wants to know of a record of a module below whenever that is shown.

    `reads` are expressions for a user, by the attributes that the record then has: they are read in
    the statement that reads the record. `chips` makes of them what the name row says, `facts` what
    stands among the key facts.
    """

    reads: Callable[[Any], Mapping[str, Any]]
    chips: Callable[[Any], Iterable[Chip]] = nothing
    facts: Callable[[Any], Iterable[Fact]] = nothing


_glances: dict[str, list[Glance]] = defaultdict(list)


def add_glance(label: str, glance: Glance) -> None:
    """Have something read with each record of the model `label` on show; call from ready()."""
    _glances[label].append(glance)


def at_a_glance(rows: Rows, user: Any) -> Rows:
    """Records for their own pages, each with what modules want to know of it for this user."""
    for glance in _glances[rows.model._meta.label_lower]:
        rows = rows.annotate(**glance.reads(user))
    return rows


def chips_of(obj: Any) -> list[Chip]:
    """What the name row of a record that was read at a glance says, in the order of the modules."""
    return [chip for glance in _glances[obj._meta.label_lower] for chip in glance.chips(obj)]


def facts_of(obj: Any) -> list[Fact]:
    """What modules add to the key facts of a record that was read at a glance."""
    return [fact for glance in _glances[obj._meta.label_lower] for fact in glance.facts(obj)]


@dataclass(frozen=True)
class Tie:
    """What a module has at records of a module below: it is counted, and may hold the record back.

    `count` gives for each of some records how many there are, as far as the user sees them or, for
    nobody, all of them. `words` says a count in words. `action` is what a user needs to see it;
    without one it is not shown beside the record, and only holds it back. `within_reach` says that
    it counts for a user no further than their reach, so that the page can say so.
    """

    count: Callable[[Sequence[Any], Any], list[Count]]
    words: Callable[[Count], str]
    action: str = ""
    within_reach: bool = False


_ties: dict[str, list[Tie]] = defaultdict(list)


def add_tie(label: str, tie: Tie) -> None:
    """Count what a module has at records of the model `label` ("app.model"); call from ready()."""
    _ties[label].append(tie)


def ties_of(label: str, user: Any = None) -> list[Tie]:
    """The ties of a model, in the order of the installed modules; for a user those on show."""
    if user is None:
        return list(_ties[label])
    return [tie for tie in _ties[label] if tie.action and user.has_action(tie.action)]


def what_ties(obj: Any) -> list[str]:
    """Everything that holds a record back, in words; empty if nothing does."""
    counted = [(tie, tie.count([obj], None)[0]) for tie in ties_of(obj._meta.label_lower)]
    return [tie.words(count) for tie, count in counted if count.n]


_sweepers: list[Callable[[], object]] = []


def add_sweeper(sweep: Callable[[], object]) -> None:
    """Let the hourly housekeeping sweep what a module keeps for a time; call from ready()."""
    _sweepers.append(sweep)


def sweepers() -> list[Callable[[], object]]:
    """What sweeps, in the order of the installed modules."""
    return list(_sweepers)
