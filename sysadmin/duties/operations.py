"""What happens to rules on incompatible duties: two roles are kept apart, and no more."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.approvals import second_person
from crm.core.clock import bank_today
from crm.core.operations import DomainError, operation, save_new, write
from sysadmin.models import IncompatibleDuties, User, period, soonest_end


@second_person(
    "sysadmin.keep_apart/1",
    label=gettext_lazy("New rule on incompatible duties"),
    action="sysadmin.add_incompatibleduties",
    same=lambda rule: sorted([rule.first_id, rule.second_id]),
)
@operation
def keep_apart(rule: IncompatibleDuties, *, by: User) -> IncompatibleDuties:
    """Let nobody get both roles from a day on; whoever holds both keeps them until one ends."""
    if rule.first_id == rule.second_id:
        raise DomainError(_("Choose two different roles."), "second")
    if rule.valid.lower < bank_today():
        raise DomainError(_("A rule cannot begin in the past. Enter today or later."), "first_day")
    if rule.first_id > rule.second_id:
        rule.first, rule.second = rule.second, rule.first
    save_new(rule)
    return rule


@second_person(
    "sysadmin.end_duties/1",
    label=gettext_lazy("End of a rule on incompatible duties"),
    action="sysadmin.end_incompatibleduties",
)
@operation
def end(rule: IncompatibleDuties, *, by: User, reason: str) -> None:
    """End a rule today: from now on both roles may be held together."""
    if not rule.can("end"):
        raise DomainError(rule.sentence(IncompatibleDuties.MOVES["end"].refused))
    rule.valid = period(rule.valid.lower, soonest_end(rule.valid))
    write(rule, ["valid"], version=rule.version)
