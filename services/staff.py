"""Who of the staff acts on behalf of customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from crm.core.operations import DomainError
from customers.models import Customer
from staff.models import StaffMember

if TYPE_CHECKING:
    from sysadmin.models import User


def member_of(user: User) -> StaffMember:
    """The user among the staff; whoever is not entered there does no business with customers."""
    member = StaffMember.objects.filter(user=user.pk).first()
    if member is None:
        raise DomainError(_("You are not entered among the staff, and so cannot enter this."))
    return member


def refuse_out_of_reach(member: StaffMember, customer: Customer, field: str) -> None:
    """Refuse to give something about a customer to somebody who does not see the customer."""
    user = member.user
    reached = Customer.objects.filter(pk=customer.pk)
    if user is None or not user.is_active or not reached.permitted(user).exists():
        raise DomainError(
            _("%(name)s does not reach this customer. Choose somebody who does.")
            % {"name": member},
            field,
        )
