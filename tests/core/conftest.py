"""A maker, a second person, and operations that a policy holds back."""

import pytest

from tests.deciding import DECIDE, MAKE, decider
from tests.factories import ApprovalPolicyFactory, CustomerFactory, RoleFactory


@pytest.fixture
def maker(person, branch):
    return person(branch, *MAKE)


@pytest.fixture
def deciders(db):
    return RoleFactory(actions=list(DECIDE))


@pytest.fixture
def checker(branch, deciders):
    return decider(branch, deciders)


@pytest.fixture
def held_back(deciders):
    """Puts an operation under a policy."""

    def hold(operation, **values):
        return ApprovalPolicyFactory(operation=operation, role=deciders, **values)

    return hold


@pytest.fixture
def customer(branch):
    return CustomerFactory(
        home_branch=branch, status="active", name="王美华", latin_name="Wang Meihua"
    )
