"""The pipeline as a board: for each stage how many and how much, and the first of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from config_admin.models.names import Retirable
from crm.core.clock import bank_today
from crm.core.formats import rounded
from crm.core.keyset import COUNT_CAP, Count
from services.models import Opportunity, OpportunityQuerySet, OpportunityStage

CARDS = 12
NONE = Count(0, capped=False)
Rows = OpportunityQuerySet


@dataclass
class Column:
    """A stage of the board; what is won or lost is shown for the present month alone."""

    stage: OpportunityStage
    count: Count = NONE
    amount: Decimal = Decimal(0)
    cards: list[Opportunity] = field(default_factory=list)

    @property
    def weighted(self) -> Decimal:
        """What of the amount is likely to come."""
        return rounded(self.amount * self.stage.probability / 100)

    @property
    def more(self) -> str:
        """How many are not shown, in words; empty if all are."""
        left = self.count.n - len(self.cards)
        if not left:
            return ""
        return _("%(n)s more") % {"n": Count(left, self.count.capped)}


def columns_of(rows: Rows, joins: Sequence[str]) -> list[Column]:
    """The board of some opportunities: two statements for the stages' figures and first cards.

    Each stage is counted and added up no further than the cap of every list.
    """
    columns = [Column(stage) for stage in OpportunityStage.objects.order_by("position", "pk")]
    held = [in_stage(rows, column.stage) for column in columns]
    for place, count, amount in figures(held):
        columns[place].count = Count(min(count, COUNT_CAP), capped=count > COUNT_CAP)
        columns[place].amount = amount
    keys = first_keys(held)
    found = Opportunity._base_manager.select_related(*joins).in_bulk([key for _at, key in keys])
    for place, key in keys:
        if key in found:
            columns[place].cards.append(found[key])
    # a retired stage shows as long as something is in it
    live = Retirable.Status.LIVE
    return [one for one in columns if one.stage.status == live or (one.stage.is_open and one.cards)]


def in_stage(rows: Rows, stage: OpportunityStage) -> Rows:
    """The opportunities in a stage, in the order of the board."""
    found = rows.filter(stage=stage)
    if stage.is_open:
        return found.open().order_by("closes_on", "pk")
    return found.filter(closed_on__gte=month_begun()).order_by("-closed_on", "-pk")


def month_begun() -> dt.date:
    """The first day of the bank's month."""
    return bank_today().replace(day=1)


def figures(held: Sequence[Rows]) -> list[tuple[int, int, Decimal]]:
    """Place, number and sum in base currency of each list, in one statement."""
    return one_statement(
        [rows.order_by().values("amount_base")[: COUNT_CAP + 1] for rows in held],
        "select {place}, count(*), coalesce(sum(amount_base), 0) from ({rows}) as list_{place}",
    )


def first_keys(held: Sequence[Rows]) -> list[tuple[int, int]]:
    """Place and key of the first rows of each list, in one statement, in their order."""
    found: list[tuple[int, int, int]] = one_statement(
        [rows.values("pk")[:CARDS] for rows in held],
        "select {place}, list_{place}.*, row_number() over () from ({rows}) as list_{place}",
    )
    return [(place, key) for place, key, _at in sorted(found, key=lambda one: (one[0], one[2]))]


def one_statement(lists: Sequence[QuerySet[Any, Any]], form: str) -> list[Any]:
    """What a form asks of each of several lists, as one statement."""
    asked: list[str] = []
    values: list[Any] = []
    for place, rows in enumerate(lists):
        with suppress(EmptyResultSet):  # a list that cannot hold a row needs no asking
            sql, params = rows.query.sql_with_params()
            asked.append(form.format(place=place, rows=sql))
            values += params
    if not asked:
        return []
    with connection.cursor() as cursor:
        cursor.execute(" union all ".join(asked), values)
        return list(cursor.fetchall())
