"""How promises are kept: by branch, and by the members of staff of one branch."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q

from crm.core.clock import bank_today
from services.models import Promise
from staff.models import Branch, StaffMember

DAYS = 90
MOST = 100
Status = Promise.Status


@dataclass(frozen=True)
class Kept:
    """What became of the promises of a branch or of somebody: those whose day is over."""

    of: Branch | StaffMember | None
    kept: int = 0
    late: int = 0
    broken: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.kept + self.late + self.broken

    @property
    def rate(self) -> Decimal | None:
        """Which share was kept in time; unknown of none."""
        return Decimal(self.kept) / self.total if self.total else None


@dataclass(frozen=True)
class Rates:
    """The promises due in the last days, within reach: all, and by branch or member of staff."""

    first: dt.date
    last: dt.date
    whole: Kept
    lines: list[Kept]
    branch: Branch | None
    is_cut: bool = False


def rates_for(user: Any, branch: Branch | None) -> Rates:
    """How promises to customers within reach were kept; of one branch by its members of staff.

    Who reaches the promises of a single branch sees those at once.
    """
    last = bank_today() - dt.timedelta(days=1)
    first = last - dt.timedelta(days=DAYS - 1)
    rows = Promise.objects.permitted(user).filter(due_on__range=(first, last))
    rows = rows.exclude(status=Status.WITHDRAWN).order_by()
    counts = counted_by(rows, "owner__branch") if branch is None else {}
    if len(counts) == 1:
        branch = Branch.objects.get(pk=next(iter(counts)))
    if branch is not None:
        counts = counted_by(rows.filter(owner__branch=branch), "owner")
    named: dict[int, Any] = (Branch if branch is None else StaffMember).objects.in_bulk(counts)
    lines = [Kept(named[key], *numbers) for key, numbers in counts.items()]
    lines.sort(key=lambda line: (line.rate, -line.total, line.of.pk if line.of else 0))
    sums = [sum(column) for column in zip(*counts.values(), strict=True)] or [0, 0, 0]
    return Rates(first, last, Kept(None, *sums), lines[:MOST], branch, len(lines) > MOST)


def counted_by(rows: Any, key: str) -> dict[int, tuple[int, int, int]]:
    """Kept, kept late and not kept, by a key, in one statement."""
    found = rows.values_list(key).annotate(
        kept=Count("pk", filter=Q(status=Status.KEPT)),
        late=Count("pk", filter=Q(status=Status.KEPT_LATE)),
        unkept=Count("pk", filter=Q(status__in=Promise.UNKEPT)),
    )
    return {one: (kept, late, unkept) for one, kept, late, unkept in found}
