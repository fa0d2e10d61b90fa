"""Which licence a manager needs for customers who hold certain products."""

from __future__ import annotations

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.core.formats import day
from crm.core.operations import DomainError
from customers.models import HandedCustomer, Holding, Ownership
from staff.handover.operations import SUCCESSOR
from staff.models import Handover, Licence

Kind = Licence.Kind
# the one place where it is said; products not named here need none
PRODUCTS_OF = {
    Kind.FUNDS: ("fund",),
    Kind.INSURANCE: ("insurance",),
    Kind.PRECIOUS_METALS: ("precious_metals",),
    Kind.WEALTH: (
        "cash_management",
        "fixed_income",
        "mixed",
        "equity",
        "commodity_derivatives",
        "trust",
        "asset_management_plan",
    ),
}


def needed(handover: Handover) -> dict[str, int]:
    """The kinds of licence that a handover needs, each with how many customers need it."""
    waiting = HandedCustomer.objects.filter(handover=handover, state=HandedCustomer.State.WAITING)
    beside = Ownership.objects.taken_by(handover)
    taken = Q(customer__in=waiting.values("customer")) | Q(customer__in=beside.values("customer"))
    held = Holding.objects.filter(taken, kind="investment")
    counts = held.exclude(status=Holding.Status.CLOSED).aggregate(
        **{
            str(kind.value): Count("customer", distinct=True, filter=Q(product_code__in=codes))
            for kind, codes in PRODUCTS_OF.items()
        }
    )
    return {kind: n for kind, n in counts.items() if n}


def refuse_unlicensed(handover: Handover) -> None:
    """Refuse a successor without a licence, good on the day, that the products held need."""
    wanted, on = needed(handover), handover.day
    if not wanted:
        return
    held = Licence.objects.filter(member=handover.to_member, kind__in=wanted, issued_on__lte=on)
    good = held.filter(Q(expires_on=None) | Q(expires_on__gte=on)).values_list("kind", flat=True)
    missing = {kind: n for kind, n in wanted.items() if kind not in set(good)}
    if missing:
        raise DomainError(" ".join(_lacks(handover, *one) for one in missing.items()), SUCCESSOR)


def _lacks(handover: Handover, kind: str, n: int) -> str:
    named = {
        "name": handover.to_member,
        "licence": Kind(kind).label,
        "day": day(handover.day),
        "n": n,
    }
    needs = ngettext(
        "%(n)s customer holds products that need it.",
        "%(n)s customers hold products that need it.",
        n,
    )
    lacks = _("%(name)s has no licence “%(licence)s” that is good on %(day)s.")
    return f"{lacks} {needs}" % named
