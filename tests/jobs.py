"""The queue as the worker sees it, worked off by the test itself."""

from __future__ import annotations

from procrastinate.contrib.django.models import ProcrastinateJob

from crm.core import jobs
from crm.core.models import Job, JobRow
from crm.core.tasks import run_job


def waiting() -> list[int]:
    """The jobs in the queue, in the order in which a worker would take them."""
    queued = ProcrastinateJob.objects.filter(task_name=run_job.name, status="todo").order_by("id")
    return [entry.args["job_id"] for entry in queued]


def work_off() -> None:
    """Do what waits in the queue, as one worker would."""
    for job_id in waiting():
        jobs.run(job_id)


def mark_chunk(run: jobs.Run) -> jobs.Step:
    """Three rows a chunk; a row whose key ends with nine is refused."""
    if not run.position:
        return jobs.Step({"at": 1}, total=run.job.rows.count())
    rows = jobs.waiting_rows(run.job, 3)
    for row in rows:
        refused = row.key % 10 == 9
        row.outcome = JobRow.Outcome.REFUSED if refused else JobRow.Outcome.CHANGED
        row.cause = "nine" if refused else ""
    step = jobs.settle(rows)
    return jobs.Step(
        {"at": run.position["at"] + 1},
        step.done,
        step.changed,
        step.refused,
        is_last=len(rows) < 3,
    )


MARK = jobs.register(
    jobs.Kind(
        "tests.mark",
        "标记记录",
        mark_chunk,
        causes={"nine": "尾数为九，已拒绝。"},
        undo="tests.unmark",
    )
)
UNMARK = jobs.register(jobs.Kind("tests.unmark", "撤回标记", mark_chunk))


def marking(owner, *, keys=range(1, 11)) -> Job:
    """A job of some rows that its owner has just started."""
    job = jobs.start(MARK, by=owner, reason="测试")
    JobRow.objects.bulk_create(JobRow(job=job, key=key) for key in keys)
    return job


def ended(owner) -> Job:
    """A job that has done all it had to do."""
    job = marking(owner, keys=(1, 2))
    jobs.run(job.pk)
    job.refresh_from_db()
    return job
