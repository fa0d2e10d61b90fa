"""Maker and checker: an operation that a policy holds back becomes a request for a second person.

A module marks an operation with `second_person`. Where a policy is in force for it, calling it
tries it out, undoes that, and keeps the request; approving runs it, if the facts have not moved and
the maker still may. Without a policy it simply runs.
"""

from __future__ import annotations

import copy
import dataclasses
import datetime as dt
import functools
import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models, transaction
from django.db.models import F
from django.dispatch import Signal
from django.utils.translation import gettext as _

from .acting import acting
from .authority import why_beyond
from .clock import now
from .models import Approval, ApprovalPolicy, Workflow
from .models.approvals import ASKED_ALREADY
from .models.records import Text
from .operations import DomainError, insert, lock_for, operation, write
from .scope import InTree, Through
from .sealed import Place, reserve_keys, seal, unseal
from .typed_json import Reader, Writer

Status = Approval.Status
SALT_BYTES = 16
# inside the transaction: a request was made; a request has ended, decided or not
asked, settled = Signal(), Signal()


@dataclass(frozen=True)
class Change:
    """One fact that a request changes: field, value before and after, as JSON."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Checked:
    """An operation that may need a second person.

    `key`: stable, "customers.close/1". `action`: what the maker must still be allowed when it is
    carried out. `sealed`: names of values that rest sealed. `facts`: classes of facts among the
    arguments. `changes`: what a reader compares, if it is not what the record itself shows.
    `amount`: what is at stake, in the bank's own currency. `governed_by`: the operation whose
    policies hold for this one too, where a policy for one alone would leave a way around. `same`:
    of a new record the values by which a second request for it is told; without it, all of them.
    `always`: where no policy says who decides, nobody does it.
    """

    key: str
    label: Text
    action: str
    run: Callable[..., Any]
    sealed: frozenset[str] = frozenset()
    facts: tuple[type, ...] = ()
    changes: Callable[[Any, dict[str, Any]], list[Change]] | None = None
    amount: Callable[[Any, dict[str, Any]], Decimal | None] | None = None
    governed_by: str = ""
    same: Callable[[Any], Any] | None = None
    always: bool = False


class AskedAlready(DomainError):
    """The same waits already; `request` is where."""

    def __init__(self, request: Approval) -> None:
        super().__init__(ASKED_ALREADY)
        self.request = request


_checked: dict[str, Checked] = {}
_vetoes: list[Callable[[Approval, Any], str]] = []
_carrying_out: ContextVar[bool] = ContextVar("carrying_out", default=False)
_maker: ContextVar[Any] = ContextVar("maker", default=None)


def second_person(
    key: str, *, label: Text, action: str, **described: Any
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Mark an operation as one that a policy may hold back for a second person."""

    def mark(function: Callable[..., Any]) -> Callable[..., Any]:
        checked = Checked(key, label, action, function, **described)
        _checked[key] = checked

        @functools.wraps(function)
        def run(subject: Any, *, by: Any, **arguments: Any) -> Any:
            if _carrying_out.get():
                return function(subject, by=by, **arguments)
            policy, amount = held_back_by(checked, subject, arguments)
            if policy is None and checked.always:
                raise DomainError(
                    _("This always takes two persons. Say who decides under Approval policies.")
                )
            if policy is None:
                return function(subject, by=by, **arguments)
            return ask(checked, policy, subject, by=by, arguments=arguments, amount=amount)

        return run

    return mark


def add_veto(veto: Callable[[Approval, Any], str]) -> None:
    """Let a module say why somebody may not decide on a request; call from ready()."""
    _vetoes.append(veto)


def operations() -> list[tuple[str, str]]:
    """Every operation that a policy can be made for, with its name."""
    found = ((key, str(c.label)) for key, c in _checked.items() if not c.governed_by)
    return sorted(found, key=lambda pair: pair[1])


def label_of(key: str) -> str:
    """What an operation is called; its key if the module that knew it is gone."""
    return str(_checked[key].label) if key in _checked else key


def checked_by(key: str) -> Checked | None:
    """What an operation has declared; None if the module that knew it is gone."""
    return _checked.get(key)


def has_amount(key: str) -> bool:
    """Whether an amount is at stake in an operation."""
    return key in _checked and _checked[key].amount is not None


def policies_for(key: str) -> list[ApprovalPolicy]:
    """The policies in force for an operation, that of the highest amount first."""
    rows = ApprovalPolicy.objects.filter(operation=key, is_active=True)
    highest = F("from_amount").desc(nulls_last=True)
    return list(rows.select_related("role").order_by(highest))


def reached(policies: list[ApprovalPolicy], amount: Decimal | None) -> ApprovalPolicy | None:
    """Of an operation's policies that of the highest amount reached; None if none is."""
    at_stake = amount or Decimal(0)
    return next((p for p in policies if p.from_amount is None or p.from_amount <= at_stake), None)


def policy_for(key: str, subject: Any, **arguments: Any) -> ApprovalPolicy | None:
    """The policy that would hold an operation back; None if it would simply run."""
    return held_back_by(_checked[key], subject, arguments)[0]


def held_back_by(
    checked: Checked, subject: Any, arguments: dict[str, Any]
) -> tuple[ApprovalPolicy | None, Decimal | None]:
    """The policy that holds an operation back, and the amount at stake."""
    policies = policies_for(checked.governed_by or checked.key)
    # what is at stake is worked out only where somebody asks
    amount = checked.amount(subject, arguments) if policies and checked.amount else None
    return reached(policies, amount), amount


# --- asking ----------------------------------------------------------------------------


def ask(
    checked: Checked,
    policy: ApprovalPolicy,
    subject: Any,
    *,
    by: Any,
    arguments: dict[str, Any],
    amount: Decimal | None,
) -> Approval:
    """Keep the operation as a request; refuses at once what the operation itself would refuse."""
    with acting(by=by, reason=str(arguments.get("reason", ""))) as actor:
        is_new = subject._state.adding
        stored = None if is_new else type(subject)._base_manager.get(pk=subject.pk)
        fields = differing(subject, stored)
        values = {f.attname: text_of(f, subject) for f in fields}
        writer = Writer(checked.sealed)
        held = {"values": values, "arguments": writer.write(arguments)}
        changes = changes_of(checked, subject, stored, fields, arguments)
        rehearse(checked, subject, by=by, arguments=arguments)
        request = Approval(
            pk=reserve_keys(Approval, 1)[0],
            operation=checked.key,
            target=target_of(checked, subject, values),
            subject_model=subject._meta.label_lower,
            subject_key=None if is_new else subject.pk,
            subject_id=owner_of(subject),
            branch=branch_of(subject),
            arguments=held,
            changes=[[c.field, c.before, c.after] for c in changes],
            amount=amount,
            policy=policy,
            role=policy.role,
            maker_id=by.pk,
            reason=actor.reason,
            expires_at=now() + dt.timedelta(days=policy.days),
        )
        if waiting := waiting_for(request.operation, request.target):
            raise AskedAlready(waiting)
        if writer.sealed:
            request.salt = os.urandom(SALT_BYTES)
            request.sealed = seal(json.dumps(writer.sealed), _place(request), request.salt)
        insert(request)
        asked.send(Approval, request=request, by=by)
    request.about = str(subject)
    return request


def waiting_for(key: str, target: str) -> Approval | None:
    """The request that waits for an operation on a record, told by what it is about."""
    rows = Approval.objects.filter(operation=key, target=target, status=Status.PENDING)
    return rows.first()


def _place(request: Approval) -> Place:
    return Place(Approval._meta.db_table, "sealed", request.pk)


def rehearse(checked: Checked, subject: Any, *, by: Any, arguments: dict[str, Any]) -> None:
    """Run the operation and undo it: what it refuses is said to the maker, not to the checker."""
    held = {f.attname: getattr(subject, f.attname) for f in subject._meta.concrete_fields}
    adding = subject._state.adding
    with carrying_out(), undone():
        checked.run(subject, by=by, **arguments)
    for name, value in held.items():
        setattr(subject, name, value)
    subject._state.adding = adding


class _Undo(Exception):
    """Rolls a savepoint back without being an error."""


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside is undone."""
    try:
        with transaction.atomic():
            yield
            raise _Undo
    except _Undo:
        pass


@contextmanager
def carrying_out(maker: Any = None) -> Iterator[None]:
    """Inside, operations run without asking for a second person."""
    tokens = _carrying_out.set(True), _maker.set(maker)
    try:
        yield
    finally:
        _carrying_out.reset(tokens[0])
        _maker.reset(tokens[1])


def asker(by: Any) -> Any:
    """Whose powers count: those of the maker where a second person carries an operation out."""
    return _maker.get() or by


def differing(subject: Any, stored: Any) -> list[models.Field[Any, Any]]:
    """The fields a request is about: those that differ, of a new record all that people enter."""
    fields = [f for f in subject._meta.concrete_fields if f.editable and not f.primary_key]
    if stored is None:
        return fields
    return [f for f in fields if f.value_from_object(subject) != f.value_from_object(stored)]


def text_of(known: models.Field[Any, Any], record: Any) -> str | None:
    """A field's value as text that reads back; None for nothing."""
    empty = known.value_from_object(record) is None
    return None if empty else str(known.value_to_string(record))


def changes_of(
    checked: Checked,
    subject: Any,
    stored: Any,
    fields: list[models.Field[Any, Any]],
    arguments: dict[str, Any],
) -> list[Change]:
    """What changes: as the operation says, the move it takes, or the fields that differ."""
    if checked.changes:
        return checked.changes(subject, arguments)
    verb = checked.key.partition(".")[2].partition("/")[0]
    if isinstance(subject, Workflow) and verb in subject.MOVES:
        return [Change("status", subject.status, subject.MOVES[verb].enters)]
    return [
        Change(f.attname, text_of(f, stored) if stored else None, text_of(f, subject))
        for f in fields
    ]


def target_of(checked: Checked, subject: Any, values: dict[str, str | None]) -> str:
    """What a request is about: the record, or for a new one what tells it from others."""
    if not subject._state.adding:
        return f"{subject._meta.label_lower}:{subject.pk}"
    told = checked.same(subject) if checked.same else values
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
    return f"{subject._meta.label_lower}:new:{digest[:32]}"


def branch_of(subject: Any) -> Any:
    """Where in the tree the record belongs; None if nowhere."""
    while isinstance(subject.SCOPE, Through):
        subject = getattr(subject, subject.SCOPE.parent)
    if not isinstance(subject.SCOPE, InTree):
        return None
    for step in filter(None, subject.SCOPE.node.split("__")):
        subject = getattr(subject, step)
    return subject


def owner_of(subject: Any) -> int | None:
    """The key that the trail keeps the record under."""
    column = type(subject).AUDIT_SUBJECT
    return getattr(subject, column) if column else None


# --- deciding --------------------------------------------------------------------------


def why_not(request: Approval, user: Any) -> str:
    """Why the user may not decide on a request; empty if they may."""
    if request.is_own(user):
        return _("Nobody decides on their own request.")
    if request.role_id not in user.role_ids:
        return _("This is decided by: %(role)s.") % {"role": request.role}
    vetoed = next(filter(None, (veto(request, user) for veto in _vetoes)), "")
    return vetoed or why_beyond(request, user)


def judged(request: Approval, verb: str, *, by: Any) -> None:
    """Lock a request that can still take the step, if the user may decide on it."""
    lock_for(request, verb)
    if refusal := why_not(request, by):
        raise DomainError(refusal)


def keep(request: Approval, verb: str, *, by: Any, remark: str) -> None:
    """Keep the decision of a second person."""
    request.status = request.MOVES[verb].enters
    request.checker_id, request.remark, request.decided_at = by.pk, remark, now()
    write(request, ["status", "checker", "remark", "decided_at"], version=request.version)
    settled.send(Approval, request=request, by=by)


@operation
def approve(request: Approval, *, by: Any, reason: str = "") -> None:
    """Approve a request and carry it out; if the facts have moved it is closed as overtaken."""
    judged(request, "approve", by=by)
    if request.expires_at <= now():
        raise DomainError(_("This request has expired. Let it be asked for anew."))
    checked = _checked.get(request.operation)
    subject = None if checked is None else subject_of(request)
    if checked is None or subject is None or has_moved(request, subject):
        end(request, Status.OVERTAKEN, by=by)
        return
    if refusal := why_maker_may_not(request, checked, subject):
        raise DomainError(refusal)
    keep(request, "approve", by=by, remark=reason)
    put(request, subject)
    with carrying_out(maker_of(request)):
        checked.run(subject, by=by, **arguments_of(request, checked, subject))


@operation
def send_back(request: Approval, *, by: Any, reason: str) -> None:
    """Send a request back to the maker, saying what is to be corrected."""
    judged(request, "send_back", by=by)
    keep(request, "send_back", by=by, remark=reason)


@operation
def reject(request: Approval, *, by: Any, reason: str) -> None:
    """Reject a request."""
    judged(request, "reject", by=by)
    keep(request, "reject", by=by, remark=reason)


@operation
def withdraw(request: Approval, *, by: Any, reason: str = "") -> None:
    """Take back one's own request."""
    lock_for(request, "withdraw")
    if not request.is_own(by):
        raise DomainError(_("Only those who asked may withdraw their request."))
    request.remark = reason
    end(request, Status.WITHDRAWN, by=by)


def end(request: Approval, status: str, *, by: Any) -> None:
    """End a request that nobody has decided."""
    request.status, request.decided_at = status, now()
    write(request, ["status", "decided_at", "remark"], version=request.version)
    settled.send(Approval, request=request, by=by)


def expire(*, by: Any) -> int:
    """End what nobody has decided in time; returns how many."""
    due = Approval.objects.filter(status=Status.PENDING, expires_at__lte=now())
    with acting(by=by):
        requests = list(due.select_for_update(skip_locked=True)[:1000])
        for request in requests:
            end(request, Status.EXPIRED, by=by)
    return len(requests)


def subject_of(request: Approval) -> Any:
    """The record that a request is about, under a lock; a new one if it is to be entered."""
    model = apps.get_model(request.subject_model)
    if request.subject_key is None:
        return model()
    rows = model._base_manager.select_for_update(of=("self",))
    return rows.filter(pk=request.subject_key).first()


def has_moved(request: Approval, subject: Any) -> bool:
    """Whether a fact that the request changes is no longer what the maker saw."""
    if request.subject_key is None:
        return replaces_another(request, subject)
    fields = {f.attname: f for f in subject._meta.concrete_fields}
    seen = [(fields[name], before) for name, before, _after in request.changes if name in fields]
    return any(text_of(known, subject) != before for known, before in seen)


def replaces_another(request: Approval, subject: Any) -> bool:
    """Whether a new record would take the place of another one than the maker saw."""
    checked = _checked[request.operation]
    if checked.changes is None:
        return False
    new = copy.copy(subject)
    put(request, new)
    now_seen = checked.changes(new, arguments_of(request, checked, new))
    return {c.field: c.before for c in now_seen} != {n: before for n, before, _a in request.changes}


def put(request: Approval, subject: Any) -> None:
    """Give the record in hand the values that the maker wanted."""
    fields = {f.attname: f for f in subject._meta.concrete_fields}
    for name, text in request.arguments["values"].items():
        setattr(subject, name, None if text is None else fields[name].to_python(text))


def arguments_of(request: Approval, checked: Checked, subject: Any) -> dict[str, Any]:
    """What the operation is run with; the version is that of the record as it is now."""
    sealed = []
    if request.sealed:
        sealed = json.loads(unseal(request.sealed, _place(request), bytes(request.salt or b"")))
    arguments: dict[str, Any] = Reader(sealed, checked.facts).read(request.arguments["arguments"])
    return arguments | ({"version": subject.version} if "version" in arguments else {})


def maker_of(request: Approval) -> Any:
    """Who asked, with the rights of today."""
    users: Any = get_user_model()
    return users._base_manager.get(pk=request.maker_id)


def why_maker_may_not(request: Approval, checked: Checked, subject: Any) -> str:
    """Why the maker may no longer do what they asked for; empty if they may."""
    maker = maker_of(request)
    rows = type(subject)._default_manager
    rows = getattr(type(subject), "scoped", rows)
    allowed = maker.has_action(checked.action) and (
        request.subject_key is None
        or rows.within(maker, checked.action).filter(pk=subject.pk).exists()
    )
    if allowed:
        return ""
    return _("%(name)s may no longer do this. Reject the request.") % {"name": maker}


# --- showing ---------------------------------------------------------------------------


def entered_in(request: Approval) -> dict[str, Any]:
    """What the maker entered, by the name of the field, without what rests sealed."""
    fields = {f.attname: f for f in apps.get_model(request.subject_model)._meta.concrete_fields}
    entered: dict[str, Any] = {
        fields[name].name: None if text is None else fields[name].to_python(text)
        for name, text in request.arguments["values"].items()
    }
    checked = _checked.get(request.operation)
    reader = Reader([], checked.facts if checked and not request.sealed else ())
    held = request.arguments["arguments"]["map"] if not request.sealed else {}
    for name, value in reader.read({"map": held}).items():
        facts = dataclasses.is_dataclass(value)
        entered |= (
            {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
            if facts
            else {name: value}
        )
    first = {"first_day": entered["first"]} if "first" in entered else {}
    return entered | first | {"reason": request.reason, "why": request.reason}


def entered_by(requests: Iterable[Approval]) -> dict[int, Any]:
    """The records that requests would enter, by the key of the request, with what they point to.

    What they point to is fetched once for each kind of record, however many requests there are.
    """
    new = {r.pk: apps.get_model(r.subject_model)() for r in requests if r.subject_key is None}
    for request in requests:
        if request.pk in new:
            put(request, new[request.pk])
    pointing: dict[Any, list[tuple[Any, Any]]] = defaultdict(list)
    for record in new.values():
        for known in record._meta.concrete_fields:
            if known.is_relation and getattr(record, known.attname) is not None:
                pointing[known.related_model].append((record, known))
    for model, places in pointing.items():
        found = model._base_manager.in_bulk({getattr(r, known.attname) for r, known in places})
        for record, known in places:
            known.set_cached_value(record, found.get(getattr(record, known.attname)))
    return new


def pending_about(subject: models.Model) -> models.QuerySet[Approval]:
    """What waits for a second person about a record."""
    rows = Approval.objects.filter(
        subject_model=subject._meta.label_lower, subject_key=subject.pk, status=Status.PENDING
    )
    return rows.select_related("maker", "role").order_by("id")


def waiting_among(keys: list[int], operation: str) -> set[int]:
    """Which of these records an operation waits for."""
    rows = Approval.objects.filter(subject_key__in=keys, operation=operation, status=Status.PENDING)
    return {key for key in rows.values_list("subject_key", flat=True) if key is not None}
