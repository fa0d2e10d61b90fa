"""A small bank with one row of a model at every distance from the user who asks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from crm.core.acting import acting
from crm.core.clock import bank_today
from crm.core.models import Workflow
from crm.core.resources import Resource
from crm.core.scope import BankWide, OwnedOrAll, System
from sysadmin.models import Grant, User, period, system_user
from tests.factories import BranchFactory, GrantFactory, RoleFactory, StaffMemberFactory

from .routes import Route, routes_of
from .subjects import Subject, subject_of

SUBTREE = Grant.Reach.BRANCHES_BELOW


@dataclass
class World:
    """Four branches, the user who asks with a team, and a row at every place."""

    resource: Resource
    subject: Subject
    rows: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.bank = BranchFactory()
        self.branch = BranchFactory(parent=self.bank)
        self.below = BranchFactory(parent=self.branch)
        self.other = BranchFactory(parent=self.bank)
        self.me = StaffMemberFactory(branch=self.branch)
        self.report = StaffMemberFactory(branch=self.branch, supervisor=self.me)
        self.colleague = StaffMemberFactory(branch=self.branch)

    @property
    def user(self) -> User:
        """The user who asks, without anything remembered."""
        return User.objects.get(pk=self.me.user_id)

    def fill(self, *wanted: str) -> World:
        """Put a row at every place, or at those that a test asks about."""
        places = {
            "mine": (self.branch, self.me),
            "team": (self.branch, self.report),
            "branch": (self.branch, self.colleague),
            "below": (self.below, None),
            "elsewhere": (self.other, None),
        }
        self.rows = {name: self.subject.row(*places[name]) for name in wanted or places}
        return self

    def give(self, actions: Any, branch: Any, extent: str = SUBTREE, **dates: int) -> Grant:
        """Give the user a role of these actions alone; days are counted from today."""
        return self.hold(RoleFactory(actions=sorted(actions)), extent, branch=branch, **dates)

    def hold(self, role: Any, extent: str = SUBTREE, branch: Any = None, **dates: int) -> Grant:
        """Give the user a role at a branch, their own unless it is named."""
        today = bank_today()
        first = today + dt.timedelta(days=dates.get("first", -1))
        beyond = today + dt.timedelta(days=dates["beyond"]) if "beyond" in dates else None
        return GrantFactory(
            user=self.me.user,
            role=role,
            branch=branch or self.branch,
            extent=extent,
            valid=period(first, beyond),
        )

    def recast(self, role: Any, actions: Any) -> None:
        """Let a role carry these actions from now on."""
        self.keep(role)
        role.actions = sorted(actions)
        with acting(by=system_user()):
            role.save(update_fields=["actions", "updated_at"])

    def keep(self, role: Any) -> None:
        """Let somebody else have what the bank cannot be without, so that the role may lose it."""
        GrantFactory(role=RoleFactory(actions=role.actions), extent=Grant.Reach.BANK)

    def ready(self, row: Any, route: Route) -> None:
        """Put a row into a state from which the page's move starts."""
        if route.transition and isinstance(row, Workflow):
            self.put(row, min(row.MOVES[route.transition].leaves))

    def put(self, row: Any, status: str) -> None:
        """Put a row into a state, whatever its moves say."""
        with acting(by=system_user()):
            beside = self.subject.beside(status, row)
            type(row)._base_manager.filter(pk=row.pk).update(status=status, **beside)

    @property
    def panel_fields(self) -> list[str]:
        """The foreign keys by which the list is a panel, those to what everybody sees first."""
        return sorted(
            self.resource.panel_fields,
            key=lambda name: (not isinstance(self.parent_of(name).SCOPE, BankWide), name),
        )

    def parent_of(self, name: str) -> Any:
        """The model on whose page the list is a panel by this foreign key."""
        return self.resource.model._meta.get_field(name).related_model

    def address(self, route: Route, place: str = "mine") -> str:
        """The address of a page about the row at a place, or about its parent."""
        row = self.rows[place]
        if route.is_bulk:
            return f"{route.url()}?sel={row.pk}"
        if not route.is_panel:
            return route.url(**self.subject.address(row))
        for name in self.panel_fields:
            if parent := getattr(row, f"{name}_id"):
                return route.url(field=name, pk=parent)
        return route.url(field="none", pk=1)


def world_of(resource: Resource) -> World:
    """An empty world for one resource."""
    return World(resource, subject_of(resource.model))


def actions_of(resource: Resource) -> set[str]:
    """What the pages of a resource ask for, and looking at the parents of its panels."""
    parents = {resource.model._meta.get_field(name).related_model for name in resource.panel_fields}
    looks = {f"{p._meta.app_label}.view_{p._meta.model_name}" for p in parents}
    return looks | {route.action for route in routes_of(resource)}


def widest(resource: Resource) -> str:
    """A reach that is limited where the model's scope knows limits, and whole where it must be."""
    return Grant.Reach.BANK if isinstance(resource.model.SCOPE, System | OwnedOrAll) else SUBTREE
