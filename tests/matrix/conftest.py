"""Worlds for the tests over all resources."""

import pytest

from crm.urls import RESOURCES
from tests.matrix.world import world_of


@pytest.fixture(params=RESOURCES, ids=str)
def resource(request):
    """Every resource in turn, unless the test names its own."""
    return request.param


@pytest.fixture
def world(db, resource):
    """An empty world for the resource of the test."""
    return world_of(resource)
