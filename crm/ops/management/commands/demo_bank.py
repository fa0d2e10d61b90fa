"""`manage.py demo_bank`: the demonstration bank, entered once; `--sign-ins` prints users."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from crm.core.clock import bank_today
from crm.ops.demo import bank


class Command(BaseCommand):
    """Fill an empty installation with the demonstration bank."""

    help = "Enters the demonstration bank into an empty installation."

    def add_arguments(self, parser: CommandParser) -> None:
        """How many customers, or only the sign-ins."""
        parser.add_argument("--customers", type=int, default=3000, help="how many customers")
        parser.add_argument("--sign-ins", action="store_true", help="print who can sign in")

    def handle(self, **options: Any) -> None:
        """Enter the bank if there is none, or print the sign-ins."""
        if not settings.DEMO:
            raise CommandError("Set CRM_DEMO=1: the demonstration bank is for demonstrations only.")
        if options["sign_ins"]:
            self.print_sign_ins()
            return
        call_command("first_values", stdout=self.stdout)
        if bank.is_filled():
            self.stdout.write("The bank is there already; nothing was changed.")
            return
        began = time.monotonic()
        entered = bank.fill(bank_today(), size=options["customers"])
        with connection.cursor() as cursor:
            cursor.execute("analyze")  # a bank just entered has no statistics for the planner yet
        seconds = time.monotonic() - began
        self.stdout.write(f"Demonstration bank entered: {entered} customers in {seconds:.1f} s.")

    def print_sign_ins(self) -> None:
        """A table of user names and roles, and the one password of this installation."""
        self.stdout.write(f"{'user name':<18} role")
        for person in bank.sign_ins(bank_today()):
            self.stdout.write(f"{person.username:<18} {person.label_en} · {person.label_zh}")
        self.stdout.write(f"\nPassword of all of them: {bank.password()}")
