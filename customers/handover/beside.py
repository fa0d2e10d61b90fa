"""Who assists customers, or leads them in another line, as a part of a handover.

The handover keeps which entries it takes along: those about its customers or, where everything is
handed over, all within the reach of who proposes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.postgres.fields import DateRangeField
from django.db.models import DateField, F, Func, QuerySet, Value
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config_admin.dictionaries.entries import name_of
from crm.core.clock import bank_today, now
from crm.core.formats import number
from crm.core.operations import rules_of
from customers.conflicts.rules import CAUSE, in_conflict
from customers.models import Customer, HandedCustomer, Ownership
from customers.models.ownership import LINES, main_line_of
from customers.ties import beside_in_words, standing
from staff.handover.parts import MOVED, HandoverPart, Listing, Outcome, Row, add_part
from staff.models import Handover, StaffMember
from sysadmin.models import period

from .part import ACTION, SEE, is_open_to

KEY = "customers.ownership"
MOST = 20_000
LABEL = gettext_lazy("Assisted, or led in another line")
OVER, CLOSE, DOUBLE = "over", "conflict", "double"
CAUSES = {
    OVER: gettext_lazy("It ended, or somebody else does it by now."),
    CLOSE: CAUSE,
    DOUBLE: gettext_lazy("The successor looks after the customer in this line already; it ends."),
}


def open_of(member: StaffMember) -> QuerySet[Ownership]:
    """The entries of somebody that are in force or ahead."""
    return standing().filter(member=member)


def to_take(giver: StaffMember, user: Any, customers: QuerySet[Customer] | None) -> QuerySet[Any]:
    """The entries that go with these customers or, without any, all within the user's reach."""
    rows = open_of(giver)
    inside = Customer.objects.within(user, ACTION) if customers is None else customers
    return rows.filter(customer__in=inside.order_by().values("pk"))


def take(handover: Handover, user: Any) -> int:
    """Keep which entries a handover takes along; returns how many."""
    handed = HandedCustomer.objects.filter(handover=handover).values("customer")
    about = None if handover.everything else Customer.objects.filter(pk__in=handed)
    rows = to_take(handover.from_member, user, about).order_by("pk")
    keys = list(rows.values_list("pk", flat=True)[:MOST])
    if keys:
        handover.held[KEY] = keys
    return len(keys)


# --- moving ----------------------------------------------------------------------------


def move(handover: Handover, _by: Any) -> Outcome:
    """Give the entries to the successor; what has begun ends for the first one the day before."""
    held = Ownership.objects.taken_by(handover).order_by("pk").select_for_update(of=("self",))
    rows = list(held.select_related("customer"))
    causes = _causes(handover, rows)
    kept = {key for keys in causes.values() for key in keys}
    moving = [row for row in rows if row.pk not in kept]
    with rules_of(Ownership):
        _end([row for row in rows if row.pk in causes.get(DOUBLE, ())])
        _pass_on(moving, handover.to_member)
    if not rows:
        return {}
    return {MOVED: len(moving)} | {cause: len(keys) for cause, keys in causes.items()}


def _causes(handover: Handover, rows: list[Ownership]) -> dict[str, set[int]]:
    """Which entries cannot move, by cause."""
    keys, taker = [row.customer_id for row in rows], handover.to_member
    close = {key for key, member in in_conflict(keys, bank_today()) if member == taker.pk}
    theirs = list(open_of(taker).filter(customer__in=keys))
    causes: dict[str, set[int]] = {}
    for row in rows:
        if row.member_id != handover.from_member_id or not row.stands:
            causes.setdefault(OVER, set()).add(row.pk)
        elif row.customer_id in close:
            causes.setdefault(CLOSE, set()).add(row.pk)
        elif _is_double(row, taker, theirs):
            causes.setdefault(DOUBLE, set()).add(row.pk)
    return causes


def _is_double(row: Ownership, taker: StaffMember, theirs: list[Ownership]) -> bool:
    """Whether the successor looks after the customer in the line of an entry already."""
    if row.role != Ownership.Role.ASSISTING:
        return False
    customer = row.customer
    if customer.lead_manager_id == taker.pk and row.line == main_line_of(customer):
        return True
    return any(
        (other.customer_id, other.line) == (row.customer_id, row.line) and row.meets(other)
        for other in theirs
    )


def _end(rows: list[Ownership]) -> None:
    """Let entries end with the day before today; those that have not begun are withdrawn."""
    begun, ahead = _by_begin(rows)
    today = Value(bank_today(), output_field=DateField())
    first = Func(F("valid"), function="lower", output_field=DateField())
    until = Func(first, today, function="daterange", output_field=DateRangeField())
    _write(begun, valid=until)
    _write(ahead, is_withdrawn=True)


def _pass_on(rows: list[Ownership], taker: StaffMember) -> None:
    """Let entries be the successor's from today on; what has begun keeps its earlier days."""
    begun, ahead = _by_begin(rows)
    _end(begun)
    _write(ahead, member=taker, branch=taker.branch_id)
    Ownership.objects.bulk_create(
        Ownership(
            customer_id=row.customer_id,
            line=row.line,
            role=row.role,
            member=taker,
            branch_id=taker.branch_id,
            valid=period(bank_today(), row.valid.upper),
        )
        for row in begun
    )


def _by_begin(rows: list[Ownership]) -> tuple[list[Ownership], list[Ownership]]:
    """Entries that have begun before today, and the others."""
    begun = [row for row in rows if row.valid.lower < bank_today()]
    return begun, [row for row in rows if row.valid.lower >= bank_today()]


def _write(rows: list[Ownership], **values: Any) -> None:
    found = Ownership.objects.filter(pk__in=[row.pk for row in rows])
    if rows:
        found.update(**values, version=F("version") + 1, updated_at=now())


# --- showing ---------------------------------------------------------------------------


def facts(handover: Handover, _user: Any) -> list[tuple[str, str]]:
    """How many entries would move, or have been in the handover."""
    keys = handover.held.get(KEY, [])
    return [(_("Customers"), number(len(keys)))] if keys else []


def lists(handover: Handover, user: Any, most: int) -> Iterator[Listing]:
    """The entries, each with the customer, the role, the line and the days."""
    keys = handover.held.get(KEY, [])
    if not keys:
        return
    rows = Ownership.objects.taken_by(handover).select_related("customer")
    if not is_open_to(handover, user):
        rows = rows.filter(customer__in=Customer.objects.permitted(user).values("pk"))
    shown = list(rows.order_by("customer__name_sort", "pk")[:most])
    opens = user.has_action(SEE) and not handover.is_awaited_by(user)
    yield Listing(
        LABEL,
        [_("Customer number"), _("Name"), _("Line of business"), _("Role"), _("Valid")],
        [
            Row(
                [
                    one.customer.shown_number,
                    one.customer.shown_name,
                    name_of(LINES, one.line),
                    one.get_role_display(),
                    one.shown_period,
                ],
                reverse("customers:customer_view", args=[one.customer_id]) if opens else "",
            )
            for one in shown
        ],
        hidden=len(keys) - len(shown),
    )


BESIDE = HandoverPart(
    key=KEY,
    label=LABEL,
    moves=frozenset({"customers.ownership.member"}),
    open=open_of,
    in_words=beside_in_words,
    move=move,
    causes=CAUSES,
    facts=facts,
    lists=lists,
)


def register() -> None:
    """Let what somebody does beside be handed over."""
    add_part(BESIDE)
