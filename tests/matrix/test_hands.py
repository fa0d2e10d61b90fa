"""Those who assist a customer reach all that belongs to the customer, in every page and list."""

import pytest
from django.test import Client

from crm.core.clock import bank_today
from crm.core.scope import Through
from crm.urls import RESOURCES
from customers.models import Customer
from sysadmin.models import Grant, period
from tests.factories import OwnershipFactory
from tests.matrix.routes import routes_of
from tests.matrix.test_access import OPEN
from tests.matrix.world import actions_of, world_of


def way_to_customer(model):
    """The foreign keys that lead from a row to the customer through whom it is reached."""
    steps = []
    while isinstance(model.SCOPE, Through):
        steps.append(model.SCOPE.parent)
        model = model._meta.get_field(steps[-1]).related_model
    return steps if model is Customer else None


OF_CUSTOMERS = [r for r in RESOURCES if way_to_customer(r.model) is not None]


@pytest.mark.proves("SY-2")
@pytest.mark.parametrize("resource", OF_CUSTOMERS, ids=str)
def test_those_who_assist_reach_every_page_about_the_customer_from_their_first_day(db, resource):
    world = world_of(resource)
    row = customer = world.rows["mine"] = world.subject.row(world.other, None)
    for step in way_to_customer(resource.model):
        customer = getattr(customer, step)
    world.give(actions_of(resource), world.branch, Grant.Reach.OWN)
    client = Client()
    client.force_login(world.me.user)

    def asked():
        pages = [r for r in routes_of(resource) if r.is_row and "GET" in r.methods]
        found = {str(r): client.get(world.address(r)).status_code for r in pages}
        table = client.get(resource.url("list"), {"size": "100"}).context["table"]
        listed = row.pk in {line.record.pk for line in table.rows}
        return found, listed, client.get(resource.url("count")).context["count"].n

    found, listed, count = asked()
    assert set(found.values()) == {404}
    assert (listed, count) == (False, 0)
    OwnershipFactory(
        customer=customer, member=world.me, line="interbank", valid=period(bank_today())
    )
    found, listed, count = asked()
    assert set(found.values()) <= OPEN
    assert listed
    assert count >= 1


def test_the_customers_and_what_belongs_to_them_are_covered():
    assert {"customers.customer", "customers.holding"} <= {str(r) for r in OF_CUSTOMERS}
