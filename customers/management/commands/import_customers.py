"""`manage.py import_customers FILE --as USER`: customers from a CSV file or a workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from crm.core.acting import Facts, coming_from
from customers.imports.load import IMPORT, import_customers
from customers.imports.reader import read_table
from customers.imports.table import FileRefused
from customers.management.telling import tell
from sysadmin.models import User


class Command(BaseCommand):
    """Enter and update customers from a file, on behalf of a user and within that user's reach."""

    help = "Enters and updates customers from a CSV file or an XLSX workbook."

    def add_arguments(self, parser: CommandParser) -> None:
        """The file, who acts, and whether only to try."""
        parser.add_argument("file", type=Path, help="CSV (UTF-8 or GB18030) or XLSX file")
        parser.add_argument("--as", dest="user", required=True, help="user name of who imports")
        parser.add_argument("--system", default="core", help="source system of the numbers")
        parser.add_argument("--dry-run", action="store_true", help="try all, keep nothing")
        parser.add_argument("--all-faults", action="store_true", help="print every refused row")

    def handle(self, **options: Any) -> None:
        """Import and print the totals and the reasons of refused rows."""
        user = User.objects.called(options["user"]).filter(is_active=True).first()
        if user is None:
            raise CommandError(_("There is no such user. Name an active user after --as."))
        if not user.has_action(IMPORT):
            raise CommandError(
                _("This user may not import customers. A system administrator can grant it.")
            )
        path: Path = options["file"]
        try:
            with (
                coming_from(Facts(request_id="import_customers")),
                read_table(path, path.name) as table,
            ):
                report = import_customers(
                    table,
                    by=user,
                    system=options["system"],
                    dry_run=options["dry_run"],
                )
        except FileNotFoundError as error:
            raise CommandError(_("There is no file %(path)s.") % {"path": path}) from error
        except FileRefused as error:
            raise CommandError(str(error)) from error
        if options["dry_run"]:
            self.stdout.write(_("Dry run: nothing was kept."))
        tell(self.stdout.write, report, everything=options["all_faults"])
