"""What the bench measures is what people do: every case answers, and growth is told."""

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from crm.ops.bench import measure, plans
from customers.models import Customer, FeedBatch
from risk.models import AlertCase, Claim
from tests.small_bank import lent

SIZE = 60
GROUPS = ("sql", "list", "reach", "search", "customer", "save", "desk", "queue", "work", "risk")


@pytest.fixture(scope="module")
def entered(django_db_setup, django_db_blocker, tmp_path_factory):
    """A small demonstration bank."""
    with django_db_blocker.unblock(), lent(SIZE, tmp_path_factory.mktemp("demo")):
        yield


@pytest.fixture
def demo(entered, db, monkeypatch):
    """The bank, measured with little effort."""
    monkeypatch.setattr(measure, "BATCHES", 1)


def bench(**options):
    told = io.StringIO()
    call_command("bench", rounds=1, stdout=told, **options)
    return told.getvalue()


@pytest.mark.parametrize("group", GROUPS)
def test_every_case_of_the_bench_answers(demo, tmp_path, group):
    file = tmp_path / "figures.json"
    told = bench(only=group, json=file)
    report = json.loads(file.read_text())
    figures = {each["name"]: each for each in report["figures"]}
    assert report["customers"] == SIZE
    assert next(iter(figures)) == "floor"
    assert all(name.startswith(group) for name in figures if name != "floor")
    assert {each["status"] for each in figures.values()} <= {200, 302, 303}, told
    assert len(figures) == 1 + {"reach": 40, "sql": 5, "search": 10, "save": 2}.get(
        group, len(figures) - 1
    )


def test_files_are_taken_new_and_once_more_and_nothing_of_them_stays(demo, tmp_path):
    file = tmp_path / "figures.json"
    told = bench(only="load", rows=30, json=file)
    report = json.loads(file.read_text())
    assert [(each["name"], each["rows"]) for each in report["loads"]] == [
        ("load customers, tried out", 30),
        ("load customers, new", 30),
        ("load customers, unchanged", 30),
        ("load holdings, new", 30),
        ("load holdings, unchanged", 30),
        ("load balances, new", 30),
        ("load balances, unchanged", 30),
        ("load transactions, new", 30),
        ("load transactions, unchanged", 30),
    ]
    assert all(each["rows_by_second"] > 0 for each in report["loads"])
    assert "load transactions, unchanged" in told
    assert report["figures"] == []
    assert Customer.objects.count() == SIZE
    assert not FeedBatch.objects.filter(system="bench").exists()


def test_nights_are_measured_and_nothing_of_them_stays(demo, tmp_path):
    before = AlertCase.objects.count(), Claim.objects.count()
    file = tmp_path / "figures.json"
    bench(only="night", rows=SIZE, json=file)
    found = json.loads(file.read_text())["loads"]
    assert [each["name"] for each in found] == [
        "night warnings, first",
        "night warnings, next",
        "night classification, first",
        "night classification, next",
    ]
    assert {each["rows"] for each in found} == {SIZE}
    assert (AlertCase.objects.count(), Claim.objects.count()) == before


def test_growth_is_told_beside_the_floor_of_each_run(demo, tmp_path):
    file = tmp_path / "figures.json"
    bench(only="list bank, first", json=file)
    earlier = json.loads(file.read_text())
    for each in earlier["figures"][1:]:
        each["ratio"] /= 1_000
    earlier["customers"] = 7
    file.write_text(json.dumps(earlier))
    told = bench(only="list bank, first", against=file)
    head, line = told.partition("against 7 customers")[::2]
    assert "list bank, first page" in head
    growth = line.rpartition("list bank, first page")[2].split()[2]
    assert float(growth) > 100


def test_the_plans_of_lists_are_told_where_they_read_or_sort_a_whole_table(
    demo, tmp_path, monkeypatch
):
    file = tmp_path / "figures.json"
    told = bench(only="list bank, sort -a", json=file)
    assert "plans of 1 cases: nothing big is read or sorted as a whole" in told
    assert json.loads(file.read_text())["plans"] == []
    monkeypatch.setattr(plans, "MOST_ROWS", SIZE - 1)
    with connection.cursor() as cursor:  # so that nothing but reading all of it is left
        for way in ("indexscan", "bitmapscan", "indexonlyscan"):
            cursor.execute(f"set local enable_{way} = off")
    told = bench(only="list bank, sort -a", json=file)
    found = json.loads(file.read_text())["plans"]
    whole = {"name": "list bank, sort -assets", "what": "reads all of customers_listing_a"}
    assert whole | {"rows": SIZE} in found
    assert f"plan of list bank, sort -assets: reads all of customers_listing_a, {SIZE} rows" in told
    assert any(each["what"].startswith("sorts by ") for each in found)


FILTERED = {"Filter": "(status = 'dormant')"}


def scan(kind, rows, *, loops=1, removed=0, table="customers_listing_a"):
    return {
        "Node Type": kind,
        "Relation Name": table,
        "Actual Rows": rows,
        "Actual Loops": loops,
        "Rows Removed by Filter": removed,
    }


def over(kind, *below, rows=26):
    return {
        "Node Type": kind,
        "Actual Rows": rows,
        "Actual Loops": 1,
        "Sort Key": ["assets DESC"],
        "Plans": list(below),
    }


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (over("Limit", scan("Index Only Scan", 60_000)), []),
        (over("Limit", scan("Seq Scan", 40, table="staff_branch")), []),
        (over("Sort", scan("Index Scan", 50_000)), []),
        (
            over("Limit", over("Sort", scan("Index Scan", 30_000.5, loops=3))),
            [("sorts by assets DESC", 90_001)],
        ),
        (
            over("Limit", over("Incremental Sort", scan("Bitmap Heap Scan", 70_000))),
            [("sorts by assets DESC", 70_000)],
        ),
        (
            over("Gather", over("Hash", scan("Parallel Seq Scan", 1, loops=2, removed=40_000))),
            [("reads all of customers_listing_a", 80_002)],
        ),
        # it found enough at the beginning; with other data it would go on to the end
        (
            over("Limit", scan("Seq Scan", 26, table="customers_customer") | FILTERED),
            [("reads all of customers_customer", 1_000_000)],
        ),
        (
            over("Limit", over("Hash Join", scan("Seq Scan", 26, table="customers_customer"))),
            [("reads all of customers_customer", 1_000_000)],
        ),
        (over("Limit", scan("Seq Scan", 10_001, table="customers_customer")), []),
    ],
)
def test_a_plan_that_reads_or_sorts_a_whole_table_is_recognised(plan, said):
    sizes = {"customers_customer": 1_000_000, "staff_branch": 3_300}
    assert list(plans.wholes(plan, sizes)) == said


def test_the_bench_says_whom_it_does_not_know(demo):
    with pytest.raises(CommandError, match="no such user"):
        bench(user="nobody.atall")
