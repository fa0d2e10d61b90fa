"""How the system is: told to administrators in words, to machines in figures, to others not."""

import datetime as dt
import re
from functools import partial

import pytest
from django.db import connection
from django.test import Client
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.jobs import Job
from procrastinate.middleware import compose

from crm.core.clock import clock_at, now
from crm.core.regular import work_words
from crm.core.seals.sealing import seal_trails
from crm.core.seals.verifying import verify
from crm.core.tasks import housekeeping, seal
from crm.ops.roles import ROLES
from sysadmin.models import Grant, period
from tests.factories import GrantFactory, RoleFactory
from tests.staff.test_people import in_days

ROLE = {role.code: role.actions for role in ROLES}
PAGE = "/system/health/"
TOKEN = "only the collector knows"


@pytest.fixture
def data(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    settings.METRICS_TOKEN = TOKEN


@pytest.fixture
def administrator(person, bank):
    return person(bank, *ROLE["system_administrator"], extent=Grant.Reach.BANK)


@pytest.fixture
def desk(signed_in, administrator):
    return signed_in(administrator)


def states(client):
    return {reading.name: reading.is_well for reading in client.get(PAGE).context["readings"]}


def beat():
    with connection.cursor() as cursor:
        cursor.execute("insert into procrastinate_workers (last_heartbeat) values (now())")


@pytest.mark.proves("SY-9")
def test_an_administrator_sees_what_is_well_and_what_is_not(desk, signed_in, administrator, data):
    before = states(desk)
    assert not before["worker_heartbeat_age_seconds"]
    assert not before["seal_age_seconds"]
    assert before["jobs_failed"]
    beat()
    seal_trails()
    # the first check comes in the night
    assert states(desk)["trail_check_age_seconds"]
    with clock_at(now() + dt.timedelta(days=2)):
        assert not states(signed_in(administrator))["trail_check_age_seconds"]
    verify()
    after = states(desk)
    assert after.pop("disk_free_bytes") in {True, False}
    assert set(after.values()) == {True}
    with clock_at(now() + dt.timedelta(hours=1)):
        later = states(signed_in(administrator))
    assert not later["worker_heartbeat_age_seconds"]
    assert not later["seal_age_seconds"]


@pytest.mark.proves("SY-9")
def test_a_job_that_waits_for_long_shows(desk, data):
    housekeeping.defer(timestamp=0)
    assert states(desk)["job_oldest_age_seconds"]
    with clock_at(now() + dt.timedelta(minutes=11)):
        assert not states(desk)["job_oldest_age_seconds"]


def work_off(task, at):
    """Do regular work that was due at a moment, as a worker does it."""
    arguments = {"timestamp": int(at.timestamp())}
    job = Job(
        id=1, queue="", lock=None, queueing_lock=None, task_name=task.name, task_kwargs=arguments
    )
    context = JobContext(app=app, job=job, start_timestamp=0, abort_reason=lambda: None)
    return compose(task.task_middleware, partial(task, **arguments), context, None)()


def line_of(client, task):
    return next(line for line in client.get(PAGE).context["regular"] if line.task == task.name)


@pytest.mark.proves("SY-9")
def test_regular_work_is_told_of_in_words(desk, data):
    lines = desk.get(PAGE).context["regular"]
    assert all(line.words != line.task for line in lines)
    assert len(lines) > 10
    assert {line.state for line in lines} == {"Not due yet"}
    tasks = [one.task.name for one in app.periodic_registry.periodic_tasks.values()]
    assert [name for name in tasks if work_words(name) == name] == []


@pytest.mark.proves("SY-9")
def test_regular_work_says_when_it_was_due_began_and_how_it_ended(
    desk, signed_in, administrator, data
):
    due = now() - dt.timedelta(minutes=3)
    work_off(housekeeping, due)
    line = line_of(desk, housekeeping)
    assert (line.state, line.is_well) == ("Done", True)
    assert line.run.due_at < line.run.began_at < line.run.ended_at
    assert line.run.due_at == due.replace(microsecond=0)
    # the same hour again is not late yet, two hours later it is
    with clock_at(now() + dt.timedelta(hours=2)):
        later = signed_in(administrator)
        assert line_of(later, housekeeping).state == "Overdue"
        # nobody has seen it yet, and it was due meanwhile
        assert line_of(later, seal).state == "Overdue"
        assert not states(later)["regular_work_in_trouble"]


@pytest.mark.proves("SY-9")
def test_regular_work_that_fails_shows_until_it_succeeds(desk, data, settings, tmp_path):
    settings.DATA_DIR = "/dev/null"  # no file can be kept there
    with pytest.raises(OSError, match="Not a directory"):
        work_off(seal, now())
    settings.DATA_DIR = tmp_path
    line = line_of(desk, seal)
    assert (line.state, line.is_well) == ("Failed", False)
    assert not states(desk)["regular_work_in_trouble"]
    work_off(seal, now())
    assert line_of(desk, seal).is_well


@pytest.mark.proves("SY-9")
@pytest.mark.proves("SY-16")
@pytest.mark.parametrize(
    ("held", "days", "is_well"),
    [
        ([(0, None)], 36_500, True),
        ([(0, 20), (10, 41)], 40, True),
        ([(0, 20), (21, None)], 19, False),
        ([(0, 30)], 29, False),
        ([(5, None)], -1, False),
        ([], -1, False),
    ],
)
def test_that_nobody_will_be_able_to_give_rights_shows_a_month_ahead(
    signed_in, person, bank, data, held, days, is_well
):
    role = RoleFactory(actions=["sysadmin.add_grant"])
    for first, beyond in held:
        valid = period(in_days(first), in_days(beyond) if beyond else None)
        GrantFactory(role=role, extent=Grant.Reach.BANK, valid=valid)
    reader = signed_in(person(bank, "core.view_health_job", extent=Grant.Reach.BANK))
    readings = reader.get(PAGE).context["readings"]
    (found,) = (one for one in readings if one.name == "rights_given_days")
    assert (found.value, found.is_well) == (days, is_well)


@pytest.mark.proves("SY-9")
def test_what_nothing_is_known_about_is_not_shown_as_well(desk, data):
    page = desk.get(PAGE)
    (size,) = (one for one in page.context["readings"] if one.name == "database_bytes")
    assert size.value > 1_000_000
    row = re.search(r"Size of the database</th>.*?</tr>", page.content.decode(), re.DOTALL)[0]
    assert "Well" not in row


@pytest.mark.proves("SY-9")
@pytest.mark.parametrize("role", ["auditor", "branch_manager", "staff_administrator"])
def test_nobody_else_sees_how_the_system_is(signed_in, person, bank, role):
    client = signed_in(person(bank, *ROLE[role], extent=Grant.Reach.BANK))
    assert client.get(PAGE).status_code == 403


@pytest.mark.proves("SY-9")
def test_a_load_balancer_learns_that_the_database_answers_and_no_more(db):
    answer = Client().get("/health/")
    assert (answer.status_code, answer.json()) == (200, {"database": "up"})
    assert Client().post("/health/").status_code == 405


@pytest.mark.proves("SY-9")
def test_figures_are_for_who_sends_the_token(db, data, settings):
    beat()
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": TOKEN}):
        assert Client().get("/metrics/", headers=headers).status_code == 404
    answer = Client().get("/metrics/", headers={"Authorization": f"Bearer {TOKEN}"})
    figures = dict(line.split(" ") for line in answer.content.decode().splitlines())
    assert figures["meridian_jobs_failed"] == "0"
    assert figures["meridian_seal_age_seconds"] == "-1"
    assert 0 <= float(figures["meridian_worker_heartbeat_age_seconds"]) < 600
    settings.METRICS_TOKEN = ""
    headers = {"Authorization": "Bearer "}
    assert Client().get("/metrics/", headers=headers).status_code == 404
