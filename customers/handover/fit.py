"""Whether a successor's post is one for the kind of customers handed over: said, never refused."""

from __future__ import annotations

from django.utils.translation import ngettext

from customers.models import Customer, HandedCustomer
from staff.models import Handover, StaffMember

Kind, Post = Customer.Kind, StaffMember.Post
# posts that look after one kind of customers; those not named here look after any
KIND_OF: dict[str, str] = {
    Post.WEALTH_MANAGER: Kind.PERSON,
    Post.PRIVATE_BANKER: Kind.PERSON,
    Post.RETAIL_LOAN_RM: Kind.PERSON,
    Post.CORPORATE_RM: Kind.ORGANISATION,
    Post.SMALL_BUSINESS_RM: Kind.ORGANISATION,
}


def misfits(handover: Handover) -> list[str]:
    """How many customers are of a kind that the successor's post does not look after."""
    taker = handover.to_member
    kind = KIND_OF.get(taker.post)
    if kind is None:
        return []
    waiting = HandedCustomer.objects.filter(handover=handover, state=HandedCustomer.State.WAITING)
    count = waiting.exclude(customer__kind=kind).count()
    if not count:
        return []
    said = ngettext(
        "%(n)s customer is not of the kind that %(name)s looks after as “%(post)s”.",
        "%(n)s customers are not of the kind that %(name)s looks after as “%(post)s”.",
        count,
    )
    return [said % {"n": count, "name": taker, "post": taker.get_post_display()}]
