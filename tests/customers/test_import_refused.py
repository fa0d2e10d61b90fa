"""Refused rows as a workbook: with reasons, harmless, mended and handed in again."""

import io

import openpyxl
import pytest
from django.utils import translation

from crm.core import jobs
from crm.core.acting import acting
from crm.core.models import AccessEvent
from customers.imports import operations
from customers.imports.refused import escaped
from customers.models import Customer, ImportFault, ImportRun
from tests.imports import RIGHTS, columns_of, csv, handed_in, row, send, upload, xlsx
from tests.jobs import work_off

REASON = {"en": "Why it was refused", "zh-hans": "拒绝原因"}


@pytest.fixture
def importer(person, branch):
    return person(branch, *RIGHTS)


@pytest.fixture
def desk(signed_in, importer):
    return signed_in(importer)


def taken(client, content, name="customers.csv"):
    """A file that was uploaded, tried out and imported."""
    assert upload(client, content, name).status_code == 302
    run = ImportRun.objects.latest("id")
    data = columns_of(client, run)
    assert send(client, f"/customers/imports/{run.pk}/columns/", **data).status_code == 302
    work_off()
    assert send(client, f"/customers/imports/{run.pk}/start/", reason="x").status_code == 302
    work_off()
    run.refresh_from_db()
    return run


def refused(client, run):
    """The answer, and the rows of its workbook."""
    answer = client.get(f"/customers/imports/{run.pk}/refused/")
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    return answer, list(book.active.iter_rows())


@pytest.mark.proves("CI-14")
@pytest.mark.parametrize("language", REASON)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_refused_rows_come_back_with_reasons_are_mended_and_taken(
    desk, branch, importer, system, language, kind
):
    with acting(by=system):
        importer.language = language
        importer.save(update_fields=["language"])
    rows = [row(branch), row(branch, mobile="123"), row(branch, branch_code="9999999")]
    make = csv if kind == "csv" else xlsx
    first = taken(desk, make(*rows), f"kunden.{kind}")
    assert (first.new, first.refused) == (1, 2)
    answer, found = refused(desk, first)
    header = [cell.value for cell in found[0]]
    assert header == [*rows[0], REASON[language]]
    assert [cell.value or "" for cell in found[1]][:-1] == list(rows[1].values())
    with translation.override(language):
        said = translation.gettext(
            "There is no such branch within your reach. Enter the code of a branch."
        )
    assert found[2][-1].value == said
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    book.active.cell(2, header.index("mobile") + 1).value = rows[0]["mobile"][:-1] + "7"
    book.active.cell(3, header.index("branch_code") + 1).value = branch.code
    mended = io.BytesIO()
    book.save(mended)
    again = taken(desk, mended.getvalue(), "kunden repariert.xlsx")
    assert (again.rows, again.new, again.refused) == (2, 2, 0)
    assert Customer.objects.count() == 3


def test_a_row_refused_again_has_one_reason_alone(desk, branch):
    run = taken(desk, csv(row(branch, mobile="123"), row(branch, email="x")))
    answer, _rows = refused(desk, run)
    again = taken(desk, answer.content, "noch einmal.xlsx")
    assert (again.rows, again.refused) == (2, 2)
    _answer, found = refused(desk, again)
    assert [cell.value for cell in found[0]].count("Why it was refused") == 1
    assert len(found[0]) == 17


RISKY = ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|'/c calc'!A0", "＝1", "  =1", "\t=1", "\r=1"]


@pytest.mark.proves("CI-14")
@pytest.mark.parametrize("text", RISKY)
def test_no_cell_is_one_that_a_spreadsheet_calculates(text):
    assert escaped(text).startswith("'")


@pytest.mark.parametrize("text", ["", "陈", "a=b", "1-2", "'", "13900001111", " "])
def test_other_cells_stay_as_they_are(text):
    assert escaped(text) == text


def test_a_risky_row_is_harmless_in_the_workbook_and_the_same_on_the_way_back(desk, branch):
    one = row(branch, name="=HYPERLINK(1)", mobile="+8613800001111", address="-")
    run = taken(desk, xlsx(one | {"name": "@x", "address": "\t1"}), "riskant.xlsx")
    _answer, found = refused(desk, run)
    cells = [cell for line in found for cell in line if cell.value]
    assert {cell.data_type for cell in cells} == {"s"}
    risky = ("=", "+", "-", "@", "\t", "\r")
    assert not [cell.value for cell in cells if cell.value.startswith(risky)]
    assert found[1][8].value == "'+8613800001111"
    answer, _rows = refused(desk, run)
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    book.active.cell(2, 3).value = "陈好"
    book.active.cell(2, 12).value = ""
    mended = io.BytesIO()
    book.save(mended)
    again = taken(desk, mended.getvalue(), "repariert.xlsx")
    assert (again.new, again.refused) == (1, 0), ImportFault.objects.values_list("text", "facts")
    point = Customer.objects.get().contact_points.get(kind="mobile")
    assert point.mask == "+86 ••• •••• 1111"


def test_the_workbook_is_a_download_that_no_browser_runs_and_is_in_the_trail(
    desk, branch, importer
):
    run = taken(desk, csv(row(branch, email="x")), '客户 "名单"; x.csv')
    answer, _rows = refused(desk, run)
    headers = answer.headers
    assert headers["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert headers["Content-Disposition"].endswith(".xlsx")
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in headers["Cache-Control"]
    event = AccessEvent.objects.filter(kind="export").latest("id")
    assert (event.actor_id, event.model, event.row_key) == (
        importer.pk,
        "customers.importrun",
        run.pk,
    )


def test_what_is_kept_of_a_refused_row_is_sealed_and_its_reason_tells_no_value(desk, branch):
    one = row(branch, document_number="33010619850615001", mobile="13800001111")
    run = taken(desk, csv(one))
    fault = ImportFault.objects.get()
    assert (fault.line, fault.code, fault.column) == (2, "bad_check_digit", "document_number")
    plain = " ".join([fault.text, str(fault.facts), str(run.reasons)])
    assert one["document_number"] not in plain
    assert one["document_number"].encode() not in bytes(fault.cells)
    assert one["mobile"].encode() not in bytes(fault.cells)


def test_rows_that_are_uneven_come_back_as_they_are(desk, branch):
    line = ",".join(row(branch).values())
    content = csv(row(branch)) + "nur,drei,zellen\n" + line + ",zu viel\n"
    run = taken(desk, content)
    assert run.reasons == {"bad_row": 2}
    _answer, found = refused(desk, run)
    assert [cell.value for cell in found[1]][:3] == ["nur", "drei", "zellen"]
    assert "This row has 3 cells" in found[1][-1].value


def test_the_dry_run_offers_its_refused_rows_too(importer, branch, desk):
    run = handed_in(importer, csv(row(branch, email="x")))
    run = operations.check(run, by=importer, columns=run.columns, system="core")
    jobs.run(run.trial_id)
    assert "/refused/" in desk.get(f"/customers/imports/{run.pk}/").content.decode()
    _answer, found = refused(desk, run)
    assert len(found) == 2
