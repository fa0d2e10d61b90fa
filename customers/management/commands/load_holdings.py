"""`manage.py load_holdings --holdings FILE … --as USER`: what customers have, from fed files."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from crm.core.acting import Facts, coming_from
from crm.core.clock import bank_today
from crm.core.operations import DomainError
from customers.feeds.load import LIMITS, LOAD, Source, load, reached
from customers.imports.load import Report
from customers.imports.reader import read_table
from customers.imports.table import FileRefused
from customers.management.telling import tell
from customers.models import FeedBatch
from sysadmin.models import User

# in this order: what comes later belongs to what came before
FILES = (
    (FeedBatch.Kind.HOLDINGS, "accounts, loans, cards and investments"),
    (FeedBatch.Kind.PARTIES, "who else has to do with them"),
    (FeedBatch.Kind.BALANCES, "month-end and average balances"),
    (FeedBatch.Kind.TRANSACTIONS, "bookings"),
)


class Command(BaseCommand):
    """Load fed files on behalf of a user, within that user's reach; one transaction a file."""

    help = "Loads holdings, their parties, balances and transactions from files of other systems."

    def add_arguments(self, parser: CommandParser) -> None:
        """The files, who acts, and of which day the figures are."""
        for kind, what in FILES:
            parser.add_argument(f"--{kind}", type=Path, metavar="FILE", help=what)
        parser.add_argument("--as", dest="user", required=True, help="user name of who loads")
        parser.add_argument("--system", default="core", help="source system of the keys")
        parser.add_argument(
            "--business-date", type=dt.date.fromisoformat, help="day of the figures; default today"
        )
        parser.add_argument("--dry-run", action="store_true", help="try all, keep nothing")
        parser.add_argument("--all-faults", action="store_true", help="print every refused row")

    def handle(self, **options: Any) -> None:
        """Load each file named and print its totals and the reasons of refused rows."""
        user = User.objects.called(options["user"]).filter(is_active=True).first()
        if user is None:
            raise CommandError(_("There is no such user. Name an active user after --as."))
        if not user.has_action(LOAD):
            raise CommandError(
                _("This user may not load holdings. A system administrator can grant it.")
            )
        named = [(kind, options[kind]) for kind, _what in FILES if options[kind]]
        if not named:
            raise CommandError(_("Name at least one file to load."))
        if options["dry_run"]:
            self.stdout.write(_("Dry run: nothing was kept."))
        for kind, path in named:
            self.stdout.write(f"{path}")
            report = self.load_file(kind, path, user, options)
            tell(self.stdout.write, report, everything=options["all_faults"])

    def load_file(self, kind: str, path: Path, user: User, options: dict[str, Any]) -> Report:
        """Load one file; what is wrong with it as a whole ends the command."""
        try:
            with path.open("rb") as file:
                checksum = hashlib.file_digest(file, "sha256").hexdigest()
            source = Source(
                system=options["system"],
                business_date=options["business_date"] or bank_today(),
                checksum=checksum,
                within=reached(user),
            )
            with (
                coming_from(Facts(request_id="load_holdings")),
                read_table(path, path.name, LIMITS) as table,
            ):
                return load(kind, table, source, by=user, dry_run=options["dry_run"])
        except FileNotFoundError as error:
            raise CommandError(_("There is no file %(path)s.") % {"path": path}) from error
        except (FileRefused, DomainError) as error:
            raise CommandError(str(error)) from error
