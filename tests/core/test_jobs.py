"""Long work: chunks that commit whole, progress that can be left, cancel, continue, take back."""

import datetime as dt
import threading
import uuid

import pytest
from django.db import OperationalError, connections

from crm.core import jobs
from crm.core.acting import acting
from crm.core.clock import now
from crm.core.idempotency import FIELD
from crm.core.models import AuditEvent, Job, JobProgress, JobRow
from crm.core.operations import DomainError
from crm.core.tasks import ATTEMPTS, run_job
from sysadmin.models import Grant
from tests.factories import BranchFactory
from tests.jobs import MARK, marking, work_off
from tests.jobs import waiting as in_queue

RIGHTS = ("core.view_job", "core.cancel_job", "core.retry_job")


@pytest.fixture
def owner(person, branch):
    return person(branch, *RIGHTS)


@pytest.fixture
def desk(signed_in, owner):
    return signed_in(owner)


def figures(job):
    progress = JobProgress.objects.get(job=job)
    return progress.total, progress.done, progress.changed, progress.refused


def status(job):
    return Job.objects.get(pk=job.pk).status


def send(client, address, **data):
    return client.post(address, {FIELD: str(uuid.uuid4()), **data})


@pytest.mark.proves("SY-7")
def test_a_job_runs_to_its_end_and_its_page_says_how_far_it_is(desk, owner):
    job = marking(owner)
    page = desk.get(f"/system/jobs/{job.pk}/").content.decode()
    assert "Waiting" in page
    assert "every 2s" in page
    jobs.take_step(job.pk)
    jobs.take_step(job.pk)
    part = desk.get(f"/system/jobs/{job.pk}/progress/").content.decode()
    assert "3 of 10 rows" in " ".join(part.split())
    work_off()
    assert (status(job), *figures(job)) == ("done", 10, 10, 9, 1)
    page = desk.get(f"/system/jobs/{job.pk}/").content.decode()
    assert "every 2s" not in page
    assert "尾数为九，已拒绝。" in page


def test_the_part_that_is_watched_reloads_the_page_when_the_job_has_ended(desk, owner):
    job = marking(owner)
    address = f"/system/jobs/{job.pk}/progress/?watching=1"
    assert "HX-Refresh" not in desk.get(address).headers
    work_off()
    assert desk.get(address).headers["HX-Refresh"] == "true"


@pytest.mark.proves("SY-7")
def test_a_job_stops_between_two_chunks_and_continues_where_it_was(desk, owner):
    job = marking(owner)
    jobs.take_step(job.pk)
    jobs.take_step(job.pk)
    answer = send(desk, f"/system/jobs/{job.pk}/cancel/", reason="falsch")
    assert answer.status_code == 302
    work_off()
    assert (status(job), *figures(job)[:2]) == ("cancelled", 10, 3)
    assert send(desk, f"/system/jobs/{job.pk}/retry/", reason="doch").status_code == 302
    work_off()
    assert (status(job), *figures(job)) == ("done", 10, 10, 9, 1)


@pytest.mark.proves("SY-7")
def test_a_job_that_has_ended_cannot_be_stopped(desk, owner):
    job = marking(owner)
    work_off()
    answer = send(desk, f"/system/jobs/{job.pk}/cancel/", reason="too late")
    assert answer.status_code == 422
    assert "Only a job that waits or runs can be stopped." in answer.content.decode()
    assert status(job) == "done"


def test_the_same_work_taken_twice_is_done_once(owner):
    job = marking(owner)
    work_off()
    work_off()
    jobs.run(job.pk)
    assert figures(job) == (10, 10, 9, 1)


@pytest.mark.django_db(transaction=True)
def test_two_workers_on_one_job_wait_for_each_other(person):
    job = marking(person(BranchFactory(), *RIGHTS), keys=range(1, 60))
    start, faults = threading.Barrier(2), []

    def work():
        try:
            start.wait()
            jobs.run(job.pk)
        except Exception as error:  # noqa: BLE001  (told to the test)
            faults.append(error)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert faults == []
    assert (status(job), *figures(job)) == ("done", 59, 59, 53, 6)


def test_a_chunk_that_fails_leaves_nothing_of_itself(owner, monkeypatch):
    job = marking(owner)
    jobs.take_step(job.pk)
    jobs.take_step(job.pk)
    whole = MARK.chunk

    def broken(run):
        whole(run)
        raise DomainError("The list has gone.")

    monkeypatch.setitem(jobs._kinds, MARK.name, jobs.Kind(MARK.name, MARK.label, broken))
    jobs.run(job.pk)
    assert (status(job), *figures(job)) == ("failed", 10, 3, 3, 0)
    assert JobRow.objects.filter(job=job, outcome="W").count() == 7
    assert JobProgress.objects.get(job=job).fault == "The list has gone."


class Context:
    """What the queue tells about its own entry."""

    class job:  # noqa: N801
        attempts = 1


def test_a_fault_in_the_program_is_said_without_its_details(desk, owner, monkeypatch):
    job = marking(owner)

    def broken(run):
        raise RuntimeError("secret 42")

    monkeypatch.setitem(jobs._kinds, MARK.name, jobs.Kind(MARK.name, MARK.label, broken))
    run_job.func(Context, job.pk)
    page = desk.get(f"/system/jobs/{job.pk}/").content.decode()
    assert status(job) == "failed"
    assert "because of a fault in the program" in page
    assert "secret 42" not in page


def test_a_database_that_went_away_is_tried_again_before_the_job_fails(owner, monkeypatch):
    job = marking(owner)

    def unreachable(run):
        raise OperationalError("terminating connection")

    monkeypatch.setitem(jobs._kinds, MARK.name, jobs.Kind(MARK.name, MARK.label, unreachable))
    with pytest.raises(OperationalError):
        run_job.func(Context, job.pk)
    assert status(job) == "queued"
    monkeypatch.setattr(Context.job, "attempts", ATTEMPTS)
    with pytest.raises(OperationalError):
        run_job.func(Context, job.pk)
    assert status(job) == "failed"


@pytest.mark.proves("SY-7")
def test_a_job_stops_when_its_owner_may_no_longer_sign_in(desk, owner, system):
    job = marking(owner)
    jobs.take_step(job.pk)
    owner.is_active = False
    with acting(by=system):
        owner.save(update_fields=["is_active"])
    jobs.run(job.pk)
    assert (status(job), *figures(job)[:2]) == ("failed", 10, 0)


def test_a_job_is_in_the_queue_only_if_what_started_it_is_kept(owner):
    def start_and_fail():
        with acting(by=owner):
            marking(owner)
            assert in_queue()
            raise DomainError("All of it is undone.")

    with pytest.raises(DomainError):
        start_and_fail()
    assert in_queue() == []
    assert not Job.objects.exists()


def test_what_a_job_changes_is_recorded_as_its_owners_doing(owner):
    job = marking(owner)
    work_off()
    event = AuditEvent.objects.filter(table_name="core_job").latest("id")
    assert (event.actor_id, event.reason, event.request_id) == (owner.pk, "测试", f"job-{job.pk}")


# --- taking back ---------------------------------------------------------------------


def test_a_job_is_taken_back_once_and_by_the_one_who_started_it(
    desk, owner, signed_in, person, bank
):
    job = marking(owner)
    work_off()
    address = f"/system/jobs/{job.pk}/undo/"
    other = signed_in(person(bank, *RIGHTS, extent=Grant.Reach.BANK))
    refused = send(other, address, reason="not mine")
    assert refused.status_code == 422
    assert "Only the person who started the job" in refused.content.decode()
    assert send(desk, address, reason="falsch").status_code == 302
    again = send(desk, address, reason="falsch")
    assert again.status_code == 422
    assert "taken back already" in again.content.decode()
    assert Job.objects.filter(undoes=job).count() == 1


def test_a_job_that_runs_cannot_be_taken_back(desk, owner):
    job = marking(owner)
    answer = send(desk, f"/system/jobs/{job.pk}/undo/", reason="zu früh")
    assert answer.status_code == 422
    assert "Stop it first." in answer.content.decode()


# --- who sees which ------------------------------------------------------------------


@pytest.mark.proves("SY-7")
def test_one_sees_the_own_jobs_and_an_administrator_all(
    desk, owner, signed_in, person, branch, bank
):
    job = marking(owner)
    colleague = signed_in(person(branch, *RIGHTS))
    administrator = signed_in(person(bank, *RIGHTS, extent=Grant.Reach.BANK))
    address = f"/system/jobs/{job.pk}/"
    for page in (address, f"{address}progress/", f"{address}undo/", f"{address}cancel/"):
        assert desk.get(page).status_code == 200
        assert colleague.get(page).status_code == 404
        assert administrator.get(page).status_code == 200
    assert "标记记录" in desk.get("/system/jobs/").content.decode()
    assert "标记记录" not in colleague.get("/system/jobs/").content.decode()
    assert "标记记录" in administrator.get("/system/jobs/").content.decode()


@pytest.mark.parametrize("after", ["", "x", "-1", "9" * 40, "²", "5"])
def test_an_odd_place_in_the_list_of_refused_rows_is_no_fault(desk, owner, after):
    job = marking(owner)
    work_off()
    assert desk.get(f"/system/jobs/{job.pk}/", {"after": after}).status_code == 200


@pytest.mark.proves("SY-7")
def test_the_list_of_jobs_says_how_long_each_took(desk, owner):
    job = marking(owner)
    assert " min " not in desk.get("/system/jobs/").content.decode()
    JobProgress.objects.filter(job=job).update(
        started_at=now() - dt.timedelta(minutes=3), ended_at=now() - dt.timedelta(seconds=115)
    )
    assert ">1 min 5 s</td>" in desk.get("/system/jobs/").content.decode()
