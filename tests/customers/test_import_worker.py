"""A worker that is killed in the middle of an import, and another one that goes on."""

import pytest

from crm.core.models import AuditEvent, Job, JobProgress
from customers.imports import operations
from customers.imports.chunks import CHUNK
from customers.models import Customer, ImportFault, SourceKey
from tests.factories import BranchFactory
from tests.imports import RIGHTS, csv, handed_in, row
from tests.jobs import work_off
from tests.processes import a_worker, running, until

ROWS = 5 * CHUNK


def done(job_id):
    """How many rows are done."""
    return JobProgress.objects.get(job=job_id).done


@pytest.mark.proves("CI-14")
@pytest.mark.django_db(transaction=True)
def test_of_an_import_whose_worker_was_killed_another_one_takes_every_row_once(person):
    branch = BranchFactory()
    importer = person(branch, *RIGHTS)
    rows = [row(branch) for _ in range(ROWS)]
    rows[-1]["document_number"] = rows[0]["document_number"]
    rows[-2]["mobile"] = "123"
    run = handed_in(importer, csv(*rows))
    run = operations.check(run, by=importer, columns=run.columns, system="core")
    work_off()
    run = operations.start(run, by=importer, reason="Nachtlauf")
    with running(a_worker()) as first:
        until(lambda: done(run.job_id) >= CHUNK)
        first.make_end(0)
    left = done(run.job_id)
    assert CHUNK <= left < ROWS
    assert left % CHUNK == 0
    assert Customer.objects.count() == left
    with running(a_worker()):
        until(lambda: Job.objects.get(pk=run.job_id).status == "done")
    run.refresh_from_db()
    assert (run.status, run.rows, run.new, run.refused) == ("done", ROWS, ROWS - 2, 2)
    assert run.reasons == {"bad_mobile": 1, "duplicate_in_file": 1}
    assert SourceKey.objects.count() == Customer.objects.count() == ROWS - 2
    assert ImportFault.objects.count() == 2
    entered = AuditEvent.objects.filter(table_name="customers_customer", operation="I")
    assert entered.count() == ROWS - 2
