"""A generated bank: the same rows for the same seed, everything found, everything as it was."""

from __future__ import annotations

import io

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import F

from config_admin.figures.operations import draw_number
from crm.core.acting import acting
from crm.core.clock import bank_today, midnight
from crm.core.sealed import open_field
from crm.ops.cluster import OWNER
from crm.ops.generate.plan import Plan
from crm.ops.generate.run import NotEmpty, Run
from crm.ops.generate.structure import PICTURE
from customers import numbers, search
from customers.models import Customer, IdentityDocument, SearchKey
from services.clock.setting import set_moments
from services.models import (
    ClockStop,
    Complaint,
    Contact,
    Opportunity,
    Promise,
    QueueMember,
    RequestCheck,
    RequestEntry,
    ServiceRequest,
    Task,
)
from staff.models import Branch, StaffMember
from sysadmin.models import Grant, User, system_user
from tests.cluster_fixtures import clone
from tests.cluster_plugin import database_name

pytestmark = pytest.mark.django_db(transaction=True)
SIZE = 2_000
# what a second run with the same seed must find alike
ROWS = """
select md5(string_agg(md5((number, name, latin_name, name_sort, status, born_on, founded_on,
    gender, country, city, address, home_branch_id, lead_manager_id, opened_on,
    salt)::text), '' order by id))
from customers_customer
union all
select md5(string_agg(md5((id, customer_id, product_code, mask, balance, opened_on, matures_on,
    closed_on, status)::text), '' order by id)) from customers_holding
union all
select md5(string_agg(md5((holding_id, year, month_end, average)::text), '' order by id))
from customers_holdingyear
union all
select md5(string_agg(md5((holding_id, booked_on, amount, kind, counterparty)::text), ''
    order by source_key)) from customers_transaction
union all
select md5(string_agg(md5((number, customer_id, owner_id, status, subject, received_at, due_at,
    responded_at, resolved_at)::text), '' order by id)) from services_request
union all
select md5(string_agg(md5((customer_id, author_id, kind, at, summary)::text), '' order by id))
from services_contact
union all
select md5(string_agg(md5((code, name, lft, rgt, parent_id)::text), '' order by id))
from staff_branch
union all
select md5(string_agg(md5((number, name, post, branch_id)::text), '' order by id))
from staff_staffmember
"""


@pytest.fixture
def owner_url(run_of_tests):
    return run_of_tests.url(OWNER, database_name())


@pytest.fixture
def generate(owner_url):
    """Generates a bank into this worker's database."""

    def run(**options):
        call_command("first_values", stdout=io.StringIO())
        plan = Plan(SIZE, bank_today(), **({"sealed": 60} | options))
        return Run(owner_url, plan, "pass phrase", say=lambda _text: None).fill()

    return run


def picture(owner_url):
    with psycopg.connect(owner_url) as owner:
        owner.execute("select customers_make_partitions(current_date - 366, current_date)")
        owner.commit()
        rows = owner.execute(PICTURE).fetchall()
    return {row for row in rows if "customers_listing_" not in row[2]}


def ask(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def test_the_same_seed_gives_the_same_rows_and_another_seed_others(generate, run_of_tests):
    seen = []
    # numbers that other tests have drawn are not given back
    for seed in (1, 1, 2):
        clone(run_of_tests)
        outcome = generate(seed=seed)
        # one by one, as several at once come in any order
        seen.append([ask(each) for each in ROWS.split("union all")])
    assert outcome.rows["customers_customer"] == SIZE
    assert seen[0] == seen[1]
    of_chance = range(6)  # the tree of branches is the same for every seed
    assert all(seen[1][n] != seen[2][n] for n in of_chance)


def test_a_generated_bank_is_believable_and_leaves_everything_as_it_was(generate, owner_url):
    before = picture(owner_url)
    outcome = generate()
    assert picture(owner_url) == before
    assert not ask("select from pg_namespace where nspname = 'meridian_generate'")
    check_customers()
    check_tree()
    check_search_keys()
    check_holdings(outcome)
    check_sealed()
    check_audit()
    check_service(outcome)
    with pytest.raises(NotEmpty, match="customers already"):
        generate()


def check_customers():
    facts = set(Customer.objects.values_list("kind", "status"))
    assert {kind for kind, _status in facts} == set(Customer.Kind.values)
    assert {status for _kind, status in facts} == set(Customer.Status.values)
    assert all(
        numbers.is_customer_number(n) for n in Customer.objects.values_list("number", flat=True)
    )
    assert not Customer.objects.filter(opened_on__gte=bank_today()).exists()
    assert min(len(salt) for salt in Customer.objects.values_list("salt", flat=True)) == 16
    # the next customer gets a number and a key of its own
    ((number, key),) = ask(
        "select nextval('customers_number_series'), nextval('customers_customer_id_seq')"
    )
    assert numbers.customer_number(number) > max(Customer.objects.values_list("number", flat=True))
    assert key == SIZE + 1


def check_service(outcome):
    """Requests in every state, nearly all closed, in the hands of those who work their queue."""
    requests = ServiceRequest.objects.select_related("customer", "owner__branch", "branch")
    assert requests.count() == outcome.rows["services_request"] == SIZE
    assert set(requests.values_list("status", flat=True)) == set(ServiceRequest.Status.values)
    assert 0.01 < requests.at_work().count() / SIZE < 0.05
    assert not requests.filter(received_at__gte=midnight(bank_today())).exists()
    for request in requests.exclude(owner=None)[:200]:
        assert QueueMember.objects.filter(queue=request.queue_id, member=request.owner_id).exists()
        assert request.branch_id == request.customer.home_branch_id
    waiting = requests.filter(status="waiting")
    assert waiting.count() == ClockStop.objects.filter(ended_at=None).count()
    for request in requests.at_work().select_related("service", "queue__calendar")[:40]:
        moments = request.response_due_at, request.resolution_due_at, request.due_at
        set_moments(request, ())
        assert moments == (request.response_due_at, request.resolution_due_at, request.due_at)
    # the next request gets a number of its own
    with acting(by=system_user()):
        number = draw_number("case", by=system_user())
    assert not requests.filter(number__gte=number).exists()
    for model in (Complaint, Contact, Promise, Task, Opportunity, RequestEntry, RequestCheck):
        assert model.objects.exists(), model


def check_tree():
    branches = {branch.pk: branch for branch in Branch.objects.all()}
    assert {branch.level for branch in branches.values()} == set(Branch.Level.values)
    for branch in branches.values():
        above = branches.get(branch.parent_id)
        assert above is None or above.lft < branch.lft < branch.rgt < above.rgt
    edges = sorted(edge for branch in branches.values() for edge in (branch.lft, branch.rgt))
    assert len(edges) == len(set(edges))
    led = Customer.objects.exclude(lead_manager=None).select_related("lead_manager__branch")
    for customer in led.select_related("home_branch")[:200]:
        manager = customer.lead_manager.branch
        assert manager.lft <= customer.home_branch.lft <= manager.rgt
    assert not Grant.objects.exclude(user__staff_member__branch=F("branch")).exists()
    assert StaffMember.objects.filter(supervisor=None).count() == 1


def check_search_keys():
    refreshed = ask("select customers_refresh_search(array_agg(id)) from customers_customer")
    assert refreshed == [(0,)]  # not one row differs from what the product makes
    assert SearchKey.objects.count() == SIZE
    customer = Customer.objects.filter(status="active", kind="person").latest("pk")
    president = User.objects.get(staff_member__post="president")
    found = [hit.customer.pk for hit in search.find(customer.number, user=president).hits]
    assert found == [customer.pk]
    by_name = search.find(customer.name, user=president, size=300)
    assert customer.pk in {hit.customer.pk for hit in by_name.hits}
    assert ask("select count(*) from customers_listing") == [(SIZE,)]


def check_holdings(outcome):
    assert 1.8 < outcome.rows["customers_holding"] / SIZE < 2.2
    assert 3.2 < outcome.rows["customers_transaction"] / SIZE < 4.0
    assert ask("select kind, rows from customers_feedbatch order by id") == [
        ("holdings", outcome.rows["customers_holding"]),
        ("parties", outcome.rows["customers_holdingparty"]),
        ("balances", outcome.rows["customers_holdingyear"]),
        ("transactions", outcome.rows["customers_transaction"]),
    ]
    early = "select from customers_transaction t join customers_holding h on h.id = t.holding_id"
    assert not ask(f"{early} where t.booked_on < h.opened_on")
    assert not ask("select from customers_holding group by mask, source_key having count(*) > 1")


def check_sealed():
    documents = IdentityDocument.objects.select_related("customer").order_by("pk")
    assert [document.pk for document in documents] == list(range(1, 61))
    president = User.objects.get(staff_member__post="president")
    for document in documents[:5]:
        number = open_field(document, "number", bytes(document.customer.salt))
        assert numbers.normalise_document(document.kind, number, document.country).value == number
        found = [hit.customer.pk for hit in search.find(number, user=president).hits]
        assert found == [document.customer_id]
    holding = documents[0].customer.holdings.first()
    if holding is not None:
        account = open_field(holding, "number", bytes(documents[0].customer.salt))
        assert holding.mask == numbers.mask(account)


def check_audit():
    tables = dict(ask("select table_name, count(*) from core_audit_event group by 1"))
    assert tables["customers_feedbatch"] == 4
    assert tables["staff_branch"] == Branch.objects.count()
    assert "customers_customer" not in tables
    ((reason,),) = ask(
        "select distinct reason from core_audit_event where table_name = 'staff_branch'"
    )
    assert f"{SIZE} customers, seed 1" in reason


def test_a_run_that_was_killed_is_tidied_up_by_the_next(generate, owner_url, monkeypatch):
    before = picture(owner_url)

    class Killed(BaseException):
        pass

    def die(*_arguments):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Run, "load", die)
        patch.setattr("crm.ops.generate.structure.put_back", die)
        with pytest.raises(Killed):
            generate()
    assert ask("select count(*) from pg_indexes where indexname = 'customers_by_name'") == [(0,)]
    generate()
    assert picture(owner_url) == before
