"""As whom is measured: for each reach the user with the most customers in it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count

from crm.core.clock import bank_today
from customers.models import Customer
from staff.models import Branch
from sysadmin.models import Grant, User

VIEW = "customers.view_customer"
# name of the reach: extent of the grant, level of its branch
REACHES = {
    "own": (Grant.Reach.OWN, ""),
    "branch": (Grant.Reach.BRANCH, ""),
    "city": (Grant.Reach.BRANCHES_BELOW, Branch.Level.MANAGING_SUB_BRANCH),
    "province": (Grant.Reach.BRANCHES_BELOW, Branch.Level.BRANCH),
    "bank": (Grant.Reach.BANK, ""),
}


@dataclass(frozen=True)
class Persona:
    """A user and how far they reach, as a name and as plain SQL knows it."""

    reach: str
    user: User
    branch: Branch
    member: int | None
    customers: int


def personas(action: str = VIEW) -> list[Persona]:
    """One for each reach in which somebody in this bank may take an action."""
    sizes = dict(Customer.objects.values_list("home_branch").annotate(n=Count("pk")).order_by())
    led = dict(Customer.objects.values_list("lead_manager").annotate(n=Count("pk")).order_by())
    places = list(Branch.objects.values_list("pk", "lft"))
    found = []
    for reach, (extent, level) in REACHES.items():
        grants = Grant.objects.filter(
            extent=extent, valid__contains=bank_today(), role__actions__contains=[action]
        ).select_related("branch", "user__staff_member")
        if level:
            grants = grants.filter(branch__level=level)
        those = [
            Persona(reach, grant.user, grant.branch, member, size)
            for grant in grants
            if (member := getattr(getattr(grant.user, "staff_member", None), "pk", None))
            and (
                size := led.get(member, 0)
                if reach == "own"
                else sum(sizes.get(pk, 0) for pk, lft in places if covers(grant, pk, lft))
            )
        ]
        # who may do the most among those who reach the most
        found += sorted(those, key=lambda each: (-each.customers, -rights(each), each.user.pk))[:1]
    return found


def covers(grant: Grant, pk: int, lft: int) -> bool:
    """Whether a branch lies within the reach of a grant."""
    if grant.extent == Grant.Reach.BRANCH:
        return grant.branch_id == pk
    everything = grant.extent == Grant.Reach.BANK
    return everything or grant.branch.lft <= lft <= grant.branch.rgt


def rights(persona: Persona) -> int:
    """How many actions the user may take."""
    return sum(len(grant.actions) for grant in persona.user.live_grants)
