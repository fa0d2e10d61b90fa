"""A model's pages, declared as data: one Resource gives its addresses, pages and buttons."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Case, When
from django.urls import path, reverse
from django.views import View as Page

from . import pages
from .forms import ReasonForm
from .querysets import action_name
from .tables.addresses import pk_url
from .words import any_of, holding_words

if TYPE_CHECKING:
    from django.db import models
    from django.forms import Form
    from django.urls import URLPattern

    from .forms import RecordForm
    from .saved_views import View


@dataclass(frozen=True)
class Transition:
    """An operation offered on the record's page; its name is also the action a role carries."""

    name: str
    run: Callable[..., Any]
    form: type[Form] = ReasonForm


@dataclass(frozen=True)
class Section:
    """A card of the record's page: a heading and the fields under it."""

    title: Any
    fields: tuple[str, ...]


_all: list[Resource] = []
IN_PALETTE = 3
NUMBER = "number"


def in_palette(user: Any, typed: str) -> list[tuple[Resource, list[tuple[Any, str, str]]]]:
    """The first records that hold what was typed, of each kind that the palette offers.

    Each record comes with its number and the address of its page.
    """
    offers = [r for r in _all if r.palette and user.has_action(r.permission("view"))]
    found = []
    for offer in offers:
        rows = offer.matching(offer.model._default_manager.permitted(user), typed)[:IN_PALETTE]
        hits = [(row, offer.code_of(row), offer.url("view", row)) for row in rows]
        found += [(offer, hits)] if hits else []
    return found


@dataclass(frozen=True, eq=False)
class Resource:
    """What the pages of one model need to know.

    `sorts` names the orders that an index serves; the first is the default. `joins` are the foreign
    keys that the table shows. `search` are the fields in which a look-up finds what was typed, the
    number or code first; `find` narrows the list's rows to what the user typed. `listing` is the
    read model that the list filters and sorts, if that is not the model itself. `views` are those
    that the list comes with, beside the one of all rows. `namespace` is the module that serves the
    addresses, if it is not the model's own. `recorded` says that each look at a record goes to the
    access trail. `apart` says that a page first finds its rows and reads what they name afterwards,
    as lists do that grow with the customers. `palette` is the icon with which the command palette
    offers what `search` finds.
    """

    model: type[models.Model]
    table: type[Any]
    sorts: Mapping[str, tuple[str, ...]]
    filterset: type[Any] | None = None
    form: type[RecordForm] | None = None
    sections: tuple[Section, ...] = ()
    transitions: tuple[Transition, ...] = ()
    joins: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    find: Callable[[Any, str, Any], Any] | None = None
    listing: type[models.Model] | None = None
    views: tuple[View, ...] = ()
    recorded: bool = False
    apart: bool = False
    palette: str = ""
    route: str = ""
    namespace: str = ""
    in_drawer: bool = True
    without: frozenset[str] = frozenset()
    overrides: Mapping[str, type[Page]] = field(default_factory=dict)
    panel_fields: set[str] = field(default_factory=set)

    PAGES: ClassVar[dict[str, tuple[str, type[Page]]]] = {
        "list": ("", pages.ListPage),
        "count": ("count/", pages.CountPage),
        "filter": ("filter/", pages.FilterPage),
        "find": ("find/", pages.FindPage),
        "lookup": ("lookup/", pages.LookupPage),
        "panel": ("panel/<slug:field>/<int:pk>/", pages.PanelPage),
        "add": ("add/", pages.AddPage),
        "view": ("<int:pk>/", pages.DetailPage),
        "change": ("<int:pk>/change/", pages.ChangePage),
    }

    def __post_init__(self) -> None:
        _all.append(self)

    def __str__(self) -> str:
        return self.model._meta.label_lower

    @property
    def pages(self) -> list[str]:
        """Names of all pages, transitions last."""
        absent = set(self.without)
        absent |= set() if self.form else {"add", "change"}
        absent |= set() if self.filterset else {"filter"}
        absent |= set() if self.search else {"lookup"}
        absent |= set() if self.find else {"find"}
        return [n for n in self.PAGES if n not in absent] + [t.name for t in self.transitions]

    def matching(self, rows: Any, typed: str) -> Any:
        """The rows that hold each word typed in a number or a name; what begins so comes first.

        Every row is read, so a model that grows with the customers is found by the beginning of its
        number alone, or has a look-up of its own.
        """
        rows = rows.select_related(*self.joins)
        words = typed.split()
        if not words:
            return rows
        if self.search == (NUMBER,):
            # numbers of a series are written in capitals, and the index holds them so
            return rows.filter(number__startswith="".join(words).upper()).order_by(NUMBER)
        rows = holding_words(rows, self.search, typed)
        begins = When(any_of(self.search, "istartswith", typed), then=0)
        return rows.order_by(Case(begins, default=1), *(rows.model._meta.ordering or ["pk"]))

    def code_of(self, row: Any) -> str:
        """The number or code by which a record is known."""
        return str(getattr(row, self.search[0]))

    def action_of(self, page: str) -> str:
        """The action that a page asks for."""
        reading = {"list", "count", "filter", "find", "lookup", "panel", "view"}
        return "view" if page in reading else page

    def permission(self, action: str) -> str:
        """The full name of an action: 'customers.view_customer'."""
        return action_name(self.model, action)

    def url_name(self, page: str) -> str:
        """The name of a page's address: 'customers:customer_view'."""
        opts = self.model._meta
        return f"{self.namespace or opts.app_label}:{opts.model_name}_{page}"

    def url(self, page: str, obj: models.Model | None = None, *args: Any) -> str:
        """The address of a page."""
        if args or obj is None:
            return reverse(
                self.url_name(page), args=[*([obj.pk] if obj is not None else []), *args]
            )
        return pk_url(self.url_name(page))(obj.pk)

    def open_panel(self, field_name: str) -> None:
        """Allow this list as a panel narrowed by a foreign key."""
        self.panel_fields.add(field_name)

    @property
    def urls(self) -> list[URLPattern]:
        """All addresses of the model, under its route."""
        prefix = self.model._meta.model_name
        routes: dict[str, tuple[str, Any]] = {}
        for name in self.pages:
            if name in self.PAGES:
                route, page = self.PAGES[name]
                view = self.overrides.get(name, page).as_view(resource=self)
            else:
                step = next(t for t in self.transitions if t.name == name)
                page = self.overrides.get(name, pages.TransitionPage)
                view = page.as_view(resource=self, transition=step)
                route = f"<int:pk>/{name}/"
            routes[name] = (self.route + route, view)
        return [path(r, view, name=f"{prefix}_{name}") for name, (r, view) in routes.items()]


def resource_of(model: type[models.Model]) -> Resource | None:
    """The resource that serves the pages of a model, if it has pages of its own."""
    return next((resource for resource in _all if resource.model is model), None)


def joins_of(model: type[models.Model]) -> tuple[str, ...]:
    """The foreign keys that the name of a row and its list say something of."""
    resource = resource_of(model)
    if resource is not None:
        return resource.joins
    return tuple(field.name for field in model._meta.concrete_fields if field.is_relation)


def all_resources() -> Iterable[Resource]:
    """Every resource that has been declared."""
    return tuple(_all)
