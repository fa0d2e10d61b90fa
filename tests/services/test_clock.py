"""The clock of a request: promised, stopped, worked out anew, and watched."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from config_admin.calendars import operations as calendars
from config_admin.models import CalendarDay, ServiceDeadline
from config_admin.services import operations as catalogue
from crm.core.acting import acting
from crm.core.clock import bank_today, clock_at, now
from crm.core.operations import DomainError, broken_rule
from services import tasks
from services.clock import watch
from services.clock.face import face_of
from services.models import ClockStop, ServiceRequest
from services.requests import operations
from sysadmin.models import system_user
from tests.factories import (
    CalendarFactory,
    ClockStopFactory,
    ServiceDeadlineFactory,
    ServiceRequestFactory,
    ServiceTypeFactory,
    WorkingWeekFactory,
)

ZONE = ZoneInfo("Asia/Shanghai")
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
# a Tuesday
TEN = dt.datetime(2027, 11, 2, 10, tzinfo=ZONE)


@pytest.fixture
def enter(service, customer, agent):
    """Enters a request at a moment."""

    def make(at=TEN, **values):
        request = ServiceRequest(
            customer=customer, service=service, channel="hotline", subject="Card lost"
        )
        for name, value in values.items():
            setattr(request, name, value)
        with clock_at(at):
            return operations.enter(request, by=agent.user)

    return make


@pytest.fixture
def at_work(enter, agent):
    """A request that the agent has taken at ten."""
    request = enter()
    with clock_at(TEN):
        operations.take(request, by=agent.user)
    return request


@pytest.mark.proves("CS-2")
def test_deadlines_are_those_of_service_and_priority_in_working_time(enter, service):
    ServiceDeadlineFactory(service=service, priority="urgent", step="response", amount=5)
    late = dt.datetime(2027, 11, 5, 16, 30, tzinfo=ZONE)
    usual, urgent = enter(late), enter(late, priority="urgent")
    assert usual.response_due_at == dt.datetime(2027, 11, 8, 9, 30, tzinfo=ZONE)
    assert urgent.response_due_at == late + 5 * HOUR / 60
    assert usual.due_at == usual.response_due_at
    assert usual.risk_at == dt.datetime(2027, 11, 8, 9, 18, tzinfo=ZONE)


def test_what_was_promised_stays_when_the_catalogue_changes(enter, service, agent, at_work):
    with acting(by=system_user()):
        ServiceDeadline.objects.filter(service=service).update(amount=5)
    with clock_at(TEN):
        operations.wait(at_work, by=agent.user, cause="answer")
        operations.resume(at_work, by=agent.user)
    assert at_work.resolution_due_at == TEN + HOUR
    assert enter().resolution_due_at == TEN + HOUR / 12


@pytest.fixture
def at_the_desk(signed_in, keyed, agent):
    """Takes a step with a request at a moment, in a browser that signs in then."""

    def act(moment, request, verb, **data):
        with clock_at(moment):
            url = f"/service/requests/{request.pk}/"
            client = signed_in(agent.user)
            assert client.post(f"{url}{verb}/", keyed(**data)).status_code == 302
            request.refresh_from_db()
            return client.get(url).content.decode()

    return act


def coming_tuesday_at_ten():
    """A moment of work soon, as the trail has room for the next months alone."""
    ahead = dt.timedelta(days=(8 - bank_today().weekday()) % 7)
    return dt.datetime.combine(bank_today() + ahead, dt.time(10), ZONE)


@pytest.mark.proves("CS-2")
def test_a_first_answer_that_came_late_is_told_as_long_as_there_is_the_request(
    enter, service, at_the_desk
):
    ServiceDeadlineFactory(service=service, priority="urgent", step="response", amount=5)
    ten = coming_tuesday_at_ten()
    late, timely = (enter(ten, priority=priority) for priority in ("urgent", "normal"))
    for request in (late, timely):
        at_the_desk(ten, request, "take")
    pages = {}
    for request in (late, timely):
        asked = {"kind": "reply", "text": "We block it now."}
        pages["answered", request] = at_the_desk(ten + HOUR / 60 * 8, request, "write", **asked)
        at = ten + HOUR / 2
        pages["resolved", request] = at_the_desk(at, request, "resolve", outcome="Blocked.")
    for when in ("answered", "resolved"):
        assert "First answer 3m over" in pages[when, late]
        assert "First answer" not in pages[when, timely]
    assert "Done, first answer late" in pages["resolved", late]
    assert "Done in time" in pages["resolved", timely]


@pytest.mark.proves("CS-2")
def test_a_stop_moves_the_deadline_by_the_working_time_in_which_the_clock_stood(enter, at_the_desk):
    ten = coming_tuesday_at_ten()
    request = enter(ten)
    assert "50m left" in at_the_desk(ten + HOUR / 6, request, "take")
    stopped = ten + HOUR / 2
    page = at_the_desk(stopped, request, "wait", cause="documents", reason="passport")
    assert "Paused, 30m left" in page
    page = at_the_desk(ten + 9 * DAY, request, "resume")
    assert "30m left" in page
    assert "Paused" not in page
    assert request.resolution_due_at == ten + 9 * DAY + HOUR / 2
    stop = request.stops.get()
    assert (stop.cause, stop.remark) == ("documents", "passport")
    assert (stop.started_at, stop.ended_at) == (stopped, ten + 9 * DAY)
    assert "Done late" in at_the_desk(ten + 10 * DAY, request, "resolve", outcome="done")


@pytest.mark.proves("CS-2")
def test_a_stop_needs_a_cause_and_cannot_lie_in_the_past(desk, step, mine, agent):
    assert step(desk, mine, "wait").status_code == 422
    assert step(desk, mine, "wait", cause="resolved").status_code == 422
    assert mine.status == "assigned"
    with pytest.raises(DomainError, match="for the past"):
        operations.wait(mine, by=agent.user, cause="answer", since=now() - HOUR)
    assert step(desk, mine, "wait", cause="answer", since="2020-01-01").status_code == 302
    assert mine.stops.get().started_at == mine.stopped_at


@pytest.mark.parametrize("what", ["before the state", "over another", "open twice"])
def test_the_database_refuses_stops_that_cannot_have_been(mine, what):
    began = mine.status_since
    first = {} if what != "open twice" else {"ended_at": None}
    if what != "before the state":
        ClockStopFactory(request=mine, started_at=began, **{"ended_at": began + HOUR} | first)
    at = began - HOUR / 60 if what == "before the state" else began + HOUR / 60
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        ClockStopFactory(request=mine, started_at=at, ended_at=at + HOUR)
    assert "cannot be stopped for the past" in str(broken_rule(ClockStop, caught.value))


def test_the_database_keeps_a_stop_as_it_was(mine):
    stop = ClockStopFactory(request=mine)
    rows = ClockStop._base_manager.filter(pk=stop.pk)
    for change in (
        lambda: rows.update(remark="other"),
        lambda: rows.update(ended_at=stop.ended_at + HOUR),
        lambda: rows._raw_delete(rows.db),
    ):
        with (
            pytest.raises(DatabaseError) as caught,
            acting(by=system_user()),
            transaction.atomic(),
        ):
            change()
        assert "never changed" in str(broken_rule(ClockStop, caught.value))


def test_the_time_in_which_a_request_was_resolved_does_not_count(agent, at_work):
    with clock_at(TEN + HOUR / 2):
        operations.resolve(at_work, by=agent.user, outcome="done")
        assert face_of(at_work).words == "Done in time"
    with clock_at(TEN + DAY):
        operations.reopen(at_work, by=agent.user, reason="not helped")
    assert at_work.resolution_due_at == TEN + DAY + HOUR / 2
    with clock_at(TEN + 2 * DAY):
        operations.resolve(at_work, by=agent.user, outcome="done")
    assert face_of(at_work).words == "Done late"


@pytest.mark.proves("CS-2")
def test_a_stop_moves_a_deadline_in_calendar_days_by_the_days_in_which_the_clock_stood(
    enter, agent, service
):
    with acting(by=system_user()):
        ServiceDeadline.objects.filter(service=service, step="resolution").update(
            amount=15, unit="calendar_days"
        )
    request = enter()
    with clock_at(TEN):
        operations.take(request, by=agent.user)
        operations.wait(request, by=agent.user, cause="answer")
    with clock_at(TEN + 4 * DAY):
        operations.resume(request, by=agent.user)
    assert request.resolution_due_at == dt.datetime(2027, 11, 22, tzinfo=ZONE)


def test_another_priority_is_promised_anew_from_the_day_it_came(desk, keyed, mine, service):
    ServiceDeadlineFactory(service=service, priority="urgent", step="resolution", amount=5)
    sent = {"subject": mine.subject, "priority": "urgent", "channel": "hotline", "description": ""}
    answer = desk.post(f"/service/requests/{mine.pk}/change/", keyed(**sent, version=mine.version))
    assert answer.status_code == 302
    mine.refresh_from_db()
    assert (mine.priority, mine.resolution_amount) == ("urgent", 5)


# --- watched -------------------------------------------------------------------------


@pytest.mark.proves("CS-2")
def test_requests_are_marked_when_most_of_the_time_is_used_and_when_all_is(at_work, enter):
    version = at_work.version
    for minutes, pressure in ((47, ""), (48, "at_risk"), (59, "at_risk"), (60, "breached")):
        with clock_at(TEN + minutes * HOUR / 60):
            tasks.mark_requests(timestamp=0)
        at_work.refresh_from_db()
        assert at_work.pressure == pressure, minutes
    # a mark is nobody's change: forms that are open stay good
    assert at_work.version == version


@pytest.mark.proves("CS-2")
def test_what_waits_or_is_done_is_not_marked(at_work, agent, enter):
    done = enter()
    with clock_at(TEN):
        operations.wait(at_work, by=agent.user, cause="answer")
        operations.take(done, by=agent.user)
        operations.resolve(done, by=agent.user, outcome="done")
    with clock_at(TEN + 9 * DAY):
        assert watch.mark() == 0


def test_many_are_marked_in_portions(service, customer, monkeypatch):
    monkeypatch.setattr(watch, "CHUNK", 2)
    ago = now() - 9 * DAY
    for _ in range(5):
        ServiceRequestFactory(service=service, customer=customer, received_at=ago)
    assert watch.mark() == 5
    assert watch.mark() == 0


# --- another calendar ----------------------------------------------------------------


def queued_jobs():
    """What waits in the queue of jobs for this module."""
    rows = ProcrastinateJob.objects.filter(task_name__endswith="reckon_requests", status="todo")
    return [row.args["calendar_id"] for row in rows]


@pytest.mark.proves("CS-2")
def test_a_holiday_entered_while_the_clock_runs_moves_what_is_open(at_work, enter, service, agent):
    calendar = service.queue.calendar
    done = enter()
    with clock_at(TEN):
        operations.take(done, by=agent.user)
        operations.resolve(done, by=agent.user, outcome="done")
    holiday = CalendarDay(
        calendar=calendar, on=TEN.date(), kind="holiday", name="Storm", name_zh="台风停业"
    )
    calendars.enter_day(holiday, by=system_user())
    assert queued_jobs() == [calendar.pk]
    tasks.reckon_requests(calendar_id=calendar.pk)
    at_work.refresh_from_db()
    done.refresh_from_db()
    assert at_work.resolution_due_at == dt.datetime(2027, 11, 3, 10, tzinfo=ZONE)
    assert done.resolution_due_at == TEN + HOUR
    assert watch.reckon(calendar.pk) == 0


def test_another_calendar_of_the_queue_moves_what_is_open(at_work, service):
    around = CalendarFactory()
    WorkingWeekFactory(calendar=around, tuesday="10:30-11:00", wednesday="10:00-11:00")
    queue = service.queue
    queue.calendar = around
    catalogue.change_queue(queue, by=system_user(), fields=["calendar"], version=queue.version)
    assert queued_jobs() == [around.pk]
    tasks.reckon_requests(calendar_id=around.pk)
    at_work.refresh_from_db()
    assert at_work.resolution_due_at == dt.datetime(2027, 11, 3, 10, 30, tzinfo=ZONE)


def test_a_queue_without_working_time_takes_no_requests(desk, entered):
    empty = ServiceTypeFactory.deadlined(status="offered")
    answer, request = entered(desk, service=empty.pk)
    assert answer.status_code == 422
    assert request is None
    assert "Enter its working hours first" in answer.content.decode()
