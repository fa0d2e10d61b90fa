"""`manage.py first_values`: what every installation begins with; can be run again."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from config_admin.first_values import enter_missing
from crm.core.acting import acting
from crm.core.clock import bank_today
from crm.core.models import ApprovalPolicy
from crm.core.operations import save_new
from crm.ops.roles import APART, BY_HAND, POST_ROLES, ROLES, TWO_PERSONS_ALWAYS
from risk.diligence.first_values import enter_missing as enter_missing_levels
from services.opportunities.first_values import enter_missing as enter_missing_stages
from staff.models import PostRole
from sysadmin.models import IncompatibleDuties, Role, period, system_user


def keep_apart(roles: dict[str, Role]) -> None:
    """Keep the shipped pairs of roles apart; a pair that the bank has ended stays ended."""
    known = set(IncompatibleDuties.objects.values_list("first", "second"))
    for one, other, ground in APART:
        pair = sorted((roles[code] for code in (one, other) if code in roles), key=lambda r: r.pk)
        if len(pair) == 2 and tuple(role.pk for role in pair) not in known:
            first, second = pair
            valid = period(bank_today())
            save_new(IncompatibleDuties(first=first, second=second, ground=ground, valid=valid))


def let_two_decide(roles: dict[str, Role]) -> None:
    """Say who decides on what always takes two persons, where the bank has never said it."""
    said = set(ApprovalPolicy.objects.values_list("operation", flat=True))
    for operation, (code, ground) in TWO_PERSONS_ALWAYS.items():
        if operation not in said and code in roles:
            save_new(ApprovalPolicy(operation=operation, role=roles[code], days=3, ground=ground))


class Command(BaseCommand):
    """Enter shipped roles, rights of posts and configuration; what the bank changed stays."""

    help = "Enters the roles and the configuration that every installation begins with."

    def handle(self, **options: Any) -> None:
        """Enter what is missing as the system itself."""
        system = system_user()
        known = set(Role.objects.values_list("code", flat=True))
        missing = [spec for spec in ROLES if spec.code not in known]
        with acting(by=system, reason="first values"):
            for spec in missing:
                save_new(
                    Role(
                        code=spec.code,
                        name=spec.name,
                        name_zh=spec.name_zh,
                        actions=list(spec.actions),
                        needs_second_factor=spec.needs_second_factor,
                        is_read_only=spec.is_read_only,
                    )
                )
            roles = {role.code: role for role in Role.objects.all()}
            ruled = set(PostRole.objects.values_list("post", flat=True))
            for post, (code, extent) in POST_ROLES.items():
                if post not in ruled and code in roles:
                    by_hand = code in BY_HAND
                    save_new(PostRole(post=post, role=roles[code], extent=extent, by_hand=by_hand))
            keep_apart(roles)
            let_two_decide(roles)
            configured = enter_missing() + enter_missing_stages() + enter_missing_levels()
        self.stdout.write(f"{len(missing)} roles entered, {len(known)} kept.")
        self.stdout.write(f"{configured} records of configuration entered.")
