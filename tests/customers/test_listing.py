"""The list of customers as a read model: always what a plain query would say, page by page."""

from __future__ import annotations

import datetime as dt
import random
import threading
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, connections
from django.db.models import Sum

from crm.core import jobs
from crm.core.acting import acting
from crm.core.clock import clock_at
from crm.core.models import Job, JobProgress
from customers import listing, operations
from customers.models import Customer, Holding, HoldingParty, ListedCustomer
from customers.products import ASSETS
from customers.tasks import rebuild_listing
from staff.models import Branch
from sysadmin.models import Grant
from tests.factories import (
    BranchFactory,
    CustomerFactory,
    HoldingFactory,
    StaffMemberFactory,
    UserFactory,
)
from tests.jobs import work_off

RIGHTS = (
    "customers.view_customer",
    "customers.view_holding",
    "staff.view_branch",
    "staff.view_staffmember",
)
SURNAMES, GIVEN = "王李张陈欧", "伟芳娜敏静丽月明"
SORTS = ("name", "-name", "assets", "-assets", "opened_on", "-opened_on")
ROUNDS = 120


@pytest.fixture
def crowd(bank):
    """Sixty customers of three branches with facets drawn at random, the same each time."""
    draw = random.Random(20260101)  # noqa: S311  (no secret)
    branches = [BranchFactory(parent=bank) for _ in range(2)]
    branches.append(BranchFactory(parent=branches[0]))
    managers = [StaffMemberFactory(branch=branch) for branch in branches]
    managers.append(StaffMemberFactory(branch=branches[0], supervisor=managers[0]))
    for _ in range(60):
        kind = draw.choice(["person", "person", "organisation"])
        customer = CustomerFactory(
            kind=kind,
            name=draw.choice(SURNAMES) + "".join(draw.choices(GIVEN, k=draw.choice([1, 2]))),
            status=draw.choice(["active", "active", "dormant", "closed", "prospect"]),
            home_branch=draw.choice(branches),
            lead_manager=draw.choice([*managers, None]),
            opened_on=dt.date(2020, 1, 1) + dt.timedelta(days=draw.randrange(0, 40)),
        )
        for _holding in range(draw.choice([0, 1, 2])):
            HoldingFactory(
                customer=customer,
                kind=draw.choice(["deposit", "investment", "loan"]),
                balance_base=Decimal(draw.choice([0, 100, 100, 5000])),
            )
    return branches, managers


def plain(user, asked, words=""):
    """The rows by the plainest means: every customer within reach, then the rule in Python."""
    rows = Customer.objects.permitted(user)
    found = []
    for customer in rows:
        first, last = asked.get("opened_after"), asked.get("opened_before")
        keep = (
            asked.get("kind", customer.kind) == customer.kind
            and (not asked.get("status") or customer.status in asked["status"])
            and asked.get("home_branch", customer.home_branch_id) == customer.home_branch_id
            and asked.get("lead_manager", customer.lead_manager_id) == customer.lead_manager_id
            and asked.get("pool") in {None, "no" if customer.lead_manager_id else "yes"}
            and (not first or customer.opened_on.isoformat() >= first)
            and (not last or customer.opened_on.isoformat() <= last)
            and words in customer.name
        )
        if keep:
            found.append(customer)
    return found


def assets_of(customer):
    """Assets under management, added up one holding at a time."""
    owned = HoldingParty.objects.filter(customer=customer, role__in=HoldingParty.OWNING)
    return sum(
        (
            party.holding.balance_base
            for party in {p.holding_id: p for p in owned.select_related("holding")}.values()
            if party.holding.kind in ASSETS and party.holding.status != "closed"
        ),
        Decimal(0),
    )


def ordered(customers, sort):
    """The customers in the order of the list."""
    keys = {
        "name": lambda c: (c.name_sort[:60].encode(), c.pk),
        "assets": lambda c: (assets_of(c), c.pk),
        "opened_on": lambda c: (c.opened_on, c.pk),
    }
    column = sort.lstrip("-")
    down = (column != "name") != sort.startswith("-")
    return [c.pk for c in sorted(customers, key=keys[column], reverse=down)]


def walked(client, asked):
    """The keys on all pages of a list, forwards, and that the way back leads to the first page."""
    keys, address = [], "/customers/"
    page = client.get(address, asked)
    first = [row.record.pk for row in page.context["table"].rows]
    while True:
        keys += [row.record.pk for row in page.context["table"].rows]
        if not page.context["next"]:
            break
        page = client.get(address + page.context["next"])
    while page.context["previous"]:
        page = client.get(address + page.context["previous"])
    assert [row.record.pk for row in page.context["table"].rows] == first
    return keys


def question(draw, branches, managers):
    """Filters and a sort, drawn at random."""
    asked = {"sort": draw.choice(SORTS)}
    if draw.random() < 0.4:
        asked["kind"] = draw.choice(["person", "organisation"])
    if draw.random() < 0.4:
        asked["status"] = draw.sample(["active", "dormant", "closed", "prospect"], k=2)
    if draw.random() < 0.3:
        asked["home_branch"] = draw.choice(branches).pk
    if draw.random() < 0.3:
        asked["lead_manager"] = draw.choice(managers).pk
    if draw.random() < 0.2:
        asked["pool"] = draw.choice(["yes", "no"])
    if draw.random() < 0.4:
        asked["opened_after"] = f"2020-01-{draw.randrange(1, 29):02d}"
    if draw.random() < 0.3:
        asked["opened_before"] = f"2020-02-{draw.randrange(1, 9):02d}"
    return asked


@pytest.mark.proves("XX-9")
@pytest.mark.parametrize("extent", Grant.Reach.values)
def test_every_page_of_every_question_holds_what_a_plain_query_finds(
    signed_in, person, crowd, monkeypatch, extent
):
    monkeypatch.setattr("crm.core.pages.lists.PAGE_SIZES", (7, 50, 100))
    branches, managers = crowd
    draw = random.Random(extent)  # noqa: S311  (no secret)
    user = person(branches[0], *RIGHTS, extent=extent)
    with acting(by=user):
        member = user.staff_member
        Customer.objects.filter(lead_manager=managers[0]).update(lead_manager=member)
        managers[3].supervisor = member
        managers[3].save()
    client = signed_in(user)
    for _ in range(ROUNDS // len(Grant.Reach.values)):
        asked = question(draw, branches, managers)
        words = draw.choice(["", "", "王", "伟"])
        sent = dict(asked)
        if words:
            found = client.post("/customers/find/", {"q": words})
            sent["v"] = found.headers["Location"].partition("v=")[2]
        expected = ordered(plain(user, asked, words), asked["sort"])
        assert walked(client, sent) == expected, (asked, words)
        count = client.get("/customers/count/", sent)
        assert count.context["count"].n == len(expected), (asked, words)


def worked_out():
    """What the listing should say, worked out anew for all customers."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select id, lft, home_branch_id, lead_manager_id, kind, status, opened_on, name_key,"
            " assets from customers_listing_of((select array_agg(id) from customers_customer))"
            " order by id"
        )
        return cursor.fetchall()


def kept():
    fields = (
        "customer_id", "lft", "home_branch_id", "lead_manager_id", "kind", "status", "opened_on",
        "name_key", "assets",
    )  # fmt: skip
    return list(ListedCustomer.objects.order_by("pk").values_list(*fields))


@pytest.mark.proves("XX-9")
def test_the_listing_follows_every_change(signed_in, person, system, crowd):
    branches, managers = crowd
    assert kept() == worked_out()
    customer = Customer.objects.filter(status="active").first()
    loser = Customer.objects.exclude(pk=customer.pk).first()
    with acting(by=system):
        customer.name = "司马月"
        operations.amend(customer, by=system, fields=["name"], version=customer.version)
        operations.close(customer, by=system, reason="test")
        Customer.objects.filter(home_branch=branches[1]).update(
            home_branch=branches[2], lead_manager=managers[3]
        )
        loser.opened_on = dt.date(2011, 5, 5)
        loser.save(update_fields=["opened_on"])
    holding = HoldingFactory(customer=customer, kind="deposit", balance_base=Decimal("12.34"))
    Holding.objects.filter(kind="investment").update(balance_base=Decimal("77.10"))
    Holding.objects.filter(pk=holding.pk).update(balance_base=Decimal("99.99"))
    HoldingParty.objects.filter(customer=loser).delete()
    assert kept() == worked_out()
    line = ListedCustomer.objects.get(pk=customer.pk)
    assert (line.status, line.assets) == ("closed", assets_of(customer))
    total = ListedCustomer.objects.aggregate(n=Sum("assets"))["n"]
    assert total == sum(assets_of(c) for c in Customer.objects.all())


def test_nobody_without_a_right_to_holdings_sees_or_sorts_by_assets(signed_in, person, crowd):
    branches, _managers = crowd
    client = signed_in(person(branches[0], "customers.view_customer"))
    page = client.get("/customers/", {"sort": "assets"})
    assert "Assets" not in page.content.decode()
    names = [row.record.name_sort for row in page.context["table"].rows]
    assert names == sorted(names)


def test_a_panel_of_customers_shows_assets_to_those_with_a_right_to_holdings_alone(
    signed_in, person, branch
):
    CustomerFactory(home_branch=branch)
    looks = ("customers.view_customer", "customers.assign_customer", "staff.view_branch")
    url = f"/customers/panel/home_branch/{branch.pk}/"
    without = signed_in(person(branch, *looks)).get(url).content.decode()
    assert "Customer since" in without
    assert "Assets" not in without
    assert 'name="sel"' not in without
    entitled = signed_in(person(branch, *looks, "customers.view_holding"))
    assert "Assets" in entitled.get(url).content.decode()


def test_the_list_shows_assets_in_the_base_currency(signed_in, person, branch):
    customer = CustomerFactory(home_branch=branch)
    HoldingFactory(customer=customer, kind="deposit", balance_base=Decimal("1286450.22"))
    page = signed_in(person(branch, *RIGHTS)).get("/customers/").content.decode()
    assert "Assets (CNY)" in page
    assert "1,286,450.22" in page


def test_the_other_generation_and_the_state_are_out_of_reach_of_pages(person, branch):
    assert UserFactory().reach("customers.view_customer") is None
    assert not ListedCustomer.objects.permitted(UserFactory()).exists()
    assert Branch.objects.exists()


def test_many_are_listed_as_each_would_be_alone(crowd):
    keys = list(Customer.objects.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        for one, other in (("of", "of_many"), ("of_many", "of"), ("of", "as_kept")):
            source = (
                "customers_listing" if other == "as_kept" else f"customers_listing_{other}(%(k)s)"
            )
            cursor.execute(
                f"select * from customers_listing_{one}(%(k)s) except select * from {source}",
                {"k": keys},
            )
            assert cursor.fetchall() == []
        cursor.execute("select customers_refresh_listing(%s)", [keys])
        assert cursor.fetchone() == (0,)
        cursor.execute("select count(*) from customers_listing_of_many(%s)", [keys])
        assert cursor.fetchone() == (len(keys),)


# --- built anew ----------------------------------------------------------------------


def live():
    """Which generation readers see."""
    with connection.cursor() as cursor:
        cursor.execute("select live, filling from customers_listing_state")
        return cursor.fetchone()


@pytest.mark.proves("XX-9")
def test_the_list_is_built_anew_beside_the_one_that_is_read(signed_in, person, crowd):
    branches, _managers = crowd
    client = signed_in(person(branches[0], *RIGHTS))
    before = walked(client, {"sort": "assets"})
    assert live() == ("a", False)
    job = listing.rebuild()
    assert listing.rebuild() == job
    jobs.take_step(job.pk)
    assert live() == ("a", True)
    assert walked(client, {"sort": "assets"}) == before
    work_off()
    assert Job.objects.get(pk=job.pk).status == "done"
    assert live() == ("b", False)
    assert kept() == worked_out()
    assert walked(client, {"sort": "assets"}) == before
    listing.rebuild()
    work_off()
    assert live() == ("a", False)
    assert kept() == worked_out()


def test_what_changes_while_the_list_is_built_is_kept(system, crowd, monkeypatch):
    monkeypatch.setattr(listing, "STEP", 10)
    branches, managers = crowd
    job = listing.rebuild()
    steps, changed = 0, 0
    while jobs.take_step(job.pk):
        steps += 1
        customer = Customer.objects.order_by("pk")[steps * 3 % 60]
        with acting(by=system):
            customer.status = Customer.Status.DORMANT
            customer.lead_manager = managers[steps % 4]
            customer.home_branch = branches[steps % 3]
            customer.save()
        changed += 1
        CustomerFactory(home_branch=branches[steps % 3])
        assert kept() == worked_out()
    assert steps >= 5
    assert live() == ("b", False)
    assert kept() == worked_out()
    assert ListedCustomer.objects.count() == Customer.objects.count() == 60 + changed


def noted():
    """How many changes wait for the generation that is being filled."""
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from customers_listing_changed")
        return cursor.fetchone()[0]


def stop(job):
    jobs.cancel(job, by=job.owner, reason="heute nicht")


def let_fail(job):
    jobs.fail(job.pk, jobs.BROKEN)


@pytest.mark.proves("XX-9")
@pytest.mark.parametrize("end", [stop, let_fail])
def test_a_generation_whose_job_has_stopped_is_given_up(system, crowd, end):
    job = listing.rebuild()
    jobs.take_step(job.pk)
    CustomerFactory(home_branch=crowd[0][0])
    jobs.tidy()
    assert (live(), noted()) == (("a", True), 1)
    end(job)
    jobs.tidy()
    assert (live(), noted()) == (("a", False), 0)
    CustomerFactory(home_branch=crowd[0][0])
    assert noted() == 0
    assert kept() == worked_out()
    listing.rebuild()
    work_off()
    assert live() == ("b", False)
    assert kept() == worked_out()


@pytest.mark.parametrize("swept", [True, False])
def test_a_rebuild_that_is_continued_begins_anew_where_its_generation_was_given_up(
    system, crowd, monkeypatch, swept
):
    monkeypatch.setattr(listing, "STEP", 10)
    job = listing.rebuild()
    for _ in range(3):
        jobs.take_step(job.pk)
    stop(job)
    if swept:
        jobs.tidy()
    CustomerFactory(home_branch=crowd[0][0])
    jobs.retry(job, by=job.owner, reason="doch")
    work_off()
    assert Job.objects.get(pk=job.pk).status == "done"
    progress = JobProgress.objects.get(job=job)
    assert (progress.done, progress.total) == (60 + swept, 60 + swept)
    assert live() == ("b", False)
    assert kept() == worked_out()


def test_two_rebuilds_never_fill_one_generation(system, crowd):
    first = listing.rebuild()
    jobs.take_step(first.pk)
    stop(first)
    second = listing.rebuild()
    jobs.take_step(second.pk)
    jobs.retry(first, by=first.owner, reason="doch")
    jobs.run(first.pk)
    assert Job.objects.get(pk=first.pk).status == "failed"
    jobs.tidy()
    assert live() == ("a", True)
    jobs.run(second.pk)
    assert live() == ("b", False)
    assert kept() == worked_out()


@pytest.mark.django_db(transaction=True)
def test_a_rebuild_does_not_make_others_wait_for_one_who_writes_for_long(super_connection):
    CustomerFactory()
    super_connection.execute("select pg_advisory_xact_lock_shared(7102)")
    job = listing.rebuild()
    jobs.run(job.pk)
    assert Job.objects.get(pk=job.pk).status == "failed"
    assert live() == ("a", False)
    super_connection.rollback()
    jobs.retry(job, by=job.owner, reason="noch einmal")
    jobs.run(job.pk)
    assert live() == ("b", False)


NIGHTS = {
    "Asia/Shanghai": dt.date(2027, 3, 28),
    "Asia/Kathmandu": dt.date(2027, 3, 28),
    "Europe/Berlin": dt.date(2027, 3, 28),  # the clock leaves the hour from two to three out
    "America/New_York": dt.date(2027, 11, 7),  # an hour comes twice
    "Africa/Cairo": dt.date(2027, 4, 30),  # midnight is left out
    "Australia/Lord_Howe": dt.date(2027, 4, 4),  # half an hour comes twice
}


@pytest.mark.proves("XX-9")
@pytest.mark.parametrize("zone", NIGHTS)
def test_the_list_is_built_once_in_each_night_of_the_bank(settings, system, zone):
    settings.TIME_ZONE = zone
    day = NIGHTS[zone]
    begun = []
    for hour in range(24 * 4):
        tick = dt.datetime(day.year, day.month, day.day, 0, 40, tzinfo=dt.UTC)
        tick += dt.timedelta(hours=hour - 48)
        with clock_at(tick):
            rebuild_listing.func(int(tick.timestamp()))
        if job := Job.objects.filter(status="queued").first():
            begun.append(tick.astimezone(ZoneInfo(zone)))
            stop(job)
    inner = [at for at in begun if abs(at.date() - day) <= dt.timedelta(days=1)]
    assert [at.date() - day for at in inner] == [dt.timedelta(days=n) for n in (-1, 0, 1)]
    assert {at.hour for at in begun} <= {2, 3}


def test_a_night_that_failed_is_tried_again_and_one_that_was_stopped_is_not(system):
    night = dt.datetime(2027, 3, 27, 18, 40, tzinfo=dt.UTC)
    for hour, end, begun in [(0, let_fail, 1), (1, stop, 2), (2, stop, 2), (25, stop, 3)]:
        with clock_at(night + dt.timedelta(hours=hour)):
            rebuild_listing.func(0)
        assert Job.objects.count() == begun
        if job := Job.objects.filter(status="queued").first():
            end(job)


@pytest.mark.django_db(transaction=True)
def test_readers_see_a_whole_list_while_generations_change(person):
    bank = BranchFactory()
    user = person(bank, *RIGHTS, extent=Grant.Reach.BANK)
    for _ in range(12):
        CustomerFactory(home_branch=bank)
    stop, seen, faults = threading.Event(), [], []

    def read():
        try:
            while not stop.is_set():
                seen.append(ListedCustomer.objects.permitted(user).count())
        except Exception as error:  # noqa: BLE001  (told to the test)
            faults.append(error)
        finally:
            connections.close_all()

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for _ in range(4):
        jobs.run(listing.rebuild().pk)
    stop.set()
    for reader in readers:
        reader.join()
    assert faults == []
    assert set(seen) == {12}
    assert live() == ("a", False)


@pytest.mark.proves("XX-9")
@pytest.mark.django_db(transaction=True)
def test_a_question_that_takes_too_long_asks_for_a_narrower_one(
    signed_in, person, settings, owner_connection
):
    branch = BranchFactory()
    client = signed_in(person(branch, *RIGHTS))
    CustomerFactory(home_branch=branch)
    client.get("/customers/")
    settings.LISTING_TIMEOUT_MS = 60
    owner_connection.execute("lock table customers_listing_a in access exclusive mode")
    page = client.get("/customers/")
    assert page.status_code == 200
    assert "Narrow it: choose a branch" in page.content.decode()
    assert client.get("/customers/count/").status_code == 200
    owner_connection.rollback()
    assert "Narrow it" not in client.get("/customers/").content.decode()
