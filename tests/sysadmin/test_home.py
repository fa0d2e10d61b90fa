"""The home of each role: figures, what to do today by its rank, and how it is going."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.core.acting import acting
from crm.core.clock import bank_today, clock_at, midnight, now
from crm.core.formats import day
from crm.core.models import Job, JobProgress
from customers.assignment import ASSIGN
from sysadmin.models import Grant, system_user
from tests.deciding import close, decide
from tests.factories import (
    CustomerFactory,
    GrantFactory,
    HandoverFactory,
    HoldingFactory,
    HoldingYearFactory,
    LicenceFactory,
    ProductFactory,
    ServiceRequestFactory,
    ServiceTypeFactory,
    StaffMemberFactory,
    load_roles,
)
from tests.factories_claims import ClaimFactory, ClassificationFactory
from tests.factories_risk import (
    AlertCaseFactory,
    CaseProposalFactory,
    DiligenceFactory,
    ScreeningHitFactory,
)
from tests.factories_services.agenda import AppointmentFactory, TaskFactory
from tests.factories_services.complaints import ComplaintFactory, prepare
from tests.factories_services.contacts import PromiseFactory
from tests.factories_services.opportunities import OpportunityFactory, ReferralFactory
from tests.homes import HTMX, cells, figures, parts, rows_at, to_do

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
EXTENTS = {"wealth_manager": Grant.Reach.OWN, "service_agent": Grant.Reach.BRANCH}


@pytest.fixture(autouse=True)
def morning():
    """Ten o'clock, so that what is due tonight is still to come."""
    with clock_at(midnight(bank_today()) + 10 * HOUR):
        yield


@pytest.fixture
def holder(branch):
    """Makes a member of staff with a shipped role at the branch, or at a place."""
    roles = load_roles()

    def make(code, place=branch, extent=None):
        member = StaffMemberFactory(branch=place)
        extent = extent or EXTENTS.get(code, Grant.Reach.BANK)
        GrantFactory(user=member.user, role=roles[code], branch=place, extent=extent)
        return member

    return make


@pytest.fixture
def manager(holder):
    """A wealth manager."""
    return holder("wealth_manager")


@pytest.fixture
def led(branch, manager):
    """A customer whom the manager leads."""
    return CustomerFactory(home_branch=branch, lead_manager=manager)


def wait_for(manager, led):
    """One of each that may wait for a manager, the most urgent last."""
    today = bank_today()
    begins = midnight(today + DAY) - HOUR
    HoldingFactory(customer=led, matures_on=today + 5 * DAY)
    DiligenceFactory(customer=led, due_on=today + 9 * DAY)
    ReferralFactory(to_member=manager, customer=led, answer_by=today + DAY)
    AlertCaseFactory(customer=led, officer=manager, status="investigating", due_on=today + 2 * DAY)
    TaskFactory(member=manager, customer=led)
    AppointmentFactory(member=manager, customer=led, begins_at=begins, ends_at=begins + HOUR / 2)
    PromiseFactory(owner=manager, customer=led, due_on=today - 2 * DAY)


@pytest.mark.proves("XX-1")
def test_a_manager_finds_what_to_do_by_its_rank_and_nothing_of_others(
    manager, led, signed_in, holder, other_branch
):
    wait_for(manager, led)
    today, client = bank_today(), signed_in(manager.user)
    far = CustomerFactory(home_branch=other_branch)
    # what others have, what is done, what is not near, and a customer who is out of reach
    wait_for(holder("wealth_manager", other_branch), far)
    TaskFactory(member=manager, status="done")
    PromiseFactory(owner=manager, customer=led, due_on=today - DAY, status="kept")
    HoldingFactory(customer=led, matures_on=today + 40 * DAY)
    TaskFactory(member=manager, customer=far, due_on=today - DAY)
    found = to_do(client)
    name = led.shown_name
    assert found == [
        ("Promise", "Due 2 days ago", name),
        ("Task", "Due yesterday", ""),
        ("Task", "Due today", name),
        ("Appointment", "Due today 23:00", name),
        ("Referral to answer", "Due tomorrow", name),
        ("Alert case to decide", "Due in 2 days", name),
        ("Matures", "Due in 5 days", name),
        ("Review of my customer", "Due in 9 days", name),
    ]
    for item in client.get("/").context["today"].items:
        assert client.get(item.address).status_code == 200
        assert rows_at(client, item.todo.address)


@pytest.mark.proves("XX-1")
def test_however_much_waits_a_home_asks_as_often_and_shows_the_first_of_every_kind(
    manager, led, signed_in
):
    wait_for(manager, led)
    client = signed_in(manager.user)
    client.get("/")
    with CaptureQueriesContext(connection) as few:
        client.get("/")
    for place in range(6):
        PromiseFactory(owner=manager, customer=led, due_on=bank_today() - (9 + place) * DAY)
        other = CustomerFactory(home_branch=led.home_branch, lead_manager=manager)
        HoldingFactory(customer=other, matures_on=bank_today() + DAY)
        DiligenceFactory(customer=other, due_on=bank_today() - DAY)
        TaskFactory(member=manager, customer=other)
    with CaptureQueriesContext(connection) as many:
        page = client.get("/")
    # what comes soon has no place any more, and the names of what matures are not read
    assert len(many) <= len(few) <= 12
    today = page.context["today"]
    labels = [str(item.todo.label) for item in today.items]
    assert len(labels) == 12
    assert "Appointment" in labels
    more = {str(todo.label) for todo in today.more}
    assert {"Promise", "Matures", "Alert case to decide"} <= more
    assert not {"Matures", "Alert case to decide"} & set(labels)


@pytest.mark.proves("XX-1")
def test_a_home_tells_nothing_that_is_restricted_or_beyond_a_right(
    manager, led, signed_in, holder, person, branch
):
    case = AlertCaseFactory(customer=led, status="new", due_on=bank_today() - DAY)
    officer, chief = holder("risk_officer"), holder("compliance_officer")
    for member in (officer, chief):
        assert [label for label, *_rest in to_do(signed_in(member.user))] == [
            "Alert case to assign"
        ]
    with acting(by=system_user()):
        type(case).objects.filter(pk=case.pk).update(is_restricted=True)
    assert to_do(signed_in(officer.user)) == []
    assert len(to_do(signed_in(chief.user))) == 1
    page = signed_in(officer.user).get("/").content.decode()
    assert "Nothing waits for you today." in page
    client = signed_in(manager.user)
    assert client.get("/home/cases/", headers=HTMX).status_code == 403
    assert client.get("/home/nothing/", headers=HTMX).status_code == 404
    assert client.get("/home/pipeline/").status_code == 200
    looker = signed_in(person(branch, "customers.view_customer"))
    assert looker.get("/").status_code == 302


@pytest.mark.proves("XX-1")
def test_who_asked_and_who_decides_find_what_waits_for_them(
    signed_in, maker, checker, held_back, led
):
    held_back("customers.close/1")
    asking, deciding = signed_in(maker), signed_in(checker)
    close(asking, led)
    waits = f"Waits since {day(bank_today())}"
    assert to_do(asking) == []
    assert to_do(deciding) == [("For me to decide", waits, led.shown_name)]
    assert figures(deciding)["For me to decide"][0] == 1
    decide(deciding, "send_back")
    assert to_do(deciding) == []
    assert to_do(asking) == [("Sent back to me", waits, led.shown_name)]


@pytest.mark.proves("XX-1")
def test_nobody_is_asked_to_decide_on_what_they_proposed(holder, led, signed_in):
    officer, other = holder("risk_officer"), holder("risk_officer")
    case = AlertCaseFactory(customer=led, status="proposed", officer=officer)
    CaseProposalFactory(case=case, decision="open", proposed_by=officer.user)
    claim = ClaimFactory(holding=HoldingFactory(customer=led), status="proposed")
    ClassificationFactory(claim=claim, proposed_by=officer.user)
    assert to_do(signed_in(officer.user)) == []
    client = signed_in(other.user)
    assert [label for label, *_rest in to_do(client)] == [
        "Class to review",
        "Decision on a case to approve",
    ]
    assert figures(client)["Classes to review"][0] == 1


FIRST_FIGURES = {
    "wealth_manager": "Contacts this week",
    "corporate_manager": "Contacts this week",
    "service_agent": "Mine, overdue",
    "service_team_leader": "Requests overdue",
    "branch_manager": "Requests overdue",
    "risk_officer": "Hits to decide",
    "compliance_officer": "Hits to decide",
    "auditor": "Jobs that failed in 7 days",
    "system_administrator": "For me to decide",
    "security_administrator": "For me to decide",
    "staff_administrator": "For me to decide",
    "configuration_administrator": "My requests that wait",
}
PARTS = {
    "wealth_manager": ["portfolio", "pipeline"],
    "corporate_manager": ["portfolio", "pipeline"],
    "service_agent": ["requests"],
    "service_team_leader": ["team", "requests", "jobs"],
    "branch_manager": ["team", "portfolio", "pipeline"],
    "risk_officer": ["cases", "levels"],
    "compliance_officer": ["cases", "levels", "seals"],
    "auditor": ["seals", "trail"],
    "system_administrator": ["health", "jobs"],
    "security_administrator": ["health"],
    "staff_administrator": ["jobs"],
    "configuration_administrator": [],
}
TO_DO = {
    "wealth_manager": [
        "Promise",
        "Handover to accept",
        "Task",
        "Appointment",
        "Referral to answer",
        "Alert case to decide",
        "Matures",
        "Review of my customer",
    ],
    "corporate_manager": [],
    "service_agent": ["My request"],
    "service_team_leader": ["Request to assign", "Job that failed", "Complaint to assign"],
    "branch_manager": [
        "Request to assign",
        "Class to approve",
        "Job that failed",
        "Complaint to assign",
    ],
    "risk_officer": [
        "Overdue review of a customer",
        "Hit to decide",
        "Class to review",
        "Alert case to assign",
    ],
    "compliance_officer": [
        "Overdue review of a customer",
        "Hit to decide",
        "Alert case to assign",
        "Complaint to assign",
    ],
    "auditor": [],
    "system_administrator": ["Job that failed"],
    "security_administrator": [],
    "staff_administrator": ["Job that failed", "Licence that ends soon"],
    "configuration_administrator": ["Product to put on sale"],
}


@pytest.fixture
def busy_bank(branch, manager, led, holder):
    """A bank in which something of each kind is going on."""
    prepare()
    wait_for(manager, led)
    HoldingYearFactory(holding=HoldingFactory(customer=led))
    OpportunityFactory(owner=manager, customer=led)
    DiligenceFactory(customer=CustomerFactory(home_branch=branch), due_on=bank_today() - 40 * DAY)
    ComplaintFactory(customer=led)
    ProductFactory(status="draft")
    LicenceFactory(member=manager, expires_on=bank_today() + 3 * DAY)
    HandoverFactory(to_member=manager)
    ScreeningHitFactory(customer=led)
    for family, level, age in (("liquidity", 3, 0), ("guarantee", 2, 20), ("utilisation", 1, 50)):
        opened = bank_today() - age * DAY
        AlertCaseFactory(customer=led, family=family, level=level, opened_on=opened)
    for status in ("proposed", "reviewed"):
        ClaimFactory(status=status)
    service = ServiceTypeFactory.offered()
    late = {"risk_at": now() - 2 * HOUR, "due_at": now() - HOUR}
    agent = holder("service_agent")
    for values in ({"owner": agent}, {}):
        ServiceRequestFactory(service=service, customer=led, **late, **values)
    with acting(by=system_user()):
        job = Job.objects.create(
            kind=ASSIGN.name,
            owner=manager.user,
            status=Job.Status.FAILED,
            arguments={"manager": manager.pk},
        )
        JobProgress.objects.create(job=job)
    return {"wealth_manager": manager, "service_agent": agent}


@pytest.mark.proves("XX-1")
@pytest.mark.proves("XX-7")
def test_each_role_finds_its_own_home_in_which_every_number_opens_its_rows(
    busy_bank, holder, signed_in
):
    for code, first in FIRST_FIGURES.items():
        client = signed_in((busy_bank.get(code) or holder(code)).user)
        shown, drawn = figures(client), parts(client)
        assert next(iter(shown)) == first
        assert len(shown) <= 4
        assert [address.split("/")[2] for address in drawn] == PARTS[code]
        numbers = [*shown.values(), *(cell for part in drawn.values() for cell in cells(part))]
        for n, address in numbers:
            assert rows_at(client, address) == min(n, 25), (code, address)
        items = client.get("/").context["today"].items
        assert [*dict.fromkeys(str(item.todo.label) for item in items)] == TO_DO[code], code
        for item in items:
            assert client.get(item.address).status_code == 200, (code, item.what)
