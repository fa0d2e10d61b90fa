"""A card on a record's page is no way around that record: whoever may not see it sees no card."""

import pytest
from django.test import Client

from crm.core.models import AccessEvent
from crm.urls import RESOURCES
from sysadmin.models import Grant
from tests.matrix.subjects import subject_of

PANELS = [
    pytest.param(resource, field, id=f"{resource}-{field}")
    for resource in RESOURCES
    for field in sorted(resource.panel_fields)
    # whoever sees a list sees records of its own kind
    if resource.model._meta.get_field(field).related_model is not resource.model
]


@pytest.fixture
def client(world):
    """Somebody who sees every row of the list, and nothing else."""
    world.give({world.resource.permission("view")}, world.bank, Grant.Reach.BANK)
    client = Client()
    client.force_login(world.me.user)
    return client


@pytest.mark.proves("SY-2")
@pytest.mark.parametrize(("resource", "field"), PANELS)
def test_a_card_opens_only_on_a_record_that_the_user_may_see(world, client, field):
    model = world.resource.model._meta.get_field(field).related_model
    parent = subject_of(model).row(world.branch, None)
    card = world.resource.url("panel", None, field, parent.pk)
    missing = world.resource.url("panel", None, field, parent.pk + 10**6)
    assert [client.get(url).status_code for url in (card, missing)] == [404, 404]
    denied = AccessEvent.objects.filter(kind="denial", model=model._meta.label_lower)
    assert set(denied.values_list("row_key", flat=True)) == {parent.pk, parent.pk + 10**6}
    look = f"{model._meta.app_label}.view_{model._meta.model_name}"
    world.give({look}, world.bank, Grant.Reach.BANK)
    assert [client.get(url).status_code for url in (card, missing)] == [200, 404]


@pytest.mark.proves("SY-2")
def test_a_list_is_a_card_only_of_the_records_it_was_declared_for(world, client):
    for name in {field.name for field in world.resource.model._meta.concrete_fields}:
        if name not in world.resource.panel_fields:
            url = world.resource.url("panel", None, name, world.branch.pk)
            assert client.get(url).status_code == 404, name


@pytest.mark.parametrize("resource", [r for r in RESOURCES if r.panel_fields], ids=str)
def test_a_card_leads_on_to_a_list_that_can_be_narrowed_to_its_record(resource):
    assert resource.panel_fields <= set(resource.filterset.base_filters)


def test_there_are_cards():
    assert PANELS
