"""A web process that is killed while a file is handed in or its import is started."""

import os
import uuid

import pytest

from crm.core.files import folder, open_file
from crm.core.idempotency import FIELD
from crm.core.models import AuditEvent, IdempotencyKey, Job
from crm.core.tasks import housekeeping
from crm.ops.cluster import SUPERUSER
from customers.imports.chunks import AREA
from customers.models import Customer, ImportRun, SourceKey
from tests.cluster_plugin import database_name
from tests.factories import BranchFactory
from tests.imports import RIGHTS, checked, csv, row, sheet
from tests.jobs import waiting, work_off
from tests.processes import Web, answered, held_up, posted, until

ADD = "/customers/imports/add/"


@pytest.fixture
def web(transactional_db):
    web = Web()
    web.start()
    yield web
    web.kill()
    web.line.close()


@pytest.fixture
def superuser(run_of_tests):
    return run_of_tests.url(SUPERUSER, database_name())


def stored():
    """Every file that is kept."""
    return {path.name for path in folder(AREA).iterdir()}


def send(web, request):
    """Send a whole form to a process that lives."""
    with web.connect() as line:
        line.sendall(request)
        return answered(line)


def kill_when_held_up(web, request, superuser, table):
    """Send a form to a process that is killed when it is about to write into a table."""
    with held_up(superuser, table) as waits, web.connect() as line:
        line.sendall(request)
        until(waits)
        web.kill()
    web.start()


def age_and_sweep(names):
    for name in names:
        os.utime(folder(AREA) / name, (0, 0))
    housekeeping.func(0)


@pytest.mark.proves("CI-14")
@pytest.mark.django_db(transaction=True)
def test_of_a_file_whose_web_process_was_killed_nothing_is_left_and_it_can_be_sent_again(
    web, person, signed_in, superuser
):
    branch = BranchFactory()
    importer = person(branch, *RIGHTS)
    content = csv(*(row(branch) for _ in range(2000))).encode()
    form = {FIELD: str(uuid.uuid4()), "file": sheet(content)}
    request = posted(signed_in(importer), ADD, form)
    before, events = stored(), AuditEvent.objects.count()
    with web.connect() as line:
        line.sendall(request[: len(request) // 2])
        until(lambda: stored() - before)
        web.kill()
    web.start()
    kill_when_held_up(web, request, superuser, "customers_importrun")
    left = stored() - before
    assert len(left) == 2
    assert (ImportRun.objects.count(), AuditEvent.objects.count()) == (0, events)
    assert not IdempotencyKey.objects.exists()
    first = send(web, request)
    run = ImportRun.objects.get()
    assert first == (302, f"/customers/imports/{run.pk}/columns/")
    assert send(web, request) == first
    assert ImportRun.objects.count() == 1
    age_and_sweep([*left, run.stored])
    assert stored() - before == {run.stored}
    with open_file(AREA, run.stored) as stream:
        assert stream.read() == content


@pytest.mark.proves("CI-14")
@pytest.mark.django_db(transaction=True)
def test_an_import_whose_web_process_was_killed_is_started_once(web, person, signed_in, superuser):
    branch = BranchFactory()
    importer = person(branch, *RIGHTS)
    run = checked(importer, branch)
    jobs = Job.objects.count()
    start = f"/customers/imports/{run.pk}/start/"
    request = posted(signed_in(importer), start, {FIELD: str(uuid.uuid4()), "reason": "Nachtlauf"})
    kill_when_held_up(web, request, superuser, "procrastinate_jobs")
    run.refresh_from_db()
    assert (run.status, run.job, Job.objects.count()) == ("checked", None, jobs)
    with web.connect() as line:
        line.sendall(request)
        until(lambda: Job.objects.count() > jobs)
        web.kill()
    web.start()
    assert send(web, request) == (302, f"/customers/imports/{run.pk}/")
    again = posted(signed_in(importer), start, {FIELD: str(uuid.uuid4()), "reason": "Nachtlauf"})
    assert send(web, again) == (302, f"/customers/imports/{run.pk}/")
    run.refresh_from_db()
    assert Job.objects.count() == jobs + 1
    assert waiting().count(run.job_id) == 1
    work_off()
    run.refresh_from_db()
    assert (run.status, run.new, run.refused) == ("done", 1, 0)
    assert Customer.objects.count() == SourceKey.objects.count() == 1
