"""`manage.py generate --customers N`: an invented bank of any size, for measuring."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from crm.core.clock import bank_today
from crm.ops import installation
from crm.ops.demo import bank
from crm.ops.demo.words import pass_phrase
from crm.ops.generate import plan as plans
from crm.ops.generate.run import NotEmpty, Outcome, Run
from crm.ops.generate.structure import Changed
from crm.ops.own_cluster import manage, own_cluster_running
from crm.ops.postgres import ClusterError
from crm.ops.processes import ProcessError

MOST, LONGEST = 100_000_000, 36


class Command(BaseCommand):
    """Fill an empty installation with an invented bank, set-based and as its owner."""

    help = (
        "Fills an empty installation with an invented bank of any size. It is test data: salts are "
        "derived from the seed, and only the first customers have sealed documents."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """How large the bank is."""
        parser.add_argument("--customers", type=int, required=True, help="how many customers")
        parser.add_argument("--seed", type=int, default=1, help="another seed, other rows")
        parser.add_argument("--months", type=int, default=12, help="month ends of each holding")
        parser.add_argument(
            "--transactions", type=float, default=3.6, help="bookings a customer and year"
        )
        parser.add_argument(
            "--requests", type=int, help="requests of customers; as many as customers if not said"
        )
        parser.add_argument(
            "--sealed",
            type=int,
            default=plans.SEALED_AT_MOST,
            help="how many customers get sealed documents, mobiles and account numbers",
        )

    def handle(self, **options: Any) -> None:
        """Start the own cluster where there is one, migrate, fill, stop."""
        plan = self.plan_of(options)
        began = time.monotonic()
        try:
            with own_cluster_running(first_filling=True) as own:
                url = installation.owner_url(own)
                if own is not None:
                    manage("migrate", "--no-input", "--verbosity", "0", DATABASE_URL=url)
                call_command("first_values", stdout=self.stdout)
                password = bank.password() if settings.DEMO else pass_phrase()
                outcome = Run(url, plan, password, say=self.say).fill()
                self.tell(plan, outcome, password)
        except (ClusterError, ProcessError, NotEmpty, OSError) as error:
            raise CommandError(str(error)) from error
        except Changed as error:
            raise CommandError(f"After the load the structure is another one: {error}") from error
        self.say(f"{plan.customers} customers generated in {time.monotonic() - began:.0f} s.")

    @staticmethod
    def plan_of(options: dict[str, Any]) -> plans.Plan:
        """The plan asked for, if it can be made."""
        if not plans.FEWEST <= options["customers"] <= MOST:
            raise CommandError(f"--customers takes a number from {plans.FEWEST} to {MOST}.")
        if not 1 <= options["months"] <= LONGEST:
            raise CommandError(f"--months takes a number from 1 to {LONGEST}.")
        if not 0 < (options["requests"] or 1) <= MOST:
            raise CommandError(f"--requests takes a number from 1 to {MOST}.")
        names = ("customers", "seed", "months", "transactions", "sealed")
        return plans.Plan(
            today=bank_today(),
            service_requests=options["requests"],
            **{name: options[name] for name in names},
        )

    def say(self, text: str) -> None:
        """Write a line at once."""
        self.stdout.write(text)
        self.stdout.flush()

    def tell(self, plan: plans.Plan, outcome: Outcome, password: str) -> None:
        """Say what there is now, and who can sign in."""
        for table, rows in outcome.rows.items():
            self.say(f"{table:<28}{rows:>12,}")
        sealed = min(plan.sealed, plan.customers)
        self.say(
            f"Sealed documents, mobiles and account numbers: of the first {sealed:,} customers "
            "only; all others have neither document nor mobile, and their account numbers cannot "
            "be revealed."
        )
        for person in outcome.sign_ins:
            self.say(f"{person.username:<18} {person.label}")
        self.say(f"Password of all of them: {password}")
