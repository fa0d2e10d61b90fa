"""Appointments: booked, never twice at once, what came of them, the board, handed over."""

import datetime as dt
import threading
import uuid

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config_admin.calendars.first_values import enter_missing as enter_calendars
from crm.core.acting import acting
from crm.core.clock import bank_today, now
from crm.core.idempotency import FIELD
from services.agenda.part import TASKS
from services.appointments.part import APPOINTMENTS
from services.models import Appointment, Task
from staff.handover import operations as handovers
from sysadmin.models import Grant, system_user
from tests.factories import (
    BranchFactory,
    CustomerFactory,
    DictionaryEntryFactory,
    DictionaryFactory,
    GrantFactory,
    HandedCustomerFactory,
    HandoverFactory,
    RoleFactory,
    StaffMemberFactory,
)
from tests.factories_services.agenda import AppointmentFactory, TaskFactory, in_form
from tests.matrix.test_at_once import until, waiting

RIGHTS = (
    *(
        f"services.{verb}_appointment"
        for verb in ("view", "add", "change", "hold", "miss", "cancel")
    ),
    "services.view_task",
    "customers.view_customer",
    "staff.view_staffmember",
    "staff.view_branch",
)
LIST = "/service/appointments/"
BOARD = f"{LIST}board/"
ZONE = timezone.get_default_timezone()
# a Thursday in spring on which the outlets work
NINE = dt.datetime(2031, 5, 15, 9, tzinfo=ZONE)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def purposes(db):
    """The purposes that a form offers."""
    dictionary = DictionaryFactory(code="contact_purpose")
    DictionaryEntryFactory(dictionary=dictionary, code="care", name="Customer care")


@pytest.fixture
def desk(person, branch, signed_in, purposes):
    """The lobby manager of an outlet at work."""
    return signed_in(person(branch, *RIGHTS, extent=Grant.Reach.BRANCH))


@pytest.fixture
def member(branch):
    """Whom customers meet."""
    return StaffMemberFactory(branch=branch)


@pytest.fixture
def customer(branch):
    """Somebody who wants to meet."""
    return CustomerFactory(home_branch=branch)


def book(desk, member, customer, begins=NINE, ends=None, **values):
    """Send the form for a new appointment."""
    sent = {
        FIELD: str(uuid.uuid4()),
        "customer": customer.pk,
        "member": member.pk,
        "branch": member.branch_id,
        "begins_at": in_form(begins),
        "ends_at": in_form(ends or begins + HOUR),
        "purpose": "care",
    }
    return desk.post(f"{LIST}add/", sent | values)


def fault(answer, field="begins_at"):
    """What the form says beside a field."""
    assert answer.status_code == 422
    return str(answer.context["form"].errors[field])


@pytest.mark.proves("CS-15")
def test_an_appointment_is_booked_and_shown_at_the_branch_and_on_the_customers_page(
    desk, member, customer
):
    assert book(desk, member, customer, place="Room 2").status_code == 302
    one = Appointment.objects.get()
    assert (one.begins_at, one.ends_at, one.status) == (NINE, NINE + HOUR, "planned")
    page = desk.get(f"{LIST}{one.pk}/").content.decode()
    for said in ("Customer care", "15 May 2031 09:00–10:00", "Room 2", customer.shown_name):
        assert said in page
    assert customer.shown_name in desk.get(LIST).content.decode()
    card = desk.get(f"{LIST}panel/customer/{customer.pk}/").content.decode()
    assert "15 May 2031 09:00–10:00" in card
    board = desk.get(BOARD, {"day": "2031-05-15"}).content.decode()
    assert customer.shown_name in board
    assert "09:00–10:00" in board


def test_whoever_books_from_a_customers_page_begins_with_the_time(desk, customer):
    def begins_with(address):
        form = desk.get(address).context["form"]
        return [field.name for field in form if "autofocus" in str(field)]

    assert begins_with(f"{LIST}add/") == []
    assert begins_with(f"{LIST}add/?customer={customer.pk}") == ["begins_at"]


@pytest.mark.proves("CS-15")
def test_nobody_is_booked_twice_at_once_and_it_is_said_who_is_and_when(desk, member, customer):
    AppointmentFactory(member=member, begins_at=NINE, ends_at=NINE + HOUR)
    half = HOUR / 2
    for begins, ends in (
        (NINE, NINE + HOUR),
        (NINE + half, NINE + 2 * HOUR),
        (NINE - half, NINE + half),
        (NINE - HOUR, NINE + 2 * HOUR),
    ):
        said = fault(book(desk, member, customer, begins, ends))
        assert f"{member.shown_name} has an appointment on 15 May 2031, 09:00–10:00" in said
    assert Appointment.objects.count() == 1
    # one after the other is well, and so is somebody else
    other = StaffMemberFactory(branch=member.branch)
    assert book(desk, member, customer, NINE + HOUR).status_code == 302
    assert book(desk, member, customer, NINE - HOUR).status_code == 302
    assert book(desk, other, customer).status_code == 302


@pytest.mark.proves("CS-15")
def test_a_time_that_was_cancelled_is_free_again(desk, member, customer, keyed):
    book(desk, member, customer)
    one = Appointment.objects.get()
    assert desk.post(f"{LIST}{one.pk}/cancel/", keyed()).status_code == 422
    assert desk.post(f"{LIST}{one.pk}/cancel/", keyed(reason="ill")).status_code == 302
    assert book(desk, member, customer).status_code == 302
    assert Appointment.objects.kept().count() == 1


def test_the_database_refuses_two_at_once_too(member):
    AppointmentFactory(member=member, begins_at=NINE, ends_at=NINE + HOUR)
    with pytest.raises(IntegrityError, match="services_appointment_not_double"):
        AppointmentFactory(member=member, begins_at=NINE, ends_at=NINE + HOUR)


def test_a_time_that_is_over_or_ends_before_it_begins_is_refused(desk, member, customer):
    assert "over" in fault(book(desk, member, customer, now() - HOUR))
    for end in (NINE - HOUR, NINE):
        backwards = book(desk, member, customer, NINE, end)
        assert "It ends before it begins." in fault(backwards, "ends_at")
        assert list(backwards.context["form"].errors) == ["ends_at"]
    assert not Appointment.objects.exists()


@pytest.mark.proves("CS-15")
def test_outside_the_working_hours_is_warned_of_and_booked(desk, member, customer, system):
    with acting(by=system):
        enter_calendars()
    early = NINE - 2 * HOUR
    assert book(desk, member, customer, early).status_code == 302
    one = Appointment.objects.get()
    page = desk.get(f"{LIST}{one.pk}/").content.decode()
    assert "It lies outside the working hours of the outlets." in page
    assert "This time lies outside the working hours of the outlets." in page
    assert book(desk, member, customer, NINE).status_code == 302
    later = Appointment.objects.latest("id")
    assert "outside the working hours" not in desk.get(f"{LIST}{later.pk}/").content.decode()


def test_an_appointment_is_moved_only_to_a_time_that_is_free(desk, member, customer, keyed):
    book(desk, member, customer)
    book(desk, member, customer, NINE + 3 * HOUR)
    one = Appointment.objects.earliest("id")
    sent = {
        "customer": customer.pk,
        "member": member.pk,
        "branch": member.branch_id,
        "purpose": "care",
        "version": one.version,
    }
    url = f"{LIST}{one.pk}/change/"

    def moved(begins):
        return desk.post(
            url, keyed(**sent, begins_at=in_form(begins), ends_at=in_form(begins + HOUR))
        )

    assert "12:00–13:00" in fault(moved(NINE + 3.5 * HOUR))
    assert moved(NINE + HOUR / 2).status_code == 302
    one.refresh_from_db()
    assert one.begins_at == NINE + HOUR / 2


@pytest.mark.proves("CS-15")
def test_what_came_of_an_appointment_is_entered_when_it_has_begun(desk, member, customer, keyed):
    book(desk, member, customer, NINE)
    one = Appointment.objects.get()
    url = f"{LIST}{one.pk}/"
    assert f"{url}hold/" not in desk.get(url).content.decode()
    early = desk.post(f"{url}hold/", keyed())
    assert early.status_code == 422
    assert "has not begun yet" in early.content.decode()
    past = AppointmentFactory(member=member, customer=customer)
    assert desk.post(f"{LIST}{past.pk}/miss/", keyed()).status_code == 302
    past.refresh_from_db()
    assert past.status == "missed"
    assert f"{LIST}{past.pk}/change/" not in desk.get(f"{LIST}{past.pk}/").content.decode()


@pytest.mark.proves("CS-15")
def test_the_board_has_a_column_for_each_member_and_books_what_is_free(
    desk, member, customer, branch
):
    AppointmentFactory(
        member=member, customer=customer, begins_at=NINE + HOUR / 2, ends_at=NINE + 2 * HOUR
    )
    page = desk.get(BOARD, {"day": "2031-05-15"})
    board = page.context["board"]
    assert member in board.members
    place = board.members.index(member)
    by_hour = {hour.name: hour.squares[place] for hour in board.hours}
    assert len(by_hour["09:00"].appointments) == 1
    assert (by_hour["10:00"].goes_on, by_hour["10:00"].free_at) == (True, "")
    assert by_hour["11:00"].free_at == "2031-05-15T11:00"
    free = f"{LIST}add/?branch={branch.pk}&amp;member={member.pk}&amp;at=2031-05-15T11:00"
    assert free in page.content.decode()
    form = desk.get(f"{LIST}add/", {"member": member.pk, "at": "2031-05-15T11:00"}).context["form"]
    assert form.initial["ends_at"] - form.initial["begins_at"] == HOUR / 2
    yesterday = desk.get(BOARD, {"day": str(bank_today() - dt.timedelta(days=1))})
    assert "&amp;at=" not in yesterday.content.decode()


def test_who_sees_only_the_own_appointments_is_not_shown_colleagues_as_free(
    person, branch, member, signed_in, purposes
):
    AppointmentFactory(member=member, begins_at=NINE, ends_at=NINE + HOUR)
    manager = person(branch, *RIGHTS, extent=Grant.Reach.OWN)
    page = signed_in(manager).get(BOARD, {"day": "2031-05-15"})
    assert page.context["board"].members == [manager.staff_member]


def test_the_board_of_a_branch_out_of_reach_is_not_found(desk, other_branch):
    assert desk.get(BOARD, {"branch": other_branch.pk}).status_code == 404
    for nonsense in ("x", "0", "9" * 30):
        assert desk.get(BOARD, {"branch": nonsense}).status_code in {200, 404}


def test_the_board_asks_no_more_for_many_members_than_for_one(desk, member, branch):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            page = desk.get(BOARD, {"day": "2031-05-15", "branch": branch.pk})
        return len(page.context["board"].members), len(queries)

    AppointmentFactory(member=member, begins_at=NINE, ends_at=NINE + HOUR)
    desk.get(BOARD)
    few, queries = asked()
    for one in StaffMemberFactory.create_batch(12, branch=branch):
        AppointmentFactory(member=one, begins_at=NINE, ends_at=NINE + HOUR)
    assert asked() == (few + 12, queries)


@pytest.mark.proves("CS-15")
@pytest.mark.django_db(transaction=True)
def test_of_two_who_book_the_same_time_at_once_one_gets_it_and_the_other_is_told_who_has_it():
    dictionary = DictionaryFactory(code="contact_purpose")
    DictionaryEntryFactory(dictionary=dictionary, code="care")
    branch = BranchFactory()
    member, customer = StaffMemberFactory(branch=branch), CustomerFactory(home_branch=branch)
    role = RoleFactory(actions=list(RIGHTS))
    clients = []
    for _ in range(2):
        user = StaffMemberFactory(branch=branch).user
        GrantFactory(user=user, role=role, branch=branch)
        client = Client()
        client.force_login(user)
        client.get(LIST)
        clients.append(client)
    answers = [None, None]

    def send(place):
        try:
            answers[place] = book(clients[place], member, customer)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send, args=[place]) for place in range(2)]
    with transaction.atomic():
        type(member).objects.select_for_update().get(pk=member.pk)
        for thread in threads:
            thread.start()
        until(lambda: waiting() == 2)
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [302, 422]
    refused = next(answer for answer in answers if answer.status_code == 422)
    assert f"{member.shown_name} has an appointment on 15 May 2031, 09:00–10:00" in fault(refused)
    assert Appointment.objects.count() == 1


# --- handing over -----------------------------------------------------------------------------


@pytest.fixture
def handed(branch):
    """A handover of one customer that is accepted for today, and a customer who stays."""
    giver, taker = StaffMemberFactory(branch=branch), StaffMemberFactory(branch=branch)
    moving, staying = CustomerFactory.create_batch(2, home_branch=branch, lead_manager=giver)
    handover = HandoverFactory(from_member=giver, to_member=taker, status="accepted")
    HandedCustomerFactory(handover=handover, customer=moving)
    return handover, moving, staying


def carry_out(handover):
    """Let the day come."""
    with acting(by=system_user()):
        handovers.carry_out_due(handover.pk, by=system_user())
    handover.refresh_from_db()


@pytest.mark.proves("ST-5")
def test_open_tasks_and_planned_appointments_move_with_their_customers(handed):
    handover, moving, staying = handed
    giver, taker = handover.from_member, handover.to_member
    moved = TaskFactory(member=giver, customer=moving)
    kept = [
        TaskFactory(member=giver, customer=moving, status="done"),
        TaskFactory(member=giver, customer=staying),
        TaskFactory(member=giver),
    ]
    met = AppointmentFactory(member=giver, customer=moving)
    AppointmentFactory(member=giver, customer=moving, status="held")
    double = AppointmentFactory(member=giver, customer=moving)
    AppointmentFactory(member=taker, begins_at=double.begins_at)
    carry_out(handover)
    assert handover.status == "done"
    assert handover.result["services.task"] == {"moved": 1}
    assert handover.result["services.appointment"] == {"moved": 1, "occupied": 1}
    assert list(Task.objects.filter(member=taker)) == [moved]
    assert set(Task.objects.filter(member=giver)) == set(kept)
    assert Appointment.objects.get(pk=met.pk).member == taker
    assert Appointment.objects.get(pk=double.pk).member == giver


def test_a_handover_says_how_many_tasks_and_appointments_would_move(handed, person, bank):
    handover, moving, staying = handed
    TaskFactory(member=handover.from_member, customer=moving)
    AppointmentFactory(member=handover.from_member, customer=moving)
    AppointmentFactory(member=handover.from_member, customer=staying)
    reader = person(bank, *RIGHTS)
    assert TASKS.facts(handover, reader) == [("Open tasks", "1")]
    assert APPOINTMENTS.facts(handover, reader) == [("Planned appointments", "1")]
    assert TASKS.facts(handover, person(bank, "staff.view_handover")) == []
    carry_out(handover)
    assert TASKS.facts(handover, reader) == []
