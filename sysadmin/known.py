"""What is known of many users at once: rights in force, last sign-ins, second factors."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import Count, Exists, OuterRef, QuerySet

from crm.core.clock import bank_today, now

from .models import Grant, LastSignIn, User

# who may see it: what the list of users shows, and narrows by, beyond names
NARROWED = {
    "sysadmin.view_grant": {"roles", "branches", "role", "branch"},
    "sysadmin.view_sessions_user": {"signed_in", "factor", "away_days", "lacks_factor"},
}


@dataclass(frozen=True)
class Known:
    """What is known of the users of a page, by their keys."""

    grants: dict[int, list[Grant]]
    signed_in: dict[int, dt.datetime]
    with_factor: set[int]


def about_users(keys: Collection[int]) -> Known:
    """Everything that a list says of these users, in three statements."""
    grants = defaultdict(list)
    held = Grant.objects.filter(user__in=keys, valid__contains=bank_today())
    for grant in held.select_related("role", "branch").order_by("id"):
        grants[grant.user_id].append(grant)
    seen = LastSignIn.objects.filter(user__in=keys).values_list("user_id", "at")
    factors = Authenticator.objects.filter(user__in=keys).values_list("user_id", flat=True)
    return Known(grants, dict(seen), set(factors))


def holding(rows: QuerySet[User], **narrowed: Any) -> QuerySet[User]:
    """The users who hold a grant of that kind today."""
    grants = Grant.objects.filter(valid__contains=bank_today(), **narrowed)
    return rows.filter(pk__in=grants.values("user"))


def away_for(rows: QuerySet[User], days: int) -> QuerySet[User]:
    """The users who have not signed in for so many days, and had the time to."""
    since = now() - dt.timedelta(days=days)
    seen = LastSignIn.objects.filter(user=OuterRef("pk"), at__gte=since)
    return rows.filter(~Exists(seen), created_at__lt=since, is_system=False)


def lacking_factor(rows: QuerySet[User], *, is_lacking: bool) -> QuerySet[User]:
    """The users without the second factor that a role held today asks for; or all others."""
    factors = Authenticator.objects.filter(user=OuterRef("pk"))
    lacking = holding(User.objects.filter(~Exists(factors)), role__needs_second_factor=True)
    keys = lacking.values("pk")
    return rows.filter(pk__in=keys) if is_lacking else rows.exclude(pk__in=keys)


def holders_of(roles: Collection[int]) -> dict[int, int]:
    """How many users hold each of these roles today."""
    held = Grant.objects.filter(role__in=roles, valid__contains=bank_today()).order_by()
    return dict(held.values_list("role").annotate(Count("user", distinct=True)))
