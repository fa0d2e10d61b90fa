"""`import_customers`: totals, reasons, and nothing changed by the second run."""

import os
from collections import Counter
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.core.models import AuditEvent
from customers.imports.load import IMPORT, import_customers
from customers.imports.reader import read_table
from customers.models import Customer
from tests.factories import BranchFactory, StaffMemberFactory, credit_code, mobile, resident_id

HEADER = (
    "customer_no,kind,name,document_type,document_number,country,birth_or_founding_date,gender,"
    "mobile,email,city,address,branch_code,manager_no,opened_on,status"
)
SAMPLES = Path(
    os.environ.get("CRM_SAMPLE_DATA", Path(__file__).resolve().parents[3] / "shared" / "data")
)
needs_samples = pytest.mark.skipif(
    not (SAMPLES / "customers.csv").exists(),
    reason="the sample files are not here; name their folder in CRM_SAMPLE_DATA",
)
REASONS = {
    "bad_email": 23,
    "missing_name": 29,
    "unknown_kind": 20,
    "bad_mobile": 29,
    "too_long_name": 33,
    "unknown_branch": 29,
    "bad_date": 27,
    "unknown_manager": 29,
    "future_date": 27,
    "unknown_status": 21,
    "bad_check_digit": 18,
    "duplicate_in_file": 28,
}


def row(number, branch, **changes):
    values = {
        "no": str(number),
        "kind": "person",
        "name": f"陈小{number}",
        "type": "resident_id",
        "document": resident_id(),
        "country": "CN",
        "born": "1985-06-15",
        "gender": "F",
        "mobile": mobile(),
        "email": "",
        "city": "杭州",
        "address": "",
        "code": branch.code,
        "manager": "",
        "opened": "2015-01-31",
        "status": "active",
    } | changes
    return ",".join(values.values())


def run(path, user, *options):
    out = StringIO()
    call_command("import_customers", str(path), "--as", user.username, *options, stdout=out)
    return out.getvalue()


@pytest.fixture
def importer(person, branch):
    return person(branch, IMPORT)


@pytest.fixture
def sheet(tmp_path):
    def write(*rows):
        path = tmp_path / "customers.csv"
        path.write_text("\n".join([HEADER, *rows]), encoding="utf-8")
        return path

    return write


def test_right_rows_are_entered_and_wrong_ones_refused_with_their_reason(importer, branch, sheet):
    said = run(sheet(row(1, branch), row(2, branch, mobile="123"), row(3, branch)), importer)
    assert "3 rows: 2 created, 0 updated, 0 unchanged, 1 refused." in said
    assert "bad_mobile" in said
    assert "line 3, mobile" in said
    assert Customer.objects.count() == 2


def test_the_same_file_twice_changes_nothing(importer, branch, sheet):
    path = sheet(*(row(n, branch) for n in range(5)))
    run(path, importer)
    events = AuditEvent.objects.count()
    assert "5 rows: 0 created, 0 updated, 5 unchanged, 0 refused." in run(path, importer)
    assert AuditEvent.objects.count() == events


def test_a_changed_row_changes_that_customer_alone(importer, branch, sheet):
    rows = [row(n, branch) for n in range(3)]
    run(sheet(*rows), importer)
    rows[1] = rows[1].replace("杭州", "宁波")
    assert "0 created, 1 updated, 2 unchanged" in run(sheet(*rows), importer)
    assert sorted(Customer.objects.values_list("city", flat=True)) == ["宁波", "杭州", "杭州"]


def test_a_file_asks_as_much_for_many_rows_as_for_few(importer, branch, sheet):
    def asked(*rows):
        with CaptureQueriesContext(connection) as queries:
            run(sheet(*rows), importer)
        return len(queries)

    few, many = ([row(n, branch) for n in range(*span)] for span in ((1, 3), (3, 70)))
    assert asked(*few) == asked(*many)
    assert asked(*few) == asked(*many)  # both known by now
    assert Customer.objects.count() == 69


def test_a_dry_run_keeps_nothing(importer, branch, sheet):
    said = run(sheet(row(1, branch)), importer, "--dry-run")
    assert "nothing was kept" in said
    assert "1 created" in said
    assert not Customer.objects.exists()


def test_a_crash_in_the_middle_leaves_nothing(importer, branch, sheet):

    def breaking(rows):
        yield next(rows)
        raise OSError("the disk is gone")

    with read_table(sheet(*(row(n, branch) for n in range(3))), "customers.csv") as table:
        object.__setattr__(table, "rows", breaking(iter(table.rows)))
        with pytest.raises(OSError, match="disk"):
            import_customers(table, by=importer)
    assert not Customer.objects.exists()


def test_a_branch_out_of_reach_is_refused_as_one_that_does_not_exist(
    importer, branch, other_branch, sheet
):
    said = run(sheet(row(1, other_branch), row(2, branch, code="9999999")), importer)
    assert said.count("There is no such branch within your reach.") == 2
    assert not Customer.objects.exists()


def test_a_file_takes_no_customer_away_from_another_branch(person, branch, other_branch, sheet):
    theirs = row(1, other_branch, city="宁波")
    run(sheet(theirs), person(other_branch, IMPORT))
    version = Customer.objects.get().version
    said = run(
        sheet(theirs.replace(other_branch.code, branch.code).replace("宁波", "杭州")),
        person(branch, IMPORT),
    )
    assert "0 created, 0 updated, 0 unchanged, 1 refused." in said
    assert "out_of_reach" in said
    customer = Customer.objects.get()
    assert (customer.home_branch, customer.city) == (other_branch, "宁波")
    assert customer.version == version


def test_a_manager_out_of_reach_is_refused_as_one_who_does_not_exist(
    importer, branch, other_branch, sheet
):
    near, far = (StaffMemberFactory(branch=place).number for place in (branch, other_branch))
    rows = [row(n, branch, manager=number) for n, number in enumerate([near, far, "X99999"], 1)]
    said = run(sheet(*rows), importer)
    assert "1 created, 0 updated, 0 unchanged, 2 refused." in said
    assert said.count("There is no member of staff with this number.") == 2
    assert Customer.objects.get().lead_manager.number == near


def test_an_identity_of_another_customer_is_refused_whatever_its_spelling(importer, branch, sheet):
    number = credit_code()
    facts = {"kind": "organisation", "type": "uscc", "gender": ""}
    said = run(
        sheet(
            row(1, branch, document=number, **facts),
            row(2, branch, document=f" {number.lower()} ", **facts),
        ),
        importer,
    )
    assert "duplicate_in_file" in said
    said = run(sheet(row(3, branch, document=number, **facts)), importer)
    assert "identity_known" in said


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (HEADER.encode(), "only a header"),
        (b"name;name\n1;2\n", "more than once"),
        (HEADER.encode() + b"\n\x00", "NUL"),
        (",".join(f"c{n}" for n in range(10_000)).encode() + b"\n1", "columns"),
        (b"PK\x03\x04 not a workbook", "not what its name ends in"),
        (b"customer_no,name\n1,2\n", "missing"),
    ],
    ids=["empty", "header", "twice", "nul", "wide", "type", "missing"],
)
def test_a_file_that_is_none_is_refused_with_what_to_do(importer, tmp_path, content, sentence):
    path = tmp_path / "customers.csv"
    path.write_bytes(content)
    with pytest.raises(CommandError, match=sentence):
        run(path, importer)


def test_who_may_not_import_is_refused(person, branch, sheet):
    with pytest.raises(CommandError, match="may not import"):
        run(sheet(row(1, branch)), person(branch, "customers.view_customer"))


@needs_samples
@pytest.mark.parametrize(
    ("name", "rows"),
    [("customers.csv", 5000), ("customers_zh.csv", 1666), ("customers.xlsx", 1666)],
)
def test_the_sample_files_give_their_known_totals(person, bank, name, rows):
    for number in range(1, 41):
        BranchFactory(parent=bank, code=f"{number:04d}")
    for number in range(1, 61):
        StaffMemberFactory(branch=bank, number=f"S{number:05d}", user=None)
    with read_table(SAMPLES / name, name) as table:
        report = import_customers(table, by=person(bank, IMPORT))
    assert report.rows == rows
    assert report.created + report.refused == rows
    if rows == 5000:
        assert report.by_reason() == Counter(REASONS)
        assert report.created == 4687
