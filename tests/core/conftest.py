"""A customer that the kernel's tests do something with."""

import pytest

from tests.factories import CustomerFactory


@pytest.fixture
def customer(branch):
    return CustomerFactory(
        home_branch=branch, status="active", name="王美华", latin_name="Wang Meihua"
    )
