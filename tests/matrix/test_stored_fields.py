"""What a form does not show it does not store, whatever else is sent with it."""

import datetime as dt

import pytest
from django import forms
from django.db import models
from django.test import Client

from crm.core.classes import SENSITIVE, class_of
from crm.core.forms import RecordForm
from crm.core.models import Workflow
from crm.urls import RESOURCES
from tests.matrix.forms import filled
from tests.matrix.routes import ACTS
from tests.matrix.subjects import STEPS_OF_THEIR_OWN
from tests.matrix.test_transitions import changed, values_of
from tests.matrix.world import actions_of, widest, world_of

NEVER = {"id", "pk", "status", "salt", "version", "number", "created_at", "updated_at"}
# what the bank's own offices number by hand
BY_HAND = {"staff.staffmember": {"number"}}
SENT = [route for route in ACTS if not route.transition]

ROWS = [
    r for r in ACTS if r.is_row and not (r.transition and str(r.resource) in STEPS_OF_THEIR_OWN)
]


def kinds_of_forms():
    """Every form class that has been declared for a record."""
    waiting, found = [RecordForm], []
    while waiting:
        for kind in waiting.pop().__subclasses__():
            if kind.__module__.partition(".")[0] != "tests":
                # what several forms share is no form of a record yet
                found += [kind] if kind._meta.model else []
                waiting.append(kind)
    return found


@pytest.mark.parametrize("kind", kinds_of_forms(), ids=lambda kind: kind.__name__)
def test_a_form_of_a_record_shows_no_field_that_only_an_operation_may_set(kind):
    model = kind._meta.model
    shown = set(kind.base_fields)
    assert not shown & (NEVER - BY_HAND.get(model._meta.label_lower, set()))
    for field in model._meta.concrete_fields:
        if not field.editable or class_of(model, field.name) == SENSITIVE:
            assert field.name not in shown


def test_every_resource_with_a_form_has_one_that_names_its_fields():
    for resource in RESOURCES:
        if resource.form:
            assert issubclass(resource.form, RecordForm)
            assert resource.form._meta.fields not in {None, forms.ALL_FIELDS}
            assert resource.form in kinds_of_forms()


def hostile(field, row):
    """Another value than the row's, of the kind that the field takes."""
    value = getattr(row, field.attname)
    if field.is_relation:
        model = field.related_model
        other = model._base_manager.exclude(pk=value).order_by("-pk").first()
        return other.pk if other else value
    if field.choices:
        # the last one, as the first is often the usual one
        return [key for key, _label in field.flatchoices if key != value][-1]
    if isinstance(field, models.BooleanField):
        return "" if value else "on"
    if isinstance(field, models.DateTimeField):
        return "1999-01-02T03:04:05Z"
    if isinstance(field, models.DateField):
        return dt.date(1999, 1, 2).isoformat()
    return "987654" if isinstance(field, models.IntegerField) else "hostile"


def unasked(row, form):
    """A hostile value for every field of the model that the form does not show."""
    data = {}
    for field in row._meta.concrete_fields:
        if field.name not in form.fields and field.name not in {"version", "reason"}:
            data[field.name] = data[field.attname] = hostile(field, row)
    # where nothing else is there to point to, nothing is sent
    return {name: value for name, value in data.items() if value is not None}


def sender(route):
    """Somebody who may do it, with two rows at hand."""
    world = world_of(route.resource)
    world.rows = {name: world.subject.row(world.branch, world.me) for name in ("mine", "branch")}
    world.give(actions_of(route.resource), world.branch, widest(route.resource))
    client = Client()
    client.force_login(world.me.user)
    return world, client


@pytest.mark.proves("SY-2")
@pytest.mark.parametrize("route", ROWS, ids=str)
def test_fields_sent_beside_a_form_about_a_record_change_nothing_else(db, route):
    world, client = sender(route)
    differences = []
    for place, extra in (("mine", True), ("branch", False)):
        row = world.rows[place]
        world.ready(row, route)
        row.refresh_from_db()
        page = client.get(world.address(route, place))
        data = unasked(row, page.context["form"]) if extra else {}
        if route.transition and isinstance(row, Workflow) and extra:
            # any state but the one that the step rightly enters
            entered = row.MOVES[route.transition].enters
            states = [key for key, _label in row._meta.get_field("status").flatchoices]
            data["status"] = next((s for s in states if s not in {entered, row.status}), row.status)
        before = values_of(row)
        sent = data | filled(page, world.subject, world.branch)
        answer = client.post(world.address(route, place), sent)
        assert answer.status_code == 302, answer.context["form"].errors
        after = values_of(row)
        assert not {name for name in data if name in after and str(after[name]) == str(data[name])}
        differences.append(changed(before, after))
    assert differences[0] == differences[1]


@pytest.mark.proves("SY-2")
@pytest.mark.parametrize("route", [r for r in ACTS if not r.is_row], ids=str)
def test_fields_sent_beside_a_form_for_a_new_record_are_not_stored(db, route):
    world, client = sender(route)
    model = route.resource.model
    page = client.get(world.address(route))
    data = unasked(world.rows["mine"], page.context["form"])
    data = {name: value for name, value in data.items() if value}
    assert {"id", "created_at"} <= set(data)
    sent = data | filled(page, world.subject, world.branch)
    answer = client.post(world.address(route), sent)
    assert answer.status_code == 302, answer.context["form"].errors
    stored = values_of(model._base_manager.latest("created_at"))
    own = {f.attname for f in model._meta.concrete_fields if not f.is_relation}
    assert not {name for name in own & set(data) if str(stored[name]) == str(data[name])}
