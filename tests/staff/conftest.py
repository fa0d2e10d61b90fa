"""Who hands over to whom."""

import pytest

from sysadmin.models import Grant
from tests.factories import CustomerFactory
from tests.staff.handing import HEAD, MANAGER


@pytest.fixture
def head(person, branch):
    """Somebody who heads an outlet."""
    return person(branch, *HEAD)


@pytest.fixture
def desk(signed_in, head):
    """The head at work."""
    return signed_in(head)


@pytest.fixture
def giver(person, branch):
    """A manager whose customers are handed over."""
    return person(branch, *MANAGER, extent=Grant.Reach.OWN).staff_member


@pytest.fixture
def taker(person, branch):
    """The manager who is to have them."""
    return person(branch, *MANAGER, extent=Grant.Reach.OWN).staff_member


@pytest.fixture
def successor(taker, signed_in):
    """The successor at work."""
    return signed_in(taker.user)


@pytest.fixture
def led(giver, branch):
    """Three customers of the first manager."""
    return CustomerFactory.create_batch(3, home_branch=branch, lead_manager=giver)
