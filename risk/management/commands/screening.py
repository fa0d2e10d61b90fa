"""`manage.py screening evaluate FILE`: what the score is worth; `load`: a list of names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from crm.core.operations import DomainError
from risk.screening.evaluation import qualities, read_pairs


class Command(BaseCommand):
    """Measure the score of names on labelled pairs, and load lists to screen against."""

    help = "Measures the score on labelled pairs of names, and loads lists of names."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to do, and with which file."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        evaluate = verbs.add_parser("evaluate", help="precision, recall and F1 by kind of pairs")
        evaluate.add_argument("file", type=Path, help="CSV: a, b, is_match, kind, schema")

    def handle(self, **options: Any) -> None:
        """Do what was asked; a refusal says what to do."""
        try:
            getattr(self, options["verb"])(options)
        except FileNotFoundError as error:
            raise CommandError(_("There is no file %(path)s.") % {"path": error.filename}) from error
        except DomainError as error:
            raise CommandError(str(error)) from error

    def evaluate(self, options: dict[str, Any]) -> None:
        """Print a line for all pairs, for each kind of name, and for each kind of pairs."""
        head = ("pairs", "match", "precision", "recall", "F1", "best F1", "at", "P@R95")
        self.stdout.write(f"{'':<24}" + "".join(f"{word:>10}" for word in head))
        for quality in qualities(read_pairs(options["file"])):
            name, pairs, matches, *shares = vars(quality).values()
            figures = "".join(f"{share:>10.3f}" for share in shares)
            self.stdout.write(f"{name:<24}{pairs:>10}{matches:>10}{figures}")
