"""Customers warned of every night, and alert cases decided by two persons."""

import datetime as dt
import uuid
from collections import defaultdict
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from crm.core.acting import acting
from crm.core.clock import bank_today, clock_at, now
from crm.core.formats import in_bank_zone
from crm.core.idempotency import FIELD
from crm.core.models import AuditEvent, Job
from customers.models import TimelineEntry
from risk.cases import handover, overdue, rules
from risk.models import Alert, AlertCase, CaseProposal
from risk.tasks import warn_nightly
from risk.warnings import run
from sysadmin.models import Grant, Notification, period, system_user
from tests.factories import (
    ConflictFactory,
    CustomerFactory,
    GrantFactory,
    HandoverFactory,
    HoldingFactory,
    HoldingPartyFactory,
    HoldingYearFactory,
    NumberSeriesFactory,
    ParameterValueFactory,
    RoleFactory,
    TransactionFactory,
)
from tests.factories_risk import AlertCaseFactory, AlertFactory
from tests.homes import to_do
from tests.jobs import work_off

CASES = "/risk/cases/"
SEE = (
    "customers.view_customer",
    "customers.history_customer",
    "customers.view_holding",
    "risk.view_alertcase",
)
WORK = (
    *SEE,
    "risk.ask_alertcase",
    "risk.answer_alertcase",
    "risk.escalate_alertcase",
    "risk.propose_alertcase",
)
DECIDE = (
    *WORK,
    "risk.assign_alertcase",
    "risk.approve_alertcase",
    "risk.send_back_alertcase",
    "risk.reopen_alertcase",
)
FOUND = {"outcome": "confirmed", "evidence": "statements", "reason": "wages stopped"}
LATE = {"outcome": "accepted", "evidence": "pay slips", "reason": "new employer"}


@pytest.fixture
def series(db):
    return NumberSeriesFactory(code=run.SERIES, prefix="YJ")


@pytest.fixture
def manager(person, branch):
    return person(branch, *WORK, extent=Grant.Reach.OWN)


@pytest.fixture
def officer(person, branch):
    return person(branch, *DECIDE)


@pytest.fixture
def second(person, branch):
    return person(branch, *DECIDE)


@pytest.fixture
def compliance(person, bank):
    rights = (*DECIDE, "risk.view_restricted_alertcase")
    return person(bank, *rights, extent=Grant.Reach.BANK)


@pytest.fixture
def case(officer, manager, branch):
    about = CustomerFactory(home_branch=branch, lead_manager=manager.staff_member)
    made = AlertCaseFactory(customer=about, officer=officer.staff_member, status="investigating")
    AlertFactory(case=made, rule="early_arrears")
    return made


@pytest.fixture
def take(signed_in):
    """Sends the form of a step with a case as somebody."""

    def send(user, case, verb, **data):
        sent = {FIELD: str(uuid.uuid4()), "reason": "looked into it", **data}
        return signed_in(user).post(f"{CASES}{case.pk}/{verb}/", sent)

    return send


def said(answer):
    """What a refused form says."""
    assert answer.status_code == 422
    return answer.content.decode()


def night():
    """Let the clock's task begin, and a worker do its work."""
    warn_nightly(0)
    work_off()


def levels():
    """What is warned of: the rule and the severity of each alert, by customer."""
    found = defaultdict(set)
    for alert in Alert.objects.all():
        found[alert.customer_id].add((alert.rule, alert.level))
    return found


def averages(holding, last, before):
    """The averages of a deposit: that of the last whole month, and those of the six before it."""
    month, years = bank_today().year * 12 + bank_today().month - 2, defaultdict(lambda: [None] * 12)
    for back in range(7):
        year, place = divmod(month - back, 12)
        years[year][place] = Decimal(before if back else last)
    for year, values in years.items():
        HoldingYearFactory(holding=holding, year=year, average=values, month_end=values)


def credited(customer, *amounts):
    """Credits of a customer, each so many days ago."""
    day = bank_today()
    with connection.cursor() as cursor:
        cursor.execute(
            "select customers_make_partitions(%s, %s)", [day - dt.timedelta(days=400), day]
        )
    holding = HoldingFactory(customer=customer, product_code="current_deposit")
    for days, amount in amounts:
        booked_on = day - dt.timedelta(days=days)
        facts = {"kind": "sales", "amount": Decimal(amount), "booked_on": booked_on}
        TransactionFactory(holding=holding, **facts)


# --- warned -------------------------------------------------------------------------------


@pytest.mark.proves("RM-5")
def test_the_night_warns_by_every_rule_at_its_cut_off_and_of_nobody_else(
    series, officer, signed_in, branch
):
    def owing(days, **facts):
        return HoldingFactory(
            customer=CustomerFactory(home_branch=branch),
            product_code="consumer_loan",
            overdue_days=days,
            **facts,
        )

    four, five, twenty_one, too_late = (owing(n).customer_id for n in (4, 5, 21, 31))
    emptied, halved = CustomerFactory(home_branch=branch), CustomerFactory(home_branch=branch)
    averages(HoldingFactory(customer=emptied), 2_400, 100_000)
    averages(HoldingFactory(customer=halved), 5_100, 100_000)
    quiet, steady = CustomerFactory(home_branch=branch), CustomerFactory(home_branch=branch)
    credited(quiet, (30, 20_000), (100, 200_000), (300, 100_000))
    credited(steady, (30, 50_000), (100, 200_000), (300, 100_000))
    begun = CustomerFactory(home_branch=branch)
    credited(begun, (30, 1_000), (100, 300_000))
    spent = HoldingFactory(
        customer=CustomerFactory(home_branch=branch),
        product_code="credit_card",
        balance=Decimal(19_600),
        credit_limit=Decimal(20_000),
    )
    averages(spent, 19_500, 19_500)
    guaranteed = owing(0)
    guarantor = owing(62).customer
    HoldingPartyFactory(holding=guaranteed, customer=guarantor, role="guarantor")

    night()

    assert levels() == {
        five: {("early_arrears", 1)},
        twenty_one: {("early_arrears", 3)},
        emptied.pk: {("balance_collapse", 2)},
        quiet.pk: {("turnover_drop", 2)},
        spent.customer_id: {("limit_used_up", 1)},
        guaranteed.customer_id: {("guarantor_overdue", 2)},
    }
    assert {four, too_late, halved.pk, steady.pk, begun.pk, guarantor.pk}.isdisjoint(levels())
    job = Job.objects.get(kind="risk.warn")
    assert (job.status, job.progress.changed) == ("done", 6)
    grave = AlertCase.objects.get(customer=twenty_one)
    assert grave.due_on == bank_today() + dt.timedelta(days=5)
    page = signed_in(officer).get(f"{CASES}{grave.pk}/").content.decode()
    for shown in ("Early arrears", "Worst days overdue", "125,000.50", "(High)"):
        assert shown in page
    assert grave.number in signed_in(officer).get(f"{CASES}?level=3").content.decode()


@pytest.mark.proves("RM-5")
def test_no_second_alert_while_one_is_open_but_a_graver_one_joins_the_case(series, branch):
    loan = HoldingFactory(
        customer=CustomerFactory(home_branch=branch), product_code="car_loan", overdue_days=6
    )
    night()
    warn_nightly(0)  # once a day, however often the clock asks
    assert Job.objects.filter(kind="risk.warn").count() == 1
    with clock_at(now() + dt.timedelta(days=1)):
        night()
        assert Alert.objects.count() == 1
        with acting(by=system_user()):
            type(loan).objects.filter(pk=loan.pk).update(overdue_days=12)
            assert run.warn_of(loan.customer, by=system_user()) == 1
    case = AlertCase.objects.get()
    assert [alert.level for alert in case.alerts.order_by("pk")] == [1, 2]
    assert (case.level, case.due_on) == (2, bank_today() + dt.timedelta(days=11))


@pytest.mark.proves("RM-5")
def test_the_banks_own_figures_decide_and_name_another_version_of_the_rule(series, branch):
    customer = CustomerFactory(home_branch=branch)
    loan = HoldingFactory(customer=customer, product_code="car_loan", overdue_days=8)
    ParameterValueFactory(code="warning_arrears_low", value="9", valid=period(bank_today()))
    night()
    assert not Alert.objects.exists()
    with acting(by=system_user()):
        type(loan).objects.filter(pk=loan.pk).update(overdue_days=9)
        assert run.warn_of(customer, by=system_user()) == 1
    alert = Alert.objects.get()
    assert alert.cut_offs["warning_arrears_low"] == "9"
    rule, today = run.RULES["early_arrears"], bank_today()
    assert alert.rule_version == rule.version(today)
    assert alert.rule_version != rule.version(today - dt.timedelta(days=1))
    assert alert.measures["overdue_days"] == 9


@pytest.mark.proves("RM-5")
def test_light_cases_are_the_lead_managers_unless_they_are_too_close(series, manager, branch):
    lead = manager.staff_member
    led, close, grave = (
        CustomerFactory(home_branch=branch, lead_manager=lead if n != 1 else None) for n in range(3)
    )
    for customer, days in ((led, 5), (close, 5), (grave, 12)):
        HoldingFactory(customer=customer, product_code="car_loan", overdue_days=days)
    night()
    by_customer = {case.customer_id: case for case in AlertCase.objects.all()}
    assert (by_customer[led.pk].officer, by_customer[led.pk].status) == (lead, "investigating")
    assert by_customer[grave.pk].officer is by_customer[close.pk].officer is None
    assert {by_customer[c.pk].status for c in (close, grave)} == {"new"}


@pytest.mark.proves("RM-5")
def test_a_night_that_finds_many_opens_their_cases_with_as_many_statements_as_for_few(
    series, manager, branch
):
    system, lead = system_user(), manager.staff_member

    def owing(count):
        return [
            HoldingFactory(
                customer=CustomerFactory(home_branch=branch, lead_manager=lead if n % 2 else None),
                product_code="car_loan",
                overdue_days=5,
            )
            for n in range(count)
        ]

    def warn_of(loans, days):
        with acting(by=system):
            type(loans[0]).objects.filter(pk__in=[one.pk for one in loans]).update(
                overdue_days=days
            )
            with CaptureQueriesContext(connection) as sent:
                customers = [one.customer_id for one in loans]
                assert run.warn(customers[0] - 1, customers[-1], by=system) == len(loans)
        return len(sent)

    few, many = owing(2), owing(9)
    assert warn_of(few, 5) == warn_of(many, 5)
    numbers = AlertCase.objects.order_by("pk").values_list("number", flat=True)
    assert list(numbers) == [f"YJ{bank_today().year}{n:06}" for n in range(1, 12)]
    mine = AlertCase.objects.filter(officer=lead, status="investigating")
    assert mine.count() == 5
    given = Notification.objects.filter(recipient=manager, kind="risk.case_given")
    assert set(given.values_list("subject_key", flat=True)) == {case.pk for case in mine}
    told = TimelineEntry.objects.filter(source="risk.alertcase", what="open")
    assert told.count() == AuditEvent.objects.filter(table_name="risk_alertcase").count() == 11
    assert warn_of(few, 12) == warn_of(many, 12)
    case = mine.first()
    assert (case.level, case.version, case.alerts.count()) == (2, 2, 2)
    assert case.due_on == bank_today() + dt.timedelta(days=10)


# --- worked on ----------------------------------------------------------------------------


@pytest.mark.proves("RM-6")
def test_a_question_stops_the_time_and_the_lead_manager_answers_within_reach(
    case, officer, manager, person, other_branch, take, signed_in
):
    due, day = case.due_on, bank_today()
    asked = {"question": "Does he still work there?", "diary_on": str(day + dt.timedelta(days=3))}
    assert take(officer, case, "ask", **asked).status_code == 302
    case.refresh_from_db()
    assert (case.status, case.waits_since) == ("waiting", day)
    told = Notification.objects.get(recipient=manager, kind="risk.case_asked")
    assert told.subject_key == case.pk
    assert "still work there" in signed_in(manager).get(f"{CASES}{case.pk}/").content.decode()
    stranger = person(other_branch, *WORK)
    assert take(stranger, case, "answer", reply="no").status_code == 404
    with clock_at(now() + dt.timedelta(days=2)):
        assert take(manager, case, "answer", reply="Yes, on sick leave").status_code == 302
    case.refresh_from_db()
    assert (case.status, case.due_on) == ("investigating", due + dt.timedelta(days=2))
    assert "sick leave" in signed_in(officer).get(f"{CASES}{case.pk}/").content.decode()
    assert "investigates the case" in said(take(manager, case, "propose", **FOUND))


@pytest.mark.proves("RM-6")
def test_a_question_stops_the_time_no_longer_than_the_bank_allows(case, officer, manager, take):
    due, day = case.due_on, bank_today()
    far = {"question": "Why?", "diary_on": str(day + dt.timedelta(days=31))}
    assert "Enter a day up to" in said(take(officer, case, "ask", **far))
    ParameterValueFactory(code="warning_question_days", value="4", valid=period(day))
    near = far | {"diary_on": str(day + dt.timedelta(days=4))}
    assert take(officer, case, "ask", **near).status_code == 302
    with clock_at(now() + dt.timedelta(days=9)):
        assert take(manager, case, "answer", reply="He moved").status_code == 302
    case.refresh_from_db()
    assert case.due_on == due + dt.timedelta(days=4)


@pytest.mark.proves("RM-6")
def test_a_case_that_waits_past_its_day_is_overdue_at_once_in_lists_homes_and_notices(
    person, branch, take, signed_in
):
    officer = person(branch, *WORK, "staff.view_staffmember")
    case = AlertCaseFactory(
        customer=CustomerFactory(home_branch=branch),
        officer=officer.staff_member,
        status="investigating",
    )
    other = AlertCaseFactory(
        customer=CustomerFactory(home_branch=branch), due_on=bank_today() + dt.timedelta(days=4)
    )
    day = bank_today() + dt.timedelta(days=2)
    take(officer, case, "ask", question="Why?", diary_on=str(day))

    def listed(at, query):
        with clock_at(at):
            page = signed_in(officer).get(f"{CASES}?{query}")
        return [row.record.pk for row in page.context["table"].rows], page.content.decode()

    morning = in_bank_zone(now()).replace(hour=8, minute=0)
    assert listed(morning + dt.timedelta(days=2), "due=overdue")[0] == []
    after = morning + dt.timedelta(days=3)
    found, page = listed(after, "due=overdue")
    assert found == [case.pk]
    assert "1 day over" in page
    assert listed(after, "open=yes&sort=due_on")[0] == [case.pk, other.pk]
    with clock_at(after):
        client = signed_in(officer)
        assert "Answer on a case is overdue" in [label for label, *_rest in to_do(client)]
        assert "information was expected by" in client.get(f"{CASES}{case.pk}/").content.decode()
        for _time in range(2):
            overdue.tell_in_the_morning()
    told = Notification.objects.get(kind="risk.case_overdue")
    assert (told.recipient, told.subject_key, told.code) == (officer, case.pk, "waiting")
    assert told.day == day


@pytest.mark.proves("RM-6")
def test_a_case_is_given_to_those_who_can_work_on_it_and_only_grows_graver(
    case, officer, second, person, branch, take
):
    clerk = person(branch, *SEE).staff_member
    assert "no right to investigate" in said(take(officer, case, "assign", officer=clerk.pk))
    ConflictFactory(member=second.staff_member, customer=case.customer)
    close = said(take(officer, case, "assign", officer=second.staff_member.pk))
    assert "conflict of interest" in close
    with pytest.raises(IntegrityError), acting(by=officer):
        AlertCase.objects.filter(pk=case.pk).update(officer=second.staff_member)
    assert "only rises" in said(take(officer, case, "escalate", level=1))
    with pytest.raises(IntegrityError), acting(by=officer):
        AlertCase.objects.filter(pk=case.pk).update(level=1)
    assert take(officer, case, "escalate", level=3).status_code == 302
    case.refresh_from_db()
    assert (case.status, case.level) == ("escalated", 3)
    assert case.due_on == bank_today() + dt.timedelta(days=5)


def test_a_case_is_assigned_to_oneself_by_one_click_if_one_may_work_on_it(
    case, second, person, branch, signed_in
):
    page = signed_in(second).get(f"{CASES}{case.pk}/")
    me = second.staff_member
    assert f'name="officer" value="{me.pk}"' in page.content.decode()
    answer = signed_in(second).post(
        f"{CASES}{case.pk}/assign/",
        {FIELD: str(uuid.uuid4()), "officer": me.pk},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 204
    assert "crm:changed" in answer.headers["HX-Trigger"]
    case.refresh_from_db()
    assert case.officer == me
    for user in (second, person(branch, *SEE, "risk.assign_alertcase")):
        assert "Assign to me" not in signed_in(user).get(f"{CASES}{case.pk}/").content.decode()


@pytest.mark.proves("RM-6")
def test_the_picker_offers_those_alone_who_may_be_given_the_case(
    case, officer, second, manager, person, branch, other_branch, bank, signed_in
):
    """Each of the others lacks one thing: right, sight, reach, distance, presence."""
    person(branch, *SEE)
    person(branch, "customers.view_customer", "risk.propose_alertcase")
    person(other_branch, *WORK)
    own = person(branch, *WORK, extent=Grant.Reach.OWN).staff_member
    close = person(branch, *WORK).staff_member
    ConflictFactory(member=close, customer=case.customer)
    gone = person(branch, *WORK).staff_member
    with acting(by=system_user()):
        type(gone).objects.filter(pk=gone.pk).update(
            joined_on=dt.date(2020, 1, 1), leaves_on=dt.date(2021, 1, 1)
        )
    above = person(bank, *WORK)
    lead = person(branch, *WORK, extent=Grant.Reach.TEAM)
    with acting(by=system_user()):
        type(gone).objects.filter(pk=manager.staff_member.pk).update(supervisor=lead.staff_member)
    fit = {user.staff_member.pk for user in (second, manager, above, lead)}
    offered = signed_in(officer).post(f"{CASES}officers/?case={case.pk}", {"q": ""})
    assert {key for key, _row, _code in offered.context["rows"]} == fit
    assert set(rules.officers_for(case).values_list("pk", flat=True)) == fit
    dialog = signed_in(officer).get(f"{CASES}{case.pk}/assign/").content.decode()
    assert f'data-lookup="{CASES}officers/?case={case.pk}"' in dialog
    stranger = person(other_branch, *DECIDE)
    for key in (case.pk, "x"):
        assert signed_in(stranger).post(f"{CASES}officers/?case={key}").status_code == 404
    anywhere = signed_in(officer).post(f"{CASES}officers/", {"q": ""}).context["rows"]
    offered = {key for key, _row, _code in anywhere}
    # whoever works on the cases of their own customers alone is no choice for many
    assert close.pk in offered
    assert own.pk not in offered


@pytest.mark.proves("RM-6")
def test_many_cases_are_assigned_at_once_and_the_job_says_which_stayed(
    case, officer, second, compliance, manager, other_branch, take, signed_in
):
    held = AlertCaseFactory(
        customer=CustomerFactory(home_branch=officer.staff_member.branch),
        officer=second.staff_member,
        status="investigating",
    )
    new, elsewhere, close = (
        AlertCaseFactory(customer=CustomerFactory(home_branch=place))
        for place in (officer.staff_member.branch, other_branch, officer.staff_member.branch)
    )
    ConflictFactory(member=second.staff_member, customer=close.customer)
    waiting = AlertCaseFactory(
        customer=CustomerFactory(home_branch=officer.staff_member.branch),
        officer=officer.staff_member,
        status="closed",
    )
    rows = (case, held, new, elsewhere, close, waiting)
    sent = {FIELD: str(uuid.uuid4()), "sel": [row.pk for row in rows]}
    page = signed_in(compliance).get(f"{CASES}assign/", {"sel": sent["sel"]})
    assert page.context["chosen"].n == len(rows)
    sent |= {"officer": second.staff_member.pk, "reason": ""}
    assert signed_in(compliance).post(f"{CASES}assign/", sent).status_code == 302
    job = Job.objects.get()
    work_off()
    assert dict(job.rows.values_list("key", "cause")) == {
        case.pk: "",
        held.pk: "",
        new.pk: "",
        elsewhere.pk: "customer",
        close.pk: "conflict",
        waiting.pk: "state",
    }
    for row in (case, new):
        row.refresh_from_db()
        assert (row.officer, row.status) == (second.staff_member, "investigating")
    close.refresh_from_db()
    assert close.officer is None


def test_boxes_of_cases_are_offered_to_those_who_assign(case, officer, manager, signed_in):
    assert 'name="sel"' in signed_in(officer).get(CASES).content.decode()
    assert 'name="sel"' not in signed_in(manager).get(CASES).content.decode()
    card = f"{CASES}panel/customer/{case.customer_id}/"
    assert 'name="sel"' not in signed_in(officer).get(card).content.decode()


# --- decided ------------------------------------------------------------------------------


@pytest.mark.proves("RM-6")
def test_a_second_person_closes_a_case_and_the_decision_stays_when_it_is_opened_again(
    case, officer, second, compliance, take, signed_in
):
    assert take(officer, case, "propose", **FOUND).status_code == 302
    assert take(second, case, "approve").status_code == 302
    case.refresh_from_db()
    assert case.status == "closed"
    assert "Nothing is proposed" in said(take(compliance, case, "approve"))
    for took_part in (officer, second):
        assert "did not decide" in said(take(took_part, case, "reopen"))
    assert take(compliance, case, "reopen").status_code == 302
    case.refresh_from_db()
    assert case.status == "investigating"
    page = signed_in(second).get(f"{CASES}{case.pk}/").content.decode()
    assert "Confirmed risk" in page
    assert "Approved the proposal" in page
    assert Notification.objects.filter(recipient=officer, kind="risk.case_decided").exists()
    told = set(TimelineEntry.objects.filter(source="risk.alertcase").values_list("what", flat=True))
    assert told == {"propose", "approve", "reopen"}


def approved_for(case, second):
    """Write without any operation that a second person has approved, and close the case."""
    CaseProposal.objects.update(decision="approved", decided_by=second, decided_at=now())
    AlertCase.objects.filter(pk=case.pk).update(status="closed")


@pytest.mark.proves("RM-6")
def test_whoever_proposes_never_approves_by_whatever_role_address_or_statement(
    case, officer, second, branch, bank, take
):
    assert take(officer, case, "propose", **FOUND).status_code == 302
    role = RoleFactory(actions=list(DECIDE))
    GrantFactory(user=officer, role=role, branch=bank, extent=Grant.Reach.BANK)
    assert "second person" in said(take(officer, case, "approve"))
    assert "second person" in said(take(officer, case, "send_back"))
    proposal = CaseProposal.objects.get()
    with pytest.raises(IntegrityError), acting(by=officer):
        CaseProposal.objects.update(decision="approved", decided_by=officer, decided_at=now())
    with pytest.raises(IntegrityError), acting(by=second):
        AlertCase.objects.filter(pk=case.pk).update(status="closed")
    with pytest.raises(IntegrityError), acting(by=officer):
        approved_for(case, second)
    with pytest.raises(IntegrityError), acting(by=officer):
        CaseProposal.objects.update(outcome="duplicate")
    case.refresh_from_db()
    proposal.refresh_from_db()
    assert (case.status, proposal.decision) == ("proposed", "open")


@pytest.mark.proves("RM-6")
def test_approval_is_refused_to_the_last_editor_from_below_and_once_the_case_has_changed(
    case, officer, second, manager, person, bank, take
):
    asked = {"question": "Why?", "diary_on": str(bank_today())}
    assert take(officer, case, "ask", **asked).status_code == 302
    assert take(second, case, "answer", reply="Because").status_code == 302
    assert take(officer, case, "propose", **FOUND).status_code == 302
    assert "worked on it last" in said(take(second, case, "approve"))
    third = person(bank, *DECIDE, extent=Grant.Reach.BANK)
    with acting(by=system_user()):
        case.refresh_from_db()
        run.renew({case.pk: 3}, bank_today(), by=system_user())
    assert "has changed since" in said(take(third, case, "approve"))
    assert take(third, case, "send_back").status_code == 302
    case.refresh_from_db()
    assert (case.status, case.level) == ("investigating", 3)
    boss = person(bank, *DECIDE, extent=Grant.Reach.BANK)
    with acting(by=system_user()):
        AlertCase.objects.filter(pk=case.pk).update(officer=boss.staff_member)
    assert take(boss, case, "propose", **FOUND).status_code == 302
    assert "of the same branch or of one above" in said(take(officer, case, "approve"))


@pytest.mark.proves("RM-6")
def test_a_proposal_is_put_before_those_alone_who_may_decide_on_it(
    case, officer, second, person, branch, other_branch, take, signed_in
):
    close, elsewhere = person(branch, *DECIDE), person(other_branch, *DECIDE)
    ConflictFactory(member=close.staff_member, customer=case.customer)
    role = RoleFactory(actions=list(DECIDE))
    GrantFactory(user=elsewhere, role=role, branch=branch)
    assert take(officer, case, "propose", **FOUND).status_code == 302

    def is_asked(user):
        desk = signed_in(user)
        listed = case.number in desk.get(f"{CASES}?decide=true").content.decode()
        on_home = any(label == "Decision on a case to approve" for label, *_ in to_do(desk))
        assert listed == on_home
        return listed

    assert is_asked(second)
    assert not any(is_asked(user) for user in (officer, close, elsewhere))


@pytest.mark.proves("RM-5")
def test_an_accepted_risk_is_silent_until_its_day_unless_it_grows_graver(
    series, branch, officer, second, take
):
    customer = CustomerFactory(home_branch=branch)
    loan = HoldingFactory(customer=customer, product_code="car_loan", overdue_days=12)
    night()
    case = AlertCase.objects.get()
    assert take(second, case, "assign", officer=officer.staff_member.pk).status_code == 302
    assert "accepted until a day" in said(take(officer, case, "propose", **LATE))
    day = bank_today() + dt.timedelta(days=30)
    for wrong in ({**FOUND, "silent_until": str(day)}, {**LATE, "silent_until": "2199-01-01"}):
        said(take(officer, case, "propose", **wrong))
    take(officer, case, "propose", **LATE, silent_until=str(day))
    assert take(second, case, "approve").status_code == 302
    with acting(by=system_user()):
        assert run.warn_of(customer, by=system_user()) == 0
        rule = run.RULES["early_arrears"]
        assert run.find(rule, day, 0, customer.pk) == []
        assert len(run.find(rule, day + dt.timedelta(days=1), 0, customer.pk)) == 1
        type(loan).objects.filter(pk=loan.pk).update(overdue_days=22)
        assert run.warn_of(customer, by=system_user()) == 1
    assert {alert.level for alert in AlertCase.objects.get(status="new").alerts.all()} == {3}


@pytest.mark.proves("RM-5")
def test_what_is_decided_comes_back_once_it_is_graver_or_had_gone_and_not_before(
    series, branch, officer, second, compliance, take, signed_in
):
    customer = CustomerFactory(home_branch=branch)
    loan = HoldingFactory(customer=customer, product_code="car_loan", overdue_days=12)

    def night_of(days_overdue):
        with acting(by=system_user()):
            type(loan).objects.filter(pk=loan.pk).update(overdue_days=days_overdue)
            return run.warn_of(customer, by=system_user())

    def decide(outcome):
        case = AlertCase.objects.exclude(status="closed").get()
        assert take(second, case, "assign", officer=officer.staff_member.pk).status_code == 302
        assert take(officer, case, "propose", **FOUND | {"outcome": outcome}).status_code == 302
        assert take(second, case, "approve").status_code == 302
        return case

    assert night_of(12) == 1
    first = decide("false_positive")
    assert [night_of(12), night_of(13), night_of(6)] == [0, 0, 0]
    assert night_of(22) == 1
    graver = decide("confirmed")
    assert night_of(22) == 0
    assert night_of(0) == night_of(0) == 0
    assert set(Alert.objects.values_list("gone_on", flat=True)) == {bank_today()}
    assert night_of(12) == 1
    again = AlertCase.objects.get(status="new")
    page = signed_in(officer).get(f"{CASES}{again.pk}/").content.decode()
    assert graver.number in page
    assert first.number not in page.partition("What was said")[0]
    opened = decide("duplicate")
    assert night_of(0) == 0
    assert take(compliance, opened, "reopen").status_code == 302
    assert night_of(12) == 0
    assert take(officer, opened, "propose", **FOUND).status_code == 302
    assert take(second, opened, "approve").status_code == 302
    assert night_of(12) == 0


@pytest.mark.proves("RM-6")
def test_what_is_referred_for_a_report_is_closed_to_everybody_but_compliance(
    case, officer, second, manager, compliance, person, bank, take, signed_in
):
    report = {"outcome": "report", "evidence": "layers", "reason": "no plausible source"}
    assert take(officer, case, "propose", **report).status_code == 302
    with acting(by=system_user()):
        AlertCase.objects.filter(pk=case.pk).update(officer=compliance.staff_member)
    key = case.customer_id
    for user in (second, manager, officer):
        desk = signed_in(user)
        assert desk.get(f"{CASES}{case.pk}/").status_code == 404
        assert take(user, case, "escalate", level=3).status_code == 404
        listed = desk.get(CASES).content.decode() + desk.get(f"{CASES}count/").content.decode()
        listed += desk.get(f"{CASES}panel/customer/{key}/").content.decode()
        listed += desk.get(f"/customers/{key}/timeline/").content.decode()
        listed += desk.get(f"/customers/{key}/history/").content.decode()
        assert case.number not in listed
        assert "alert case" not in listed.lower().replace("alert cases", "")
        assert AlertCase.objects.permitted(user).count() == 0
        assert CaseProposal.objects.permitted(user).count() == 0
        assert not TimelineEntry.objects.permitted(user).filter(source="risk.alertcase").exists()
    page = signed_in(compliance).get(f"{CASES}{case.pk}/").content.decode()
    assert "It was proposed to refer this case" in page
    assert "This case was referred" not in page
    above = person(bank, *DECIDE, "risk.view_restricted_alertcase", extent=Grant.Reach.BANK)
    assert take(above, case, "approve").status_code == 302
    page = signed_in(compliance).get(f"{CASES}{case.pk}/").content.decode()
    assert "This case was referred" in page
    assert "It was proposed" not in page
    assert AuditEvent.objects.filter(table_name="risk_alertcase", row_key=str(case.pk)).exists()


def test_the_officers_cases_go_with_a_handover(case, officer, second):
    handed = HandoverFactory(
        from_member=officer.staff_member, to_member=second.staff_member, everything=True
    )
    with acting(by=system_user()):
        assert handover.move(handed, system_user()) == {"moved": 1}
    case.refresh_from_db()
    assert case.officer == second.staff_member
