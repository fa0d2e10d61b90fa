"""Claims classified by facts and by three persons; upgrades observed; debtors pulled along."""

import datetime as dt
import re
import uuid
from decimal import Decimal

import pytest

from crm.core import jobs
from crm.core.acting import acting
from crm.core.clock import bank_today, clock_at, midnight, now
from crm.core.idempotency import FIELD
from crm.core.models import Job
from crm.core.operations import DomainError, write
from customers.models import Holding
from risk.classification import night
from risk.models import Claim, Classification
from risk.tasks import classify_claims
from sysadmin.models import Grant, system_user
from tests.factories import CustomerFactory, HoldingFactory
from tests.factories_claims import ClaimFactory, ClassificationFactory
from tests.jobs import work_off

CLAIMS = "/risk/claims/"
SEE = ("customers.view_customer", "customers.view_holding", "risk.view_claim")
STEPS = ("risk.propose_claim", "risk.review_claim", "risk.approve_claim", "risk.send_back_claim")


@pytest.fixture
def three(person, bank, signed_in):
    """Three persons who may take every step, signed in."""
    return [signed_in(person(bank, *SEE, *STEPS, extent=Grant.Reach.BANK)) for _ in range(3)]


def classify():
    """What the night does."""
    jobs.start(night.CLASSIFY, by=system_user())
    work_off()


def loan(days=0, customer=None, *, product="consumer_loan", amount="100000"):
    """A claim as the feed brings it."""
    customer = customer or CustomerFactory()
    return HoldingFactory(
        customer=customer,
        product_code=product,
        overdue_days=days,
        balance=Decimal(amount),
        account_branch=customer.home_branch,
    )


def feed(holding, days):
    """The feed says how long a claim is overdue now."""
    with acting(by=system_user()):
        Holding.objects.filter(pk=holding.pk).update(overdue_days=days, business_date=bank_today())


def take(desk, claim, verb, **data):
    """What comes of a step with a claim."""
    if verb == "propose":
        known = {"risk_class": 3, "facts": "stands still", "facts_on": bank_today(), "due_every": 1}
        data = known | data
    else:
        data = {"reason": "compared"} | data
    return desk.post(f"{CLAIMS}{claim.pk}/{verb}/", {FIELD: str(uuid.uuid4()), **data})


def carry(three, claim, **data):
    """A class proposed, reviewed and approved by three persons."""
    for desk, verb in zip(three, ("propose", "review", "approve"), strict=True):
        answer = take(desk, claim, verb, **(data if verb == "propose" else {}))
        assert answer.status_code == 302, answer.context["form"].errors
    claim.refresh_from_db()


# --- by facts ------------------------------------------------------------------------

LOAN_DAYS = {0: 1, 1: 2, 90: 2, 91: 3, 270: 3, 271: 4, 360: 4, 361: 5}
CARD_DAYS = {0: 1, 1: 2, 90: 2, 91: 3, 120: 3, 121: 4, 180: 4, 181: 5}
NAMES = ("Pass", "Special mention", "Substandard", "Doubtful", "Loss")


@pytest.mark.proves("RM-4")
def test_the_night_puts_each_claim_at_the_floor_of_its_days(three):
    loans = {loan(days): floor for days, floor in LOAN_DAYS.items()}
    cards = {loan(days, product="credit_card"): floor for days, floor in CARD_DAYS.items()}
    loan(product="debit_card")

    classify()

    found = dict(Claim.objects.values_list("holding", "risk_class"))
    assert found == {one.pk: floor for one, floor in (loans | cards).items()}
    for holding, floor in loans.items():
        page = three[0].get(f"{CLAIMS}{holding.claim.pk}/").content.decode()
        assert NAMES[floor - 1] in page
        assert (f"{holding.overdue_days} day" in page) == bool(holding.overdue_days)
    worse = Classification.objects.filter(cause="facts", status="decided", from_class=1)
    assert worse.count() == 14
    assert Job.objects.get().status == Job.Status.DONE


@pytest.mark.parametrize(("days", "floor"), LOAN_DAYS.items())
def test_no_proposal_is_better_than_the_floor_of_its_days(three, days, floor):
    holding = loan(days)
    classify()
    claim = holding.claim
    if floor > 1:
        refused = take(three[0], claim, "propose", risk_class=floor - 1)
        assert refused.status_code == 422
        assert f"The facts leave “{NAMES[floor - 1]}” at best" in refused.content.decode()
    assert take(three[0], claim, "propose", risk_class=floor).status_code == 302


def test_a_night_without_change_decides_nothing_and_a_worse_one_tells_the_customer(three):
    holding = loan(91)
    classify()
    claim = holding.claim
    before = (claim.version, Classification.objects.count())
    feed(holding, 92)
    classify()
    claim.refresh_from_db()
    assert (claim.version, Classification.objects.count()) == before

    feed(holding, 300)
    classify()
    claim.refresh_from_db()
    assert (claim.risk_class, claim.floor) == (4, 4)
    last = claim.classifications.first()
    assert (last.from_class, last.risk_class, last.overdue_days) == (3, 4, 300)
    told = three[0].get(f"/customers/{claim.customer_id}/timeline/").content.decode()
    assert told.count("A claim fell into a worse class") == 2

    feed(holding, 0)
    classify()
    claim.refresh_from_db()
    assert (claim.risk_class, claim.floor, claim.cleared_on) == (4, 1, bank_today())


def test_it_is_classified_once_in_each_night_of_the_bank(db):
    loan(1)
    at = midnight(bank_today())
    for hours, count in ((1, 0), (3, 1), (4, 1), (27, 2)):
        with clock_at(at + dt.timedelta(hours=hours)):
            classify_claims(timestamp=0)
            work_off()
        assert Job.objects.filter(kind=night.CLASSIFY.name).count() == count
    assert Claim.objects.get().risk_class == 2


# --- by three persons ----------------------------------------------------------------


@pytest.mark.proves("RM-4")
def test_a_class_is_proposed_reviewed_and_approved_by_three_persons(three):
    claim = ClaimFactory()
    first, second, third = three
    assert take(first, claim, "propose", is_impaired="on").status_code == 302
    assert "does not review it" in take(first, claim, "review").content.decode()
    assert "can be approved" in take(third, claim, "approve").content.decode()
    assert take(second, claim, "review", worse=2).status_code == 422
    assert take(second, claim, "review", worse=4).status_code == 302
    for desk in (first, second):
        assert "Ask a third person" in take(desk, claim, "approve").content.decode()
    claim.refresh_from_db()
    assert claim.risk_class == 1

    assert take(third, claim, "approve").status_code == 302

    claim.refresh_from_db()
    assert (claim.risk_class, claim.floor, claim.status) == (4, 3, "classified")
    assert claim.is_impaired
    page = third.get(f"{CLAIMS}{claim.pk}/").content.decode()
    for shown in ("stands still", "Doubtful", "compared"):
        assert shown in page
    # the one who proposed did not propose what the reviewer put in its place
    said = re.findall(r"(Proposed|Reviewed|Approved): (\w+) · ([^<·]+) ·", page)
    one = claim.classifications.get()
    people = [who.shown_name for who in (one.proposed_by, one.reviewed_by, one.closed_by)]
    assert said == [
        ("Proposed", "Substandard", people[0]),
        ("Reviewed", "Doubtful", people[1]),
        ("Approved", "Doubtful", people[2]),
    ]


@pytest.mark.proves("RM-4")
def test_the_database_refuses_one_person_twice(person, bank):
    one, two = (person(bank, *SEE) for _ in range(2))
    decided = {"status": "decided", "risk_class": 3, "decided_on": bank_today()}
    for reviewed, closed, more in ((one, None, {}), (two, one, decided), (two, two, decided)):
        row = ClassificationFactory(proposed_by=one)
        row.reviewed_by, row.closed_by = reviewed, closed
        for name, value in more.items():
            setattr(row, name, value)
        with pytest.raises(DomainError, match="three persons"), acting(by=one):
            write(row, ["reviewed_by", "closed_by", *more], version=row.version)
    row = ClassificationFactory(proposed_by=one)
    row.status, row.risk_class, row.decided_on = "decided", 3, bank_today()
    with pytest.raises(DomainError, match="proposed, reviewed and approved"), acting(by=one):
        write(row, ["status", "risk_class", "decided_on"], version=row.version)


def test_a_proposal_is_sent_back_and_the_class_stays(three):
    claim = ClaimFactory()
    take(three[0], claim, "propose")
    assert take(three[1], claim, "send_back").status_code == 302
    claim.refresh_from_db()
    assert (claim.risk_class, claim.status) == (1, "classified")
    assert claim.classifications.get().status == "sent_back"
    assert take(three[0], claim, "propose").status_code == 302


def test_facts_that_are_worse_on_the_day_of_the_approval_count(three):
    claim = ClaimFactory()
    take(three[0], claim, "propose", risk_class=2)
    take(three[1], claim, "review")
    feed(claim.holding, 271)
    assert take(three[2], claim, "approve").status_code == 302
    claim.refresh_from_db()
    assert (claim.risk_class, claim.floor) == (4, 4)


def test_evidence_is_not_of_a_day_to_come_and_an_ended_claim_is_left_alone(three):
    claim = ClaimFactory()
    tomorrow = bank_today() + dt.timedelta(days=1)
    refused = take(three[0], claim, "propose", facts_on=tomorrow)
    assert "not of a day to come" in refused.content.decode()
    with acting(by=system_user()):
        Holding.objects.filter(pk=claim.holding_id).update(status="closed", closed_on=bank_today())
    assert "has come to its end" in take(three[0], claim, "propose").content.decode()
    assert "propose" not in three[0].get(f"{CLAIMS}{claim.pk}/").content.decode()


# --- upgrades ------------------------------------------------------------------------


@pytest.mark.proves("RM-4")
def test_an_upgrade_waits_for_arrears_and_for_the_longer_of_two_periods_and_six_months(
    three, person, bank, signed_in
):
    holding = loan(91)
    classify()
    claim = holding.claim
    feed(holding, 30)
    refused = take(three[0], claim, "propose", risk_class=2).content.decode()
    assert "once its arrears are cleared" in refused
    feed(holding, 0)
    classify()
    for due_every, months in ((1, 6), (4, 8)):
        year, month = divmod(bank_today().month - 1 + months, 12)
        first = bank_today().replace(day=1, year=bank_today().year + year, month=month + 1)
        with clock_at(midnight(first - dt.timedelta(days=1))):
            early = signed_in(person(bank, *SEE, *STEPS, extent=Grant.Reach.BANK))
            asked = {"risk_class": 1, "due_every": due_every}
            refused = take(early, claim, "propose", **asked).content.decode()
            assert "after observation, from" in refused
    with clock_at(now() + dt.timedelta(days=185)):
        desks = [signed_in(person(bank, *SEE, *STEPS, extent=Grant.Reach.BANK)) for _ in range(3)]
        carry(desks, claim, risk_class=1)
    assert (claim.risk_class, claim.floor) == (1, 1)


def test_a_restructured_claim_is_observed_for_a_year_which_a_miss_begins_anew(
    three, person, bank, signed_in
):
    claim = ClaimFactory()
    began = bank_today()
    carry(three, claim, risk_class=3, observed_from=began)
    assert (claim.risk_class, claim.floor) == (3, 2)

    def desk():
        return signed_in(person(bank, *SEE, *STEPS, extent=Grant.Reach.BANK))

    asked = {"risk_class": 2, "observed_from": began}
    with clock_at(now() + dt.timedelta(days=200)):
        assert "after observation" in take(desk(), claim, "propose", **asked).content.decode()
        feed(claim.holding, 3)
        classify()
        claim.refresh_from_db()
        assert claim.observed_from == bank_today()
        feed(claim.holding, 0)
        classify()
        asked["observed_from"] = bank_today()
    with clock_at(now() + dt.timedelta(days=400)):
        assert "after observation" in take(desk(), claim, "propose", **asked).content.decode()
    with clock_at(now() + dt.timedelta(days=200 + 366)):
        assert take(desk(), claim, "propose", **asked).status_code == 302


# --- debtors -------------------------------------------------------------------------


@pytest.mark.proves("RM-9")
@pytest.mark.parametrize(("kind", "amount", "follows"), [
    ("organisation", "11000", True),
    ("organisation", "10000", False),
    ("person", "11000", False),
])  # fmt: skip
def test_what_would_follow_is_shown_before_the_approval_and_follows_it(
    three, kind, amount, follows, django_assert_max_num_queries
):
    customer = CustomerFactory(kind=kind)
    small = loan(customer=customer, amount=amount)
    rest = loan(customer=customer, amount=str(100000 - int(amount)))
    classify()
    claim, other = small.claim, rest.claim
    take(three[0], claim, "propose")
    three[1].get(CLAIMS)
    with django_assert_max_num_queries(16):
        preview = three[1].get(f"{CLAIMS}{claim.pk}/").content.decode()
    assert ("Pass → Substandard" in preview) == follows
    take(three[1], claim, "review")

    assert take(three[2], claim, "approve").status_code == 302

    other.refresh_from_db()
    assert (other.risk_class, other.is_pulled) == ((3, True) if follows else (1, False))
    if follows:
        assert other.classifications.get().cause == "pulled"


def test_claims_that_were_pulled_along_do_not_hold_each_other(db):
    customer = CustomerFactory(kind="organisation")
    source, *others = [loan(days, customer, amount="50000") for days in (100, 0, 0)]
    classify()
    assert all(one.claim.is_pulled and one.claim.floor == 3 for one in others)
    feed(source, 0)
    with acting(by=system_user()):
        Holding.objects.filter(pk=source.pk).update(status="closed", closed_on=bank_today())
    classify()
    found = Claim.objects.exclude(holding=source)
    assert set(found.values_list("risk_class", "floor")) == {(3, 1)}


# --- pages ---------------------------------------------------------------------------


def test_lists_and_cards_show_claims_within_reach(
    person, branch, other_branch, signed_in, django_assert_max_num_queries
):
    near, far = (loan(days, CustomerFactory(home_branch=where)) for days, where in
                 ((91, branch), (1, other_branch)))  # fmt: skip
    classify()
    desk = signed_in(person(branch, *SEE))
    with django_assert_max_num_queries(12):
        page = desk.get(f"{CLAIMS}?non_performing=yes&overdue=yes").content.decode()
    assert f"{CLAIMS}{near.claim.pk}/" in page
    assert f"{CLAIMS}{far.claim.pk}/" not in desk.get(CLAIMS).content.decode()
    assert desk.get(f"{CLAIMS}{far.claim.pk}/").status_code == 404
    assert desk.post(f"{CLAIMS}{near.claim.pk}/propose/").status_code == 403
    for address in (f"customer/{near.customer_id}", f"holding/{near.pk}"):
        card = desk.get(f"{CLAIMS}panel/{address}/").content.decode()
        assert "Substandard" in card
    deposit = HoldingFactory(customer=near.customer)
    shown = {
        holding: f"{CLAIMS}panel/holding/"
        in desk.get(f"/customers/holdings/{holding.pk}/").content.decode()
        for holding in (near, deposit)
    }
    assert shown == {near: True, deposit: False}


def test_the_migration_of_the_month_counts_and_opens_its_rows(
    person, branch, other_branch, signed_in
):
    for days, where in ((91, branch), (95, branch), (1, branch), (91, other_branch)):
        loan(days, CustomerFactory(home_branch=where))
    classify()
    desk = signed_in(person(branch, *SEE))
    page = desk.get(f"{CLAIMS}moves/").content.decode()
    for after, number in ((2, 1), (3, 2)):
        link = f"from_class=1&risk_class={after}"
        assert f'{link.replace("&", "&amp;")}">{number}</a>' in page
        rows = desk.get(f"{CLAIMS}?{link}").content.decode()
        assert len(set(re.findall(rf'href="{CLAIMS}(\d+)/"', rows))) == number
    next_month = midnight(bank_today().replace(day=1) + dt.timedelta(days=32))
    with clock_at(next_month):
        later = signed_in(person(branch, *SEE))
        assert "from_class" not in later.get(f"{CLAIMS}moves/").content.decode()
