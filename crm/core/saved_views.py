"""Views of lists: those that a list comes with, and those that users save, for whom they like."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from django.contrib.auth import get_user_model
from django.utils.datastructures import MultiValueDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from .acting import acting
from .idempotency import parse_key
from .keyset import Count, page_query
from .models import SavedView, StoredQuery
from .operations import DomainError, operation, save_changes, save_new
from .scope import Reach

if TYPE_CHECKING:
    from .models import Text
    from .resources import Resource

MOST = 50
LONGEST = 2000
# what an address says beside what a view is
PASSING = ("view", "size")


@dataclass(frozen=True)
class View:
    """A view that a list comes with; `near` ones are of no use to those who see the whole bank.

    `action` is what a user needs to have it, if it is for some readers of the list alone.
    """

    key: str
    label: Text
    address: str = ""
    near: bool = False
    action: str = ""


@dataclass
class Tab:
    """A view as one user sees it: pinned as a tab or not, perhaps the one that opens first."""

    key: str
    label: str
    address: str
    is_pinned: bool
    is_first: bool
    saved: SavedView | None = None
    count: Count | None = None

    @property
    def link(self) -> str:
        """The view's place in the address of its list."""
        return f"?{self.address}&view={self.key}" if self.address else f"?view={self.key}"

    def shows(self, address: str) -> bool:
        """Whether a list at this address is the view unchanged."""
        return meaning(self.address) == meaning(address)


def parameters(address: str) -> MultiValueDict[str, str]:
    """What an address asks for, by name."""
    return MultiValueDict(parse_qs(address.removeprefix("?"), keep_blank_values=True))


def meaning(address: str) -> list[tuple[str, list[str]]]:
    """What an address asks for, whatever the order in which it is written."""
    asked = parameters(address)
    dropped = {*PASSING, "after", "before"}
    return sorted((name, held) for name, held in asked.lists() if name not in dropped)


def narrows(address: str) -> bool:
    """Whether an address asks for less than all rows, not only for another order or columns."""
    return any(name not in {"sort", "columns"} for name, _held in meaning(address))


def wishes(user: Any, resource: Resource) -> dict[str, Any]:
    """What a user has chosen about the views of a list."""
    held: dict[str, Any] = user.views.get(str(resource), {})
    return held


def tabs_of(resource: Resource, user: Any, *, with_words: bool = False) -> list[Tab]:
    """All views of a list that the user may open: those it comes with, then the saved by name.

    The words that a view searches for, and who shares it, are read only for those who ask for the
    rows.
    """
    wished = wishes(user, resource)
    chosen, first = wished.get("tabs", {}), wished.get("first", "")
    reach = user.reach(resource.permission("view"))
    shipped: list[View] = [all_rows(resource), *resource.views]
    tabs = [
        Tab(v.key, str(v.label), v.address, chosen.get(v.key, True), first == v.key)
        for v in shipped
        if not (v.near and reach.everything) and (not v.action or user.has_action(v.action))
    ]
    saved = with_queries(user, resource) if with_words else saved_for(user, resource)
    return tabs + [
        Tab(v.key, v.name, v.address, chosen.get(v.key, v.pinned), first == v.key, v) for v in saved
    ]


def all_rows(resource: Resource) -> View:
    """The view of a list that is not narrowed at all."""
    records = resource.model._meta.verbose_name_plural
    return View("all", capfirst(_("All %(records)s") % {"records": records}))


def with_queries(user: Any, resource: Resource) -> Any:
    """The saved views that the user may open, with the words they search for and their owners."""
    rows = SavedView.objects.within(user, resource.permission("view"))
    return (
        rows.filter(resource=str(resource)).select_related("query", "owner").order_by("name", "pk")
    )


@dataclass(frozen=True)
class _Anybody:
    """Stands for whoever asks, while the statement is put together once."""

    pk = -1
    role_ids = frozenset({-2})

    def reach(self, _action: str) -> Reach:
        return Reach()


@cache
def _statement(resource: Resource) -> tuple[str, tuple[Any, ...]]:
    """What reads the saved views of a list, made by the one door to rows; every list asks it."""
    rows = SavedView.objects.within(_Anybody(), resource.permission("view"))
    named = rows.filter(resource=str(resource)).order_by("name", "pk")
    sql, params = named.query.sql_with_params()
    return sql.replace('"role_id" IN (%s)', '"role_id" = any(%s)'), params


def saved_for(user: Any, resource: Resource) -> Any:
    """The saved views of a list that the user may open."""
    sql, params = _statement(resource)
    given = {_Anybody.pk: user.pk, -2: list(user.role_ids)}
    return SavedView.objects.raw(sql, [given.get(value, value) for value in params])


def address_of(resource: Resource, text: str, *, user: Any) -> str:
    """What a view keeps of a list's address; refuses one that cannot be read."""
    asked = parameters(text[: LONGEST * 2])
    if resource.filterset is not None:
        filters = resource.filterset(asked, queryset=resource.model._base_manager.none(), user=user)
        if filters.errors:
            raise DomainError(_("A filter of the list cannot be read. Put it right, then save."))
        asked = filters.params()
    address = page_query(asked, without=PASSING)
    if len(address) > LONGEST:
        raise DomainError(_("These are more filters than a view can hold. Remove some of them."))
    return address


def words_of(address: str, resource: Resource) -> StoredQuery | None:
    """The words that an address searches for, kept as long as the view is."""
    token = parameters(address).get("v", "")
    key = parse_key(token or "")
    return StoredQuery.objects.filter(token=key, resource=str(resource)).first() if key else None


@operation
def save(view: SavedView, *, by: Any) -> SavedView:
    """Keep a list under a name."""
    if SavedView.objects.filter(owner=by, resource=view.resource).count() >= MOST:
        raise DomainError(_("You have as many views of this list as fit. Remove one first."))
    view.owner = by
    place(view, by=by)
    save_new(view)
    return view


@operation
def change(view: SavedView, *, by: Any, fields: Iterable[str], version: int) -> SavedView:
    """Change one's own view: its name, what it shows, for whom it is."""
    place(view, by=by)
    save_changes(view, {*fields, "audience", "team", "role"}, version=version)
    return view


@operation
def remove(view: SavedView, *, by: Any) -> None:
    """Remove one's own view, for all who see it."""
    SavedView.objects.filter(pk=view.pk, owner=by).delete()


def place(view: SavedView, *, by: Any) -> None:
    """Tie a view to those it is for; sharing it is a right of its own."""
    if view.audience != SavedView.Audience.PRIVATE and not by.has_action(SavedView.SHARE):
        raise DomainError(_("You may keep views for yourself alone."), "audience")
    view.role = view.role if view.audience == SavedView.Audience.ROLE else None
    view.team = leader_of(by) if view.audience == SavedView.Audience.TEAM else None
    if view.audience == SavedView.Audience.TEAM and view.team is None:
        raise DomainError(_("You neither lead a team nor belong to one."), "audience")


def leader_of(user: Any) -> Any:
    """Who leads a user's team: the user, if anybody reports there; else whom they report to."""
    users = get_user_model()._base_manager
    if users.filter(pk=user.pk, staff_member__reports__isnull=False).exists():
        return user
    return users.filter(staff_member__reports__user=user).first()


def wish(user: Any, resource: Resource, key: str, *, pinned: bool, first: bool) -> None:
    """Keep whether a view is a tab for this user, and whether it is the one that opens first."""
    held = wishes(user, resource)
    opens = key if first else "" if held.get("first") == key else held.get("first", "")
    wished = {"first": opens, "tabs": held.get("tabs", {}) | {key: pinned}}
    if wished == {"first": "", "tabs": {}} | held:
        return
    with acting(by=user):
        user.views = user.views | {str(resource): wished}
        user.save(update_fields=["views", "updated_at"])
