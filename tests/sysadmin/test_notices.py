"""Notifications: the bell, the page, what is collected, what is off, quiet hours, and the sweep."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config_admin.notices import sweep_old
from crm.core.clock import bank_today, clock_at, now
from crm.core.formats import day
from crm.core.models import Approval
from sysadmin.models import Delivery, Notification
from sysadmin.notices.kinds import Kind, add_kinds
from sysadmin.notices.operations import DIGEST, News, tell
from tests.deciding import INBOX, close, decide, decider
from tests.factories import CustomerFactory
from tests.factories_services.opportunities import office

ALL, NEWEST = "/system/notifications/", "/system/notifications/newest/"
CHOICES = f"{ALL}choices/"
SEE = "customers.view_customer"
TOLD = Kind("tests.told", "Something about a customer", "Look at %(name)s.")
MUST = Kind("tests.must", "What must come", "Answer for %(name)s.", must_come=True)
ZONE = timezone.get_default_timezone()
# a Thursday to come; the next day is worked on too
DAY = dt.timedelta(days=1)
THURSDAY = bank_today() + (7 + (3 - bank_today().weekday()) % 7) * DAY


@pytest.fixture(autouse=True)
def kinds():
    """Two kinds of notification of which these tests tell."""
    add_kinds(TOLD, MUST)


@pytest.fixture
def me(person, branch):
    """Somebody who sees the customers of a branch."""
    return person(branch, SEE, since=4000)


@pytest.fixture
def desk(signed_in, me):
    """Their browser."""
    return signed_in(me)


@pytest.fixture
def customer(branch):
    return CustomerFactory(home_branch=branch, name="沈月", latin_name="Shen Yue")


def at(time, day=THURSDAY):
    """The clock at a time of a day, as the bank's own clock shows it."""
    return clock_at(dt.datetime.combine(day, dt.time.fromisoformat(time), ZONE))


def news(user, row, kind=TOLD, **values):
    """What a user is told about a record."""
    return News(user.pk, kind.code, row._meta.label_lower, row.pk, **values)


def bell(client, address=ALL):
    """What stands on the bell of a page."""
    found = re.search(r'<b class="unread num">([^<]+)<', client.get(address).content.decode())
    return found[1] if found else ""


def words(client, address=ALL):
    """The sentences that a page of notifications shows."""
    return [line.words for line in client.get(address).context["lines"]]


def choose(client, **values):
    """Keep how one wants to be told, all else as it is."""
    form = client.get(CHOICES).context["form"]
    held = {name: form[name].value() or "" for name in form.fields}
    return client.post(CHOICES, held | values)


@pytest.mark.proves("SY-8")
def test_the_bell_counts_what_is_unread_and_opening_leads_to_the_record(desk, me, customer):
    assert bell(desk) == ""
    tell([news(me, customer)])
    assert bell(desk) == "1"
    assert words(desk, NEWEST) == ["Look at Shen Yue."]
    notice = Notification.objects.get()
    assert desk.get(f"{ALL}{notice.pk}/open/").status_code == 405
    answer = desk.post(f"{ALL}{notice.pk}/open/")
    assert answer.headers["Location"] == f"/customers/{customer.pk}/"
    assert bell(desk) == ""
    assert words(desk) == ["Look at Shen Yue."]
    assert words(desk, f"{ALL}?unread=1") == []


@pytest.mark.proves("SY-8")
def test_nothing_is_told_twice_while_it_is_unread_and_once_only_for_its_day(me, customer):
    tell([news(me, customer), news(me, customer)])
    tell([news(me, customer)])
    assert Notification.objects.count() == 1
    Notification.objects.update(read_at=now())
    tell([news(me, customer)])
    assert Notification.objects.count() == 2
    Notification.objects.all().delete()
    for _again in range(2):
        tell([news(me, customer, day=THURSDAY)])
        Notification.objects.update(read_at=now())
    tell([news(me, customer, day=THURSDAY + DAY)])
    assert Notification.objects.count() == 2


def test_what_happened_last_is_what_an_unread_notification_says(desk, me, customer):
    add_kinds(Kind("tests.turns", "Turns", "%(name)s came.", {"left": "%(name)s left."}))
    for code in ("", "left"):
        tell([News(me.pk, "tests.turns", "customers.customer", customer.pk, code)])
    assert words(desk) == ["Shen Yue left."]


@pytest.mark.proves("SY-8")
def test_a_record_out_of_reach_is_neither_named_nor_led_to(desk, me, other_branch):
    hidden = CustomerFactory(home_branch=other_branch, latin_name="Zhao Hidden", name="赵隐")
    tell([news(me, hidden)])
    for address in (ALL, NEWEST):
        page = desk.get(address).content.decode()
        assert "Look at a record outside your reach." in page
        assert "Zhao" not in page
        assert f"/customers/{hidden.pk}/" not in page
    answer = desk.post(f"{ALL}{Notification.objects.get().pk}/open/", follow=True)
    assert answer.redirect_chain[-1][0] == ALL
    assert "You no longer reach the record" in answer.content.decode()


@pytest.mark.proves("SY-8")
def test_nobody_reads_or_opens_what_others_are_told(desk, person, branch, customer):
    other = person(branch, SEE)
    tell([news(other, customer)])
    notice = Notification.objects.get()
    assert words(desk) == words(desk, NEWEST) == []
    assert desk.post(f"{ALL}{notice.pk}/open/").status_code == 404
    assert desk.post(f"{ALL}read/").status_code == 302
    assert Notification.objects.unread().get() == notice


def test_the_bell_shows_nine_and_more_and_all_can_be_marked_as_read(desk, me, branch):
    rows = [CustomerFactory(home_branch=branch) for _ in range(26)]
    tell(news(me, row) for row in rows)
    assert bell(desk) == "9+"
    assert len(words(desk, NEWEST)) == 10
    page = desk.get(ALL)
    assert len(page.context["lines"]) == 25
    assert len(words(desk, ALL + page.context["next"])) == 1
    assert len(words(desk, f"{ALL}?kind={MUST.code}")) == 0
    desk.post(f"{ALL}read/")
    assert bell(desk) == ""


def test_the_bell_costs_a_page_no_query_and_telling_a_crowd_costs_two(
    desk, me, person, branch, customer, django_assert_num_queries
):
    desk.get("/customers/")
    with CaptureQueriesContext(connection) as before:
        desk.get("/customers/")
    crowd = [person(branch) for _ in range(5)]
    with django_assert_num_queries(2):
        tell(news(user, customer) for user in [me, *crowd])
    with CaptureQueriesContext(connection) as after:
        desk.get("/customers/")
    assert len(after) == len(before)
    sums = []
    for _more in range(2):
        with CaptureQueriesContext(connection) as asked:
            desk.get(ALL)
        sums.append(len(asked))
        tell(news(me, CustomerFactory(home_branch=branch)) for _ in range(6))
    assert sums[0] == sums[1]


# --- how they come ---------------------------------------------------------------------------


@pytest.mark.proves("SY-8")
def test_what_is_off_never_comes_and_what_is_collected_is_one_line_in_the_morning(
    signed_in, me, branch, customer
):
    office()
    with at("12:00"):
        desk = signed_in(me)
        assert choose(desk, **{TOLD.code: Delivery.OFF}).status_code == 302
        tell([news(me, customer)])
        assert not Notification.objects.exists()
        assert choose(desk, **{TOLD.code: Delivery.DIGEST}).status_code == 302
        tell([news(me, customer), news(me, CustomerFactory(home_branch=branch))])
        assert bell(desk) == ""
        assert words(desk, NEWEST) == words(desk) == []
    with at("08:59", THURSDAY + DAY):
        assert bell(signed_in(me)) == ""
    with at("09:00", THURSDAY + DAY):
        desk = signed_in(me)
        assert bell(desk) == "1"
        said = f"What was collected for the morning of {day(THURSDAY + DAY)}."
        assert words(desk, NEWEST) == [said]
        assert len(words(desk)) == 2
        line = Notification.objects.get(kind=DIGEST)
        answer = desk.post(f"{ALL}{line.pk}/open/")
        assert answer.headers["Location"] == f"{ALL}?day={THURSDAY + DAY}"
        assert len(words(desk, answer.headers["Location"])) == 2
        assert words(desk, f"{ALL}?day={THURSDAY}") == []
        assert not Notification.objects.unread().exists()


@pytest.mark.proves("SY-8")
def test_in_quiet_hours_by_the_banks_clock_only_what_must_come_comes(signed_in, me, customer):
    with at("12:00"):
        desk = signed_in(me)
        assert choose(desk, quiet_from="22:00", quiet_until="07:30").status_code == 302
        tell([news(me, customer)])
        assert bell(desk) == "1"
        desk.post(f"{ALL}read/")
    with at("23:00"):
        desk = signed_in(me)
        tell([news(me, customer), news(me, customer, MUST)])
        assert words(desk, f"{ALL}?unread=1") == ["Answer for Shen Yue."]
    for time, count in (("07:29", "1"), ("07:30", "2")):
        with at(time, THURSDAY + DAY):
            assert bell(signed_in(me)) == count


@pytest.mark.proves("SY-8")
def test_what_must_come_is_not_switched_off_and_half_a_quiet_time_is_refused(desk, me, customer):
    assert "Cannot be switched off." in desk.get(CHOICES).content.decode()
    for wrong, field in (
        ({MUST.code: Delivery.OFF}, MUST.code),
        ({MUST.code: Delivery.DIGEST}, MUST.code),
        ({"quiet_from": "22:00"}, "quiet_until"),
        ({"quiet_from": "22:00", "quiet_until": "22:00"}, "quiet_until"),
    ):
        answer = choose(desk, **wrong)
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == [field]
    assert choose(desk, **{TOLD.code: "never"}).status_code == 422
    me.refresh_from_db()
    assert (me.deliveries, me.quiet_from) == ({}, None)
    tell([news(me, customer, MUST)])
    assert bell(desk) == "1"


def test_old_notifications_are_swept_after_the_days_that_the_bank_sets(me, customer):
    with clock_at(now() - dt.timedelta(days=61)):
        tell([news(me, customer)])
    tell([news(me, customer, MUST)])
    sweep_old()
    assert Notification.objects.get().kind == MUST.code


# --- requests for a second person --------------------------------------------------------------


@pytest.mark.proves("SY-8")
@pytest.mark.parametrize(
    ("verb", "said"), [("approve", "approved"), ("send_back", "sent back"), ("reject", "rejected")]
)
def test_few_deciders_are_told_of_a_request_and_its_maker_of_the_decision(
    signed_in, maker, checker, held_back, customer, verb, said
):
    rule = held_back("customers.close/1")
    desk, second = signed_in(maker), signed_in(checker)
    third = signed_in(decider(checker.staff_member.branch, rule.role))
    close(desk, customer)
    request = Approval.objects.get()
    [asked] = words(second)
    assert asked.startswith(f"{maker.shown_name} asks for your decision: “Closing")
    opened = second.post(f"{ALL}{Notification.objects.get(recipient=checker).pk}/open/")
    assert opened.headers["Location"] == f"{INBOX}{request.pk}/"
    assert bell(third) == "1"
    assert words(desk) == []
    decide(second, verb)
    assert bell(third) == ""
    [told] = words(desk)
    assert told.endswith(f"was {said} by {checker.shown_name}.")


def test_where_many_may_decide_nobody_is_named_and_who_withdraws_is_not_told(
    signed_in, maker, deciders, held_back, customer, branch
):
    held_back("customers.close/1")
    for _ in range(6):
        decider(branch, deciders)
    desk = signed_in(maker)
    close(desk, customer)
    decide(desk, "withdraw")
    assert Approval.objects.get().status == "withdrawn"
    assert not Notification.objects.exists()
