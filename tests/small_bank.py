"""A small demonstration bank, built once for the tests of a module."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management import call_command
from django.db import transaction
from django.test import override_settings
from django.utils import translation

from crm.core.clock import bank_today
from crm.ops.demo import bank


def build(size: int) -> None:
    """Enter the first values and the demonstration bank."""
    with translation.override("en"):
        call_command("first_values", stdout=io.StringIO())
        bank.fill(bank_today(), size=size)


@contextmanager
def lent(size: int, folder: Path) -> Iterator[None]:
    """Build the bank in a transaction around those of the tests; it is gone afterwards."""
    atom = transaction.atomic()
    atom._from_testcase = True  # what asks for a transaction of its own gets it, as in a test
    with override_settings(DEMO=True, DATA_DIR=folder), atom:
        build(size)
        yield
        transaction.set_rollback(True)
