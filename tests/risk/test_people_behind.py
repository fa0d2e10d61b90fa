"""People behind customers who are none: screened like customers, and what their matches stop."""

import datetime as dt
import uuid

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from crm.core.acting import acting
from crm.core.clock import bank_now, bank_today, clock_at
from crm.core.idempotency import FIELD
from customers.links.recognise import recognise
from customers.models import Customer, IdentityKey, Link, RelatedPerson, Restriction
from risk.models import Diligence, ScreenedPerson, ScreeningHit
from risk.screening import run
from risk.screening.screened import PEOPLE
from risk.tasks import screen_missed, screen_nightly, screen_people, watch_ties
from sysadmin.models import Grant, Notification, period, system_user
from tests.factories import CustomerFactory, LinkFactory, RelatedPersonFactory, StaffMemberFactory
from tests.factories_risk import ListedNameFactory, ScreeningHitFactory, WatchlistEntryFactory
from tests.jobs import work_off

HITS = "/risk/screening/"
DECIDE_HITS = (
    "customers.view_customer",
    "risk.view_screeninghit",
    "risk.confirm_screeninghit",
    "risk.dismiss_screeninghit",
    "risk.release_screeninghit",
    "risk.lift_screeninghit",
)
SERVE = ("customers.view_customer", "customers.change_customer")
LAW = {"added_in__watchlist__is_statutory": True}
YEAR = dt.timedelta(days=365)


@pytest.fixture
def officer(person, bank, signed_in):
    """Signs in somebody who decides hits in the whole bank."""
    return lambda: signed_in(person(bank, *DECIDE_HITS, extent=Grant.Reach.BANK))


@pytest.fixture
def manager(person, branch, signed_in):
    """Signed in: somebody who looks after the customers of the branch."""
    return signed_in(person(branch, *SERVE))


def listed(name, **facts):
    """Somebody on a list, found by name."""
    entry = WatchlistEntryFactory(name=name, **facts)
    ListedNameFactory(entry=entry)
    return entry


def organisation(name="工厂", **facts):
    return CustomerFactory(kind="organisation", name=name, **facts)


def behind(customer, name="陈维林", kind="controller", **facts):
    """Somebody who stands behind a customer and is none."""
    person = RelatedPersonFactory(customer=customer, name=name, **facts)
    LinkFactory(customer=customer, person=person, kind=kind, share=None)
    return person


def screened(customer, *more, **facts):
    person = behind(customer, *more, **facts)
    run.screen([person.pk], by=system_user(), among=PEOPLE)
    return person


def screen_waiting():
    """Do what waits in the queue for people behind customers, as a worker would."""
    for job in ProcrastinateJob.objects.filter(task_name=screen_people.name, status="todo"):
        screen_people(**job.args)


def decided(desk, hit, verb, **data):
    hit.refresh_from_db()
    sent = {FIELD: str(uuid.uuid4()), "version": hit.version, "reason": "compared", **data}
    return desk.post(f"{HITS}{hit.pk}/{verb}/", sent)


def stopped():
    """The names of those for whom service is stopped for a tie."""
    ties = Restriction.objects.in_force().filter(cause="tied")
    return set(ties.values_list("customer__name", flat=True))


# --- finding -------------------------------------------------------------------------


@pytest.mark.proves("RM-2")
def test_who_is_named_behind_a_customer_is_screened_and_the_hit_stands_with_the_customer(
    manager, branch, officer
):
    listed("Chen Weilin", born="1971")
    customer = organisation(home_branch=branch)
    address = f"/customers/{customer.pk}/links/add/"
    told = {"country": "CN", "first_day": str(bank_today()), "evidence": "register", "share": ""}

    def named(name, kind, **facts):
        sent = {**told, "name": name, "kind": kind, **facts, FIELD: str(uuid.uuid4())}
        assert manager.post(address, sent).status_code == 302

    named("陈维林", "contact")
    screen_waiting()
    assert not ScreeningHit.objects.exists()
    named("陈维林", "controller")
    named("欧阳修", "agent")
    screen_waiting()

    hit = ScreeningHit.objects.get()
    assert (hit.customer, hit.person.name, hit.status) == (customer, "陈维林", "open")
    desk = officer()
    page = desk.get(f"{HITS}{hit.pk}/").content.decode()
    assert f"Behind {customer.shown_name}" in page
    for shown in ("Actual controller", "Contact person", "1971", f"{hit.score} %"):
        assert shown in page
    assert "Lifted by the authority" not in page
    for query, count in (("?behind=yes", 1), ("?behind=no", 0)):
        assert desk.get(f"{HITS}{query}").content.decode().count("Chen Weilin") == count
    assert "陈维林" in desk.get(f"{HITS}panel/customer/{customer.pk}/").content.decode()


@pytest.mark.proves("RM-2")
def test_every_night_people_behind_customers_are_screened_too(
    db, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr(run, "RANGE", 2)
    factory, closed = organisation(), organisation("关厂", status=Customer.Status.CLOSED)
    ours = [behind(factory, name) for name in ("陈维林", "欧阳修", "司马光")]
    behind(factory, "诸葛亮", kind="spouse")
    behind(closed, "李清照")
    gone = screened(factory, "王安石")
    for name in ("Chen Weilin", "OU YANG Xiu", "Sima Guang", "Zhuge Liang", "LI Qingzhao"):
        listed(name)
    left = ScreeningHitFactory(customer=factory, person=gone)
    with acting(by=system_user()):
        Link.objects.filter(person=gone).update(valid=period(bank_today() - YEAR, bank_today()))

    with clock_at(bank_now().replace(hour=2) + dt.timedelta(days=1)):
        screen_nightly(timestamp=0)
        work_off()

    opened = set(ScreeningHit.objects.undecided().values_list("person", "customer"))
    assert opened == {(one.pk, factory.pk) for one in ours}
    left.refresh_from_db()
    assert left.status == "over"
    people = PEOPLE.identities(PEOPLE.today().order_by("pk"))
    # as many as of customers
    with acting(by=system_user()), django_assert_max_num_queries(9):
        run.screen_range(people, among=PEOPLE)


@pytest.mark.proves("RM-2")
def test_whose_name_is_put_right_is_screened_again(manager, branch, signed_in, person):
    listed("Ouyang Xiu")
    customer = organisation(home_branch=branch)
    chief = screened(customer, "欧阳秀成", country="CN")
    assert not ScreeningHit.objects.exists()
    address = f"/customers/{customer.pk}/people/{chief.pk}/"
    page = manager.get(f"/customers/{customer.pk}/links/").content.decode()
    assert f'href="{address}"' in page
    sent = {"name": "欧阳修", "born_on": "1971-02-03", "country": "CN", "version": chief.version}

    def corrected(client=manager, **more):
        return client.post(address, {**sent, **more, FIELD: str(uuid.uuid4())})

    assert corrected(name="").status_code == 422
    assert corrected(version=chief.version + 1).status_code == 409
    reader = signed_in(person(branch, "customers.view_customer"))
    assert corrected(reader).status_code == 403
    assert corrected().status_code == 302
    screen_waiting()

    hit = ScreeningHit.objects.get()
    assert (hit.person_id, hit.customer_name) == (chief.pk, "欧阳修")
    with acting(by=system_user()):
        RelatedPerson.objects.update(became=CustomerFactory())
    chief.refresh_from_db()
    refused = corrected(version=chief.version).content.decode()
    assert "has become a customer" in refused


def test_who_changed_or_was_missed_is_screened_within_the_hour_or_the_night(db):
    listed("Chen Weilin")
    listed("Ouyang Xiu")
    person = screened(organisation(), "司马光")
    ScreenedPerson.objects.all().delete()
    missed = behind(organisation("控股"))

    screen_missed(timestamp=0)
    assert ScreeningHit.objects.get().person == missed
    with acting(by=system_user()):
        RelatedPerson.objects.filter(pk=person.pk).update(name="欧阳修")
    with clock_at(bank_now().replace(hour=2) + dt.timedelta(days=1)):
        screen_nightly(timestamp=0)
        work_off()

    assert ScreeningHit.objects.filter(person=person).count() == 1


@pytest.mark.proves("RM-2")
def test_a_false_positive_about_a_person_is_silent_and_says_nothing_of_the_customer(db, officer):
    entry = listed("Chen Weilin")
    customer = CustomerFactory(name="陈维林")
    person = screened(customer, kind="guardian")
    assert decided(officer(), ScreeningHit.objects.get(), "dismiss").status_code == 302

    run.screen([person.pk], by=system_user(), among=PEOPLE)
    assert not ScreeningHit.objects.undecided().exists()
    run.screen([customer.pk], by=system_user())

    hit = ScreeningHit.objects.undecided().get()
    assert (hit.customer, hit.person, hit.entry) == (customer, None, entry)


def test_who_becomes_a_customer_is_screened_as_one(db, officer):
    listed("Chen Weilin")
    person = screened(organisation())
    index = b"1" * 32
    with acting(by=system_user()):
        RelatedPerson.objects.filter(pk=person.pk).update(index=index)
        customer = CustomerFactory(name="陈维林")
        IdentityKey.objects.filter(customer=customer).delete()
        IdentityKey.objects.create(customer=customer, index=index)
        recognise([customer.pk])

    run.screen([customer.pk], by=system_user())

    states = dict(ScreeningHit.objects.values_list("customer__name", "status"))
    assert states == {"工厂": "over", "陈维林": "open"}


# --- deciding ------------------------------------------------------------------------


@pytest.mark.proves("RM-2")
def test_a_statutory_match_stops_what_the_person_rules_or_acts_for(
    officer, manager, branch, person, other_branch
):
    factory = organisation(home_branch=branch, lead_manager=StaffMemberFactory(branch=branch))
    manager_of = factory.lead_manager.user
    holding, half, ward, principal, served = (
        organisation("控股", home_branch=other_branch),
        organisation("半数"),
        CustomerFactory(name="被监护人"),
        organisation("委托人"),
        organisation("董事所在"),
    )
    listed("Chen Weilin", **LAW)
    chief = screened(factory)
    index = b"2" * 32
    named = {name: RelatedPersonFactory(customer=one, name=name) for name, one in (
        ("持股", holding), ("半", half), ("监护", ward), ("代理", principal), ("董事", served),
    )}  # fmt: skip
    everywhere = [chief.pk, *(one.pk for one in named.values())]
    with acting(by=system_user()):
        RelatedPerson.objects.filter(pk__in=everywhere).update(index=index)
    # 30 of one's own and 25 of what one rules are more than half together
    for one, facts in (
        (named["持股"], {"kind": "owner", "share": 30}),
        (named["半"], {"kind": "owner", "share": 50}),
        (named["监护"], {"kind": "guardian"}),
        (named["代理"], {"kind": "agent"}),
        (named["董事"], {"kind": "director"}),
    ):
        LinkFactory(customer=one.customer, person=one, **facts)
    LinkFactory(customer=holding, party=factory, person=None, kind="owner", share=25)
    hit = ScreeningHit.objects.get()

    desk = officer()
    assert decided(desk, hit, "confirm").status_code == 302

    assert stopped() == {"工厂", "控股", "被监护人", "委托人"}
    assert Diligence.objects.get(customer=factory).cause == Diligence.Cause.HIT
    page = desk.get(f"{HITS}{hit.pk}/").content.decode()
    assert f'href="/customers/{ward.pk}/"' in page
    banner = manager.get(f"/customers/{factory.pk}/").content.decode()
    assert "Tie to a statutory list" in banner
    told = Notification.objects.get(recipient=manager_of, kind="risk.service_stopped")
    assert (told.subject_key, told.code) == (factory.pk, "")

    with acting(by=system_user()):
        Link.objects.filter(person=chief).update(valid=period(bank_today() - YEAR, bank_today()))
    watch_ties(timestamp=0)
    assert stopped() == {"被监护人", "委托人"}

    assert "Ask a second person" in decided(desk, hit, "lift").content.decode()
    assert decided(officer(), hit, "lift").status_code == 302
    assert stopped() == set()


@pytest.mark.proves("RM-2")
def test_a_guardian_is_not_stopped_with_the_ward(officer, db):
    ward, guardian = CustomerFactory(name="被监护人"), organisation("福利院")
    LinkFactory(customer=ward, party=guardian, person=None, kind="guardian")
    agent = CustomerFactory(name="代理人")
    LinkFactory(customer=ward, party=agent, person=None, kind="agent")
    decided(officer(), ScreeningHitFactory(customer=ward, entry=listed("X", **LAW)), "confirm")
    assert stopped() == {"代理人"}


@pytest.mark.proves("RM-2")
def test_a_confirmed_person_who_becomes_a_customer_is_stopped_as_one(officer, db):
    listed("Chen Weilin", **LAW)
    person = screened(organisation(), kind="director")
    decided(officer(), ScreeningHit.objects.get(), "confirm")
    assert stopped() == set()
    customer = CustomerFactory(name="陈维林")
    with acting(by=system_user()):
        RelatedPerson.objects.filter(pk=person.pk).update(became=customer)

    run.screen([customer.pk], by=system_user())

    assert stopped() == {"陈维林"}


def test_an_own_list_stops_nothing_for_a_person_but_calls_for_a_review(officer, db):
    listed("Chen Weilin")
    screened(organisation())
    hit = ScreeningHit.objects.get()
    desk = officer()
    assert decided(desk, hit, "confirm").status_code == 302

    assert not Restriction.objects.exists()
    assert Diligence.objects.get().cause == Diligence.Cause.HIT
    assert "release" not in desk.get(f"{HITS}{hit.pk}/").content.decode()
    until = str(bank_today() + dt.timedelta(days=30))
    refused = decided(officer(), hit, "release", until=until).content.decode()
    assert "Nothing is blocked by this hit" in refused


def test_hits_of_people_are_seen_and_decided_within_reach_alone(person, branch, signed_in):
    there = organisation("别处")
    hit = ScreeningHitFactory(customer=there, person=behind(there))
    desk = signed_in(person(branch, *DECIDE_HITS))
    assert desk.get(f"{HITS}{hit.pk}/").status_code == 404
    assert decided(desk, hit, "confirm").status_code == 404
    assert "Chen" not in desk.get(HITS).content.decode()
    assert hit.listed_name not in desk.get(HITS).content.decode()


def test_ties_of_people_cost_the_same_however_many_there_are(db, django_assert_max_num_queries):
    entry = listed("Chen Weilin", **LAW)
    for number in range(3):
        customer = organisation(f"工厂{number}")
        person = behind(customer, index=bytes([number]) * 32)
        ScreeningHitFactory(customer=customer, person=person, entry=entry, status="confirmed")
    watch_ties(timestamp=0)
    assert len(stopped()) == 3
    with django_assert_max_num_queries(11):
        watch_ties(timestamp=0)
