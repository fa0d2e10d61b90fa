"""`manage.py first_values`: what every installation begins with; can be run again."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from config_admin.first_values import enter_missing
from crm.core.acting import acting
from crm.core.operations import save_new
from crm.ops.roles import BY_HAND, POST_ROLES, ROLES
from staff.models import PostRole
from sysadmin.models import Role, system_user


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
                    )
                )
            roles = {role.code: role for role in Role.objects.all()}
            ruled = set(PostRole.objects.values_list("post", flat=True))
            for post, (code, extent) in POST_ROLES.items():
                if post not in ruled and code in roles:
                    by_hand = code in BY_HAND
                    save_new(PostRole(post=post, role=roles[code], extent=extent, by_hand=by_hand))
            configured = enter_missing()
        self.stdout.write(f"{len(missing)} roles entered, {len(known)} kept.")
        self.stdout.write(f"{configured} records of configuration entered.")
