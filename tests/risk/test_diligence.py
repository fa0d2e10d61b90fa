"""Due diligence: begun in time, rated with reasons, set otherwise by two, overdue stops service."""

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config_admin.calendars.months import months_after
from config_admin.dictionaries.first_values import enter_missing as enter_dictionaries
from crm.core.acting import acting
from crm.core.clock import bank_today, clock_at, midnight, now
from crm.core.formats import day
from crm.core.idempotency import FIELD
from crm.core.models import Approval
from customers.models import Restriction, TimelineEntry
from risk.diligence import operations
from risk.diligence.first_values import enter_missing
from risk.models import Diligence, DiligenceBand, DiligenceLevel
from risk.tasks import watch_diligence
from sysadmin.models import Grant, Notification, system_user
from tests.deciding import DECIDE, decide, step
from tests.factories import (
    ApprovalPolicyFactory,
    CustomerFactory,
    GrantFactory,
    LinkFactory,
    RoleFactory,
    StaffMemberFactory,
)
from tests.factories_risk import DiligenceFactory, ScreeningHitFactory
from tests.factories_services.opportunities import office

RATE = (
    "customers.view_customer",
    "customers.change_customer",
    "customers.activate_customer",
    "risk.view_diligence",
    "risk.rate_diligence",
    "risk.override_diligence",
)
CONFIGURE = (
    "risk.view_diligenceband",
    "risk.add_diligenceband",
    "risk.view_diligencelevel",
    "risk.change_diligencelevel",
    "core.view_approval",
)
FOUND = {"pep": "none", "channel": "in_person", "industry": "", "reason": "visited"}


@pytest.fixture(autouse=True)
def configured(db):
    """The shipped levels and factors."""
    with acting(by=system_user()):
        enter_missing()


@pytest.fixture
def desk(person, branch, signed_in):
    return signed_in(person(branch, *RATE))


@pytest.fixture
def colleague(person, branch, signed_in):
    return signed_in(person(branch, *RATE))


@pytest.fixture
def administrator(person, bank, signed_in):
    return signed_in(person(bank, *CONFIGURE, extent=Grant.Reach.BANK))


def sent(desk, diligence, page, **data):
    """What comes of a step in the due diligence of a customer."""
    diligence.refresh_from_db()
    address = f"/risk/diligence/{diligence.pk}/{page}/"
    key = {FIELD: str(uuid.uuid4()), "version": diligence.version}
    return desk.post(address, key | data)


def rated(desk, diligence, **found):
    """A customer rated by what was found out."""
    answer = sent(desk, diligence, "rate", **FOUND | found)
    assert answer.status_code == 302, answer.context["form"].errors
    diligence.refresh_from_db()
    return diligence


def overdue_for(diligence, days):
    """Let a review be overdue for so many days."""
    with acting(by=system_user()):
        due_on = bank_today() - dt.timedelta(days=days)
        Diligence.objects.filter(pk=diligence.pk).update(due_on=due_on)


def later(days):
    """The clock, so many days from now."""
    return clock_at(now() + dt.timedelta(days=days))


# --- in time -------------------------------------------------------------------------


@pytest.mark.proves("RM-1")
def test_a_new_customer_is_rated_within_ten_working_days(desk, branch, monkeypatch):
    monkeypatch.setattr(operations, "RANGE", 2)  # so that several customers are several ranges
    office()
    today = bank_today()
    others = [CustomerFactory(home_branch=branch) for _n in range(4)]
    customer = CustomerFactory(home_branch=branch, opened_on=today)

    watch_diligence(0)
    watch_diligence(0)

    assert Diligence.objects.filter(customer__in=others).count() == len(others)
    diligence = Diligence.objects.get(customer=customer)
    assert 12 <= (diligence.due_on - today).days <= 16
    assert diligence.due_on.weekday() < 5
    listed = desk.get("/risk/diligence/?review=first").content.decode()
    assert customer.shown_name in listed


@pytest.mark.proves("RM-1")
def test_the_level_is_explained_and_says_when_the_next_review_is(desk, branch):
    customer = CustomerFactory(home_branch=branch)
    diligence = rated(desk, DiligenceFactory(customer=customer), pep="domestic", channel="remote")

    assert (diligence.level.code, diligence.points) == ("medium", 35)
    today = bank_today()
    assert (diligence.due_on.year, diligence.due_on.month) == (today.year + 2, today.month)
    page = desk.get(f"/risk/diligence/{diligence.pk}/").content.decode()
    for shown in ("Never met in person", "At home, or close to such a person", "35", "Medium"):
        assert shown in page
    assert "Screening" not in page
    panel = desk.get(f"/risk/diligence/panel/customer/{customer.pk}/").content.decode()
    assert "Medium" in panel


@pytest.mark.proves("RM-1")
@pytest.mark.parametrize(
    ("found", "level", "months"),
    [
        ({}, "low", 48),
        ({"pep": "domestic", "channel": "agent"}, "medium", 24),
        ({"pep": "international"}, "medium", 24),
        ({"pep": "foreign"}, "high", 12),
    ],
)
def test_the_worse_of_points_and_floor_is_the_level(desk, branch, found, level, months):
    diligence = DiligenceFactory(customer=CustomerFactory(home_branch=branch))
    rated(desk, diligence, **found)
    assert (diligence.level.code, diligence.level.months) == (level, months)


def test_what_stands_behind_an_organisation_counts(desk, branch):
    company = CustomerFactory(home_branch=branch, kind="organisation", name="江南机械")
    with CaptureQueriesContext(connection) as statements:
        diligence = rated(desk, DiligenceFactory(customer=company), industry="")
    assert sum("with recursive" in one["sql"] for one in statements) == 1
    assert diligence.level.code == "medium"
    owner = LinkFactory(customer=company, kind="owner", share=60)
    with acting(by=system_user()):
        type(owner.person).objects.filter(pk=owner.person_id).update(country="IR")

    rated(desk, diligence)

    assert diligence.level.code == "high"
    counted = {line["factor"]: line["value"] for line in diligence.lines}
    assert (counted["country"], counted["structure"]) == ("IR", "plain")


def test_a_rating_without_what_was_found_out_is_refused(desk, branch):
    diligence = DiligenceFactory(customer=CustomerFactory(home_branch=branch))
    answer = sent(desk, diligence, "rate", **FOUND | {"pep": ""})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["pep"]
    first = sent(desk, diligence, "rate", **FOUND)
    assert first.status_code == 302
    stale = desk.post(
        f"/risk/diligence/{diligence.pk}/rate/", FOUND | {FIELD: str(uuid.uuid4()), "version": 1}
    )
    assert stale.status_code == 409


# --- preview -------------------------------------------------------------------------


@pytest.mark.proves("RM-1")
def test_a_preview_shows_points_floors_level_and_next_review_and_stores_nothing(desk, branch):
    diligence = rated(desk, DiligenceFactory(customer=CustomerFactory(home_branch=branch)))
    version, told = diligence.version, TimelineEntry.objects.count()
    found = FOUND | {"pep": "foreign", "channel": "agent", "reason": ""}

    answer = sent(desk, diligence, "rate", **found, preview="1")

    assert answer.status_code == 200
    shown = answer.content.decode().split('id="preview"')[1].split("</section>")[0]
    today = bank_today()
    for said in ("Risk: High", "In force: Low", "Acts through an agent", "Comes in person", ">50<"):
        assert said in shown
    assert day(months_after(today, 12)) in shown
    diligence.refresh_from_db()
    assert (diligence.version, diligence.level.code) == (version, "low")
    assert TimelineEntry.objects.count() == told
    kept = answer.context["form"]
    assert (kept["pep"].value(), kept["channel"].value()) == ("foreign", "agent")
    assert kept.fields["reason"].required
    again = sent(desk, diligence, "rate", **found | {"reason": "visited"})
    assert again.status_code == 302
    diligence.refresh_from_db()
    assert (diligence.level.code, diligence.points) == ("high", 50)


def test_a_preview_asks_for_what_counts_and_for_no_reason(desk, branch):
    diligence = DiligenceFactory(customer=CustomerFactory(home_branch=branch))
    answer = sent(desk, diligence, "rate", pep="", channel="agent", reason="", preview="1")
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["pep"]
    assert 'id="preview"' not in answer.content.decode()


def test_the_form_says_beside_each_factor_what_the_last_rating_said(desk, branch):
    diligence = DiligenceFactory(customer=CustomerFactory(home_branch=branch))
    address = f"/risk/diligence/{diligence.pk}/rate/"
    assert "Last rating" not in desk.get(address).content.decode()
    rated(desk, diligence, pep="domestic", channel="remote")
    fields = desk.get(address).context["form"].fields
    assert fields["pep"].help_text == "Last rating: At home, or close to such a person"
    assert fields["channel"].help_text == "Last rating: Never met in person"


def test_a_preview_is_for_those_who_may_rate(person, branch, signed_in):
    diligence = DiligenceFactory(customer=CustomerFactory(home_branch=branch))
    reader = signed_in(person(branch, "customers.view_customer", "risk.view_diligence"))
    assert sent(reader, diligence, "rate", **FOUND, preview="1").status_code == 403


# --- overdue -------------------------------------------------------------------------


@pytest.mark.proves("RM-1")
def test_an_overdue_review_stops_service_until_it_is_done(desk, branch):
    customer = CustomerFactory(home_branch=branch, status="prospect")
    diligence = rated(desk, DiligenceFactory(customer=customer), pep="foreign")
    address = f"/customers/{customer.pk}/activate/"
    overdue_for(diligence, 30)
    watch_diligence(0)
    assert not Restriction.objects.exists()
    overdue_for(diligence, 31)
    watch_diligence(0)
    watch_diligence(0)
    assert Restriction.objects.get().cause == "diligence"
    assert "due diligence is overdue" in desk.get(f"/customers/{customer.pk}/").content.decode()
    overdue = desk.get("/risk/diligence/?review=overdue").content.decode()
    assert customer.shown_name in overdue
    assert step(desk, address).status_code == 422

    rated(desk, diligence)

    assert Restriction.objects.get().ended_on == bank_today()
    assert step(desk, address).status_code == 302


@pytest.mark.proves("RM-1")
def test_an_overdue_review_is_told_to_lead_branch_and_compliance_one_after_the_other(
    person, bank, branch, other_branch, signed_in
):
    lead = person(branch, *RATE, extent=Grant.Reach.OWN)
    chief, other = (
        person(where, "risk.view_diligence", "risk.chase_diligence")
        for where in (branch, other_branch)
    )
    rights = (*RATE, "risk.chase_diligence")
    compliance = person(bank, *rights, extent=Grant.Reach.BANK)
    customer = CustomerFactory(home_branch=branch, lead_manager=lead.staff_member)
    diligence = rated(signed_in(compliance), DiligenceFactory(customer=customer))

    def told(days, hour=8):
        """Who was told by the morning on which the review is overdue for so many days."""
        overdue_for(diligence, days)
        with clock_at(midnight(bank_today()) + dt.timedelta(hours=hour)):
            watch_diligence(0)
            watch_diligence(0)
        return {(notice.recipient, notice.kind) for notice in Notification.objects.unread()}

    to_lead, late = (lead, "risk.review_overdue"), "risk.reviews_late"
    assert told(1, hour=6) == told(0) == set()
    assert told(1) == {to_lead}
    assert told(7) == {to_lead}
    assert told(8) == {to_lead, (chief, late)}
    to_all = {to_lead, (chief, late), (compliance, "risk.reviews_very_late")}
    assert told(16) == to_all
    assert Notification.objects.count() == len(to_all)
    assert other not in {notice.recipient for notice in Notification.objects.all()}
    with clock_at(midnight(bank_today()) + dt.timedelta(hours=9)):
        assert opened(signed_in, chief) == "/risk/diligence/?review=branch"
    for asked, user in (("branch", chief), ("compliance", compliance)):
        rows = signed_in(user).get(f"/risk/diligence/?review={asked}").content.decode()
        assert customer.shown_name in rows
    rated(signed_in(compliance), diligence)
    assert Notification.objects.unread().filter(recipient=lead).count() == 0


def opened(signed_in, user):
    """Where the latest notification of somebody leads."""
    notice = Notification.objects.filter(recipient=user).latest("pk")
    address = reverse("sysadmin:open_notification", args=[notice.pk])
    return signed_in(user).post(address).headers["Location"]


@pytest.mark.proves("CI-28")
def test_active_customers_of_whom_facts_are_missing_are_listed_and_called_for(desk, branch):
    with acting(by=system_user()):
        enter_dictionaries()
    whole, lacking, gone = (
        CustomerFactory(home_branch=branch, occupation=said) for said in ("教师", "", "")
    )
    with acting(by=system_user()):
        type(gone).objects.filter(pk=gone.pk).update(status="closed")
    rows = [DiligenceFactory(customer=one) for one in (whole, lacking, gone)]
    listed = desk.get("/risk/diligence/?facts=missing").content.decode()
    assert [f"/risk/diligence/{row.pk}/" in listed for row in rows] == [False, True, False]
    for address in (f"/risk/diligence/{rows[1].pk}/", f"/customers/{lacking.pk}/"):
        assert (
            "Minimum facts still to be entered: Occupation." in desk.get(address).content.decode()
        )


def test_a_low_level_stops_nothing(desk, branch):
    diligence = rated(desk, DiligenceFactory(customer=CustomerFactory(home_branch=branch)))
    overdue_for(diligence, 1000)
    watch_diligence(0)
    assert not Restriction.objects.exists()


def test_change_of_owners_and_a_confirmed_match_call_for_a_review(desk, branch, signed_in, person):
    company = CustomerFactory(home_branch=branch, kind="organisation", name="江南机械")
    diligence = rated(desk, DiligenceFactory(customer=company))
    link = {"kind": "contact", "name": "李小川", "country": "CN", "evidence": "letter"}
    link |= {"first_day": str(bank_today())}
    address = f"/customers/{company.pk}/links/add/"
    desk.post(address, link | {FIELD: str(uuid.uuid4())})
    diligence.refresh_from_db()
    assert diligence.cause == "period"

    owner = link | {"kind": "owner", "share": "60", FIELD: str(uuid.uuid4())}
    assert desk.post(address, owner).status_code == 302

    diligence.refresh_from_db()
    assert (diligence.cause, diligence.due_on) == ("ownership", bank_today())
    rated(desk, diligence)
    hit = ScreeningHitFactory(customer=company)
    officer = person(branch, "risk.view_screeninghit", "risk.confirm_screeninghit")
    data = {FIELD: str(uuid.uuid4()), "version": hit.version, "reason": "compared"}
    assert signed_in(officer).post(f"/risk/screening/{hit.pk}/confirm/", data).status_code == 302
    diligence.refresh_from_db()
    assert (diligence.cause, diligence.due_on) == ("hit", bank_today())


@pytest.mark.proves("RM-1")
def test_a_confirmed_match_lets_the_first_rating_wait_no_longer(branch, person, signed_in):
    waiting = DiligenceFactory(customer=CustomerFactory(home_branch=branch))
    begun, fresh = waiting.customer, CustomerFactory(home_branch=branch)
    officer = person(branch, "risk.view_screeninghit", "risk.confirm_screeninghit")
    for customer in (begun, fresh):
        hit = ScreeningHitFactory(customer=customer)
        data = {FIELD: str(uuid.uuid4()), "version": hit.version, "reason": "compared"}
        answer = signed_in(officer).post(f"/risk/screening/{hit.pk}/confirm/", data)
        assert answer.status_code == 302
        diligence = Diligence.objects.get(customer=customer)
        assert (diligence.cause, diligence.due_on) == ("hit", bank_today())


# --- another level -------------------------------------------------------------------


@pytest.mark.proves("RM-1")
def test_another_level_is_set_by_a_second_person_and_ends_by_itself(desk, colleague, branch):
    diligence = rated(desk, DiligenceFactory(customer=CustomerFactory(home_branch=branch)))
    high = DiligenceLevel.objects.get(code="high")
    until = bank_today() + dt.timedelta(days=30)
    other = {"level": high.pk, "until": str(until), "reason": "known from the press"}

    own = sent(desk, diligence, "override", **other)
    assert own.status_code == 422
    assert "Who rated" in own.content.decode()
    too_long = sent(colleague, diligence, "override", **other | {"until": "2199-01-01"})
    assert list(too_long.context["form"].errors) == ["until"]
    same = sent(colleague, diligence, "override", **other | {"level": diligence.level_id})
    assert list(same.context["form"].errors) == ["level"]
    assert sent(colleague, diligence, "override", **other).status_code == 302

    diligence.refresh_from_db()
    assert (diligence.level, diligence.rated_level.code) == (high, "low")
    assert diligence.due_on <= bank_today() + dt.timedelta(days=366)
    # one person alone does not end what two have set
    seen = sent(desk, diligence, "rate", **FOUND, preview="1").content.decode()
    assert "Two persons have set this level until" in seen
    diligence = rated(desk, diligence)
    assert (diligence.level, diligence.rated_level.code) == (high, "low")
    assert diligence.set_until == until
    with later(31):
        operations.end_overrides(by=system_user())
        diligence.refresh_from_db()
        assert (diligence.level.code, diligence.cause) == ("low", "override")
        assert diligence.due_on == bank_today()


@pytest.mark.proves("RM-1")
def test_no_other_level_is_set_while_the_review_is_overdue(desk, colleague, branch):
    diligence = rated(desk, DiligenceFactory(customer=CustomerFactory(home_branch=branch)))
    address = f"/risk/diligence/{diligence.pk}/"
    assert "Set another level" in colleague.get(address).content.decode()
    with acting(by=system_user()):
        Diligence.objects.update(due_on=bank_today() - dt.timedelta(days=1))
    assert "Set another level" not in colleague.get(address).content.decode()
    high = DiligenceLevel.objects.get(code="high")
    other = {"level": high.pk, "until": str(bank_today()), "reason": "known from the press"}
    refused = sent(colleague, diligence, "override", **other)
    assert refused.status_code == 422
    assert "The review is overdue. Rate the customer first." in refused.content.decode()


# --- configuration -------------------------------------------------------------------


@pytest.mark.proves("RM-1")
def test_points_change_from_a_day_on_with_a_second_person(administrator, bank, signed_in):
    role = RoleFactory(actions=list(DECIDE))
    ApprovalPolicyFactory(operation="risk.set_band/1", role=role)
    tomorrow = bank_today() + dt.timedelta(days=1)
    data = {"factor": "pep", "value": "foreign", "points": "95", "floor": ""}
    data |= {"first_day": str(tomorrow), FIELD: str(uuid.uuid4())}
    assert administrator.post("/risk/diligence/factors/add/", data).status_code == 302
    bands = DiligenceBand.objects.filter(factor="pep", value="foreign")
    assert [band.points for band in bands] == [40]

    checker = StaffMemberFactory(branch=bank).user
    GrantFactory(user=checker, role=role, branch=bank, extent=Grant.Reach.BANK)
    assert decide(signed_in(checker), "approve", Approval.objects.get()).status_code == 302

    assert [(b.points, b.valid.lower) for b in bands.order_by("valid")][1] == (95, tomorrow)
    assert bands.order_by("valid").first().valid.upper == tomorrow


def test_a_value_that_no_factor_has_and_a_past_day_are_refused(administrator):
    data = {"factor": "pep", "value": "sometimes", "points": "5", "floor": ""}
    for wrong, field in (({}, "value"), ({"value": "", "first_day": "2020-01-01"}, "first_day")):
        key = {"first_day": str(bank_today()), FIELD: str(uuid.uuid4())}
        answer = administrator.post("/risk/diligence/factors/add/", data | key | wrong)
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == [field]


def test_a_level_is_reached_at_other_points_once_it_is_changed(administrator, desk, branch):
    medium = DiligenceLevel.objects.get(code="medium")
    data = {"name": "Medium", "name_zh": "中", "from_points": "3", "months": "18"}
    data |= {"stops_after": "", "version": medium.version, FIELD: str(uuid.uuid4())}
    address = f"/risk/diligence/levels/{medium.pk}/change/"
    assert administrator.post(address, data).status_code == 302
    diligence = DiligenceFactory(customer=CustomerFactory(home_branch=branch))
    assert rated(desk, diligence, channel="agent").level == medium
