"""Who looks after customers of the demonstration bank beside their lead managers, and who did."""

from __future__ import annotations

import datetime as dt
from itertools import cycle

from django.utils import timezone

from crm.core.acting import acting
from crm.core.clock import clock_at
from customers.models import ConflictOfInterest, Customer, Ownership
from customers.timeline.operations import tell_all
from staff.models import StaffMember
from sysadmin.models import User, period

Post, Role, Relation = StaffMember.Post, Ownership.Role, ConflictOfInterest.Relation
TAKEN_OVER, HELPED = 60, 24
# kept as it stands with the changes, so it speaks both languages
HANDED_OVER = "Predecessor moved to another branch · 原客户经理调离"
DECLARED = "Yearly declaration of staff · 员工年度申报"


def enter(system: User, today: dt.date) -> None:
    """Predecessors, those who assist or lead another line, and some conflicts of interest."""
    rows = Customer.objects.exclude(lead_manager=None).select_related("lead_manager__branch")
    led = list(rows.order_by("number")[: TAKEN_OVER * 4])
    for place, customer in enumerate(led[::4]):
        predecessor = colleague_of(customer.lead_manager)
        if predecessor and customer.opened_on < today - dt.timedelta(days=400):
            taken_over(customer, predecessor, today - dt.timedelta(days=30 + place * 9), system)
    with acting(by=system, reason=HANDED_OVER):
        Ownership.objects.bulk_create(helpers(led[1::4][:HELPED], today))
    with acting(by=system, reason=DECLARED):
        ConflictOfInterest.objects.bulk_create(conflicts(led[2::4], today))


def colleague_of(member: StaffMember | None) -> StaffMember | None:
    """Somebody with the same post elsewhere, who may have been here before."""
    if member is None:
        return None
    same = StaffMember.objects.filter(post=member.post).exclude(pk=member.pk)
    return same.order_by("number").last()


def taken_over(customer: Customer, predecessor: StaffMember, since: dt.date, system: User) -> None:
    """Let somebody else have led the customer from the beginning until a day."""
    rows = Customer.objects.filter(pk=customer.pk)
    for day, lead in ((customer.opened_on, predecessor), (since, customer.lead_manager)):
        moment = dt.datetime.combine(day, dt.time(9), timezone.get_default_timezone())
        with clock_at(moment), acting(by=system, reason=HANDED_OVER):
            rows.update(lead_manager=lead)
            tell_all("assign", [customer], by=system)


def helpers(customers: list[Customer], today: dt.date) -> list[Ownership]:
    """Leads of private banking and small business, and those who assist; some from next month."""
    bankers = list(StaffMember.objects.filter(post=Post.PRIVATE_BANKER).order_by("number"))
    lenders = list(StaffMember.objects.filter(post=Post.SMALL_BUSINESS_RM).order_by("number"))
    if not (bankers and lenders):
        return []
    turns = cycle([(Role.LEAD, -200), (Role.ASSISTING, -90), (Role.ASSISTING, 20)])
    found = []
    for place, (customer, (role, days)) in enumerate(zip(customers, turns, strict=False)):
        line, members = (
            ("private_banking", bankers) if customer.is_person else ("small_business", lenders)
        )
        member = members[place % len(members)]
        if member == customer.lead_manager:
            continue
        found.append(
            Ownership(
                customer=customer,
                line=line,
                role=role,
                member=member,
                branch=member.branch,
                valid=period(today + dt.timedelta(days=days)),
            )
        )
    return found


def conflicts(customers: list[Customer], today: dt.date) -> list[ConflictOfInterest]:
    """A manager's own record and a spouse led by others, and an own company yet to hand over."""
    people = [c for c in customers if c.is_person]
    firms = [c for c in customers if not c.is_person]
    chosen = [
        *zip(people[:2], (Relation.SELF, Relation.SPOUSE), strict=False),
        *zip(firms[:1], (Relation.COMPANY,), strict=False),
    ]
    found = []
    for customer, relation in chosen:
        own = relation == Relation.COMPANY
        member = customer.lead_manager if own else colleague_of(customer.lead_manager)
        if member:
            found.append(
                ConflictOfInterest(
                    member=member,
                    customer=customer,
                    relation=relation,
                    declared_on=today - dt.timedelta(days=5),
                    valid=period(today - dt.timedelta(days=5)),
                )
            )
    return found
