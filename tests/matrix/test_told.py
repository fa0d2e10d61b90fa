"""Timelines tell of every record about a customer, to exactly those who see the record."""

import sys

import pytest
from django.apps import apps

from crm.core.models import Record
from crm.core.querysets import action_name
from crm.core.resources import resource_of
from crm.core.trail import subject_of
from customers.models import Customer, TimelineEntry
from customers.timeline.telling import tellers, untold
from sysadmin.models import Grant, system_user
from tests.matrix.world import world_of

SEE, ANYTHING = "customers.view_customer", "anything"
Reach = Grant.Reach
WITH_PAGES = [teller for teller in tellers() if resource_of(teller.model)]


@pytest.mark.proves("CI-19")
@pytest.mark.parametrize("teller", WITH_PAGES, ids=lambda teller: teller.source)
def test_a_reader_is_told_of_the_rows_that_lists_show_and_of_no_other(db, teller):
    world = world_of(resource_of(teller.model)).fill()
    rows = [row for row in world.rows.values() if subject_of(row)]
    TimelineEntry.objects.bulk_create(
        TimelineEntry(
            customer_id=subject_of(row),
            at=world.me.created_at,
            kind="change",
            source=teller.source,
            row_id=row.pk,
            what=ANYTHING,
            by=system_user(),
        )
        for row in rows
    )
    action = teller.action or action_name(teller.model, "view")
    records = getattr(teller.model, "scoped", teller.model._default_manager)
    seen = []
    for rights, extent in (
        ({SEE, action}, Reach.OWN),
        ({SEE, action}, Reach.TEAM),
        ({SEE}, Reach.BANK),
        ({action}, Reach.BRANCH),
        ({action}, Reach.BRANCHES_BELOW),
        ({action}, Reach.BANK),
    ):
        world.give(rights, world.branch, extent)
        shown = set(records.within(world.user, action).values_list("pk", flat=True))
        told = TimelineEntry.objects.filter(what=ANYTHING).permitted(world.user)
        seen.append({entry.row_id for entry in told})
        assert seen[-1] == shown & {row.pk for row in rows}, extent
    assert len(seen[0]) < len(seen[-1]) == len(rows)


def about_customers():
    """Every record that names a customer, and the customer."""
    for model in apps.get_models():
        relations = [f.related_model for f in model._meta.concrete_fields if f.is_relation]
        if issubclass(model, Record) and (model is Customer or Customer in relations):
            yield model


def test_every_record_about_a_customer_is_told_of_or_says_why_not():
    told_of = {teller.source for teller in tellers()}
    records = {model._meta.label_lower for model in about_customers()}
    assert records - told_of - set(untold()) == set()
    assert not told_of & set(untold())
    assert all(len(reason) > 10 for reason in untold().values())


def operations_on():
    """The names of all operations, by the name of the model that they are done on."""
    found = {}
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] not in {"customers", "services", "risk"}:
            continue
        for function in vars(module).values():
            inner = function
            while hasattr(inner, "__wrapped__"):
                inner = inner.__wrapped__
            if inner is not function and inner.__module__ == name:
                subject = next(iter(inner.__annotations__.values()), "")
                found.setdefault(str(subject), set()).add(inner.__name__)
    return found


def test_every_operation_on_such_a_record_is_told_or_passed_over_on_purpose():
    known = operations_on()
    assert {"log", "correct", "review"} <= known["Contact"]
    for teller in tellers():
        verbs = {what.split(".")[0] for what in teller.tellings}
        answered = verbs | set(teller.renews) | teller.silent
        done = known.get(teller.model.__name__, set())
        assert done <= answered, teller.source
