"""`manage.py first_administrator USER NAME`: the first sign-in of a new installation."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from crm.core.clock import bank_today
from crm.core.operations import DomainError
from crm.ops.setup import enter_first_administrator
from staff.models import Branch


class Command(BaseCommand):
    """Enter the head office and a system administrator with a random first password."""

    help = "Enters the head office and the first system administrator; prints the first password."

    def add_arguments(self, parser: CommandParser) -> None:
        """Who the administrator is, and what the bank is called."""
        parser.add_argument("username", help="user name, such as wang.qiheng")
        parser.add_argument("name", help="name of the person")
        parser.add_argument("--bank", default="总行", help="name of the head office")
        parser.add_argument("--bank-en", default="Head Office", help="its name in English")
        parser.add_argument("--city", default="", help="city of the head office")

    def handle(self, **options: Any) -> None:
        """Enter both, once; a bank that has a branch already is left alone."""
        call_command("first_values", stdout=self.stdout)
        if Branch.objects.exists():
            raise CommandError(
                "This installation has branches already. An administrator adds users from here on."
            )
        head_office = Branch(
            code="0001",
            name=options["bank"],
            name_en=options["bank_en"],
            level=Branch.Level.HEAD_OFFICE,
            city=options["city"] or options["bank"],
            opened_on=bank_today(),
        )
        try:
            password = enter_first_administrator(
                head_office, username=options["username"], name=options["name"]
            )
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"First password of {options['username']}: {password}")
        self.stdout.write("It is shown once, and replaced at the first sign-in.")
