"""How the system is: told to administrators in words, to machines in figures, to others not."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from procrastinate.contrib.django import app

from crm.core.clock import clock_at, now
from crm.core.regular import work_words
from crm.core.seals.sealing import seal_trails
from crm.core.seals.verifying import verify
from crm.core.tasks import check_trails, housekeeping
from crm.ops.roles import ROLES
from sysadmin.models import Grant

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


@pytest.mark.proves("SY-9")
def test_regular_work_is_told_of_in_words(desk, data):
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_periodic_defers (task_name, defer_timestamp)"
            " values (%s, 1790000000)",
            [check_trails.name],
        )
    (line,) = desk.get(PAGE).context["nightly"]
    assert line[0] == "The trails are checked against their seals"
    tasks = [one.task.name for one in app.periodic_registry.periodic_tasks.values()]
    assert [name for name in tasks if work_words(name) == name] == []
    assert len(tasks) > 10


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
