"""Which rows a user reaches: grants × actions, and how each model is tied to the tree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Protocol

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

if TYPE_CHECKING:
    from .querysets import ScopedQuerySet


class Extent:
    """How far a grant goes, from the user's own rows to everything."""

    OWN = "own"
    TEAM = "team"
    NODE = "branch"
    SUBTREE = "branches_below"
    ALL = "bank"


@dataclass(frozen=True)
class LiveGrant:
    """One grant in force today, with the place in the tree that it is tied to."""

    actions: frozenset[str]
    extent: str
    node: int
    lft: int
    rgt: int


@dataclass(frozen=True)
class Reach:
    """What the live grants that carry one action add up to.

    `ranges` are merged [lft, rgt] spans of the tree, `nodes` single places outside them,
    `homes` the places of own and team grants: where such a user may put new rows.
    """

    everything: bool = False
    ranges: tuple[tuple[int, int], ...] = ()
    nodes: tuple[int, ...] = ()
    own: bool = False
    team: bool = False
    homes: tuple[int, ...] = ()

    @classmethod
    def of(cls, grants: Iterable[LiveGrant]) -> Reach | None:
        """Add up grants; None when there is not one."""
        held = list(grants)
        if not held:
            return None
        if any(g.extent == Extent.ALL for g in held):
            return cls(everything=True)
        ranges = _merged([(g.lft, g.rgt) for g in held if g.extent == Extent.SUBTREE])

        def outside(grant: LiveGrant) -> bool:
            return not any(low <= grant.lft <= high for low, high in ranges)

        nodes = {g.node for g in held if g.extent == Extent.NODE and outside(g)}
        homes = {g.node for g in held if g.extent in {Extent.OWN, Extent.TEAM} and outside(g)}
        return cls(
            ranges=ranges,
            nodes=tuple(sorted(nodes)),
            own=any(g.extent in {Extent.OWN, Extent.TEAM} for g in held),
            team=any(g.extent == Extent.TEAM for g in held),
            homes=tuple(sorted(homes - nodes)),
        )


def _merged(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for low, high in sorted(spans):
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


class Asker(Protocol):
    """A user as the scope sees them."""

    pk: Any

    @property
    def role_ids(self) -> frozenset[int]:
        """The keys of the roles held today."""

    def reach(self, action: str) -> Reach | None:
        """What the user's live grants with this action add up to."""


class Scope:
    """How the rows of a model are reached; each model declares one as SCOPE."""

    def arms(self, model: type[Model], reach: Reach, user: Asker) -> list[Q]:
        """Conditions of which a row must meet one; each is an index of its own."""
        raise NotImplementedError

    def narrow(self, rows: ScopedQuerySet[Any], reach: Reach, user: Asker) -> ScopedQuerySet[Any]:
        """The rows within reach: arms are united, not joined by OR, so each can use its index."""
        if reach.everything:
            return rows
        arms = self.arms(rows.model, reach, user)
        if len(arms) < 2:
            return rows.filter(arms[0]) if arms else rows.none()
        keys: list[QuerySet[Any, Any]] = [
            rows.model._base_manager.filter(arm).order_by().values("pk") for arm in arms
        ]
        return rows.filter(pk__in=keys[0].union(*keys[1:]))

    def narrow_named(
        self, rows: ScopedQuerySet[Any], reach: Reach, user: Asker
    ) -> ScopedQuerySet[Any]:
        """The same of rows that are named by their keys, where no index of an arm is walked."""
        return self.narrow(rows, reach, user)


def tree_arms(reach: Reach, node: str) -> list[Q]:
    """Conditions on the tree; `node` is the path to a row's place, '' for the place itself."""
    prefix = f"{node}__" if node else ""
    own_key = f"{node}_id" if node else "pk"
    arms = [
        Q(**{f"{prefix}lft__gte": low, f"{prefix}lft__lte": high}) for low, high in reach.ranges
    ]
    if len(reach.nodes) == 1:
        arms.append(Q(**{own_key: reach.nodes[0]}))  # "=" walks the index in order, "in" does not
    elif reach.nodes:
        arms.append(Q(**{f"{own_key}__in": reach.nodes}))
    return arms


@dataclass(frozen=True)
class InTree(Scope):
    """Rows tied to a place in the tree, and perhaps to an owner.

    `node`: the foreign key to the place, '' if the row is the place itself.
    `owner`: the path to the owning user's key; `leader`: the path to the key of the owner's leader.
    """

    node: str
    owner: str = ""
    leader: str = ""

    def arms(self, model: type[Model], reach: Reach, user: Asker) -> list[Q]:
        """The tree, the own rows, the team's rows."""
        arms = tree_arms(reach, self.node)
        if reach.own and self.owner:
            arms.append(Q(**{self.owner: user.pk}))
        if reach.team and self.leader:
            arms.append(Q(**{self.leader: user.pk}))
        return arms

    def narrow_named(
        self, rows: ScopedQuerySet[Any], reach: Reach, user: Asker
    ) -> ScopedQuerySet[Any]:
        """The arms joined by OR: of a row that is there already each is a glance."""
        if reach.everything:
            return rows
        arms = self.arms(rows.model, reach, user)
        return rows.filter(reduce(or_, arms)) if arms else rows.none()


@dataclass(frozen=True)
class Placed(InTree):
    """Rows of a read model that carry their own position in the tree, so that no join is needed."""

    position: str = ""

    def arms(self, model: type[Model], reach: Reach, user: Asker) -> list[Q]:
        """The same arms, spans of the tree compared with the row's own position."""
        spans = [
            Q(**{f"{self.position}__gte": low, f"{self.position}__lte": high})
            for low, high in reach.ranges
        ]
        beside = replace(reach, ranges=())
        return [*spans, *super().arms(model, beside, user)]


@dataclass(frozen=True)
class Through(Scope):
    """Rows that belong to another row and are reached exactly when that one is."""

    parent: str

    def narrow(self, rows: ScopedQuerySet[Any], reach: Reach, user: Asker) -> ScopedQuerySet[Any]:
        """The rows whose parent is within the reach of this action."""
        if reach.everything:
            return rows
        parent: Any = rows.model._meta.get_field(self.parent).related_model
        within = parent.SCOPE.narrow(parent._base_manager.all(), reach, user)
        return rows.filter(**{f"{self.parent}__in": within})

    def narrow_named(
        self, rows: ScopedQuerySet[Any], reach: Reach, user: Asker
    ) -> ScopedQuerySet[Any]:
        """The parent is named by the row, as the row is by its key."""
        if reach.everything:
            return rows
        parent: Any = rows.model._meta.get_field(self.parent).related_model
        within = parent.SCOPE.narrow_named(parent._base_manager.all(), reach, user)
        return rows.filter(Exists(within.filter(pk=OuterRef(f"{self.parent}_id"))))


@dataclass(frozen=True)
class OwnedBy(Scope):
    """Rows of one user, such as their own saved views."""

    owner: str

    def narrow(self, rows: ScopedQuerySet[Any], reach: Reach, user: Asker) -> ScopedQuerySet[Any]:
        """The user's own rows, however far the grant goes."""
        return rows.filter(**{self.owner: user.pk})


@dataclass(frozen=True)
class OwnedOrAll(OwnedBy):
    """Rows of one user, which a grant over the whole bank reaches too, such as jobs."""

    def narrow(self, rows: ScopedQuerySet[Any], reach: Reach, user: Asker) -> ScopedQuerySet[Any]:
        """The user's own rows; all of them for a bank-wide grant."""
        return rows if reach.everything else super().narrow(rows, reach, user)


@dataclass(frozen=True)
class Shared(OwnedBy):
    """Rows of one user, and those that others share with the user's team or a role held today.

    `team` is the foreign key to the leader of the team, `members` the path from a leader to the
    users who report there, `role` the foreign key to the role.
    """

    team: str
    members: str
    role: str

    def narrow(self, rows: ScopedQuerySet[Any], reach: Reach, user: Asker) -> ScopedQuerySet[Any]:
        """The user's own rows and those shared with them, however far the grant goes."""
        leaders: Any = rows.model._meta.get_field(self.team).related_model
        led_by = leaders._base_manager.filter(**{self.members: user.pk}).values("pk")
        return rows.filter(
            Q(**{self.owner: user.pk})
            | Q(**{self.team: user.pk})
            | Q(**{f"{self.team}__in": led_by})
            | Q(**{f"{self.role}__in": user.role_ids})
        )


class BankWide(Scope):
    """Rows that everybody with the action sees, such as configuration and the branch directory."""

    def narrow(self, rows: ScopedQuerySet[Any], reach: Reach, user: Asker) -> ScopedQuerySet[Any]:
        """All rows."""
        return rows


class System(Scope):
    """Rows that only a grant over the whole bank reaches, such as users and grants."""

    def narrow(self, rows: ScopedQuerySet[Any], reach: Reach, user: Asker) -> ScopedQuerySet[Any]:
        """All rows for a bank-wide grant, else none."""
        return rows if reach.everything else rows.none()
