"""What stands beside a masked value follows the reach of the action, not the action alone."""

import pytest

from sysadmin.models import Grant
from tests.factories import CustomerFactory, GrantFactory, RoleFactory

VIEW, REVEAL = "customers.view_customer", "customers.reveal_customer"


@pytest.mark.proves("SY-4")
def test_a_mask_offers_to_reveal_only_where_revealing_reaches(
    person, signed_in, branch, other_branch
):
    user = person(branch, VIEW, extent=Grant.Reach.BRANCH)
    revealing = RoleFactory(actions=[REVEAL])
    GrantFactory(user=user, role=revealing, branch=other_branch, extent=Grant.Reach.BRANCH)
    customer = CustomerFactory(home_branch=branch)
    path = f"contact/{customer.contact_points.get().pk}/"
    ask = f"/customers/{customer.pk}/reveal/{path}"
    mask = f"/customers/{customer.pk}/mask/{path}"
    client = signed_in(user)
    assert client.get(ask).status_code == 404
    assert ask not in client.get(mask).content.decode()
    GrantFactory(user=user, role=revealing, branch=branch, extent=Grant.Reach.BRANCH)
    assert ask in client.get(mask).content.decode()
