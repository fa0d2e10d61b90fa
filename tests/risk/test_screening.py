"""Customers screened as they come and change and as lists do; hits decided; service stopped."""

import datetime as dt
import uuid

import pytest
from django.core.management import call_command
from procrastinate.contrib.django.models import ProcrastinateJob

from crm.core.acting import acting
from crm.core.clock import bank_now, bank_today, clock_at, now
from crm.core.idempotency import FIELD
from crm.core.models import AccessEvent, Approval, Job
from crm.core.trail import Kind
from customers.models import Customer, Restriction
from risk.models import ListedName, ScreenedCustomer, ScreeningHit, WatchlistEntry
from risk.screening import candidates, crowds, run
from risk.screening.screened import CUSTOMERS
from risk.tasks import expire_entries, screen_customers, screen_missed, screen_nightly
from sysadmin.models import Grant, Notification, system_user
from tests.deciding import DECIDE, change, decide, decider, step
from tests.factories import ApprovalPolicyFactory, CustomerFactory, RoleFactory, resident_id
from tests.factories_risk import ListedNameFactory, ScreeningHitFactory, WatchlistEntryFactory
from tests.jobs import work_off

HEAD = "key,kind,name,aliases,born,countries,remark\n"
HITS = "/risk/screening/"
NAMED = ("Chen Weilin", "Ouyang Xiu", "Sima Guang")
DECIDE_HITS = (
    "customers.view_customer",
    "risk.view_screeninghit",
    "risk.confirm_screeninghit",
    "risk.dismiss_screeninghit",
    "risk.release_screeninghit",
    "risk.load_watchlist",
    "risk.view_watchlist",
    "core.view_approval",
)
SERVE = (
    "customers.view_customer",
    "customers.add_customer",
    "customers.change_customer",
    "customers.activate_customer",
)


@pytest.fixture
def officer(person, bank):
    return person(bank, *DECIDE_HITS, extent=Grant.Reach.BANK)


@pytest.fixture
def desk(officer, signed_in):
    return signed_in(officer)


@pytest.fixture
def manager(person, branch):
    return person(branch, *SERVE)


def waiting():
    """What waits in the queue for the screening."""
    return ProcrastinateJob.objects.filter(task_name=screen_customers.name, status="todo")


def screen_waiting():
    """Do what waits in the queue for the screening, as a worker would."""
    for job in waiting().order_by("id"):
        screen_customers(**job.args)


def listed(name, *, statutory=False, kind="person"):
    """Somebody on a list, found by name."""
    entry = WatchlistEntryFactory(name=name, kind=kind, added_in__watchlist__is_statutory=statutory)
    ListedNameFactory(entry=entry)
    return entry


def screened(**facts):
    """A customer who has been screened."""
    customer = CustomerFactory(**facts)
    run.screen([customer.pk], by=system_user())
    return customer


def decided(desk, hit, verb, **data):
    """What comes of a step with a hit."""
    return desk.post(
        f"{HITS}{hit.pk}/{verb}/",
        {FIELD: str(uuid.uuid4()), "version": hit.version, "reason": "compared", **data},
    )


# --- finding -------------------------------------------------------------------------


@pytest.mark.proves("RM-2")
def test_a_new_customer_is_screened_and_the_hit_explains_itself(manager, branch, desk, signed_in):
    listed("Chen Weilin")
    sent = {
        "kind": "person", "name": "陈维林", "gender": "F", "country": "CN", "born_on": "1985-06-15",
        "opened_on": "2020-01-01", "home_branch": branch.pk, "document_kind": "resident_id",
        "document_number": resident_id(), "document_country": "CN", FIELD: str(uuid.uuid4()),
    }  # fmt: skip
    answer = signed_in(manager).post("/customers/add/", sent)
    assert answer.status_code == 302, answer.context["form"].errors

    screen_waiting()

    hit = ScreeningHit.objects.get()
    assert (hit.customer.name, hit.listed_name, hit.status) == ("陈维林", "Chen Weilin", "open")
    page = desk.get(f"{HITS}{hit.pk}/").content.decode()
    for shown in ("陈维林", "Chen Weilin", f"{hit.score} %", "weilin", "Words left over"):
        assert shown in page
    assert "Chen Weilin" in desk.get(f"{HITS}panel/customer/{hit.customer_id}/").content.decode()


def test_a_changed_name_is_screened_and_other_changes_are_not(manager, branch, signed_in):
    entry = listed("Ouyang Xiu")
    customer = screened(home_branch=branch, name="陈维林")
    client, before = signed_in(manager), waiting().count()
    assert change(client, customer, city="苏州").status_code == 302
    assert waiting().count() == before
    customer.refresh_from_db()
    assert change(client, customer, name="欧阳修", latin_name="").status_code == 302
    assert waiting().count() == before + 1

    screen_waiting()

    assert ScreeningHit.objects.get().entry == entry


def test_a_file_of_customers_is_screened(tmp_path, person, branch):
    importer = person(branch, "customers.import_customer", "customers.view_customer")
    listed("Ouyang Xiu")
    path = tmp_path / "customers.csv"
    path.write_text(
        "customer_no,kind,name,document_type,document_number,birth_or_founding_date,branch_code,"
        f"opened_on,status\nc1,person,欧阳修,resident_id,{resident_id()},1985-06-15,"
        f"{branch.code},2020-01-01,active\n"
    )
    call_command("import_customers", str(path), "--as", importer.username)

    screen_waiting()

    assert ScreeningHit.objects.get().customer.name == "欧阳修"


@pytest.mark.proves("RM-2")
def test_a_new_list_is_screened_as_a_job_that_begins_with_those_never_screened(
    officer, desk, tmp_path
):
    known, never = screened(name="陈维林"), CustomerFactory(name="欧阳修")
    path = tmp_path / "own.csv"
    path.write_text(
        HEAD + "1,person,Chen Weilin,,,,\n2,person,OU YANG Xiu,Ouyang Xiu,,,\n"
        "3,organisation,陈维林,,,,\n"
    )
    call_command(
        "screening",
        "load",
        "own",
        str(path),
        "--list",
        "own",
        "--name",
        "L",
        "--as",
        officer.username,
    )

    work_off()

    assert Job.objects.get().status == Job.Status.DONE
    assert set(ScreeningHit.objects.values_list("customer", "entry__key")) == {
        (known.pk, "1"),
        (never.pk, "2"),
    }
    assert ScreenedCustomer.objects.filter(customer=never).exists()


def test_a_job_that_is_taken_up_again_opens_no_hit_twice(officer, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "RANGE", 1)
    customers = [CustomerFactory(name=name) for name in ("陈维林", "欧阳修", "司马光")]
    rows = ("Chen Weilin", "Ouyang Xiu", "Sima Guang", "Zhuge Liang")
    path = tmp_path / "own.csv"
    path.write_text(HEAD + "".join(f"{n},person,{name},,,,\n" for n, name in enumerate(rows)))
    call_command(
        "screening",
        "load",
        "own",
        str(path),
        "--list",
        "own",
        "--name",
        "L",
        "--as",
        officer.username,
    )
    work_off()
    work_off()
    run.screen([c.pk for c in customers], by=system_user())

    assert ScreeningHit.objects.count() == 3


@pytest.mark.proves("RM-2")
def test_every_night_all_customers_are_screened_against_all_lists_once(
    db, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr(run, "RANGE", 2)
    names = ("陈维林", "欧阳修", "司马光", "诸葛亮", "李清照")
    before, changed, closed, other, silent = (screened(name=name) for name in names)
    for name in ("Chen Weilin", "Wang Anshi", "Sima Guang", "LI Qingzhao"):
        listed(name)
    with acting(by=system_user()):
        Customer.objects.filter(pk=changed.pk).update(name="王安石", latin_name="")
        Customer.objects.filter(pk=closed.pk).update(status="closed")
    run.screen([silent.pk], by=system_user())
    with acting(by=system_user()):
        ScreeningHit.objects.update(
            status="dismissed", decided_by=system_user(), decided_at=now(), decision="seen"
        )
    night = bank_now().replace(hour=2) + dt.timedelta(days=1)

    for hours in (-3, 0, 1, 24):
        with clock_at(night + dt.timedelta(hours=hours)):
            screen_nightly(timestamp=0)
            work_off()

    opened = set(ScreeningHit.objects.undecided().values_list("customer", flat=True))
    assert opened == {before.pk, changed.pk}
    assert Job.objects.count() == 2
    progress = Job.objects.latest("pk").progress
    assert (progress.total, progress.done, progress.changed) == (4, 4, 0)
    assert other.screened
    customers = CUSTOMERS.identities(Customer.objects.exclude(pk=closed.pk).order_by("pk"))
    # who acts, the keys kept, the cut-offs, the join, and what is known of both sides
    with acting(by=system_user()), django_assert_max_num_queries(9):
        run.screen_range(customers)


def test_whoever_was_missed_is_screened_within_the_hour(db, monkeypatch):
    monkeypatch.setattr(run, "AT_ONCE", 1)
    listed("Chen Weilin")
    missed = [CustomerFactory(name=name) for name in ("陈维林", "欧阳修")]

    screen_missed(timestamp=0)

    assert ScreeningHit.objects.get().customer == missed[0]
    assert ScreenedCustomer.objects.count() == 2


def test_closed_customers_and_organisations_of_the_same_name_are_no_hit(db):
    listed("Chen Weilin", kind="organisation")
    listed("Ouyang Xiu")
    screened(name="陈维林")
    screened(name="欧阳修", status=Customer.Status.CLOSED)
    assert not ScreeningHit.objects.exists()


# --- deciding ------------------------------------------------------------------------


@pytest.mark.proves("RM-2")
def test_a_false_positive_is_silent_until_either_side_changes(desk):
    entry = listed("Chen Weilin")
    customer = screened(name="陈维林")
    hit = ScreeningHit.objects.get()
    assert decided(desk, hit, "dismiss").status_code == 302
    hit.refresh_from_db()
    assert (hit.status, hit.decision) == ("dismissed", "compared")

    run.screen([customer.pk], by=system_user())
    assert not ScreeningHit.objects.undecided().exists()

    with acting(by=system_user()):
        Customer.objects.filter(pk=customer.pk).update(born_on=dt.date(1970, 1, 1))
    run.screen([customer.pk], by=system_user())
    again = ScreeningHit.objects.undecided().get()
    assert decided(desk, again, "dismiss").status_code == 302

    WatchlistEntry.objects.filter(pk=entry.pk).update(digest="d" * 64)
    run.screen([customer.pk], by=system_user())
    assert ScreeningHit.objects.undecided().count() == 1


def test_a_hit_is_decided_once_and_with_a_reason(desk):
    hit = ScreeningHitFactory()
    assert decided(desk, hit, "confirm", reason="").status_code == 422
    assert decided(desk, hit, "dismiss").status_code == 302
    refused = decided(desk, hit, "confirm").content.decode()
    assert "has been decided already" in refused
    assert not Restriction.objects.exists()


@pytest.mark.proves("RM-2")
def test_a_false_positive_is_opened_again_with_a_reason_and_its_decision_stays(
    desk, officer, person, bank, signed_in
):
    customer = CustomerFactory()
    hit = ScreeningHitFactory(customer=customer)
    assert decided(desk, hit, "dismiss", reason="another birth").status_code == 302
    colleague = person(bank, *DECIDE_HITS, "risk.reopen_screeninghit", extent=Grant.Reach.BANK)
    second = signed_in(colleague)
    page = f"{HITS}{hit.pk}/"
    assert "reopen" not in desk.get(page).content.decode()
    assert "reopen" in second.get(page).content.decode()
    hit.refresh_from_db()
    assert decided(second, hit, "reopen", reason="").status_code == 422

    assert decided(second, hit, "reopen", reason="the register was wrong").status_code == 302

    hit.refresh_from_db()
    assert (hit.status, hit.decided_by, hit.decision) == ("open", None, "")
    shown = second.get(page).content.decode().split('id="decisions"')[1].split("</section>")[0]
    for said in ("another birth", "False positive", officer.shown_name, "the register was wrong"):
        assert said in shown
    news = Notification.objects.get(kind="risk.hit_reopened")
    assert (news.recipient, news.subject_key) == (officer, hit.pk)
    told = second.get(f"/customers/{customer.pk}/timeline/").content.decode()
    assert "Opened a hit again" in told
    assert decided(second, hit, "confirm").status_code == 302
    assert Restriction.objects.get().customer == customer


def test_only_a_false_positive_that_is_still_listed_is_opened_again(person, bank, signed_in):
    client = signed_in(
        person(bank, *DECIDE_HITS, "risk.reopen_screeninghit", extent=Grant.Reach.BANK)
    )
    undecided = ScreeningHitFactory()
    assert (
        "Only a false positive is opened again"
        in decided(client, undecided, "reopen").content.decode()
    )
    same = {"customer": undecided.customer, "entry": undecided.entry}
    beside = ScreeningHitFactory(**same, status="dismissed")
    assert "This hit is open already." in decided(client, beside, "reopen").content.decode()
    gone = ScreeningHitFactory(status="dismissed")
    with acting(by=system_user()):
        WatchlistEntry.objects.filter(pk=gone.entry_id).update(removed_in=gone.entry.added_in)
    assert "no longer on its list" in decided(client, gone, "reopen").content.decode()
    gone.refresh_from_db()
    assert (gone.status, gone.decision) == ("dismissed", "compared")


# --- stopping ------------------------------------------------------------------------


@pytest.mark.proves("RM-10")
def test_a_confirmed_statutory_match_stops_service_at_once_until_it_is_delisted(
    desk, officer, manager, branch, signed_in, tmp_path
):
    rows = [f"{n},person,Listed Somebody{n},,,,\n" for n in range(20)]
    path = tmp_path / "un.csv"
    path.write_text(HEAD + "".join(rows) + "x,person,Chen Weilin,,,,\n")
    load = ["screening", "load", "own", str(path), "--list", "un", "--as", officer.username]
    call_command(*load, "--name", "UN", "--statutory")
    customer = screened(name="陈维林", home_branch=branch, status=Customer.Status.DORMANT)
    hit = ScreeningHit.objects.get()

    assert decided(desk, hit, "confirm").status_code == 302

    client = signed_in(manager)
    page = client.get(f"/customers/{customer.pk}/").content.decode()
    assert "Service is stopped since" in page
    assert "Statutory list" in page
    activate = f"/customers/{customer.pk}/activate/"
    assert "Service for this customer is stopped" in step(client, activate).content.decode()
    assert "release" not in desk.get(f"{HITS}{hit.pk}/").content.decode()
    refused = decided(desk, hit, "release", until=str(bank_today())).content.decode()
    assert "does not release it" in refused

    path.write_text(HEAD + "".join(rows))
    call_command(*load)

    hit.refresh_from_db()
    assert hit.status == "over"
    assert "Service is stopped" not in client.get(f"/customers/{customer.pk}/").content.decode()
    assert step(client, activate).status_code == 302


@pytest.mark.proves("RM-10")
def test_what_the_law_stops_is_never_released_and_the_database_agrees(
    person, bank, signed_in, desk
):
    screened_hit = ScreeningHitFactory(entry__added_in__watchlist__is_statutory=True)
    assert decided(desk, screened_hit, "confirm").status_code == 302
    other = signed_in(person(bank, *DECIDE_HITS, extent=Grant.Reach.BANK))
    screened_hit.refresh_from_db()
    until = str(bank_today() + dt.timedelta(days=30))
    assert (
        "by delisting or by the authority alone"
        in decided(other, screened_hit, "release", until=until).content.decode()
    )
    assert Restriction.objects.get().released_until is None


@pytest.mark.proves("RM-10")
def test_a_match_with_an_own_list_is_released_for_a_time_by_somebody_else(
    desk, person, bank, branch, manager, signed_in
):
    listed("Chen Weilin")
    customer = screened(name="陈维林", home_branch=branch, status=Customer.Status.DORMANT)
    hit = ScreeningHit.objects.get()
    decided(desk, hit, "confirm")
    hit.refresh_from_db()
    until = bank_today() + dt.timedelta(days=30)
    assert "Ask a second person" in decided(desk, hit, "release", until=until).content.decode()

    other = signed_in(person(bank, *DECIDE_HITS, extent=Grant.Reach.BANK))
    past = bank_today() - dt.timedelta(days=1)
    assert "This day is over" in decided(other, hit, "release", until=past).content.decode()
    too_far = bank_today() + dt.timedelta(days=366)
    assert "Enter a day up to" in decided(other, hit, "release", until=too_far).content.decode()
    assert decided(other, hit, "release", until=until).status_code == 302

    client = signed_in(manager)
    assert "Released until" in client.get(f"/customers/{customer.pk}/").content.decode()
    with clock_at(now() + dt.timedelta(days=31)):
        later = signed_in(manager)
        refused = step(later, f"/customers/{customer.pk}/activate/").content.decode()
        assert "Service for this customer is stopped" in refused
    assert step(client, f"/customers/{customer.pk}/activate/").status_code == 302


def test_a_release_waits_for_a_second_person_where_a_policy_says_so(desk, person, bank, signed_in):
    role = RoleFactory(actions=[*DECIDE, "risk.view_screeninghit"])
    ApprovalPolicyFactory(operation="risk.release/1", role=role)
    hit = ScreeningHitFactory(customer__home_branch=bank)
    decided(desk, hit, "confirm")
    hit.refresh_from_db()
    asking = signed_in(person(bank, *DECIDE_HITS, extent=Grant.Reach.BANK))
    decided(asking, hit, "release", until=bank_today())
    assert Restriction.objects.get().released_until is None

    assert decide(signed_in(decider(bank, role)), "approve").status_code == 302

    assert Approval.objects.get().status == Approval.Status.APPROVED
    assert Restriction.objects.get().released_until == bank_today()


@pytest.mark.proves("RM-2")
def test_an_entry_that_has_expired_makes_no_hits_and_stops_nothing(
    desk, officer, manager, branch, signed_in, tmp_path
):
    path = tmp_path / "own.csv"
    tomorrow, later = (bank_today() + dt.timedelta(days=days) for days in (1, 60))
    load = ["screening", "load", "own", str(path), "--list", "own", "--as", officer.username]

    def loaded(until, *more):
        rows = "".join(f"{n},person,{name},{until}\n" for n, name in enumerate(NAMED))
        path.write_text("key,kind,name,until\n" + rows)
        call_command(*load, *more)

    loaded(tomorrow, "--name", "Own")
    names = dict(zip(NAMED, ("陈维林", "欧阳修", "司马光"), strict=True))
    stopped, waiting, somebody_else = (
        screened(name=name, home_branch=branch) for name in names.values()
    )
    hits = {hit.customer_id: hit for hit in ScreeningHit.objects.all()}
    decided(desk, hits[stopped.pk], "confirm")
    decided(desk, hits[somebody_else.pk], "dismiss")
    expire_entries(timestamp=0)
    assert Restriction.objects.in_force().count() == 1

    with clock_at(now() + dt.timedelta(days=1)):
        expire_entries(timestamp=0)
        fresh = [screened(name=name) for name in names.values()]
        run.screen([stopped.pk, waiting.pk], by=system_user())
        client = signed_in(officer)
        sent = {"name": "Chen Weilin", "kind": "person", "year": "", "country": ""}
        answer = client.post("/risk/watchlists/search/", sent, follow=True)
        assert answer.context["found"] == []
        assert not Restriction.objects.in_force().exists()
        assert (
            "Service is stopped"
            not in signed_in(manager).get(f"/customers/{stopped.pk}/").content.decode()
        )
    states = {hit.customer_id: hit.status for hit in ScreeningHit.objects.all()}
    assert states == {stopped.pk: "over", waiting.pk: "over", somebody_else.pk: "dismissed"}

    loaded(later)
    work_off()

    opened = set(ScreeningHit.objects.undecided().values_list("customer", flat=True))
    assert opened == {stopped.pk, waiting.pk, *(one.pk for one in fresh)}


# --- by hand -------------------------------------------------------------------------


@pytest.mark.proves("RM-2")
def test_a_name_is_looked_up_by_hand_in_any_script_and_by_initial(desk, officer):
    entry = WatchlistEntryFactory(name="Jonathan Smithson", born="1970-05-01", countries="RUSSIA")
    ListedNameFactory(entry=entry)
    ListedNameFactory(entry=entry, text="Джонатан Смитсон")
    listed("Chen Weilin", statutory=True)
    listed("沈浩宇")
    address = "/risk/watchlists/search/"

    def looked_up(name, **facts):
        sent = {"name": name, "kind": "person", "year": "", "country": "", **facts}
        answer = desk.post(address, sent)
        assert answer.status_code == 302
        assert name not in answer.url
        return desk.get(answer.url).context["found"]

    by_initial, *others = looked_up("J. Smithson", year="1971", country="RU")
    assert (by_initial.entry, by_initial.is_hit, others) == (entry, True, [])
    assert (by_initial.year_agrees, by_initial.country_agrees) == (True, True)
    assert looked_up("Смитсон Джонатан", year="1990", country="FR")[0].year_agrees is False
    assert [found.name for found in looked_up("陈维林")] == ["Chen Weilin"]
    for asked in ("H. Shen", "Shen H.", "Shen Haoyu", "Shen H. Y."):
        assert [found.name for found in looked_up(asked)] == ["沈浩宇"], asked
    assert "沈浩宇" not in [found.name for found in looked_up("W. Shen")]
    assert looked_up("陈维林", kind="organisation") == looked_up("Zhuge Liang") == []
    assert AccessEvent.objects.filter(kind=Kind.SEARCH, actor=officer).count() == 10
    assert desk.post(address, {"name": "", "kind": "person", "year": "2999"}).status_code == 422


def test_of_a_name_that_many_share_the_same_is_compared_first(desk, monkeypatch):
    monkeypatch.setattr(candidates, "MOST", 1)
    for name in ("Ali Hassan Mahmud Karim", "Hassan Ali", "Mahmud Hassan Ali Umar"):
        listed(name)
    screened(name="Hassan Ali", latin_name="")
    assert ScreeningHit.objects.get().listed_name == "Hassan Ali"


@pytest.mark.proves("RM-2")
def test_by_hand_keys_that_very_many_share_are_read_in_pairs_alone(
    desk, monkeypatch, django_assert_max_num_queries
):
    for name in ("Ali Hassan Mahmud", "Mahmud Karim Ali Hassan", "Ali Hassan", "Ali Hassan Umar"):
        listed(name)
    listed("Hassan Ali")
    listed("Ali Hassan Tarique Nasrallah")
    monkeypatch.setattr(crowds, "CROWDED", 1)
    monkeypatch.setattr(crowds, "MOST_READ", 0)
    crowds.count_keys()

    def looked_up(name):
        sent = {"name": name, "kind": "person", "year": "", "country": ""}
        answer = desk.post("/risk/watchlists/search/", sent)
        with django_assert_max_num_queries(12):
            return {found.name for found in desk.get(answer.url).context["found"]}

    whole = {"Ali Hassan", "Hassan Ali"}
    in_pairs = {"Ali Hassan Mahmud", "Mahmud Karim Ali Hassan"}
    assert looked_up("Ali Hassan Mahmud") == whole | in_pairs
    assert looked_up("Hassan Ali") == whole
    monkeypatch.setattr(crowds, "MOST_READ", 5)
    assert "Ali Hassan Umar" in looked_up("Ali Hassan")


def test_keys_that_a_former_release_has_made_are_made_anew_in_the_night(db, monkeypatch):
    monkeypatch.setattr(run, "RANGE", 1)
    names = [ListedNameFactory(entry=entry, keys=["old"], edition=1) for entry in (
        WatchlistEntryFactory(name="Chen Weilin"), WatchlistEntryFactory(name="Ouyang Xiu"),
    )]  # fmt: skip
    customer = screened(name="陈维林")
    ScreenedCustomer.objects.filter(pk=customer.pk).update(digest="d" * 64, keys=["old"])

    with clock_at(bank_now().replace(hour=2) + dt.timedelta(days=1)):
        screen_nightly(timestamp=0)
        work_off()

    assert ScreeningHit.objects.get().entry == names[0].entry
    assert not ListedName.objects.filter(keys__contains=["old"]).exists()
