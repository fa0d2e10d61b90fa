"""The administration site: every record of the bank, read as far as elsewhere and never changed."""

import base64
import datetime as dt
import re

import pytest
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.http import urlencode

from config_admin.models import CurrencyRate
from crm.core.clock import bank_today
from crm.core.models import AccessEvent, Approval, StoredQuery
from crm.core.resources import joins_of, resource_of
from crm.core.scope import Through
from crm.core.sealed import SealedField, open_field
from crm.urls import RESOURCES
from customers.models import Customer, IdentityDocument
from staff.models import Branch
from sysadmin.models import Grant, User, system_user
from sysadmin.models.users import ADMINISTRATION
from sysadmin.operations import set_manner
from tests.administration import (
    INDEX,
    address,
    at_the_site,
    bank_models,
    confirm,
    rights,
    shown_models,
)
from tests.factories import (
    BranchFactory,
    CurrencyRateFactory,
    CustomerFactory,
    GrantFactory,
    HoldingFactory,
    UserFactory,
    load_roles,
)
from tests.matrix.routes import OF_THE_SITE, patterns
from tests.matrix.subjects import every_action, reaches, subject_of
from tests.matrix.world import SUBTREE, World

BANK = Grant.Reach.BANK
READERS = {"system_administrator", "security_administrator", "auditor"}
LISTS, RECORDS = 12, 14
MANY = 6
LOOKING = sorted(action for action in every_action() if ".view_" in action)


def label_of(model):
    return model._meta.label_lower


def world_of(model):
    """A world with rows of a model, whether it has pages of its own or not."""
    return World(RESOURCES[0], subject_of(model))


def reader(world, *actions, extent=SUBTREE, quick=True):
    """Somebody at the site with these rights alone."""
    world.give({ADMINISTRATION, *actions}, world.branch, extent)
    return at_the_site(world.me.user, quick=quick)


def listed(client, model, query=""):
    """The keys of all rows that a list shows, page by page."""
    keys, way = [], query
    for _ in range(40):
        page = client.get(address(model, "changelist") + way)
        assert page.status_code == 200
        shown = page.context["cl"]
        keys += [row.pk for row in shown.result_list]
        way = shown.ways_on["next"]
        if not way:
            return keys
    raise AssertionError("The list has no end.")


def name_of(row):
    """What somebody would type to find a row: its own name, or what it is named after."""
    model = type(row)
    resource = resource_of(model)
    if isinstance(row, Customer):
        return row.name
    if resource is not None and resource.search:
        return resource.code_of(row)
    if isinstance(model.SCOPE, Through):
        return name_of(getattr(row, model.SCOPE.parent))
    for link in joins_of(model):
        if target := getattr(row, link.partition("__")[0]):
            return name_of(target)
    own = ("code", "filename", "digest")
    named = [str(getattr(row, name)) for name in own if isinstance(getattr(row, name, None), str)]
    fields = model._meta.concrete_fields
    choices = [field for field in fields if field.choices and field.name != "status"]
    shown = [str(getattr(row, f"get_{field.name}_display")()) for field in choices]
    return [*shown, *named][0]


# --- which records, and who comes in ------------------------------------------------------------


def test_every_table_of_the_bank_is_shown_or_says_why_it_is_not():
    shown = {label_of(model) for model in shown_models()}
    declared = every_action()
    for model in bank_models():
        label = label_of(model)
        if label not in shown:
            assert len(model.UNSHOWN) > 10, label
            continue
        assert reverse(f"administration:{label.replace('.', '_')}_changelist")
        # a kind of record without a right of its own has that of the record it belongs to
        assert rights(model) <= declared, label
        assert isinstance(model._meta.verbose_name_plural, Promise), label
    assert {label_of(resource.model) for resource in RESOURCES} <= shown


@pytest.mark.proves("SY-14")
def test_three_roles_come_in_and_to_all_others_the_site_does_not_exist(db):
    roles, branch = load_roles(), BranchFactory()
    missing = set()
    for code, role in roles.items():
        user = UserFactory()
        GrantFactory(user=user, role=role, branch=branch, extent=BANK)
        client = at_the_site(user)
        door = client.get(reverse(INDEX))
        assert door.status_code == (200 if code in READERS else 404), code
        in_menu = f'href="{reverse(INDEX)}"' in client.get("/", follow=True).content.decode()
        assert in_menu == (code in READERS), code
        if code not in READERS:
            missing |= {faceless(door), faceless(client.get("/administration-of-nothing/"))}
    assert len(missing) == 1
    held = {action for code in READERS for action in roles[code].actions}
    assert {a for model in shown_models() for a in rights(model)} - held == set()


def faceless(answer):
    """An answer without the number of its request."""
    number = answer.headers["X-Request-ID"].encode()
    return answer.status_code, answer.content.replace(number, b"")


@pytest.mark.proves("SY-14")
def test_no_address_of_the_site_opens_without_its_right_or_takes_a_form(db):
    world = world_of(Customer)
    everything = set(every_action())
    grant = world.give(everything - {ADMINISTRATION}, world.bank, BANK)
    client = at_the_site(world.me.user, quick=True)
    addresses = {e.name: e.url() for e in patterns() if e.name in OF_THE_SITE}
    assert len(addresses) > 4 * len(shown_models())
    for name, url in addresses.items():
        assert client.get(url).status_code == 404, name
        assert client.post(url).status_code == 404, name
    refusals = AccessEvent.objects.filter(kind="denial", purpose="administration_site")
    assert refusals.count() == 2 * len(addresses)
    assert refusals.filter(model="customers.customer", actor=world.me.user).count() == 8
    world.recast(grant.role, everything)
    for name, url in addresses.items():
        finds = name.endswith("_find")
        assert client.post(url).status_code == (302 if finds else 405), name
        if finds:
            assert client.get(url).status_code == 405, name
    world.recast(grant.role, {ADMINISTRATION})
    for name, url in addresses.items():
        assert client.get(url).status_code == (200 if name == INDEX else 404), name


def test_the_site_has_no_sign_in_of_its_own_and_asks_again_who_has_not_said_so_lately(db):
    world = world_of(Customer)
    world.give({ADMINISTRATION}, world.bank, BANK)
    anonymous, client = Client(), Client()
    door = reverse(INDEX)
    assert anonymous.get(door).headers["Location"] == f"/account/login/?next={door}"
    assert client.get(f"{door}login/").status_code == 302
    client.force_login(world.me.user)
    again = f"/account/again/?{urlencode({'next': door})}"
    assert client.get(door).headers["Location"] == again
    confirm(client, world.me.user, seconds=31 * 60)
    assert client.get(door).status_code == 302
    confirm(client, world.me.user, seconds=29 * 60)
    assert client.get(door).status_code == 200


def test_the_site_asks_for_the_second_factor_as_every_page_does(db, settings):
    settings.SECOND_FACTOR = True
    world = world_of(Customer)
    world.give({ADMINISTRATION}, world.bank, BANK)
    client = at_the_site(world.me.user)
    assert client.get(reverse(INDEX)).headers["Location"] == "/account/factors/totp/activate/"


# --- every kind of record -----------------------------------------------------------------------


@pytest.mark.proves("SY-14")
@pytest.mark.parametrize("model", shown_models(), ids=label_of)
def test_records_are_listed_found_and_read_within_reach_and_nowhere_else(db, model):
    world = world_of(model).fill("mine", "below", "elsewhere")
    client = reader(world, *LOOKING, quick=False)
    here = {row.pk for place, row in world.rows.items() if reaches(model, SUBTREE, place)}
    rows = {row.pk: row for row in world.rows.values()}
    assert set(listed(client, model)) & set(rows) == here
    for key, row in rows.items():
        page = client.get(address(model, "change", key))
        assert page.status_code == (200 if key in here else 404)
        sent = client.post(address(model, "change", key), {"name": "changed", "_save": "Save"})
        assert sent.status_code == 405
        typed = name_of(row)
        led = client.post(address(model, "find"), {"q": typed}).headers["Location"]
        token = StoredQuery.objects.latest("id").token
        assert led == f"{address(model, 'changelist')}?v={token}"
        found = set(listed(client, model, f"?v={token}"))
        assert found & set(rows) <= here
    missing = client.get(address(model, "change", max(rows) + 10**6))
    assert missing.status_code == 404
    assert AccessEvent.objects.filter(
        kind="denial", model=label_of(model), row_key=max(rows) + 10**6
    ).exists()
    # whoever reaches the whole bank reads the others too, and what is sealed by nobody
    world.give({ADMINISTRATION, *LOOKING}, world.bank, BANK)
    row = world.rows["elsewhere"]
    page = client.get(address(model, "change", row.pk))
    assert page.status_code == 200
    text = page.content.decode()
    assert escape(str(model._default_manager.get(pk=row.pk))) in text
    assert not re.search(r'<style|<script|<input(?! type="hidden")|<select|<textarea', text)
    typed = name_of(row)
    led = client.post(address(model, "find"), {"q": typed}).headers["Location"]
    assert row.pk in listed(client, model, led.removeprefix(address(model, "changelist"))), typed
    assert_sealed(row, text + client.get(led).content.decode())


def assert_sealed(row, text):
    """A page shows the mask of a sealed value at most: no plain text, no envelope, no digest."""
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if isinstance(field, SealedField) and value is not None:
            salt = bytes(salt_of(row))
            assert open_field(row, field.name, salt) not in text
        if isinstance(field, models.BinaryField) and value is not None:
            raw = bytes(value)
            assert base64.b64encode(raw).decode() not in text
            assert raw.hex() not in text
            assert escape(str(value)) not in text
    if isinstance(row, User):
        assert row.password not in text


def salt_of(row):
    """The salt under which the sealed values of a row are kept."""
    if hasattr(row, "salt"):
        return row.salt
    return row.customer.salt if hasattr(row, "customer") else row.run.salt


def asked(client, url):
    """The queries of one request."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    said = [query["sql"] for query in queries.captured_queries]
    return [sql for sql in said if "SAVEPOINT" not in sql]


@pytest.mark.parametrize("model", shown_models(), ids=label_of)
def test_a_list_asks_no_more_for_many_rows_and_never_counts_or_skips(db, model):
    world = world_of(model)
    client = reader(world, *LOOKING, extent=BANK)
    row = world.subject.row(world.branch, world.me)
    page, record = address(model, "changelist"), address(model, "change", row.pk)
    client.get(reverse(INDEX))
    one, of_record = asked(client, page), asked(client, record)
    for _ in range(MANY):
        world.subject.row(world.branch, world.me)
    many = asked(client, page)
    assert len(many) <= max(len(one), 1), "\n".join(many)
    assert len(many) <= LISTS, "\n".join(many)
    assert len(of_record) <= RECORDS, "\n".join(of_record)
    assert not [sql for sql in many if "COUNT(" in sql or "OFFSET" in sql]


# --- what the pages do --------------------------------------------------------------------------


def test_the_pages_of_a_list_hold_every_row_once_in_both_directions(db, monkeypatch):
    world = world_of(Customer)
    client = reader(world, *LOOKING, extent=BANK, quick=False)
    today = bank_today()
    made = [CurrencyRateFactory(on=today - dt.timedelta(days=day)).pk for day in range(120)]
    assert listed(client, CurrencyRate) == made
    first = client.get(address(CurrencyRate, "changelist")).context["cl"]
    second = client.get(address(CurrencyRate, "changelist") + first.ways_on["next"]).context["cl"]
    assert [row.pk for row in second.result_list] == made[50:100]
    back = client.get(address(CurrencyRate, "changelist") + second.ways_on["previous"])
    assert [row.pk for row in back.context["cl"].result_list] == made[:50]
    # a cursor of somebody else is no cursor
    stranger = reader(world_of(Customer), *LOOKING, extent=BANK, quick=False)
    theirs = stranger.get(address(CurrencyRate, "changelist") + first.ways_on["next"])
    assert [row.pk for row in theirs.context["cl"].result_list] == made[:50]


def test_a_list_is_narrowed_by_its_filters_and_by_nothing_else_in_its_address(db):
    world = world_of(User)
    client = reader(world, "sysadmin.view_user", extent=BANK, quick=False)
    gone = UserFactory(is_active=False)
    every = set(listed(client, User))
    away = {gone.pk, system_user().pk}
    assert set(listed(client, User, "?is_active__exact=0")) == away
    assert set(listed(client, User, "?is_active__exact=1")) == every - away
    probes = ("password__startswith=x", "is_active=0", "username=x", "q=x", "o=1", "p=9", "all=")
    for probe in probes:
        assert set(listed(client, User, f"?{probe}")) == every, probe
    wrong = client.get(address(User, "changelist") + "?is_active__exact=x")
    assert wrong.status_code == 302
    assert client.get(wrong.headers["Location"]).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_question_that_takes_too_long_asks_for_a_narrower_one(settings, owner_connection):
    world = world_of(Customer)
    row = CustomerFactory(home_branch=world.branch)
    client = reader(world, *LOOKING)
    client.get(reverse(INDEX))
    settings.LISTING_TIMEOUT_MS = 60
    owner_connection.execute("lock table customers_customer in access exclusive mode")
    page = client.get(address(Customer, "changelist"))
    assert page.status_code == 200
    assert "Narrow it: choose a branch" in page.content.decode()
    owner_connection.rollback()
    again = client.get(address(Customer, "changelist")).content.decode()
    assert "Narrow it" not in again
    assert escape(str(row)) in again


def test_what_is_typed_stands_in_no_address_and_looks_at_customers_are_recorded(db):
    world = world_of(Customer)
    row = CustomerFactory(home_branch=world.branch, name="欧阳晓月")
    client = reader(world, *LOOKING, quick=False)
    led = client.post(address(Customer, "find"), {"q": "欧阳"}, follow=True)
    assert "欧阳" not in led.request["QUERY_STRING"]
    assert 'value="欧阳"' in led.content.decode()
    assert [one.pk for one in led.context["cl"].result_list] == [row.pk]
    assert AccessEvent.objects.filter(kind="search", model="customers.customer").count() == 1
    document = row.documents.first()
    client.get(address(Customer, "change", row.pk))
    page = client.get(address(IdentityDocument, "change", document.pk)).content.decode()
    assert document.mask in page
    looks = AccessEvent.objects.filter(kind="view", subject_id=row.pk).order_by("id")
    assert list(looks.values_list("model", flat=True)) == [
        "customers.customer",
        "customers.identitydocument",
    ]


def test_a_name_out_of_reach_is_not_given_away_by_a_key(db):
    world = world_of(Grant)
    held = GrantFactory(user=UserFactory(latin_name="Somebody Else"), branch=world.other)
    client = reader(world, "sysadmin.view_grant", extent=BANK)
    page = client.get(address(Grant, "change", held.pk)).content.decode()
    assert f"outside your reach (№ {held.branch_id})" in page
    world.give({"staff.view_branch"}, world.bank, BANK)
    page = client.get(address(Grant, "change", held.pk)).content.decode()
    assert f"{escape(str(held.branch))} (№ {held.branch_id})" in page


def test_a_request_does_not_say_why_where_its_record_may_be_out_of_reach(db):
    world = world_of(Approval)
    request = world.subject.row(world.branch, world.me)
    client = reader(world, "core.view_approval", "sysadmin.view_user", extent=BANK)
    page = client.get(address(Approval, "change", request.pk)).content.decode()
    assert escape(str(request.maker)) in page
    assert request.reason == "moved abroad"
    assert request.reason not in page
    # what it asks for, and about what, stands there in words
    listed = client.get(address(Approval, "changelist")).content.decode()
    for shown in (page, listed):
        assert "Closing of a customer" in shown
        assert "customers.close/1" not in shown
        assert "customers.customer" not in shown


def test_a_record_leads_to_its_own_page_and_to_what_was_changed_on_it(db):
    world = world_of(Branch)
    client = reader(world, "staff.view_branch", extent=BANK)
    row = world.other
    record = client.get(address(Branch, "change", row.pk)).content.decode()
    assert f'href="{resource_of(Branch).url("view", row)}"' in record
    assert "read-only" in record
    trail = address(Branch, "history", row.pk)
    assert trail not in record
    assert client.get(trail).status_code == 404
    world.give({"core.view_auditevent"}, world.bank, BANK)
    assert trail in client.get(address(Branch, "change", row.pk)).content.decode()
    page = client.get(trail)
    assert page.status_code == 200
    assert escape(row.name_en) in page.content.decode()
    assert client.get(address(Branch, "history", row.pk + 10**6)).status_code == 404
    # fed rows have a batch, and no trail of their own
    holding = HoldingFactory()
    world.give({"customers.view_holding", "customers.view_customer"}, world.bank, BANK)
    assert client.get(address(type(holding), "history", holding.pk)).status_code == 404


def test_the_trail_of_a_user_says_that_the_password_changed_and_not_to_what(db):
    world = world_of(User)
    client = reader(world, "sysadmin.view_user", "core.view_auditevent", extent=BANK)
    page = client.get(address(User, "history", world.me.user_id)).content.decode()
    assert world.me.user.username in page
    assert world.me.user.password not in page


def test_the_site_speaks_both_languages_and_follows_the_theme(db):
    world = world_of(User)
    client = reader(world, "sysadmin.view_user", extent=BANK)
    text = client.get(reverse(INDEX), HTTP_ACCEPT_LANGUAGE="zh-hans").content.decode()
    assert "管理站点" in text
    assert 'class="light dashboard"' in text
    assert "is read-only" not in text
    set_manner(world.me.user, language="zh-hans", theme="dark")
    text = client.get(address(User, "change", world.me.user_id)).content.decode()
    assert 'class="dark' in text
    assert '<html lang="zh-hans"' in text
