"""A handover of customers is proposed: those chosen, or all whom a manager leads."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.core.clock import now
from crm.core.formats import number
from crm.core.keyset import capped_count
from crm.core.operations import DomainError, operation, rules_of
from customers.models import Customer, HandedCustomer
from staff.handover import operations as handovers
from staff.models import Branch, Handover, StaffMember

from . import beside
from .part import ACTION, has_other

if TYPE_CHECKING:
    from sysadmin.models import User

NAMED = 5
MOST = 20_000


@dataclass(frozen=True)
class Terms:
    """To whom, from which day on, with or without the managing branch."""

    to_member: StaffMember
    effective_on: dt.date
    moves_branch: bool = False
    leaves_out: bool = False


@dataclass(frozen=True)
class Choice:
    """Customers chosen to be handed over, and whose they are.

    `givers` are their lead managers, with how many each leads; None is the pool. They are not
    known where more were chosen than can be handed over in one transaction.
    """

    customers: QuerySet[Customer]
    givers: dict[StaffMember | None, int] = field(default_factory=dict)
    too_many: bool = False

    @property
    def taken(self) -> QuerySet[HandedCustomer]:
        """Those who wait in another handover."""
        rows = HandedCustomer.objects.filter(state=HandedCustomer.State.WAITING)
        return rows.filter(customer__in=self.customers.values("pk"))

    @property
    def free(self) -> QuerySet[Customer]:
        """Those who wait in no handover."""
        waiting = HandedCustomer.objects.filter(state=HandedCustomer.State.WAITING)
        return self.customers.exclude(pk__in=waiting.values("customer"))

    @property
    def giver(self) -> StaffMember:
        """The one manager whose customers all of them are; raises DomainError if there is none."""
        if self.too_many:
            raise DomainError(
                _("More than %(n)s customers are chosen. Choose fewer.") % {"n": number(MOST)}
            )
        if not self.givers:
            raise DomainError(_("Choose at least one customer."))
        if len(self.givers) > 1:
            none = _("none")
            raise DomainError(
                _(
                    "These customers have different lead managers: %(managers)s. "
                    "Choose those of one."
                )
                % {"managers": ", ".join(f"{g or none} ({n})" for g, n in self.givers.items())}
            )
        (giver,) = self.givers
        if giver is None:
            raise DomainError(
                _("These customers have no lead manager. Assign one to them from the list.")
            )
        return giver


def choice_of(rows: QuerySet[Any]) -> Choice:
    """What was chosen among customers or lines of their list, relationships that ended left out."""
    customers = Customer.objects.filter(
        pk__in=rows.order_by().values("pk"), status__in=Customer.OPEN
    )
    if capped_count(customers, MOST).capped:
        return Choice(customers.none(), too_many=True)
    counts = dict(
        customers.order_by().values_list("lead_manager").annotate(n=Count("pk")).order_by("-n")
    )
    members = StaffMember.objects.select_related("branch").in_bulk([key for key in counts if key])
    return Choice(customers, {members.get(key): n for key, n in counts.items()})


def without_customers(member: int, user: User) -> Choice:
    """Nobody's customers, of somebody who leads none and has something else in hand.

    Whoever hands that over reaches the customers it is about, or where the member works.
    """
    giver = StaffMember.objects.select_related("branch").filter(pk=member).first()
    if giver is None:
        return Choice(Customer.objects.none())
    works_within = Branch.objects.in_reach(user, ACTION).filter(pk=giver.branch_id).exists()
    has_some = (works_within and has_other(giver)) or beside.to_take(giver, user, None).exists()
    return Choice(Customer.objects.none(), {giver: 0} if has_some else {})


@operation
def propose(
    chosen: Choice, *, by: User, terms: Terms, reason: str, everything: bool = False
) -> Handover:
    """Propose to hand the chosen customers of one manager to a successor, who is asked to accept.

    Raises DomainError if nobody is chosen, if they are not one manager's, if some wait in another
    handover and are not to be left out, and where the facts stand against it.
    """
    handover = Handover(
        from_member=chosen.giver,
        to_member=terms.to_member,
        effective_on=terms.effective_on,
        moves_branch=terms.moves_branch,
        everything=everything,
    )
    if not terms.leaves_out:
        refuse_taken(chosen)
    handovers.propose(handover, by=by, reason=reason)
    count = add_customers(handover, chosen.free if terms.leaves_out else chosen.customers)
    has_some = count + beside.take(handover, by) or (everything and has_other(chosen.giver))
    if not has_some:
        raise DomainError(_("Choose at least one customer."))
    handovers.refuse_facts(handover)
    handover.size = count
    Handover.objects.filter(pk=handover.pk).update(size=count, held=handover.held)
    return handover


def refuse_taken(chosen: Choice) -> None:
    """Refuse customers who wait in another handover, by name, and offer to leave them out."""
    taken = chosen.taken
    count = taken.count()
    if not count:
        return
    first = [one.customer for one in taken.select_related("customer").order_by("pk")[:NAMED]]
    names = ", ".join(f"{one} ({one.shown_number})" for one in first)
    said = ngettext(
        "%(n)s customer waits in another handover: %(names)s. Tick to leave them out.",
        "%(n)s customers wait in another handover: %(names)s. Tick to leave them out.",
        count,
    )
    more = "" if count <= NAMED else " …"
    raise DomainError(said % {"n": count, "names": names + more}, "leaves_out")


def add_customers(handover: Handover, customers: QuerySet[Customer]) -> int:
    """Put customers into a handover in one statement, in one order; returns how many.

    Two who propose the same customer meet at the index of those who wait: one of them is refused.
    """
    try:
        sql, values = customers.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return 0
    at = now()
    with rules_of(HandedCustomer), connection.cursor() as cursor:
        cursor.execute(
            "insert into customers_handedcustomer"  # noqa: S608  (Django's SQL)
            " (handover_id, customer_id, state, cause, created_at, updated_at, version)"
            f" select %s, found.id, 'waiting', '', %s, %s, 1 from ({sql}) found (id) order by 2",
            [handover.pk, at, at, *values],
        )
        return int(cursor.rowcount)
