"""Grants that contradict each other: refused when they are given, and found where they are held."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F, Q
from django.utils.translation import gettext as _

from crm.core.clock import bank_today
from crm.core.operations import DomainError
from sysadmin.models import Grant, IncompatibleDuties, period

SHOWN = 50


@dataclass(frozen=True)
class Conflict:
    """Two grants of one person that a rule keeps apart."""

    one: Grant
    other: Grant


def refuse_incompatible(grant: Grant, field: str = "role") -> None:
    """Refuse a grant that a rule keeps apart from another one of the same person."""
    rules = IncompatibleDuties.objects.filter(
        Q(first=grant.role_id) | Q(second=grant.role_id), valid__overlap=grant.valid
    )
    others = Grant.objects.filter(user=grant.user_id, valid__overlap=grant.valid)
    others = others.exclude(pk=grant.pk).select_related("role", "branch")
    for rule in rules:
        apart = rule.second_id if rule.first_id == grant.role_id else rule.first_id
        # the three periods must have a day in common
        for other in others.filter(role=apart, valid__overlap=rule.valid):
            if has_common_day(grant, other, rule):
                raise DomainError(sentence(grant, other, rule), field)


def has_common_day(*dated: Grant | IncompatibleDuties) -> bool:
    """Whether there is a day on which all of them are valid."""
    begins = max(one.valid.lower for one in dated)
    return all(one.valid.upper is None or begins < one.valid.upper for one in dated)


def sentence(grant: Grant, other: Grant, rule: IncompatibleDuties) -> str:
    """Why a grant is refused, by which other one, and what to do."""
    return _(
        "%(user)s has the role “%(other)s” at %(branch)s, %(period)s. Nobody holds it together "
        "with “%(role)s”: %(ground)s. End that grant first, or choose another role or post."
    ) % {
        "user": grant.user,
        "other": other.role,
        "branch": other.branch,
        "period": other.shown_period,
        "role": grant.role,
        "ground": rule.ground,
    }


def held_together(rule: IncompatibleDuties) -> list[Conflict]:
    """Who holds both roles of a rule, today or later; the first of them if there are many."""
    ahead = Grant.objects.filter(valid__overlap=period(bank_today()))
    pairs = (
        ahead.filter(role=rule.first_id, valid__overlap=rule.valid)
        .filter(
            user__grants__role=rule.second_id,
            user__grants__valid__overlap=F("valid"),
        )
        .values_list("pk", "user__grants__pk")
        .order_by("user_id", "pk")[:SHOWN]
    )
    keys = list(pairs)
    rows = Grant.objects.select_related("user", "role", "branch")
    grants = rows.in_bulk({key for pair in keys for key in pair})
    found = (Conflict(grants[one], grants[other]) for one, other in keys)
    return [pair for pair in found if has_common_day(pair.one, pair.other, rule)]
