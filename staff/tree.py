"""The tree's numbers: each unit's span holds the spans of all below it, with gaps between.

Who writes a row that stands at a branch holds LOCK shared until the transaction ends (the triggers
see to it); who changes the tree holds it alone. So nobody places a row by the old tree while the
tree changes. Readers take no lock: they see the tree before or after, never half of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from django.db import OperationalError, connection
from django.db.models import Max
from django.utils.translation import gettext as _

from crm.core.operations import DomainError

from .models import Branch

LOCK = 7102
PATIENCE = "3s"
GAP = 1 << 20

Span = tuple[int, int]


def alone() -> None:
    """Be the only one who changes the tree, with nobody half-way through placing rows in it."""
    with connection.cursor() as cursor:
        cursor.execute("select set_config('lock_timeout', %s, true)", [PATIENCE])
        try:
            cursor.execute("select pg_advisory_xact_lock(%s)", [LOCK])
        except OperationalError as error:
            raise DomainError(
                _("Others are writing at branches or changing the tree. Try again in a minute.")
            ) from error
        cursor.execute("select set_config('lock_timeout', '0', true)")


def leaf_below(parent: Branch) -> Span:
    """The span of a new unit below this one."""
    first, step = _room(parent, 2)
    return first, first + step


def settle(top: Branch, parent: Branch) -> None:
    """Give a unit and all below it numbers in a gap of its new parent."""
    first, step = _room(parent, 2 * Branch.objects.filter(**_within(top)).count())
    # the numbers may all be others by now
    top.refresh_from_db(fields=["lft", "rgt"])
    spans = Branch.objects.filter(**_within(top)).values_list("pk", "lft", "rgt")
    _write(_numbered(spans, first, step))


def _within(top: Branch) -> dict[str, int]:
    return {"lft__gte": top.lft, "lft__lte": top.rgt}


def _room(parent: Branch, edges: int) -> Span:
    """Where so many edges go: the middle third of the parent's widest gap, and their distance."""
    found = _widest(parent, edges)
    if found[1] < 1:
        _renumber()
        parent.refresh_from_db(fields=["lft", "rgt"])
        found = _widest(parent, edges)
    return found


def _widest(parent: Branch, edges: int) -> Span:
    children = Branch.objects.filter(parent=parent).order_by("lft").values_list("lft", "rgt")
    inside = [edge for span in children for edge in span]
    gaps = list(pairwise([parent.lft, *inside, parent.rgt]))[::2]
    low, high = max(gaps, key=lambda gap: gap[1] - gap[0])
    third = (high - low) // 3
    return low + third, third // edges


def _renumber() -> None:
    """Number the whole tree anew, with numbers that nobody has had.

    Whoever has just read the old spans finds nothing by them, and never somebody else's rows.
    """
    highest = Branch.objects.aggregate(n=Max("rgt"))["n"]
    spans = Branch.objects.values_list("pk", "lft", "rgt")
    # an empty unit gets room too, so the distance is one that can be halved a dozen times
    _write(_numbered(spans, highest + GAP, GAP))


def _numbered(spans: Iterable[tuple[int, int, int]], first: int, step: int) -> Iterator[list[int]]:
    """Each unit with its new span; the order of all edges stays."""
    held = list(spans)
    edges = sorted(edge for _pk, low, high in held for edge in (low, high))
    place = {edge: first + step * n for n, edge in enumerate(edges)}
    for pk, low, high in held:
        yield [pk, place[low], place[high]]


def _write(spans: Iterable[list[int]]) -> None:
    """Write the new spans in one statement, which the triggers of other modules follow."""
    keys, lows, highs = (list(column) for column in zip(*spans, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "update staff_branch b set lft = n.lft, rgt = n.rgt"
            " from unnest(%s::bigint[], %s::bigint[], %s::bigint[]) n (id, lft, rgt)"
            " where b.id = n.id",
            [keys, lows, highs],
        )
