"""The timeline of a customer: what every module tells there, to whom, and how it is narrowed."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.core import approvals
from crm.core.clock import bank_today, clock_at, midnight, now
from crm.core.models import Approval
from customers import operations
from customers.assignment import assign
from customers.models import TimelineEntry
from customers.timeline.operations import tell, tell_all
from services.models import Complaint, Contact
from services.promises.operations import break_overdue
from sysadmin.models import system_user
from tests.customers.entries import change_form
from tests.factories import ContactPointFactory, CustomerFactory, StaffMemberFactory
from tests.factories_services.agenda import TaskFactory
from tests.factories_services.complaints import ComplaintFactory, prepare
from tests.factories_services.contacts import ContactFactory, PromiseFactory
from tests.jobs import work_off
from tests.matrix.subjects import enter_lines
from tests.services.test_complaints import received
from tests.staff.handing import HEAD, MANAGER, proposed, step

SEE = ["customers.view_customer"]
ALL = [
    *SEE,
    "customers.change_customer",
    "customers.assign_customer",
    "customers.reveal_customer",
    "customers.history_customer",
    "services.view_contact",
    "services.add_contact",
    "services.correct_contact",
    "services.view_promise",
    "services.add_promise",
    "services.view_complaint",
    "services.add_complaint",
    "services.view_task",
    "staff.view_staffmember",
]
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
LOG = "/service/contacts/add/"
SECRET = "They are about to sell the company."
BEGUN = ("Registered the customer", "")
EMPTY = "Nothing has happened yet, or nothing within your reach."


@pytest.fixture(autouse=True)
def dictionaries(db):
    prepare()
    enter_lines()


@pytest.fixture
def user(person, branch):
    return person(branch, *ALL)


@pytest.fixture
def client(signed_in, user):
    return signed_in(user)


@pytest.fixture
def customer(branch, user):
    return CustomerFactory(home_branch=branch, lead_manager=user.staff_member, latin_name="Hu Lan")


def address(customer):
    return f"/customers/{customer.pk}/timeline/"


def told(client, customer, **asked):
    """What a page of the timeline says: each phrase with its line of detail."""
    answer = client.get(address(customer), asked)
    assert answer.status_code == 200
    lines = answer.context["timeline"].lines
    return [(str(line.telling.said), line.gist) for line in lines]


def in_days(days):
    return (bank_today() + days * DAY).isoformat()


def said(client, customer, **asked):
    return [phrase for phrase, _gist in told(client, customer, **asked)]


def log(keyed, customer, **changes):
    moment = (now() - HOUR).isoformat()
    usual = {
        "customer": customer.pk,
        "summary": "They asked about the new deposit.",
        "kind": "call",
        "direction": "outgoing",
        "purpose": "maturity",
        "result": "interested",
        "at": moment,
    }
    return keyed(**usual | changes)


def entries(customer, count, at, *, by):
    """So many tasks given at one moment."""
    tasks = [TaskFactory(customer=customer, member=by.staff_member) for _ in range(count)]
    with clock_at(at):
        tell_all("give", tasks, by=by)
    return {task.title for task in tasks}


# --- what is told ---------------------------------------------------------------------------------


@pytest.mark.proves("CI-19")
def test_what_all_modules_do_is_told_newest_first_and_by_whom(client, user, customer, keyed):
    mobile = ContactPointFactory(customer=customer)
    client.post(LOG, log(keyed, customer, promise="Send the terms", until=in_days(3)))
    change = f"/customers/{customer.pk}/change/"
    client.post(change, keyed(**change_form(customer, city="Suzhou", address="Lake Road 1")))
    customer.refresh_from_db()
    client.post(change, keyed(**change_form(customer)))
    client.post(f"/customers/{customer.pk}/reveal/contact/{mobile.pk}/", {"purpose": "contact"})
    client.post("/service/complaints/add/", keyed(**received(customer)))
    number = Complaint.objects.get().number
    page = client.get(address(customer))
    assert told(client, customer) == [
        ("Received a complaint", f"{number} · {Complaint.objects.get().get_business_display()}"),
        ("Revealed a sealed value", str(mobile)),
        ("Changed details", "Address, city"),
        ("Made a promise", "Send the terms"),
        ("Added a contact point", str(mobile)),
        BEGUN,
        ("Call", "Maturity reminder · They asked about the new deposit."),
    ]
    assert [line.entry.by for line in page.context["timeline"].lines][:4] == [user] * 4
    contact = Contact.objects.get()
    assert f'href="/service/contacts/{contact.pk}/"' in page.content.decode()
    card = client.get(address(customer), headers={"HX-Request": "true"}).content.decode()
    assert card.index("Received a complaint") < card.index("Send the terms")
    assert f'href="{address(customer)}"' in card
    assert (
        f'hx-get="{address(customer)}"' in client.get(f"/customers/{customer.pk}/").content.decode()
    )


@pytest.mark.proves("CI-19")
def test_a_corrected_contact_stands_under_its_own_kind_and_moment(client, customer, keyed):
    client.post(LOG, log(keyed, customer))
    contact = Contact.objects.get()
    before = (now() - 3 * DAY).replace(microsecond=0)
    data = log(keyed, customer, kind="visit", at=before.isoformat(), version=contact.version)
    assert client.post(f"/service/contacts/{contact.pk}/correct/", data).status_code == 302
    assert said(client, customer) == ["Registered the customer", "Visit"]
    assert said(client, customer, kind="visit") == ["Visit"]
    assert said(client, customer, kind="call") == []
    assert TimelineEntry.objects.get(kind="visit").at == Contact.objects.get().at == before


@pytest.mark.proves("CI-19")
def test_what_is_done_to_many_at_once_is_told_of_each(client, user, customer, branch):
    promise = PromiseFactory(customer=customer, owner=user.staff_member)
    other = CustomerFactory(home_branch=branch)
    with clock_at(now() + 9 * DAY):
        assert break_overdue() == 1
    successor = StaffMemberFactory(branch=branch)
    assign(successor, by=user, reason="New team", keys=[customer.pk, other.pk])
    work_off()
    assert told(client, customer) == [
        ("A promise was broken", promise.words),
        ("Assigned another lead manager", ""),
        BEGUN,
    ]
    assert said(client, other) == ["Assigned another lead manager", "Registered the customer"]


@pytest.mark.proves("CI-19")
def test_a_handover_is_told_of_each_customer_and_leaves_what_was_told(
    client, user, customer, person, branch, signed_in, keyed
):
    client.post(LOG, log(keyed, customer))
    taker = person(branch, *MANAGER, *ALL).staff_member
    handover = proposed(signed_in(person(branch, *HEAD)), taker, sel=[customer.pk])
    assert step(signed_in(taker.user), handover, "accept").status_code == 302
    lines = told(signed_in(taker.user), customer)
    assert lines[0] == ("Handed over to another manager", "")
    assert lines == told(client, customer)
    assert "Call" in said(client, customer)


def test_what_waits_for_a_second_person_is_told_once_it_is_carried_out(
    client, user, customer, keyed, held_back, checker
):
    held_back("customers.identify/1")
    change = f"/customers/{customer.pk}/change/"
    client.post(change, keyed(**change_form(customer, name="胡岚", city="Suzhou")))
    assert told(client, customer) == [("Changed details", "City"), BEGUN]
    approvals.approve(Approval.objects.get(), by=checker, reason="Seen")
    assert told(client, customer)[0] == (
        "Changed the name or who looks after the customer",
        "Name",
    )
    newest = client.get(address(customer)).context["timeline"].lines[0]
    assert newest.entry.by == checker


# --- to whom --------------------------------------------------------------------------------------


@pytest.mark.proves("CI-19")
def test_what_a_reader_may_not_see_is_not_told(client, customer, person, branch, signed_in, keyed):
    client.post(LOG, log(keyed, customer))
    operations.make_dormant(customer, by=system_user(), reason="Idle")
    assert said(client, customer, kind="change")[0] == "Made the customer dormant"
    assert "Call" in said(client, customer)
    looks = signed_in(person(branch, *SEE, "services.view_contact"))
    assert said(looks, customer) == ["Call"]
    stranger = signed_in(person(branch, *SEE))
    page = stranger.get(address(customer)).content.decode()
    assert EMPTY in page
    assert "Made the customer dormant" not in page


@pytest.mark.proves("CI-19")
def test_a_confidential_contact_is_told_to_those_who_may_read_it_alone(
    client, customer, person, branch, signed_in, keyed
):
    secret = {"summary": SECRET, "is_confidential": "on"}
    client.post(LOG, log(keyed, customer, promise=SECRET, until=in_days(3), **secret))
    assert {"Made a promise", "Call"} <= set(said(client, customer))
    colleague = signed_in(person(branch, *ALL))
    assert told(colleague, customer) == [BEGUN]
    card = colleague.get(address(customer), headers={"HX-Request": "true"})
    for answer in (card, *(colleague.get(address(customer), {"kind": k}) for k in ("call", ""))):
        assert SECRET not in answer.content.decode()
    compliance = signed_in(person(branch, *ALL, "services.view_confidential_contact"))
    assert {"Made a promise", "Call"} <= set(said(compliance, customer))


@pytest.mark.proves("CI-19")
def test_a_complaint_is_not_told_to_whom_it_is_about(
    client, user, customer, signed_in, person, branch
):
    complaint = ComplaintFactory(customer=customer, about=user.staff_member)
    tell("receive", complaint, by=system_user())
    assert told(client, customer) == [BEGUN]
    assert said(signed_in(person(branch, *ALL)), customer)[0] == "Received a complaint"


# --- narrowed and leafed through ------------------------------------------------------------------


@pytest.mark.proves("CI-19")
def test_pages_lose_nothing_where_many_things_happened_at_once(client, user, customer):
    same, later = now() - DAY, now()
    titles = entries(customer, 29, same, by=user) | entries(customer, 2, later, by=user)
    first = client.get(address(customer), {"kind": "plan"})
    after = first.context["next"]
    second = client.get(address(customer) + after)
    shown = [line.gist for page in (first, second) for line in page.context["timeline"].lines]
    assert len(shown) == 31
    assert set(shown) == titles
    assert not second.context["next"]
    assert "kind=plan" in after
    back = client.get(address(customer) + second.context["previous"])
    assert [line.gist for line in back.context["timeline"].lines] == shown[:25]


@pytest.mark.proves("CI-19")
def test_a_timeline_takes_as_many_statements_however_much_happened(client, user, customer):
    def statements():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address(customer)).status_code == 200
        return len(queries)

    for kind in ("call", "visit"):
        contact = ContactFactory(customer=customer, author=user.staff_member, kind=kind)
        tell("log", contact, by=user)
    entries(customer, 1, now(), by=user)
    statements()  # dictionaries are read once
    few = statements()
    tell_all("log", ContactFactory.create_batch(8, customer=customer), by=user)
    entries(customer, 9, now(), by=user)
    assert statements() == few


@pytest.mark.proves("CI-19")
@pytest.mark.parametrize(
    ("language", "labels"), [("en", ("Calls", "From")), ("zh-hans", ("电访", "起始日期"))]
)
def test_days_of_the_bank_and_kinds_narrow_it(client, user, customer, language, labels):
    client.cookies["django_language"] = language
    today = bank_today()
    for days, kind in ((0, "call"), (2, "visit"), (4, "call")):
        at = midnight(today - days * DAY)
        contact = ContactFactory(customer=customer, author=user.staff_member, kind=kind, at=at)
        tell("log", contact, by=user)

    def kinds(**asked):
        page = client.get(address(customer), asked).context["timeline"]
        told = [line.entry.what for line in page.lines]
        return [what.removeprefix("log.") for what in told if what != "register"]

    assert kinds() == ["call", "visit", "call"]
    assert kinds(kind="call") == ["call", "call"]
    assert kinds(first=today - 2 * DAY) == ["call", "visit"]
    assert kinds(first=today - 3 * DAY, last=today - DAY) == ["visit"]
    assert kinds(last=today - 2 * DAY, kind="call") == ["call"]
    page = client.get(address(customer), {"kind": "call"}).content.decode()
    assert all(f">{label}<" in page for label in labels)


@pytest.mark.proves("CI-19")
def test_days_that_end_before_they_begin_are_refused_beside_the_field(client, customer):
    page = client.get(address(customer), {"first": "2026-03-02", "last": "2026-03-01"})
    backwards = "The end lies before the beginning. Exchange the two."
    assert page.context["form"].errors == {"last": [backwards]}
    assert page.content.decode().count(backwards) == 1
    one_day = client.get(address(customer), {"first": "2026-03-01", "last": "2026-03-01"})
    assert one_day.context["form"].errors == {}


def test_why_nothing_is_there_is_said(client, customer, person, branch, signed_in):
    looks = signed_in(person(branch, *SEE))
    assert EMPTY in looks.get(address(customer)).content.decode()
    assert EMPTY in looks.get(address(customer), headers={"HX-Request": "true"}).content.decode()
    for asked in ({"kind": "call"}, {"last": "2001-02-03"}):
        page = client.get(address(customer), asked).content.decode()
        assert "Nothing within your reach matches." in page
        assert "Clear filters" in page
    assert (
        "Enter a valid date."
        in client.get(address(customer), {"first": "2026-02-31"}).content.decode()
    )
