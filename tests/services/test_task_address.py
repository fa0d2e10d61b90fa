"""The calendar's private address: what it gives, to whom, and what it never says."""

import datetime as dt

import pytest
from django.core.cache import cache
from django.test import Client
from icalendar import Calendar

from crm.core.acting import acting
from crm.core.clock import bank_today, now
from crm.core.models import AuditEvent
from services.agenda import feed
from services.models import CalendarFeed
from sysadmin.models import Grant, system_user
from sysadmin.signing_in.operations import disable
from tests.factories import BranchFactory, CustomerFactory
from tests.factories_services.agenda import AppointmentFactory, TaskFactory

PAGE = "/service/agenda/address/"
RIGHTS = ("services.view_task", "services.view_appointment", "customers.view_customer")


def yesterday():
    """A moment that the address still tells of."""
    return now().replace(microsecond=0) - dt.timedelta(days=1)


@pytest.fixture
def me(person, branch):
    """A manager with a calendar."""
    return person(branch, *RIGHTS, extent=Grant.Reach.OWN)


@pytest.fixture
def desk(me, signed_in):
    """The manager at work."""
    return signed_in(me)


def renew(desk):
    """A new address, as the page shows it this once."""
    page = desk.post(PAGE, {"step": "renew"})
    assert page.status_code == 200
    address = page.context["address"]
    assert address in page.content.decode()
    return address.removeprefix("http://testserver")


def fetched(address):
    """The events that a program reads which nobody signed in to, by their kind and key."""
    answer = Client().get(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    return {str(event["uid"]): event for event in Calendar.from_ical(answer.content).walk("VEVENT")}


@pytest.mark.proves("CS-6")
def test_the_calendar_holds_what_is_due_and_whom_one_meets_without_any_name(desk, me, branch):
    customer = CustomerFactory(
        home_branch=branch, lead_manager=me.staff_member, name="阮星河", latin_name="Ruan Xinghe"
    )
    begins = now().replace(microsecond=0) + dt.timedelta(days=3)
    met = AppointmentFactory(
        customer=customer,
        member=me.staff_member,
        begins_at=begins,
        ends_at=begins + dt.timedelta(hours=1),
        place="Ruan's flat",
        note="about the divorce",
    )
    here = AppointmentFactory(member=me.staff_member, place="", begins_at=yesterday())
    task = TaskFactory(member=me.staff_member, customer=customer, title="Ring Ruan", note="divorce")
    timed = TaskFactory(member=me.staff_member, due_at=dt.time(15, 30))
    TaskFactory(member=me.staff_member, status="done")
    TaskFactory(member=me.staff_member, due_on=bank_today() + dt.timedelta(days=400))
    AppointmentFactory(member=me.staff_member, status="cancelled")
    AppointmentFactory()
    address = renew(desk)
    events = fetched(address)
    assert set(events) == {
        f"appointment-{met.pk}@meridian",
        f"appointment-{here.pk}@meridian",
        f"task-{task.pk}@meridian",
        f"task-{timed.pk}@meridian",
    }
    meeting = events[f"appointment-{met.pk}@meridian"]
    assert meeting["summary"] == "Meeting with a customer"
    assert meeting.decoded("dtstart") == begins
    assert meeting["location"] == ""
    assert meeting["url"] == f"http://testserver/service/appointments/{met.pk}/"
    assert events[f"appointment-{here.pk}@meridian"]["location"] == here.branch.shown_name
    assert events[f"task-{task.pk}@meridian"].decoded("dtstart") == bank_today()
    assert events[f"task-{timed.pk}@meridian"].decoded("dtstart") == timed.due
    written = Client().get(address).content.decode()
    for word in ("Ruan", "阮", customer.number, "divorce", "Ring", "flat", "care"):
        assert word not in written.replace("\r\n ", "")


@pytest.mark.proves("CS-6")
def test_the_token_is_long_kept_as_a_digest_and_shown_once(desk, me):
    address = renew(desk)
    token = address.rpartition("/")[2].removesuffix(".ics")
    assert len(token) == 43  # 256 bits in 6-bit characters
    kept = CalendarFeed.objects.get(user=me)
    assert token not in (kept.digest, *map(str, AuditEvent.objects.values_list("after", flat=True)))
    assert token not in desk.get(PAGE).content.decode()
    assert "In use since" in desk.get(PAGE).content.decode()


@pytest.mark.proves("CS-6")
def test_an_address_that_is_renewed_or_revoked_leads_nowhere(desk):
    first = renew(desk)
    second = renew(desk)
    assert [Client().get(url).status_code for url in (first, second)] == [404, 200]
    assert desk.post(PAGE, {"step": "revoke"}).status_code == 302
    assert Client().get(second).status_code == 404
    assert desk.post(PAGE, {"step": "revoke"}).status_code == 409
    assert desk.post(PAGE, {"step": "steal"}).status_code == 422
    assert "There is no address" in desk.get(PAGE).content.decode()


@pytest.mark.parametrize("token", ["x", "a" * 43, "a" * 5000, "阮", "None"])
def test_a_token_that_nobody_has_is_not_found(db, token):
    assert Client().get(f"/service/calendar/{token}.ics").status_code == 404


def test_an_address_is_only_read(desk):
    assert Client().post(renew(desk)).status_code == 405


def test_the_address_ends_with_the_sign_in(desk, me, system):
    address = renew(desk)
    disable(me, by=system, reason="left the bank")
    assert Client().get(address).status_code == 404


def test_the_address_ends_with_the_right(desk, me):
    address = renew(desk)
    role = me.grants.get().role
    role.actions = ["services.view_appointment"]
    with acting(by=system_user()):
        role.save()
    assert Client().get(address).status_code == 404


def test_an_address_that_is_asked_for_too_often_has_to_wait(desk, me):
    address = renew(desk)
    known = CalendarFeed.objects.get(user=me)
    cache.set(f"calendar-feed:{known.pk}:{now():%Y%m%d%H}", feed.MOST_AN_HOUR - 1, feed.HOUR)
    answers = [Client().get(address) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert answers[1].headers["Retry-After"] == "3600"


def test_long_texts_are_folded_and_odd_signs_escaped(desk, me, branch):
    name = "Lakeside, east; the " + "very " * 7 + "long \\ name"
    outlet = BranchFactory(parent=branch, name_en=name)
    AppointmentFactory(member=me.staff_member, branch=outlet, place="", begins_at=yesterday())
    address = renew(desk)
    raw = Client().get(address).content
    assert max(len(line) for line in raw.split(b"\r\n")) <= 75
    (event,) = fetched(address).values()
    assert str(event["location"]) == name
