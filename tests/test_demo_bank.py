"""The demonstration bank as those who sign in to it see it."""

import datetime as dt
import re

import pytest
from django.db.models import F
from django.test import Client

from config_admin.figures.values import rate_on
from crm.core.clock import bank_today, now
from crm.core.models import Approval
from crm.ops.demo import bank
from crm.ops.roles import APART
from customers.models import (
    ConflictOfInterest,
    Customer,
    HandedCustomer,
    Ownership,
    Restriction,
    TimelineEntry,
)
from risk.models import Alert, AlertCase, Claim, Diligence, ScreeningHit, Watchlist
from services.models import Complaint, Opportunity, QueueMember, Referral, ServiceRequest
from staff.models import AuthorityLimit, Handover, Licence, StaffAssignment, StaffMember
from sysadmin.duties.conflicts import held_together
from sysadmin.models import Announcement, IncompatibleDuties, User
from tests.small_bank import lent

LOGIN = "/account/login/"


@pytest.fixture(scope="module")
def entered(django_db_setup, django_db_blocker, tmp_path_factory):
    """A small demonstration bank."""
    with django_db_blocker.unblock(), lent(40, tmp_path_factory.mktemp("demo")):
        yield


@pytest.fixture
def demo(entered, db):
    """The bank as every test finds it."""


@pytest.fixture
def auditor(demo, signed_in):
    """The auditor of the demonstration bank, who sees all of it."""
    names = {person.label_en: person.username for person in bank.sign_ins(bank_today())}
    return signed_in(User.objects.get(username=names["Auditor"]))


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Initial data of the demonstration bank"), ("zh-hans", "演示银行初始数据")],
)
def test_a_history_says_in_both_languages_where_the_first_values_come_from(auditor, language, said):
    auditor.post("/language/", {"language": language})
    customer = Customer.objects.latest("pk")
    history = auditor.get(f"/customers/{customer.pk}/history/").content.decode()
    assert said in history
    assert "№" not in history


def test_the_sign_in_page_of_the_demonstration_names_people_who_can_sign_in(demo, client):
    page = client.get(LOGIN).content.decode()
    offered = re.findall(r'data-sign-in="([^"]+)"><code>\1</code><span[^>]*>([^<]+)<', page)
    assert offered == [(p.username, p.label_en) for p in bank.sign_ins(bank_today())]
    assert len(offered) == 12
    password = re.search(r'<code id="demo-password">([^<]+)</code>', page)[1]
    assert password == bank.password()
    for name, _role in offered:
        answer = Client().post(LOGIN, {"login": name, "password": password})
        assert (answer.status_code, answer.headers["Location"]) == (302, "/"), name
    chinese = client.get(LOGIN, headers={"accept-language": "zh-CN"}).content.decode()
    assert ">理财经理<" in chinese
    assert "Wealth manager" not in chinese


def test_the_sign_in_page_of_a_bank_names_nobody(demo, client, settings):
    settings.DEMO = False
    page = client.get(LOGIN).content.decode()
    for word in ("lin.yue", "data-sign-in", "demo-password", "emonstration", bank.password()):
        assert word not in page


def test_somebody_is_about_to_move_and_somebody_to_leave(demo):
    today = bank_today()
    planned = StaffAssignment.objects.filter(valid__startswith__gt=today)
    assert [one.grant.valid == one.valid for one in planned] == [True]
    leaver = StaffMember.objects.get(leaves_on__gt=today)
    assert {grant.valid.upper for grant in leaver.user.grants.all()} == {
        leaver.leaves_on + dt.timedelta(days=1)
    }
    present = StaffAssignment.objects.on(today).values_list("member", flat=True)
    assert sorted(present) == sorted(StaffMember.objects.values_list("pk", flat=True))
    assert Licence.objects.expiring().exists()


def test_customers_change_hands(demo):
    found = dict(Handover.objects.values_list("status", "effective_on"))
    assert set(found) == {"proposed", "accepted", "done", "refused"}
    assert found["accepted"] > bank_today()
    asked = Handover.objects.get(status="proposed")
    assert asked.to_member.user.username == "lin.yue"
    moved = HandedCustomer.objects.filter(state="moved").select_related("customer", "handover")
    assert moved
    assert all(one.customer.lead_manager_id == one.handover.to_member_id for one in moved)


def test_customers_ask_for_things_and_agents_are_late_with_some(demo, signed_in):
    found = set(ServiceRequest.objects.values_list("status", flat=True))
    assert found == set(ServiceRequest.Status.values)
    assert set(ServiceRequest.objects.values_list("pressure", flat=True)) >= {"", "breached"}
    agent = User.objects.get(username="he.xiaotang")
    assert QueueMember.objects.on(bank_today()).filter(member__user=agent).count() == 3
    page = signed_in(agent).get("/service/").content.decode()
    mine = ServiceRequest.objects.at_work().filter(owner__user=agent)
    assert mine.exists()
    assert all(request.subject in page for request in mine)


def test_people_have_something_to_do_and_somebody_to_meet_this_week(demo, signed_in):
    desk = signed_in(User.objects.get(username="lin.yue"))
    groups = dict(desk.get("/service/agenda/").context["today"].groups)
    assert len(groups["overdue"]) == 2
    assert len(groups["due"]) == 4
    assert groups["reminders"]
    assert "reminder" in desk.get("/reminders/").content.decode()
    week = desk.get("/service/agenda/week/").context["days"]
    assert sum(len(day.items) for day in week) > 5
    head = signed_in(User.objects.get(username="shen.zhiheng"))
    board = head.get("/service/appointments/board/").context["board"]
    met = {square.member for hour in board.hours for square in hour.squares if square.appointments}
    assert len(met) > 1


def test_foreign_currencies_have_a_year_of_rates(demo):
    today = bank_today()
    for currency in ("USD", "EUR", "HKD", "JPY", "GBP"):
        assert rate_on(currency, today) > 0
        assert rate_on(currency, today - dt.timedelta(days=330)) > 0


def test_customers_had_other_managers_before_and_some_have_several_today(demo, auditor):
    earlier = Ownership.objects.filter(is_main=True)
    assert earlier.exists()
    last = {one.customer_id: one for one in earlier.order_by("valid")}
    assert {one.customer.managed_since == one.valid.upper for one in last.values()} == {True}
    page = auditor.get(f"/customers/{earlier.first().customer_id}/managers/").content.decode()
    assert "Predecessor" not in page
    assert earlier.first().member.latin_name in page
    assert Ownership.objects.on(bank_today()).filter(is_main=False).exists()
    assert Ownership.objects.filter(is_main=False, valid__startswith__gt=bank_today()).exists()
    for one in ConflictOfInterest.objects.all():
        assert auditor.get(f"/customers/conflicts/{one.pk}/").status_code == 200


@pytest.mark.proves("CI-19")
def test_timelines_tell_of_the_months_before(demo, auditor):
    kinds = set(TimelineEntry.objects.values_list("kind", flat=True))
    assert kinds == set(TimelineEntry.Kind.values) - {"reveal"}
    assert not TimelineEntry.objects.filter(at__gt=now()).exists()
    change = TimelineEntry.objects.filter(kind="change").earliest("at")
    page = auditor.get(f"/customers/{change.customer_id}/timeline/", {"kind": "change"})
    assert "Assigned another lead manager" in page.content.decode()


def test_requests_wait_where_a_policy_asks_and_nobody_holds_incompatible_duties(demo, signed_in):
    desk = signed_in(User.objects.get(username="yan.shouzheng"))
    page = desk.get("/system/approvals/?decide=true").content.decode()
    assert "Post, branch and rights of a member of staff" in page
    decided = Approval.objects.filter(operation="staff.assign/1").order_by("id")
    assert [request.status for request in decided] == ["approved", "pending"]
    rules = IncompatibleDuties.objects.all()
    assert rules.count() == len(APART)
    assert [held_together(rule) for rule in rules] == [[]] * len(APART)
    assert AuthorityLimit.objects.on(bank_today()).count() == 4


def test_complaints_stand_in_every_state_some_due_some_overdue_and_one_extended(demo, signed_in):
    agent = signed_in(User.objects.get(username="he.xiaotang"))
    rows = Complaint.objects.all()
    assert {row.status for row in rows} == set(Complaint.Status.values)
    assert [row.status for row in rows.overdue()] == ["investigating"]
    assert rows.due_within(2).count() >= 2
    assert [row.is_extended for row in rows.filter(is_complex=True)].count(True) == 1
    assert rows.to_recheck().exists()
    waiting = Approval.objects.filter(status="pending", operation__startswith="services.")
    assert {request.operation for request in waiting} == {
        "services.extend_complaint/1",
        "services.compensate/1",
    }
    for row in rows:
        assert agent.get(f"/service/complaints/{row.pk}/").status_code == 200
    hidden = rows.get(about__user__username="lin.yue")
    assert hidden.status == Complaint.Status.RECEIVED


@pytest.mark.proves("CS-9")
def test_the_bank_has_a_pipeline_and_referrals_in_every_state(demo):
    stages = set(Opportunity.objects.values_list("stage__code", flat=True))
    assert {"interest", "needs", "offer", "won", "lost"} <= stages
    assert Opportunity.objects.filter(referral__isnull=False, outcome="won").exists()
    states = set(Referral.objects.values_list("status", flat=True))
    assert states == set(Referral.Status.values)


@pytest.mark.proves("SY-8")
def test_people_are_told_of_what_concerns_them_and_read_what_is_announced(demo, signed_in):
    manager = signed_in(User.objects.get(username="lin.yue"))
    page = manager.get("/customers/").content.decode()
    assert "The systems stop on Saturday" in page
    assert "I have read this" in page
    told = manager.get("/system/notifications/").content.decode()
    assert "unread" in told
    assert "refers a customer to you" in told
    head = signed_in(User.objects.get(username="shen.zhiheng"))
    rule = Announcement.objects.get(must_acknowledge=True)
    heeded = head.get(f"/system/announcements/{rule.pk}/").context["heeded_count"]
    assert heeded.n > 0


def test_the_demonstration_has_hits_to_decide_and_a_customer_who_is_stopped(demo, signed_in):
    officer = signed_in(User.objects.get(username="gu.mingchuan"))
    hit = ScreeningHit.objects.undecided().latest("pk")
    assert "Hits to decide" in officer.get("/").content.decode()
    assert hit.listed_name in officer.get("/risk/screening/?status=open").content.decode()
    stopped = Restriction.objects.in_force()
    for cause, named in (("own_list", "Own list"), ("tied", "Tie to a statutory list")):
        customer = stopped.filter(cause=cause).latest("pk").customer_id
        page = officer.get(f"/customers/{customer}/").content.decode()
        assert f"({named}): nothing new is begun" in page
    behind = ScreeningHit.objects.exclude(person=None)
    assert set(behind.values_list("status", flat=True)) == {"open", "confirmed"}
    own = officer.get(f"/risk/watchlists/{Watchlist.objects.get(code='own').pk}/").content.decode()
    assert "Expires on" in own


def test_the_nights_have_warned_and_an_officer_has_asked_about_a_case(demo, signed_in):
    case = AlertCase.objects.filter(status="waiting").latest("pk")
    assert Alert.objects.filter(case=case).exists()
    officer = signed_in(User.objects.get(username="gu.mingchuan"))
    assert case.number in officer.get("/risk/cases/?status=waiting").content.decode()
    assert "Asked for information" in officer.get(f"/risk/cases/{case.pk}/").content.decode()


def test_the_demonstration_has_claims_at_each_step(demo, signed_in):
    officer = signed_in(User.objects.get(username="gu.mingchuan"))
    for status in ("proposed", "reviewed"):
        claim = Claim.objects.filter(status=status).latest("pk")
        address = f"/risk/claims/{claim.pk}/"
        assert address in officer.get(f"/risk/claims/?status={status}").content.decode()


def test_most_customers_are_rated_since_they_came_and_some_reviews_are_near(demo, signed_in):
    today = bank_today()
    rows = Diligence.objects.filter(customer__status__in=Customer.OPEN)
    assert rows.count() == Customer.objects.filter(status__in=Customer.OPEN).count()
    rated = rows.exclude(level=None)
    assert rated.count() >= 0.85 * rows.count()
    usual = rated.filter(rated_level__code__in=["low", "medium"])
    assert usual.count() >= 0.8 * rated.count()
    assert not rated.filter(rated_on__lt=F("customer__opened_on")).exists()
    assert not rated.filter(rated_on__gt=today).exists()
    assert rated.filter(due_on__lt=today).exists()
    assert not rows.filter(due_on__lt=today - dt.timedelta(days=60)).exists()
    one = rated.filter(customer__lead_manager__user__username="lin.yue").latest("pk")
    page = signed_in(User.objects.get(username="lin.yue")).get(f"/customers/{one.customer_id}/")
    assert f"Risk: {one.level}" in page.content.decode()
