"""`manage.py roles`: how the bank's roles differ from the shipped ones; given on demand alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from crm.core.acting import Facts, coming_from
from crm.core.models import Approval
from crm.core.operations import DomainError
from crm.ops.roles import ROLES, RoleSpec
from sysadmin.actions import every_action
from sysadmin.models import Role, User
from sysadmin.roles.operations import change_role

CHANGE = "sysadmin.change_role"
EVERY = "all"


class Command(BaseCommand):
    """Show what the shipped roles carry that the bank's do not, and give it where asked to."""

    help = "Shows how roles differ from the shipped ones; --give CODE gives what a role lacks."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which roles get what they lack, or lose what is beyond, and who does it."""
        parser.add_argument("--give", nargs="+", default=[], metavar="CODE", help="or all")
        parser.add_argument("--take", nargs="+", default=[], metavar="CODE", help="or all")
        parser.add_argument("--as", dest="user", default="", help="user name of who changes them")

    def handle(self, **options: Any) -> None:
        """Print the differences, or change what was named, as the user who may change roles."""
        give, take = (self.named(options[wish]) for wish in ("give", "take"))
        if not give and not take:
            self.show()
            return
        user = User.objects.called(options["user"]).filter(is_active=True).first()
        if user is None or not user.has_action(CHANGE):
            raise CommandError("Name a user who may change roles after --as.")
        with coming_from(Facts(request_id="roles")):
            for spec, role in shipped():
                if role and (spec.code in give or spec.code in take):
                    self.change(spec, role, user, give=spec.code in give, take=spec.code in take)

    def named(self, codes: list[str]) -> set[str]:
        """The codes that were named, or all."""
        known = {spec.code for spec in ROLES}
        if unknown := set(codes) - known - {EVERY}:
            raise CommandError(f"No role is shipped as {', '.join(sorted(unknown))}.")
        return known if EVERY in codes else set(codes)

    def show(self) -> None:
        """Print what each role lacks and has beyond; nothing is changed."""
        words, differ = every_action(), False
        for spec, role in shipped():
            if role is None:
                self.stdout.write(f"{spec.code}: is missing; first_values enters it.")
                differ = True
                continue
            lacks, beyond = difference(spec, role)
            differ = differ or bool(lacks or beyond)
            for sign, actions in (("+", lacks), ("-", beyond)):
                for action in sorted(actions):
                    said = words.get(action, "no longer there")
                    self.stdout.write(f"{spec.code}: {sign} {action} ({said})")
        if not differ:
            self.stdout.write("All shipped roles are as they are shipped.")

    def change(self, spec: RoleSpec, role: Role, by: User, *, give: bool, take: bool) -> None:
        """Give what a role lacks, take what is beyond, as in the browser: it may wait."""
        lacks, beyond = difference(spec, role)
        held = set(role.actions)
        role.actions = sorted((held | (lacks if give else set())) - (beyond if take else set()))
        if set(role.actions) == held:
            return
        try:
            done = change_role(role, by=by, fields=["actions"], version=role.version)
        except DomainError as error:
            raise CommandError(f"{spec.code}: {error}") from error
        waits = isinstance(done, Approval)
        self.stdout.write(f"{spec.code}: {'waits for a second person' if waits else 'changed'}.")


def shipped() -> Iterator[tuple[RoleSpec, Role | None]]:
    """Each shipped role, with the bank's own of that code if it has one."""
    held = {role.code: role for role in Role.objects.all()}
    return ((spec, held.get(spec.code)) for spec in ROLES)


def difference(spec: RoleSpec, role: Role) -> tuple[set[str], set[str]]:
    """What a role lacks of the shipped one, and what it has beyond it."""
    wanted, held = set(spec.actions), set(role.actions)
    return wanted - held, held - wanted
