"""Who is asking is half of every test: users with grants, and clients signed in as them."""

from __future__ import annotations

import datetime as dt
import gc
import uuid

import pytest
from django.test import Client
from django.utils import translation

from crm.core.clock import bank_today
from crm.core.idempotency import FIELD
from sysadmin.models import Grant, period, system_user
from tests.deciding import DECIDE, MAKE, decider
from tests.factories import (
    ApprovalPolicyFactory,
    BranchFactory,
    GrantFactory,
    RoleFactory,
    StaffMemberFactory,
)


def pytest_addoption(parser):
    parser.addoption(
        "--write-access",
        action="store_true",
        help="write the table of rights of the shipped roles anew, to be read and committed",
    )


def pytest_configure(config):
    config.addinivalue_line("markers", "proves(id): the capability that this test proves")
    config.addinivalue_line("markers", "browser: needs a browser")
    config.addinivalue_line("markers", "slow: takes half a minute or more, and is begun with")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Begin with the tests that take minutes: last, one process would wait for the other."""
    items.sort(key=lambda item: not item.get_closest_marker("slow"))


def pytest_collection_finish():
    """Look for garbage seldom: what was imported stays, and each look would go through it all."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(autouse=True)
def in_english():
    """Every test begins in English, whatever the one before did."""
    with translation.override("en"):
        yield


@pytest.fixture
def system(db):
    """The system itself as actor."""
    return system_user()


@pytest.fixture
def bank(db):
    """The head office of a small tree."""
    return BranchFactory()


@pytest.fixture
def branch(bank):
    """An outlet."""
    return BranchFactory(parent=bank)


@pytest.fixture
def other_branch(bank):
    """Another outlet, out of reach of those who work in the first."""
    return BranchFactory(parent=bank)


@pytest.fixture
def person(db):
    """Makes a member of staff with a grant that carries the named actions."""

    def make(branch, *actions, extent=Grant.Reach.BRANCHES_BELOW, since=1, days=None):
        member = StaffMemberFactory(branch=branch)
        first = bank_today() - dt.timedelta(days=since)
        beyond = first + dt.timedelta(days=days) if days is not None else None
        GrantFactory(
            user=member.user,
            role=RoleFactory(actions=list(actions)),
            branch=branch,
            extent=extent,
            valid=period(first, beyond),
        )
        return member.user

    return make


@pytest.fixture
def signed_in():
    """Makes a client that is signed in as a user."""

    def make(user, **options):
        client = Client(**options)
        client.force_login(user)
        return client

    return make


@pytest.fixture
def keyed():
    """Adds a fresh idempotency key to what a form sends."""

    def make(**data):
        return {FIELD: str(uuid.uuid4()), **data}

    return make


@pytest.fixture
def maker(person, branch):
    """Somebody who asks for what a policy holds back."""
    return person(branch, *MAKE)


@pytest.fixture
def deciders(db):
    """The role of those who decide."""
    return RoleFactory(actions=list(DECIDE))


@pytest.fixture
def checker(branch, deciders):
    """Somebody of that role in the maker's branch."""
    return decider(branch, deciders)


@pytest.fixture
def held_back(deciders):
    """Puts an operation under a policy."""

    def hold(operation, **values):
        return ApprovalPolicyFactory(operation=operation, role=deciders, **values)

    return hold
