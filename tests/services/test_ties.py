"""Open requests hold a branch open, and are named when somebody leaves."""

import pytest

from sysadmin.models import Grant
from tests.factories import ServiceRequestFactory


@pytest.fixture
def office(person, bank, signed_in):
    """The browser of somebody who administers the staff."""
    actions = ["staff.view_branch", "staff.close_branch", "staff.view_staffmember"]
    user = person(bank, *actions, "staff.leave_staffmember", extent=Grant.Reach.BANK)
    return signed_in(user)


def test_a_branch_with_open_requests_stays_open(office, keyed, mine, customer):
    ServiceRequestFactory(service=mine.service, customer=customer)
    url = f"/organisation/branches/{mine.branch_id}/close/"
    answer = office.post(url, keyed(reason="merged"))
    assert answer.status_code == 422
    assert "2 open service requests" in answer.content.decode()


def test_whoever_leaves_is_asked_about_the_requests_in_their_hands(office, mine):
    url = f"/organisation/staff/{mine.owner_id}/leave/"
    assert "1 open service request" in office.get(url).content.decode()
