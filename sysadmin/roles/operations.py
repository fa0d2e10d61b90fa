"""What happens to roles: a new one is made, and what one carries changes."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.approvals import asker, second_person
from crm.core.clock import bank_today
from crm.core.operations import DomainError, operation, save_changes, save_new
from sysadmin.models import IncompatibleDuties, Role, User, period


@second_person(
    "sysadmin.open_role/1",
    label=gettext_lazy("New role"),
    action="sysadmin.add_role",
    same=lambda role: role.code,
)
@operation
def open_role(role: Role, *, by: User, like: Role | None = None) -> Role:
    """Make a role; one that is made like another is kept apart from the same roles."""
    save_new(role)
    if like is not None:
        _keep_apart_like(role, like)
    return role


@second_person(
    "sysadmin.change_role/1",
    label=gettext_lazy("Change of a role"),
    action="sysadmin.change_role",
)
@operation
def change_role(role: Role, *, by: User, fields: list[str], version: int) -> Role:
    """Change what a role carries; it bites on the next request of whoever holds it."""
    held = set(Role.objects.get(pk=role.pk).actions)
    holds = any(role.pk in one.role_ids for one in (asker(by), by))
    if holds and set(role.actions) - held:
        raise DomainError(
            _("Nobody gives more to a role that they hold. Ask another administrator."), "actions"
        )
    save_changes(role, fields, version=version)
    return role


def _keep_apart_like(role: Role, like: Role) -> None:
    """Keep a role apart, from today on, from every role that another is kept apart from today."""
    rules = IncompatibleDuties.objects.filter(valid__contains=bank_today())
    for rule in rules.filter(Q(first=like) | Q(second=like)).order_by("id"):
        other = rule.second_id if rule.first_id == like.pk else rule.first_id
        first, second = sorted([role.pk, other])
        save_new(
            IncompatibleDuties(
                first_id=first, second_id=second, ground=rule.ground, valid=period(bank_today())
            )
        )
