"""`manage.py screening evaluate FILE`: what the score is worth; `load`: a list of names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from crm.core.acting import Facts, coming_from
from crm.core.operations import DomainError
from risk.screening.evaluation import qualities, read_pairs
from risk.watchlists import ofac, own, un
from risk.watchlists.facts import Listed
from risk.watchlists.operations import checksum_of, load, watchlist_named
from sysadmin.models import User

FORMS: dict[str, Callable[..., Iterator[Listed]]] = {
    "un": un.read,
    "ofac": ofac.read,
    "own": own.read,
}
FILES_OF = {"un": 1, "ofac": 2, "own": 1}
COUNTED = ("entries", "added", "changed", "removed")


class Command(BaseCommand):
    """Measure the score of names on labelled pairs, and load lists to screen against."""

    help = "Measures the score on labelled pairs of names, and loads lists of names."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to do, and with which file."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        evaluate = verbs.add_parser("evaluate", help="precision, recall and F1 by kind of pairs")
        evaluate.add_argument("file", type=Path, help="CSV: a, b, is_match, kind, schema")
        load = verbs.add_parser("load", help="a file as the next version of a watchlist")
        load.add_argument("form", choices=FORMS, help="form of the file")
        load.add_argument("files", type=Path, nargs="+", help="the file; of ofac SDN and ALT")
        load.add_argument("--list", dest="code", required=True, help="code of the list")
        load.add_argument("--name", default="", help="name of a list that is new")
        load.add_argument("--statutory", action="store_true", help="the new list is statutory")
        load.add_argument("--shorter", action="store_true", help="the list is so much shorter")
        load.add_argument("--as", dest="user", required=True, help="user name of who loads")

    def handle(self, **options: Any) -> None:
        """Do what was asked; a refusal says what to do."""
        verbs = {"evaluate": self.evaluate, "load": self.load}
        try:
            with coming_from(Facts(request_id="screening")):
                verbs[options["verb"]](options)
        except FileNotFoundError as error:
            raise CommandError(
                _("There is no file %(path)s.") % {"path": error.filename}
            ) from error
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

    def load(self, options: dict[str, Any]) -> None:
        """Load a file, and say how it differs from the version before."""
        user = User.objects.called(options["user"]).filter(is_active=True).first()
        if user is None or not user.has_action("risk.load_watchlist"):
            raise CommandError(_("Name an active user who may load watchlists after --as."))
        form, files = options["form"], options["files"]
        if len(files) != FILES_OF[form]:
            raise DomainError(
                _("A list of this form comes in %(count)d files. Name as many.")
                % {"count": FILES_OF[form]}
            )
        # all is read before anything is written
        listed = list(FORMS[form](*files))
        watchlist = watchlist_named(
            options["code"], by=user, name=options["name"], is_statutory=options["statutory"]
        )
        version = load(
            watchlist,
            by=user,
            listed=listed,
            checksum=checksum_of(files),
            is_shorter=options["shorter"],
        )
        self.stdout.write(
            _(
                "%(version)s: %(entries)s entries, %(added)s added, %(changed)s changed, "
                "%(removed)s removed."
            )
            % {"version": version, **{name: getattr(version, name) for name in COUNTED}}
        )
