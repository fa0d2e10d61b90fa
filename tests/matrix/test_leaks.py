"""Nothing of a row out of reach shows anywhere, and no form takes it."""

import pytest
from django import forms
from django.test import Client
from django_filters import ModelChoiceFilter

from crm.core.models import AuditEvent
from crm.urls import RESOURCES
from sysadmin.models import Grant
from tests.matrix.clients import QuickClient
from tests.matrix.forms import filled
from tests.matrix.routes import ACTS, BY_LABEL, routes_of
from tests.matrix.subjects import reaches, subject_of
from tests.matrix.world import actions_of, widest, world_of

SUBTREE = Grant.Reach.BRANCHES_BELOW
LIMITED = [r for r in RESOURCES if not reaches(r.model, SUBTREE, "elsewhere")]
SHOWN = ("shown_name", "other_name", "shown_number", "label", "mask")
SHORTEST = 4
LONG_NUMBER = 9


def is_limited(model):
    """Whether rows of the model at another branch are out of reach of look-ups for a form."""
    names = {field.name for field in model._meta.fields}
    labels = {"staff.branch", "customers.customer"}
    return "branch" in names or model._meta.label_lower in labels


def words_of(row):
    """What would give a row away: its own texts and keys, and those of rows that belong to it."""
    resource = BY_LABEL.get(row._meta.label_lower)
    words = {resource.url("view", row)} if resource and "view" in resource.pages else set()
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if isinstance(value, str) and len(value) >= SHORTEST and not field.choices:
            words.add(value)
    words |= {str(getattr(row, name)) for name in SHOWN if getattr(row, name, "")}
    for relation in row._meta.related_objects:
        held = getattr(relation.related_model, "AUDIT_SUBJECT", "")
        if held == f"{relation.field.name}_id":
            parts = relation.related_model._base_manager.filter(**{relation.field.name: row})
            words |= {part.mask for part in parts if getattr(part, "mask", "")}
    # a short number stands on many pages by chance
    return {w for w in words if len(w) >= (LONG_NUMBER if w.isdigit() else SHORTEST)}


def limited_client(world, kind=Client):
    """Somebody with every action of the resource at their own branch and those below."""
    world.give(actions_of(world.resource), world.branch, SUBTREE)
    client = kind()
    client.force_login(world.me.user)
    return client


def questions(world):
    """Every address at which rows of the resource could show, with filters on foreign rows."""
    resource, foreign = world.resource, world.rows["elsewhere"]
    parents = {
        name: getattr(foreign, f"{name}_id")
        for name in {f.name for f in resource.model._meta.concrete_fields if f.is_relation}
    }
    for route in routes_of(resource):
        if not route.is_row and not route.is_panel and "GET" in route.methods:
            yield route.url()
            yield f"{route.url()}?size=100&sort={list(resource.sorts)[-1]}"
            for name, key in parents.items():
                yield f"{route.url()}?{name}={key}&action={resource.permission('view')}"
            for word in sorted(words_of(foreign)):
                yield f"{route.url()}?q={word[:3]}&name={word[:3]}"
        elif route.is_panel:
            for name in resource.panel_fields & set(parents):
                yield route.url(field=name, pk=parents[name] or 0)
        elif "GET" in route.methods:
            yield route.url(**world.subject.address(foreign))
            if "mine" in world.rows and reaches(resource.model, SUBTREE, "mine"):
                yield route.url(**world.subject.address(world.rows["mine"]))


@pytest.mark.proves("SY-2")
@pytest.mark.parametrize("resource", LIMITED, ids=str)
def test_nothing_of_a_row_out_of_reach_shows_on_any_page(world):
    world.fill()
    client = limited_client(world, QuickClient)
    words = words_of(world.rows["elsewhere"])
    # two different names may be spelled alike in Latin letters, or one begin like the other
    near = {w for place, row in world.rows.items() if place != "elsewhere" for w in words_of(row)}
    words = {word for word in words if not any(word in one for one in near)}
    assert words
    leaks = set()
    for url in questions(world):
        # a page may be a file, which is packed: what it holds has tests of its own
        text = client.get(url).content.decode(errors="replace").replace(url, "")
        leaks |= {(url, word) for word in words if word in text}
    assert leaks == set()


@pytest.mark.proves("SY-2")
def test_the_words_that_would_give_a_row_away_do_show_to_those_who_reach_it(world):
    world.fill()
    world.give(actions_of(world.resource), world.bank, Grant.Reach.BANK)
    client = Client()
    client.force_login(world.me.user)
    row = world.rows["elsewhere"]
    pages = [client.get(world.resource.url("list"), {"size": 100})]
    pages += [client.get(world.resource.url("view", row))] if "view" in world.resource.pages else []
    text = "".join(page.content.decode() for page in pages)
    assert [word for word in words_of(row) if word in text]


def filters_on_rows(resource):
    """The filters of a list that choose among rows of a model with a scope."""
    declared = resource.filterset.base_filters if resource.filterset else {}
    for name, one in declared.items():
        model = getattr(getattr(one, "queryset", None), "model", None)
        if isinstance(one, ModelChoiceFilter) and hasattr(model, "SCOPE"):
            yield name, model


FILTERS = [
    pytest.param(r, name, model, id=f"{r}-{name}")
    for r in RESOURCES
    for name, model in filters_on_rows(r)
    # whoever sees a list sees the records of its own kind
    if model is not r.model
]


@pytest.mark.proves("SY-2")
@pytest.mark.parametrize(("resource", "name", "model"), FILTERS)
def test_a_filter_names_no_row_that_the_user_may_not_see(world, name, model):
    client = limited_client(world)
    grant = world.me.user.grants.get()
    look = f"{model._meta.app_label}.view_{model._meta.model_name}"
    world.recast(grant.role, [a for a in grant.role.actions if a != look])
    chosen = subject_of(model).row(world.other, None)
    words = words_of(chosen)
    assert words
    for page in ("list", "filter", "count"):
        if page in world.resource.pages:
            answer = client.get(world.resource.url(page), {name: chosen.pk})
            assert not [w for w in words if w in answer.content.decode()], page
            assert answer.status_code == 200
    assert not list(client.get(world.resource.url("list"), {name: chosen.pk}).context["table"].rows)


def foreign_keys_of(form):
    """The fields of a form that choose among rows tied to a branch."""
    for name, field in form.fields.items():
        # what offers the whole directory keeps nothing of it back
        is_choice = isinstance(field, forms.ModelChoiceField)
        if is_choice and not getattr(field, "anywhere", False) and is_limited(field.queryset.model):
            yield name, field.queryset.model


FORMS = [route for route in ACTS if not route.transition]


@pytest.mark.proves("SY-2")
@pytest.mark.parametrize("route", FORMS, ids=str)
def test_a_form_refuses_a_key_out_of_reach_beside_the_field_and_stores_nothing(db, route):
    world = world_of(route.resource)
    world.rows["mine"] = world.subject.row(world.branch, world.me)
    world.give(actions_of(route.resource), world.branch, widest(route.resource))
    own = {route.action}
    world.recast(world.me.user.grants.get().role, actions_of(route.resource) - own)
    world.give(own, world.branch, SUBTREE)
    if route.is_row and not reaches(route.resource.model, SUBTREE, "mine"):
        pytest.skip("Only a grant over the whole bank opens this form.")
    client = Client()
    client.force_login(world.me.user)
    page = client.get(world.address(route))
    for name, model in foreign_keys_of(page.context["form"]):
        foreign = subject_of(model).row(world.other, None)
        text = page.content.decode()
        assert not [w for w in words_of(foreign) if w in text]
        for key in (foreign.pk, foreign.pk + 10**6, -1, "x", 10**30):
            data = filled(client.get(world.address(route)), world.subject, world.branch)
            before = AuditEvent.objects.count()
            answer = client.post(world.address(route), data | {name: key})
            assert answer.status_code == 422, (name, key)
            assert answer.context["form"].errors[name] == ["Choose one of the entries offered."]
            assert "Choose one of the entries offered." in answer.content.decode()
            assert not [w for w in words_of(foreign) if w in answer.content.decode()]
            assert AuditEvent.objects.count() == before


def lookups():
    """Each look-up that a form uses, with the action of the form."""
    for route in FORMS:
        form = getattr(route.resource, "form", None)
        if form is None or route.action.split(".")[1].split("_")[0] not in {"add", "change"}:
            continue
        for name, field in form.base_fields.items():
            is_lookup = isinstance(field, forms.ModelChoiceField) and hasattr(field.widget, "url")
            if is_lookup and not getattr(field, "anywhere", False):
                yield pytest.param(route, name, field, id=f"{route}-{name}")


@pytest.mark.proves("SY-2")
@pytest.mark.parametrize(("route", "name", "field"), list(lookups()))
def test_a_look_up_for_a_form_offers_what_the_form_will_take(db, route, name, field):
    model = field.queryset.model
    world = world_of(route.resource)
    near, far = (subject_of(model).row(b, None) for b in (world.branch, world.other))
    look = f"{model._meta.app_label}.view_{model._meta.model_name}"
    world.give({look}, world.bank, Grant.Reach.BANK)
    world.give({route.action}, world.branch, SUBTREE)
    client = Client()
    client.force_login(world.me.user)
    offered = {
        row.pk: client.post(field.widget.url, {"action": route.action, "q": _begin(row)})
        for row in (near, far)
    }
    shown = {
        key: f'data-value="{key}"' in answer.content.decode() for key, answer in offered.items()
    }
    assert shown == {near.pk: True, far.pk: not is_limited(model)}


def _begin(row):
    return next(getattr(row, n) for n in ("code", "number", "username") if hasattr(row, n))
