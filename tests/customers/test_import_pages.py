"""Imports in the browser: upload, columns, dry run, import, result."""

import uuid

import pytest
from django.test import Client

from crm.core import jobs
from crm.core.acting import acting
from crm.core.files import folder
from crm.core.idempotency import FIELD
from crm.core.models import AuditEvent, Job, JobProgress
from customers.imports import chunks
from customers.imports.chunks import AREA
from customers.models import Customer, ImportFault, ImportMapping, ImportRun
from sysadmin.models import Grant
from tests.imports import CHINESE, RIGHTS, columns_of, csv, row, send, sheet, upload, xlsx
from tests.jobs import work_off


@pytest.fixture
def importer(person, branch):
    return person(branch, *RIGHTS)


@pytest.fixture
def desk(signed_in, importer):
    return signed_in(importer)


@pytest.fixture
def small_chunks(monkeypatch):
    """Two rows a chunk."""
    monkeypatch.setattr(chunks, "CHUNK", 2)


def uploaded(client, content, name="customers.csv"):
    answer = upload(client, content, name)
    assert answer.status_code == 302, answer.context["form"].errors
    run = ImportRun.objects.latest("id")
    assert answer.headers["Location"] == f"/customers/imports/{run.pk}/columns/"
    return run


def try_out(client, run, **changes):
    data = columns_of(client, run, **changes)
    return send(client, f"/customers/imports/{run.pk}/columns/", **data)


def start(client, run):
    return send(client, f"/customers/imports/{run.pk}/start/", reason="月度更新")


def tried_out(client, content, name="customers.csv"):
    """An import that was uploaded and tried out."""
    run = uploaded(client, content, name)
    answer = try_out(client, run)
    assert answer.status_code == 302, answer.context["form"].errors
    work_off()
    run.refresh_from_db()
    return run


def imported(client, content, name="customers.csv"):
    run = tried_out(client, content, name)
    answer = start(client, run)
    assert answer.status_code == 302, answer.context["form"].errors
    work_off()
    run.refresh_from_db()
    return run


def totals(run):
    return run.status, run.rows, run.new, run.changed, run.unchanged, run.refused


def page_of(client, run):
    return client.get(f"/customers/imports/{run.pk}/").content.decode()


def names():
    return sorted(Customer.objects.values_list("name", flat=True))


# --- from upload to result ------------------------------------------------------------------------


@pytest.mark.proves("CI-14")
@pytest.mark.parametrize("kind", ["utf-8", "gb18030", "xlsx"])
def test_a_file_is_uploaded_tried_out_and_imported(desk, branch, kind):
    rows = [row(branch), row(branch, mobile="123"), row(branch)]
    content, name = {
        "utf-8": (csv(*rows), "customers.csv"),
        "gb18030": (csv(*rows, header=CHINESE, separator=";").encode("gb18030"), "客户.csv"),
        "xlsx": (xlsx(*rows), "customers.xlsx"),
    }[kind]
    run = tried_out(desk, content, name)
    assert run.status == "checked"
    assert not Customer.objects.exists()
    page = page_of(desk, run)
    assert "This is what an import would do." in page
    assert "Mobile number wrong" in page
    assert start(desk, run).status_code == 302
    work_off()
    run.refresh_from_db()
    assert totals(run) == ("done", 3, 2, 0, 0, 1)
    assert run.reasons == {"bad_mobile": 1}
    assert names() == sorted([rows[0]["name"], rows[2]["name"]])
    assert "The file is imported." in page_of(desk, run)


@pytest.mark.proves("CI-14")
def test_the_same_file_twice_changes_nothing_and_a_changed_row_that_customer_alone(desk, branch):
    rows = [row(branch) for _ in range(4)]
    imported(desk, csv(*rows))
    events = AuditEvent.objects.filter(table_name="customers_customer").count()
    again = imported(desk, csv(*rows))
    assert totals(again) == ("done", 4, 0, 0, 4, 0)
    assert AuditEvent.objects.filter(table_name="customers_customer").count() == events
    rows[2]["city"] = "宁波"
    assert totals(imported(desk, csv(*rows))) == ("done", 4, 0, 1, 3, 0)
    assert Customer.objects.get(city="宁波").name == rows[2]["name"]


def test_a_dry_run_says_row_by_row_what_the_import_then_does(desk, branch):
    known = row(branch)
    imported(desk, csv(known))
    rows = [known | {"city": "宁波"}, row(branch), row(branch, status="?"), known]
    run = tried_out(desk, csv(*rows))
    told = JobProgress.objects.get(job=run.trial).position
    assert told["preview"] == {"2": "changed", "3": "new", "4": "refused", "5": "refused"}
    assert told["reasons"] == {"unknown_status": 1, "duplicate_in_file": 1}
    start(desk, run)
    work_off()
    run.refresh_from_db()
    assert totals(run) == ("done", 4, 1, 1, 0, 2)
    assert run.reasons == told["reasons"]


@pytest.mark.proves("XX-6")
def test_progress_can_be_left_and_come_back_to(desk, branch, small_chunks):
    run = uploaded(desk, csv(*(row(branch) for _ in range(5))))
    try_out(desk, run)
    run.refresh_from_db()
    jobs.take_step(run.trial_id)
    assert "every 2s" in page_of(desk, run)
    work_off()
    start(desk, run)
    run.refresh_from_db()
    jobs.take_step(run.job_id)
    part = desk.get(f"/system/jobs/{run.job_id}/progress/").content.decode()
    assert "2 of 5 rows" in " ".join(part.split())
    assert Customer.objects.count() == 2
    page = page_of(desk, run)
    assert "every 2s" in page
    assert f"/system/jobs/{run.job_id}/" in page
    work_off()
    run.refresh_from_db()
    assert totals(run) == ("done", 5, 5, 0, 0, 0)
    job = desk.get(f"/system/jobs/{run.job_id}/").content.decode()
    assert f"/customers/imports/{run.pk}/" in job
    assert "customers.csv" in job


def test_import_now_pressed_twice_imports_once(desk, branch):
    run = tried_out(desk, csv(row(branch)))
    assert start(desk, run).status_code == start(desk, run).status_code == 302
    assert Job.objects.filter(kind="customers.import").count() == 1
    work_off()
    late = start(desk, run)
    assert late.status_code == 422
    assert "This file has been imported already." in late.content.decode()
    assert Job.objects.filter(kind="customers.import").count() == 1
    assert Customer.objects.count() == 1


def test_a_file_is_not_imported_before_it_was_tried_out(desk, branch):
    run = uploaded(desk, csv(row(branch)))
    answer = start(desk, run)
    assert answer.status_code == 422
    assert "Check the file first" in answer.content.decode()
    try_out(desk, run)
    assert start(desk, run).status_code == 422
    assert not Job.objects.filter(kind="customers.import").exists()


# --- cancel and continue --------------------------------------------------------------------------


@pytest.mark.proves("CI-14")
def test_an_import_stops_between_chunks_and_continues_with_every_row_once(
    desk, branch, small_chunks
):
    rows = [row(branch) for _ in range(4)]
    rows[3] |= {"document_number": rows[0]["document_number"], "name": "陈重复"}
    rows += [row(branch), rows[1]]
    run = tried_out(desk, csv(*rows))
    start(desk, run)
    run.refresh_from_db()
    jobs.take_step(run.job_id)
    assert send(desk, f"/system/jobs/{run.job_id}/cancel/", reason="halt").status_code == 302
    work_off()
    assert Customer.objects.count() == 2
    assert "The import has stopped. What it has entered stays" in page_of(desk, run)
    assert "Stopped" in desk.get("/customers/imports/").content.decode()
    chunks._laid_down.pop(run.job_id).close()  # another worker goes on
    assert send(desk, f"/system/jobs/{run.job_id}/retry/", reason="weiter").status_code == 302
    work_off()
    run.refresh_from_db()
    assert totals(run) == ("done", 6, 4, 0, 0, 2)
    assert run.reasons == {"duplicate_in_file": 2}
    assert [f.facts["line"] for f in ImportFault.objects.order_by("line")] == [2, 3]


def test_an_import_cancelled_in_its_last_chunk_keeps_its_rows_and_ends_when_continued(
    desk, branch, small_chunks
):
    run = tried_out(desk, csv(*(row(branch) for _ in range(4))))
    start(desk, run)
    run.refresh_from_db()
    jobs.take_step(run.job_id)
    jobs.take_step(run.job_id)
    assert Customer.objects.count() == 4
    assert send(desk, f"/system/jobs/{run.job_id}/cancel/", reason="zu spät").status_code == 302
    work_off()
    run.refresh_from_db()
    assert run.status == "running"
    assert send(desk, f"/system/jobs/{run.job_id}/retry/", reason="doch").status_code == 302
    work_off()
    run.refresh_from_db()
    assert totals(run) == ("done", 4, 4, 0, 0, 0)
    assert send(desk, f"/system/jobs/{run.job_id}/cancel/", reason="zu spät").status_code == 422


def test_a_chunk_that_fails_leaves_nothing_of_itself(desk, branch, small_chunks, monkeypatch):
    run = tried_out(desk, csv(*(row(branch) for _ in range(5))))
    start(desk, run)
    run.refresh_from_db()
    jobs.take_step(run.job_id)
    whole = chunks.store_faults

    def broken(*args):
        whole(*args)
        raise jobs.DomainError("The disk is full.")

    monkeypatch.setattr(chunks, "store_faults", broken)
    work_off()
    assert Customer.objects.count() == 2
    assert JobProgress.objects.get(job=run.job_id).position["rows"] == 2
    assert "The disk is full." in page_of(desk, run)
    monkeypatch.setattr(chunks, "store_faults", whole)
    send(desk, f"/system/jobs/{run.job_id}/retry/", reason="weiter")
    work_off()
    run.refresh_from_db()
    assert totals(run) == ("done", 5, 5, 0, 0, 0)


def test_a_customer_entered_meanwhile_is_seen_and_not_entered_again(
    desk, branch, importer, monkeypatch
):
    one = row(branch)
    run = tried_out(desk, csv(one, row(branch)))
    other = tried_out(desk, csv(one))
    start(desk, run)
    start(desk, other)
    work_off()
    for done in (run, other):
        done.refresh_from_db()
    assert totals(run) == ("done", 2, 2, 0, 0, 0)
    assert totals(other) == ("done", 1, 0, 0, 1, 0)


# --- columns --------------------------------------------------------------------------------------


def test_columns_are_known_by_their_names_and_remembered_by_what_was_said(desk, branch):
    header = ("编号", *CHINESE[1:])
    rows = [row(branch), row(branch)]
    run = uploaded(desk, csv(rows[0], header=header))
    assert "customer_no" not in run.columns
    refused = try_out(desk, run)
    assert refused.status_code == 422
    said = "No column holds: Customer number in the source system."
    assert said in refused.content.decode()
    assert try_out(desk, run, 编号="customer_no").status_code == 302
    turned = tuple(reversed(header))
    again = dict(reversed(rows[1].items()))
    run = uploaded(desk, csv(again, header=turned))
    assert run.columns["customer_no"] == len(header) - 1
    assert ImportMapping.objects.count() == 1
    assert try_out(desk, run).status_code == 302
    work_off()
    progress = JobProgress.objects.get(job=ImportRun.objects.latest("id").trial)
    assert (progress.position["new"], progress.changed) == (1, 0)


@pytest.mark.proves("CI-14")
def test_two_columns_for_one_field_are_refused_beside_the_second(desk, branch):
    run = uploaded(desk, csv(row(branch)))
    answer = try_out(desk, run, city="mobile")
    assert answer.status_code == 422
    form = answer.context["form"]
    said = ["Another column holds this already: mobile. Choose one of them."]
    assert {name: list(errors) for name, errors in form.errors.items()} == {"column_10": said}
    assert said[0] in answer.content.decode()
    assert not Job.objects.exists()


def test_a_field_that_is_none_of_ours_and_a_wrong_system_are_refused(desk, branch):
    run = uploaded(desk, csv(row(branch)))
    assert try_out(desk, run, city="salt").status_code == 422
    assert try_out(desk, run, city="status_").status_code == 422
    data = columns_of(desk, run) | {"system": "a b"}
    assert send(desk, f"/customers/imports/{run.pk}/columns/", **data).status_code == 422


def test_the_first_rows_are_shown_with_what_is_sensitive_masked(desk, branch):
    one = row(branch)
    one["city"] = one["document_number"]  # in a column where nobody expects it
    one["address"] = f"电话 {one['mobile']} 或 a.b@example.org"
    run = tried_out(desk, csv(one))
    for address in (f"/customers/imports/{run.pk}/columns/", f"/customers/imports/{run.pk}/"):
        page = desk.get(address).content.decode()
        assert one["name"] in page
        assert f"•••• {one['document_number'][-4:]}" in page
        for hidden in (one["document_number"], one["mobile"], one["email"], "a.b@example.org"):
            assert hidden not in page


def test_a_file_that_was_tried_out_can_be_tried_out_with_other_columns(desk, branch):
    run = tried_out(desk, csv(row(branch), header=(*CHINESE[:10], "x", *CHINESE[11:])))
    first = run.trial_id
    assert try_out(desk, run, x="city").status_code == 302
    run.refresh_from_db()
    assert (run.status, run.trial_id == first) == ("uploaded", False)
    assert try_out(desk, run).status_code == 422
    work_off()
    start(desk, run)
    work_off()
    assert Customer.objects.get().city == "杭州"
    assert try_out(desk, run).status_code == 422


# --- one at a time --------------------------------------------------------------------------------


@pytest.mark.proves("CI-14")
def test_the_same_content_is_refused_while_it_is_under_way_with_a_link_to_the_first(
    desk, branch, signed_in, person
):
    content = csv(row(branch))
    run = uploaded(desk, content)
    answer = upload(desk, content, "noch einmal.csv")
    assert answer.status_code == 422
    assert f"/customers/imports/{run.pk}/" in answer.content.decode()
    assert "A file with this content is being imported already." in answer.content.decode()
    colleague = signed_in(person(branch, *RIGHTS))
    answer = upload(colleague, content)
    assert answer.status_code == 422
    assert f"/customers/imports/{run.pk}/" not in answer.content.decode()
    assert send(desk, f"/customers/imports/{run.pk}/discard/", reason="falsch").status_code == 302
    assert upload(desk, content).status_code == 302


def test_nobody_has_more_than_so_many_imports_under_way(desk, branch, monkeypatch):
    monkeypatch.setattr("customers.imports.operations.MOST_OPEN", 2)
    uploaded(desk, csv(row(branch)))
    uploaded(desk, csv(row(branch)))
    answer = upload(desk, csv(row(branch)))
    assert answer.status_code == 422
    assert "You have 2 imports under way." in answer.content.decode()


def test_an_import_at_work_is_not_discarded(desk, branch):
    run = tried_out(desk, csv(row(branch)))
    start(desk, run)
    answer = send(desk, f"/customers/imports/{run.pk}/discard/", reason="falsch")
    assert answer.status_code == 422
    assert "still at work" in answer.content.decode()
    run.refresh_from_db()
    assert run.status == "running"


def test_a_discarded_import_does_not_go_on_when_its_job_is_continued(desk, branch, small_chunks):
    run = tried_out(desk, csv(*(row(branch) for _ in range(5))))
    start(desk, run)
    run.refresh_from_db()
    jobs.take_step(run.job_id)
    send(desk, f"/system/jobs/{run.job_id}/cancel/", reason="halt")
    send(desk, f"/customers/imports/{run.pk}/discard/", reason="falsch")
    send(desk, f"/system/jobs/{run.job_id}/retry/", reason="doch")
    work_off()
    assert Customer.objects.count() == 2
    assert Job.objects.get(pk=run.job_id).status == "failed"


def test_the_same_upload_sent_twice_is_one_import_and_another_file_under_its_key_is_refused(
    desk, branch
):
    form = {FIELD: str(uuid.uuid4()), "file": sheet(csv(row(branch)))}
    first = desk.post("/customers/imports/add/", form)
    again = desk.post("/customers/imports/add/", form)
    assert again.headers["Location"] == first.headers["Location"]
    assert ImportRun.objects.count() == 1
    other = {FIELD: form[FIELD], "file": sheet(csv(row(branch)))}
    assert desk.post("/customers/imports/add/", other).status_code == 409
    assert len(list(folder(AREA).glob(ImportRun.objects.get().stored))) == 1


# --- who sees what --------------------------------------------------------------------------------


@pytest.mark.proves("CI-14")
def test_a_row_of_a_branch_or_customer_out_of_reach_is_refused(
    desk, branch, other_branch, signed_in, person
):
    theirs = row(other_branch)
    imported(signed_in(person(other_branch, *RIGHTS)), csv(theirs))
    run = imported(desk, csv(row(other_branch), theirs | {"branch_code": branch.code}))
    assert totals(run) == ("done", 2, 0, 0, 0, 2)
    assert run.reasons == {"unknown_branch": 1, "out_of_reach": 1}
    assert Customer.objects.get().home_branch == other_branch


def test_a_reach_that_ends_before_the_import_counts_in_the_import(
    person, signed_in, branch, system
):
    user = person(branch, *RIGHTS)
    desk = signed_in(user)
    run = tried_out(desk, csv(row(branch)))
    start(desk, run)
    with acting(by=system):
        role = user.grants.get().role
        role.actions = ["core.view_job"]
        role.save(update_fields=["actions", "updated_at"])
    work_off()
    run.refresh_from_db()
    assert totals(run) == ("done", 1, 0, 0, 0, 1)
    assert not Customer.objects.exists()


def test_the_import_of_somebody_else_is_not_there(desk, branch, signed_in, person):
    run = tried_out(desk, csv(row(branch), row(branch, email="x")))
    colleague = signed_in(person(branch, *RIGHTS))
    for page in ("", "columns/", "start/", "refused/", "discard/"):
        assert colleague.get(f"/customers/imports/{run.pk}/{page}").status_code == 404
    assert str(run) not in colleague.get("/customers/imports/").content.decode()
    assert str(run) in desk.get("/customers/imports/").content.decode()


def test_an_auditor_sees_that_it_happened_and_none_of_its_rows(
    desk, branch, bank, signed_in, person
):
    one = row(branch)
    run = tried_out(desk, csv(one, row(branch, email="x")))
    over_all = signed_in(person(bank, *RIGHTS, extent=Grant.Reach.BANK))
    page = page_of(over_all, run)
    assert "E-mail address wrong" in page
    assert one["name"] not in page
    assert "/refused/" not in page
    answer = over_all.get(f"/customers/imports/{run.pk}/refused/")
    assert "Only the person who uploaded the file can do this." in answer.content.decode()
    assert answer.headers["Content-Type"].startswith("text/html")
    columns = over_all.get(f"/customers/imports/{run.pk}/columns/").content.decode()
    assert "Only the person who uploaded the file can do this." in columns
    assert one["name"] not in columns
    for step in ("columns", "start"):
        answer = send(
            over_all, f"/customers/imports/{run.pk}/{step}/", reason="x", **columns_of(desk, run)
        )
        assert answer.status_code == 422
    assert not Job.objects.filter(kind="customers.import").exists()


def test_without_the_right_nothing_is_stored(branch, signed_in, person):
    before = set(folder(AREA).iterdir())
    client = signed_in(person(branch, "customers.view_importrun"))
    assert upload(client, csv(row(branch))).status_code == 403
    assert upload(Client(), csv(row(branch))).status_code == 302
    assert set(folder(AREA).iterdir()) == before
