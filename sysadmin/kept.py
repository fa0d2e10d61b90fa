"""What somebody in the bank can always do, where an operation takes from one and gives another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.utils.translation import gettext as _

from crm.core.clock import bank_today
from crm.core.models import ApprovalPolicy
from crm.core.operations import DomainError, rules_of

from .models import Grant, User, period

GIVE, DECIDE = "sysadmin.add_grant", "core.approve_approval"
# what gives rights back, and what the maker of it needs, where that takes a second person
ASKED_FOR = {
    "sysadmin.give/1": GIVE,
    "sysadmin.set_policy/1": "core.change_approvalpolicy",
}
# held while grants are judged, here as by the triggers
GRANTS = 7105


@contextmanager
def judged_together() -> Iterator[None]:
    """Inside, rights are taken and given in any order; what must stay is judged at the end."""
    with connection.cursor() as cursor:
        cursor.execute("set constraints sysadmin_grant_kept deferred")
        yield
        with rules_of(Grant):
            cursor.execute("set constraints sysadmin_grant_kept immediate")


def refuse_without_deciders(policy: ApprovalPolicy) -> None:
    """Refuse a policy by which rights would wait for a second person whom there is not."""
    asked_by = ASKED_FOR.get(policy.operation)
    if asked_by is None or not policy.is_active:
        return
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [GRANTS])
    deciders = _at_work(role=policy.role_id, role__actions__contains=[DECIDE])
    # nobody decides on their own request
    if not deciders or len(deciders | _at_work(role__actions__contains=[asked_by])) < 2:
        raise DomainError(
            _(
                "Nobody could decide on it: no other user holds this role over the whole bank with "
                "the right to approve. Give somebody the role first, and let them sign in once."
            ),
            "role",
        )


def rights_given_until() -> dt.date | None:
    """The last day up to which somebody can give rights, as it stands; None if nothing ends it."""
    found = Grant.objects.filter(
        role__actions__contains=[GIVE],
        extent=Grant.Reach.BANK,
        valid__overlap=period(bank_today()),
        user__is_active=True,
        user__first_password_until=None,
    )
    beyond = bank_today()
    for valid in sorted(found.values_list("valid", flat=True), key=lambda days: days.lower):
        if valid.lower > beyond:
            break
        if valid.upper is None:
            return None
        beyond = max(beyond, valid.upper)
    return beyond - dt.timedelta(days=1)


def _at_work(**held: object) -> set[int]:
    """Who may sign in and holds this over the whole bank today."""
    grants = Grant.objects.filter(
        extent=Grant.Reach.BANK, valid__contains=bank_today(), **held
    ).values("user")
    users = User.objects.filter(is_active=True, first_password_until=None, pk__in=grants)
    return set(users.values_list("pk", flat=True))
