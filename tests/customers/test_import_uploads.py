"""What is handed in: types, sizes, bombs and broken files are refused in words, nothing is left."""

import datetime as dt
import io
import os
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.core import jobs
from crm.core.acting import acting
from crm.core.clock import now
from crm.core.files import BrokenFile, Draft, folder, open_file
from crm.core.models import AuditEvent
from crm.core.tasks import housekeeping
from customers.imports import operations
from customers.imports.chunks import AREA
from customers.models import ImportFault, ImportRun
from tests.imports import RIGHTS, checked, csv, handed_in, row, send, sheet, upload, xlsx

ADD = "/customers/imports/add/"


@pytest.fixture
def importer(person, branch):
    return person(branch, *RIGHTS)


@pytest.fixture
def desk(signed_in, importer):
    return signed_in(importer)


def stored():
    """Every file that is kept."""
    return {path.name for path in folder(AREA).iterdir()}


def bomb():
    """A workbook of one sheet that unpacks to hundreds of times its size."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"<worksheet>" + b" " * 40_000_000)
    return target.getvalue()


def macros():
    target = io.BytesIO(xlsx({"a": "1"}))
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\x00")
    return target.getvalue()


WIDE = ",".join(f"c{n}" for n in range(10_000)) + "\n" + "," * 9_999 + "\n"
BAD = {
    "empty": ("leer.csv", "", "The file is empty."),
    "header alone": ("kopf.csv", "a,b\n", "The file holds only a header."),
    "another type": ("liste.pdf", "%PDF-1.7", "Files of this type are not read."),
    "no ending": ("liste", "a,b\n1,2\n", "Files of this type are not read."),
    "workbook called text": ("liste.csv", xlsx({"a": "1"}), "is not what its name ends in"),
    "text called workbook": ("liste.xlsx", "a,b\n1,2\n", "is not what its name ends in"),
    "picture called text": ("bild.csv", b"\x89PNG\r\n\x1a\n", "is not what its name ends in"),
    "old workbook": ("alt.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "protected by a password"),
    "with macros": ("makro.xlsx", macros(), "holds macros"),
    "macros by name": ("makro.xlsm", b"PK\x03\x04", "holds macros"),
    "bomb": ("bombe.xlsx", bomb(), "unpacks to more than is safe"),
    "damaged archive": ("kaputt.xlsx", b"PK\x03\x04" + b"\x00" * 50, "The workbook is damaged."),
    "10,000 columns": ("breit.csv", WIDE, "The header has 10000 columns"),
    "NUL": ("null.csv", b"a,b\n1,\x00\n", "Line 2 holds NUL bytes"),
    "two headers alike": ("doppelt.csv", "a,A\n1,2\n", "more than once: A"),
    "header without a name": ("luecke.csv", "a,,c\n1,2,3\n", "have no name in the header"),
    "open quotation mark": ("zitat.csv", 'a,b\n"1,2\n', "quotation marks in line 2"),
    "no encoding": ("kode.csv", "姓名,b\n".encode() * 20 + b"\xff\xff,1\n", "cannot be read"),
}


@pytest.mark.proves("CI-14")
@pytest.mark.parametrize("case", BAD, ids=str)
def test_a_file_that_cannot_be_taken_is_refused_beside_the_field_and_not_kept(desk, case):
    name, content, said = BAD[case]
    before, events = stored(), AuditEvent.objects.count()
    answer = upload(desk, content, name)
    assert answer.status_code == 422
    errors = answer.context["form"].errors["file"]
    assert len(errors) == 1
    assert said in errors[0]
    assert said in answer.content.decode()
    assert not ImportRun.objects.exists()
    assert AuditEvent.objects.count() == events
    assert stored() == before


@pytest.mark.proves("CI-14")
@pytest.mark.parametrize(
    ("name", "most"), [("a.csv", "IMPORT_MOST_TEXT"), ("a.xlsx", "IMPORT_MOST_WORKBOOK")]
)
def test_a_file_is_cut_off_while_it_streams_in_when_it_is_too_large(
    desk, branch, settings, name, most
):
    start = b"PK\x03\x04" if name.endswith("xlsx") else b"a,b\n"
    settings.IMPORT_MOST_TEXT = settings.IMPORT_MOST_WORKBOOK = 10**7
    setattr(settings, most, 100_000)
    before = stored()
    answer = upload(desk, start + os.urandom(200_000).replace(b"\x00", b"1"), name)
    assert answer.status_code == 422
    assert "The file is larger than 97.7" in answer.content.decode()
    assert stored() == before
    page = desk.get(ADD).content.decode()
    assert "97.7" in page


def test_what_is_larger_than_any_page_takes_is_not_even_read(desk, settings):
    settings.IMPORT_MOST_TEXT = settings.IMPORT_MOST_WORKBOOK = 1000
    answer = upload(desk, b"a,b\n" + b"1,2\n" * 1_000_000)
    assert answer.status_code == 400
    assert not ImportRun.objects.exists()


def test_no_file_at_all_is_said_beside_the_field(desk):
    for data in ({}, {"file": "customers.csv"}, {"other": sheet("a,b\n1,2\n")}):
        answer = send(desk, ADD, **data)
        assert answer.status_code == 422
    assert "Choose a file." in answer.content.decode()
    assert not ImportRun.objects.exists()


def test_of_two_files_only_the_first_is_taken(desk, branch):
    before = stored()
    first, second = sheet(csv(row(branch)), "a.csv"), sheet(csv(row(branch)), "b.csv")
    assert send(desk, ADD, file=[first, second]).status_code == 302
    assert [run.filename for run in ImportRun.objects.all()] == ["a.csv"]
    assert len(stored() - before) == 1


def test_other_pages_take_no_file(desk, signed_in, person, branch):
    before = stored()
    clerk = signed_in(person(branch, "customers.view_customer", "customers.add_customer"))
    pages = {"/customers/add/": clerk, "/customers/search/": desk, "/preferences/": desk}
    for page, client in pages.items():
        answer = send(client, page, file=SimpleUploadedFile("a.csv", b"a,b\n1,2\n"), q="x")
        assert answer.status_code in {302, 403, 422}
    assert stored() == before


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd.csv", "passwd.csv"),
        ("C:\\Users\\x\\kunden.csv", "kunden.csv"),
        ("客户 名单.csv", "客户 名单.csv"),
        ("a%22; filename=b.csv", None),
        ("<script>alert(1)</script>.csv", None),
        (f"{'x' * 400}.csv", None),
    ],
)
def test_the_name_of_a_file_is_only_shown(desk, branch, sent, kept):
    before = stored()
    answer = upload(desk, csv(row(branch)), sent)
    assert answer.status_code == 302
    run = ImportRun.objects.get()
    assert kept is None or run.filename == kept
    assert run.filename.isprintable()
    assert len(run.filename) <= 150
    assert stored() - before == {run.stored}
    assert "<script>alert" not in desk.get(f"/customers/imports/{run.pk}/").content.decode()


# --- at rest --------------------------------------------------------------------------------------


def test_a_file_rests_sealed_for_its_owner_alone(desk, branch, importer):
    one = row(branch)
    content = csv(one) * 1
    run = handed_in(importer, content)
    path = folder(AREA) / run.stored
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    raw = path.read_bytes()
    assert one["document_number"].encode() not in raw
    assert one["name"].encode() not in raw
    with open_file(AREA, run.stored) as stream:
        assert stream.read() == content.encode()


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 200_000])
def test_a_stored_file_reads_the_same_from_anywhere(importer, size):
    content = os.urandom(size)
    draft = Draft(AREA)
    for at in range(0, size, 7_001):
        draft.write(content[at : at + 7_001])
    draft.finish()
    with open_file(AREA, draft.name) as stream:
        assert stream.read() == content
        assert stream.seek(-min(size, 10), io.SEEK_END) == size - min(size, 10)
        assert stream.read() == content[size - min(size, 10) :]
        stream.seek(size // 2)
        assert stream.read(100) == content[size // 2 : size // 2 + 100]
    draft.drop()


@pytest.mark.parametrize("harm", ["a bit", "cut off", "blocks turned round", "the head"])
def test_a_stored_file_that_was_touched_does_not_open(importer, harm):
    draft = Draft(AREA)
    draft.write(os.urandom(200_000))
    draft.finish()
    path = folder(AREA) / draft.name
    raw = bytearray(path.read_bytes())
    block, head = 65_536 + 16, 19
    if harm == "a bit":
        raw[100_000] ^= 1
    elif harm == "cut off":
        raw = raw[: head + 2 * block]
    elif harm == "blocks turned round":
        one, two = raw[head : head + block], raw[head + block : head + 2 * block]
        raw[head : head + 2 * block] = two + one
    else:
        raw[5] ^= 1
    path.write_bytes(raw)
    with open_file(AREA, draft.name) as stream, pytest.raises(BrokenFile):
        stream.read()
    draft.drop()


# --- swept ----------------------------------------------------------------------------------------


def age(run, days, system):
    with acting(by=system):
        ImportRun.objects.filter(pk=run.pk).update(created_at=now() - dt.timedelta(days=days))


def test_after_thirty_days_the_file_and_its_rows_go_and_the_totals_stay(
    desk, branch, importer, system
):
    run = checked(importer, branch)
    bad = handed_in(importer, csv(row(branch, email="x")))
    bad = operations.check(bad, by=importer, columns=bad.columns, system="core")
    jobs.run(bad.trial_id)
    age(run, 31, system)
    age(bad, 29, system)
    operations.sweep()
    run.refresh_from_db()
    bad.refresh_from_db()
    assert (run.stored, run.head, run.status) == ("", None, "discarded")
    assert bad.status == "checked"
    assert stored() >= {bad.stored}
    assert ImportFault.objects.filter(run=bad).count() == 1
    age(bad, 31, system)
    kept = bad.stored
    operations.sweep()
    assert kept not in stored()
    assert not ImportFault.objects.exists()
    assert desk.get(f"/customers/imports/{run.pk}/").status_code == 200


def test_a_discarded_file_goes_with_the_next_sweep_and_one_at_work_stays(
    desk, branch, importer, system
):
    run = handed_in(importer, csv(row(branch)))
    busy = handed_in(importer, csv(row(branch)))
    busy = operations.check(busy, by=importer, columns=busy.columns, system="core")
    age(busy, 40, system)
    operations.discard(run, by=importer, reason="falsch")
    operations.sweep()
    assert run.stored not in stored()
    assert busy.stored in stored()


def test_files_that_no_import_knows_are_swept_when_they_are_a_day_old(importer):
    old, young = (folder(AREA) / name for name in ("f" * 32, "e" * 32))
    for path in (old, young):
        path.write_bytes(b"x")
    os.utime(old, (0, 0))
    operations.sweep()
    assert not old.exists()
    assert young.exists()
    young.unlink()


def test_housekeeping_sweeps_imports_too(importer, branch, monkeypatch):
    run = handed_in(importer, csv(row(branch)))
    operations.discard(run, by=importer, reason="falsch")
    housekeeping.func(0)
    assert run.stored not in stored()


def test_of_a_long_workbook_only_the_beginning_is_read_at_once_and_all_of_it_by_the_job(
    desk, branch, importer
):
    rows = [row(branch) for _ in range(1200)]
    content = xlsx(*rows)
    late = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as whole, zipfile.ZipFile(late, "w") as changed:
        for part in whole.infolist():
            data = whole.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                data = data.replace(b"</sheetData>", b"<row><c><f>1/0</f>" + b"</c></row><broken")
            changed.writestr(part.filename, data, zipfile.ZIP_DEFLATED)
    run = handed_in(importer, late.getvalue(), "lang.xlsx")
    run = operations.check(run, by=importer, columns=run.columns, system="core")
    jobs.run(run.trial_id)
    page = desk.get(f"/customers/imports/{run.pk}/").content.decode()
    assert "The workbook is damaged." in page
