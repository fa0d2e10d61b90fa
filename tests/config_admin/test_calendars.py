"""Calendars: weeks of working hours, holidays and make-up days, and the month on the wall."""

import datetime as dt

import pytest
from django.core.management import call_command
from procrastinate.contrib.django.models import ProcrastinateJob

from config_admin.calendars.first_values import public_days
from config_admin.calendars.working_time import is_working_day
from config_admin.models import Calendar, CalendarDay, WorkingWeek
from crm.core.acting import acting
from crm.core.clock import bank_today, clock_at
from crm.core.formats import day
from crm.core.models import AuditEvent
from crm.ops.roles import CONFIGURE
from sysadmin.models import Grant, period, system_user
from tests.factories import CalendarDayFactory, CalendarFactory, WorkingWeekFactory

WEEK_ADD = "/configuration/working-weeks/add/"
DAY_ADD = "/configuration/special-days/add/"


@pytest.fixture
def client(signed_in, person, bank):
    """Somebody who configures."""
    return signed_in(person(bank, *CONFIGURE, extent=Grant.Reach.BANK))


@pytest.fixture
def outlet(db):
    return CalendarFactory(code="outlet")


def new_week(calendar, **values):
    return {
        "calendar": calendar.pk,
        "note": "Summer hours",
        "first_day": "2026-07-01",
        "last_day": "",
        "monday": "9:00 - 12:00，13:30-17:30",
    } | values


@pytest.mark.proves("BC-3")
def test_hours_are_entered_as_people_write_them_and_kept_in_one_way(client, keyed, outlet):
    assert client.post(WEEK_ADD, keyed(**new_week(outlet))).status_code == 302
    week = WorkingWeek.objects.get()
    assert week.monday == "09:00-12:00, 13:30-17:30"
    assert (week.first_day, week.last_day) == (dt.date(2026, 7, 1), None)
    assert is_working_day("outlet", dt.date(2026, 7, 6))
    assert not is_working_day("outlet", dt.date(2026, 7, 7))


@pytest.mark.proves("BC-3")
@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"monday": "nine to five"}, "monday", "is no span"),
        ({"monday": "09:00-25:00"}, "monday", "no time of a day"),
        ({"monday": "17:00-09:00"}, "monday", "ends before it begins"),
        ({"monday": "09:00-12:00, 11:00-13:00"}, "monday", "Two spans overlap"),
        ({"monday": ""}, "monday", "one day at least"),
        ({"last_day": "2026-06-30"}, "last_day", "Enter a later day"),
        ({"first_day": ""}, "first_day", "Enter the first day"),
    ],
)
def test_hours_that_make_no_sense_are_refused_beside_their_field(
    client, keyed, outlet, values, field, said
):
    answer = client.post(WEEK_ADD, keyed(**new_week(outlet, **values)))
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {field}
    assert said in answer.context["form"].errors[field][0]
    assert not WorkingWeek.objects.exists()


@pytest.mark.proves("BC-3")
def test_weeks_that_would_hold_at_the_same_time_are_refused(client, keyed, outlet):
    first = WorkingWeekFactory(calendar=outlet, valid=period(dt.date(2026, 1, 1)))
    answer = client.post(WEEK_ADD, keyed(**new_week(outlet)))
    assert answer.status_code == 422
    assert "Let it end first" in answer.context["form"].errors["first_day"][0]
    page = f"/configuration/working-weeks/{first.pk}/change/"
    data = new_week(outlet, first_day="2026-01-01", last_day="2026-06-30", version=first.version)
    assert client.post(page, keyed(**data)).status_code == 302
    assert client.post(WEEK_ADD, keyed(**new_week(outlet))).status_code == 302
    first.refresh_from_db()
    assert first.last_day == dt.date(2026, 6, 30)


def new_day(calendar, **values):
    return {
        "calendar": calendar.pk,
        "on": "2186-10-14",  # a Saturday ahead
        "name": "Make-up day",
        "name_zh": "调休上班",
        "kind": "working",
        "hours": "",
    } | values


@pytest.mark.proves("BC-3")
def test_a_special_day_that_is_over_is_asked_for_once_more(client, keyed, outlet):
    over = (bank_today() - dt.timedelta(days=3)).isoformat()
    asked = client.post(DAY_ADD, keyed(**new_day(outlet, on=over)))
    assert asked.status_code == 422
    assert "This day is over" in asked.context["form"].errors["on"][0]
    assert not CalendarDay.objects.exists()
    done = client.post(DAY_ADD, keyed(on_is_meant=over, **new_day(outlet, on=over)))
    assert done.status_code == 302
    today = bank_today().isoformat()
    assert client.post(DAY_ADD, keyed(**new_day(outlet, on=today))).status_code == 302
    # what the day is called may be put right at any time
    held = CalendarDay.objects.get(on=over)
    renamed = new_day(outlet, on=over, name="Typhoon", version=held.version)
    page = f"/configuration/special-days/{held.pk}/change/"
    assert client.post(page, keyed(**renamed)).status_code == 302
    kind = renamed | {"kind": "holiday", "version": held.version + 1}
    assert client.post(page, keyed(**kind)).status_code == 422


@pytest.mark.proves("BC-3")
def test_a_special_day_before_the_first_working_week_is_refused(client, keyed, outlet):
    begins = bank_today() + dt.timedelta(days=30)
    WorkingWeekFactory(calendar=outlet, valid=period(begins))
    before = (begins - dt.timedelta(days=1)).isoformat()
    refused = client.post(DAY_ADD, keyed(**new_day(outlet, on=before)))
    assert refused.context["form"].errors["on"] == [
        f"The working weeks of this calendar begin on {day(begins)}. Enter that day or a later one."
    ]
    first = new_day(outlet, on=begins.isoformat())
    assert client.post(DAY_ADD, keyed(**first)).status_code == 302


@pytest.mark.proves("BC-3")
def test_a_special_day_changes_its_day_alone_and_is_entered_once(client, keyed, outlet):
    WorkingWeekFactory(calendar=outlet)
    assert not is_working_day("outlet", dt.date(2186, 10, 14))
    assert client.post(DAY_ADD, keyed(**new_day(outlet))).status_code == 302
    assert is_working_day("outlet", dt.date(2186, 10, 14))
    answer = client.post(DAY_ADD, keyed(**new_day(outlet)))
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"on"}
    holiday = new_day(outlet, on="2186-10-16", kind="holiday")
    answer = client.post(DAY_ADD, keyed(**holiday | {"hours": "09:00-10:00"}))
    assert set(answer.context["form"].errors) == {"hours"}
    assert client.post(DAY_ADD, keyed(**holiday)).status_code == 302
    assert not is_working_day("outlet", dt.date(2186, 10, 16))


@pytest.mark.proves("BC-3")
def test_the_month_shows_hours_holidays_and_make_up_days(client, outlet):
    WorkingWeekFactory(calendar=outlet)
    CalendarDayFactory(calendar=outlet, on=dt.date(2026, 10, 1), name="National Day")
    CalendarDayFactory(calendar=outlet, on=dt.date(2026, 10, 10), kind="working", name="Make-up")
    address = f"/configuration/calendars/{outlet.pk}/"
    page = client.get(address, {"month": "2026-10"})
    squares = {s.day: s for week in page.context["weeks"] for s in week}
    assert len(squares) == 35
    assert [squares[dt.date(2026, 10, d)].hours for d in (1, 2, 3, 10)] == [
        "",
        "09:00-17:00",
        "",
        "09:00-17:00",
    ]
    assert squares[dt.date(2026, 10, 10)].is_make_up
    text = page.content.decode()
    assert "October 2026" in text
    assert "National Day" in text
    client.post("/language/", {"language": "zh-hans"})
    assert "2026年10月" in client.get(address, {"month": "2026-10"}).content.decode()
    for odd in ("", "x", "2026-13", "9999-12", "0000-00"):
        assert client.get(address, {"month": odd}).status_code == 200


@pytest.mark.proves("BC-3")
def test_those_who_may_only_look_enter_nothing(signed_in, person, branch, keyed, outlet):
    client = signed_in(person(branch, "config_admin.view_calendar"))
    assert client.get(f"/configuration/calendars/{outlet.pk}/").status_code == 200
    assert client.post(DAY_ADD, keyed(**new_day(outlet))).status_code == 403


@pytest.mark.proves("BC-3")
def test_holidays_are_those_that_the_state_council_announced():
    days = {day.on: day.kind for day in public_days("CN", range(2026, 2027))}
    free = {on for on, kind in days.items() if kind == "holiday"}
    announced = [((1, 1), 3), ((2, 15), 9), ((4, 4), 3), ((5, 1), 5), ((6, 19), 3), ((9, 25), 3)]
    announced += [((10, 1), 7)]
    first = {dt.date(2026, *begin): length for begin, length in announced}
    assert free == {
        day + dt.timedelta(days=n) for day, length in first.items() for n in range(length)
    }
    assert {(on.month, on.day) for on, kind in days.items() if kind == "working"} == {
        (1, 4),
        (2, 14),
        (2, 28),
        (5, 9),
        (9, 20),
        (10, 10),
    }


@pytest.mark.proves("BC-3")
def test_published_holidays_are_entered_once_and_what_the_bank_changed_stays(db):
    with clock_at(dt.datetime(2026, 3, 1, tzinfo=dt.UTC)):
        call_command("first_values", verbosity=0)
        office = Calendar.objects.get(code="office")
        spring = CalendarDay.objects.get(calendar=office, on=dt.date(2026, 2, 17))
        assert spring.name_zh.startswith("春节")
        make_up = CalendarDay.objects.get(calendar=office, on=dt.date(2026, 2, 14))
        assert make_up.kind == "working"
        assert is_working_day("office", make_up.on)
        assert is_working_day("hotline", spring.on)
        with acting(by=system_user()):
            CalendarDay.objects.filter(pk=spring.pk).update(kind="working")
        before = AuditEvent.objects.count()
        asked = {job.args["calendar_id"] for job in ProcrastinateJob.objects.all()}
        assert office.pk in asked
        told = ProcrastinateJob.objects.count()
        call_command("first_values", verbosity=0)
        assert AuditEvent.objects.count() == before
        assert ProcrastinateJob.objects.count() == told
    with clock_at(dt.datetime(2027, 1, 1, tzinfo=dt.UTC)):
        call_command("first_values", verbosity=0)
    assert CalendarDay.objects.filter(calendar=office, on__year=2028).exists()
    again = ProcrastinateJob.objects.order_by("-id").values_list("args__calendar_id", flat=True)
    assert office.pk in again[: again.count() - told]
