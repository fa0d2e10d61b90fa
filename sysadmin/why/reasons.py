"""What gives somebody an action, on a record or at all, and what is in the way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.db.models import Model
from django.utils.translation import gettext as _

from crm.core.clock import bank_today
from crm.core.formats import day
from crm.core.named import names_of
from crm.core.scope import InTree, LiveGrant, OwnedBy, Reach, Through
from sysadmin.models import Grant, Role, User

# grants that reach what is in somebody's hands, whatever the place
IN_HANDS = {Grant.Reach.OWN, Grant.Reach.TEAM}


@dataclass(frozen=True)
class Question:
    """May this user do this, to this record or at all; asked by somebody who may know it."""

    user: User
    action: str
    asker: User
    model: Any = None
    key: int = 0


@dataclass(frozen=True)
class Carried:
    """A grant in force that carries the action, and whether it gets as far as the record."""

    grant: Grant
    reaches: bool


@dataclass(frozen=True)
class Answer:
    """Everything that is in the way, and the grants that carry the action."""

    obstacles: tuple[str, ...]
    carried: tuple[Carried, ...]
    record: str

    @property
    def may(self) -> bool:
        """Whether nothing is in the way."""
        return not self.obstacles


def explain(question: Question) -> Answer:
    """Say which grants give an action, or everything that is missing."""
    row = _row(question)
    grants = _grants(question).filter(valid__contains=bank_today())
    carried = tuple(Carried(grant, _reaches(question, row, grant)) for grant in grants)
    obstacles = (
        *_about_account(question.user),
        *_about_grants(question, carried),
        *_about_record(question, row, carried),
    )
    return Answer(obstacles, carried, _record_words(question) if question.model else "")


def _grants(question: Question) -> Any:
    held = Grant.objects.filter(user=question.user, role__actions__contains=[question.action])
    return held.select_related("role", "branch").order_by("id")


def _reach(grants: list[Grant]) -> Reach | None:
    return Reach.of(
        LiveGrant(frozenset(g.role.actions), g.extent, g.branch_id, g.branch.lft, g.branch.rgt)
        for g in grants
    )


def _rows(model: Any) -> Any:
    return getattr(model, "scoped", model._default_manager).all()


def _row(question: Question) -> Model | None:
    if question.model is None:
        return None
    found: Model | None = question.model._base_manager.filter(pk=question.key).first()
    return found


def _reaches(question: Question, row: Model | None, grant: Grant) -> bool:
    """Whether a grant gets as far as the record; where none is asked about, it does."""
    if row is None:
        return question.model is None
    return _is_within(question, row, _reach([grant]))


def _is_within(question: Question, row: Model, reach: Reach | None) -> bool:
    rows, scope = _rows(question.model).filter(pk=row.pk), question.model.SCOPE
    return reach is not None and bool(scope.narrow(rows, reach, question.user).exists())


def _about_account(user: User) -> Iterator[str]:
    if not user.is_active:
        yield _("The user may not sign in.")
    if user.is_first_password_over:
        yield _("The first password of the user holds no more. Give a new one.")
    elif user.has_first_password:
        yield _("The user has yet to choose a password of their own.")
    if settings.SECOND_FACTOR and user.needs_second_factor and not is_mfa_enabled(user):
        yield _("A role of the user asks for a second factor, and none is set up.")


def _about_grants(question: Question, carried: tuple[Carried, ...]) -> Iterator[str]:
    if carried:
        return
    yield _("No grant in force carries this action.")
    for grant in _grants(question):
        first, beyond = grant.valid.lower, grant.valid.upper
        said = {"role": grant.role, "branch": grant.branch.shown_name}
        if first > bank_today():
            yield _("%(role)s at %(branch)s begins on %(day)s.") % (said | {"day": day(first)})
        elif beyond:
            last = beyond - dt.timedelta(days=1)
            yield _("%(role)s at %(branch)s ended on %(day)s.") % (said | {"day": day(last)})
    roles = ", ".join(
        str(role) for role in Role.objects.filter(actions__contains=[question.action])
    )
    yield _("Roles that carry it: %(roles)s.") % {"roles": roles or "–"}


def _about_record(
    question: Question, row: Model | None, carried: tuple[Carried, ...]
) -> Iterator[str]:
    if question.model is None:
        return
    if row is None:
        yield _("There is no such record.")
        return
    if carried and not any(one.reaches for one in carried):
        yield _out_of_reach(question, row, carried)
    elif carried and not _is_open(question, row):
        yield _("The record is closed to the user: it is confidential, or the user is kept away.")
    if not _allows(question, row):
        yield _("The present state of the record does not allow this step.")


def _out_of_reach(question: Question, row: Model, carried: tuple[Carried, ...]) -> str:
    """Where the record is, as far as the asker may see the place."""
    if isinstance(question.model.SCOPE, OwnedBy):
        return _("The record belongs to somebody else.")
    place = _place_of(row)
    if place is None:
        return _("The record is within the reach of a grant over the whole bank alone.")
    named = names_of(type(place), {place.pk}, question.asker)
    branch = {"branch": named.get(place.pk, f"№ {place.pk}")}
    if all(one.grant.extent in IN_HANDS for one in carried):
        return (
            _("The record is kept at %(branch)s in other hands, and the grants reach no further.")
            % branch
        )
    return _("The record is kept at %(branch)s, and no grant reaches that far.") % branch


def _place_of(row: Any) -> Any:
    """The place in the tree that a record is tied to, by itself or through what it belongs to."""
    scope = row.SCOPE
    if isinstance(scope, Through):
        return _place_of(getattr(row, scope.parent))
    if isinstance(scope, InTree):
        return reduce(getattr, scope.node.split("__"), row) if scope.node else row
    return None


def _is_open(question: Question, row: Model) -> bool:
    """Whether nothing closes a record within reach to the user."""
    reached = _rows(question.model).filter(pk=row.pk)
    return bool(reached.visible_to(question.user).exists())


def _allows(question: Question, row: Any) -> bool:
    """Whether the state of the record allows the step, if the action is one of its steps."""
    opts = question.model._meta
    verb = question.action.removeprefix(f"{opts.app_label}.").removesuffix(f"_{opts.model_name}")
    return verb not in getattr(row, "MOVES", {}) or bool(row.can(verb))


def _record_words(question: Question) -> str:
    """The record by name, or by number alone if the asker may not see it."""
    name = names_of(question.model, {question.key}, question.asker).get(question.key)
    return name or f"{question.model._meta.verbose_name} № {question.key}"
