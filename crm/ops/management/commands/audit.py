"""`manage.py audit`: seal the trails, check them, go on after a restore."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from crm.core.seals.head import read_head
from crm.core.seals.sealing import BrokenChain, begin_epoch, seal_trails
from crm.core.seals.verifying import findings_of, verify


class Command(BaseCommand):
    """Seal the trails, check them against their seals, or begin a new epoch."""

    help = "verify: checks the trails; seal: seals them now; epoch: goes on after a restore."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to do, and for a new epoch why."""
        parser.add_argument("step", choices=("verify", "seal", "epoch"))
        parser.add_argument("--reason", default="", help="why a new epoch begins")

    def handle(self, **options: Any) -> None:
        """Do the step."""
        steps = {"verify": self.verify, "seal": self.seal, "epoch": self.epoch}
        steps[options["step"]](options["reason"])

    def verify(self, _reason: str) -> None:
        """Print what is not as it was sealed, and fail if anything is not."""
        check = verify()
        for finding in findings_of(check):
            self.stderr.write(finding.words)
        if check.findings:
            raise CommandError(f"The trails are not as they were sealed: {len(check.findings)}.")
        self.stdout.write(f"{check.seals} seals over {check.lines} lines hold.{self._head()}")

    def seal(self, _reason: str) -> None:
        """Seal what has come since the last seal."""
        try:
            self.stdout.write(f"{seal_trails()} seals made.{self._head()}")
        except BrokenChain as error:
            raise CommandError(str(error)) from error

    def epoch(self, reason: str) -> None:
        """Go on from what the database holds; what came before stays as it was found."""
        if not reason:
            raise CommandError("Say why with --reason: it is sealed into the chain.")
        made = begin_epoch(reason)
        self.stdout.write(f"Epoch {made.epoch} begins with seal {made.number}.{self._head()}")

    def _head(self) -> str:
        """The last seal, to be written down somewhere else."""
        head = read_head()
        return f" Last seal: {head.number} {head.mac}" if head else ""
