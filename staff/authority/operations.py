"""What happens to limits of posts: they are set from a day on, and end."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.approvals import Change, has_amount, operations, second_person
from crm.core.clock import bank_today
from crm.core.formats import day
from crm.core.operations import DomainError, operation, save_new, write
from staff.models import AuthorityLimit
from sysadmin.models import period, soonest_end

if TYPE_CHECKING:
    from sysadmin.models import User


def kinds() -> list[tuple[str, str]]:
    """The operations in which an amount is at stake."""
    return [(key, label) for key, label in operations() if has_amount(key)]


def limit_changes(limit: AuthorityLimit, arguments: dict[str, Any]) -> list[Change]:
    """What a second person compares: the limit in force on that day, and the new one."""
    present = same_kind(limit).on(arguments["first"]).first()
    amount = AuthorityLimit._meta.get_field("amount")
    valid = AuthorityLimit._meta.get_field("valid")
    limit.valid = period(arguments["first"])
    return [
        Change("post", limit.post, limit.post),
        Change("operation", limit.operation, limit.operation),
        Change("amount", amount.value_to_string(present) if present else None, str(limit.amount)),
        Change("valid", None, valid.value_to_string(limit)),
        Change("decision", present.decision if present else None, limit.decision),
    ]


@second_person(
    "staff.set_limit/1",
    label=gettext_lazy("New limit of a post"),
    action="staff.add_authoritylimit",
    changes=limit_changes,
    same=lambda limit: [limit.post, limit.operation],
)
@operation
def set_limit(limit: AuthorityLimit, *, by: User, first: dt.date) -> AuthorityLimit:
    """Give a post a limit from a day on; the one before ends the day before."""
    if first < bank_today():
        raise DomainError(_("A limit cannot begin in the past. Enter today or later."), "first_day")
    if limit.operation and not has_amount(limit.operation):
        raise DomainError(_("This operation has no amount. Choose another one."), "operation")
    _end_before(limit, first)
    limit.valid = period(first)
    save_new(limit)
    return limit


def same_kind(limit: AuthorityLimit) -> Any:
    """The limits of the same post for the same operation."""
    return AuthorityLimit.objects.filter(post=limit.post, operation=limit.operation)


def _end_before(limit: AuthorityLimit, first: dt.date) -> None:
    with connection.cursor() as cursor:
        # one at a time, also where the post has no row yet that could be locked
        cursor.execute(
            "select pg_advisory_xact_lock(hashtext(%s))", [f"limit {limit.post} {limit.operation}"]
        )
    later = same_kind(limit).filter(valid__startswith__gte=first).order_by("valid").first()
    if later:
        raise DomainError(
            _("A limit from %(day)s on is entered already. Choose a later day.")
            % {"day": day(later.valid.lower)},
            "first_day",
        )
    present = same_kind(limit).on(first).first()
    if present:
        present.valid = period(present.valid.lower, first)
        write(present, ["valid"], version=present.version)


@second_person(
    "staff.end_limit/1",
    label=gettext_lazy("End of a limit of a post"),
    action="staff.end_authoritylimit",
)
@operation
def end_limit(limit: AuthorityLimit, *, by: User, reason: str) -> None:
    """End a limit today: nobody decides by it any more."""
    if not limit.can("end"):
        raise DomainError(limit.sentence(AuthorityLimit.MOVES["end"].refused))
    limit.valid = period(limit.valid.lower, soonest_end(limit.valid))
    write(limit, ["valid"], version=limit.version)
