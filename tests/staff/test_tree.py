"""Branches opened, renamed, moved and closed; what is kept by the tree follows."""

import threading
import uuid
from html import escape

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.core import keyset
from crm.core.acting import acting
from crm.core.clock import bank_today
from crm.core.idempotency import FIELD
from crm.core.models import AuditEvent, Job
from crm.core.operations import DomainError
from crm.core.registry import what_ties
from customers import follow, listing
from customers.models import Customer, ListedCustomer, SearchDue
from staff import operations, tree
from staff.models import Branch
from sysadmin.models import Grant
from tests.factories import (
    BranchFactory,
    CustomerFactory,
    GrantFactory,
    StaffMemberFactory,
)
from tests.jobs import work_off
from tests.matrix.test_at_once import until, waiting
from tests.staff.trees import faults, kept, worked_out

ACTIONS = (
    "staff.view_branch",
    "staff.view_staffmember",
    "staff.add_branch",
    "staff.change_branch",
    "staff.move_branch",
    "staff.close_branch",
    "customers.view_customer",
)
BRANCHES = "/organisation/branches/"


@pytest.fixture
def province(bank):
    """A branch with outlets below it."""
    return BranchFactory(parent=bank, level="branch", code="7001", name_en="Province")


@pytest.fixture
def other_province(bank):
    """Another branch of the same level."""
    return BranchFactory(parent=bank, level="branch", code="7002", name_en="Other Province")


@pytest.fixture
def town(province):
    """A managing sub-branch with an outlet of its own."""
    town = BranchFactory(parent=province, level="managing_sub_branch", name_en="Town")
    BranchFactory(parent=town, name_en="Corner")
    return town


@pytest.fixture
def officer(bank, person):
    """Somebody who looks after the organisation."""
    return person(bank, *ACTIONS, extent=Grant.Reach.BANK)


@pytest.fixture
def desk(officer, signed_in):
    """The officer at work."""
    return signed_in(officer)


def send(client, url, **data):
    """Send a form with a key of its own."""
    return client.post(url, {FIELD: str(uuid.uuid4()), **data})


def move(client, branch, parent, **data):
    """Send the form that moves a branch."""
    branch.refresh_from_db()
    sent = {"parent": parent.pk, "version": branch.version, "reason": "New borders"} | data
    return send(client, f"{BRANCHES}{branch.pk}/move/", **sent)


def errors(answer):
    """What a refused form says."""
    assert answer.status_code == 422
    return str(answer.context["form"].errors)


# --- looking --------------------------------------------------------------------------------------


@pytest.mark.proves("ST-1")
def test_the_tree_opens_level_by_level_with_what_stands_below(desk, bank, province, town):
    corner = Branch.objects.get(parent=town)
    CustomerFactory.create_batch(2, home_branch=corner)
    StaffMemberFactory(branch=town)
    page = desk.get(f"{BRANCHES}tree/").content.decode()
    assert province.name_en in page
    assert town.name_en not in page
    assert "2 customers" in page
    with CaptureQueriesContext(connection) as queries:
        below = desk.get(f"{BRANCHES}tree/", {"below": province.pk}).content.decode()
    assert len(queries) <= 8
    assert town.name_en in below
    assert "2 customers" in below
    assert "1 member of staff" in below
    assert desk.get(f"{BRANCHES}tree/", {"below": "x"}).status_code == 404


@pytest.mark.proves("SY-2")
def test_the_tree_counts_only_customers_whom_the_user_may_see(signed_in, person, province, town):
    CustomerFactory(home_branch=town)
    manager = person(province, "staff.view_branch", "customers.view_customer", extent="branch")
    page = signed_in(manager).get(f"{BRANCHES}tree/").content.decode()
    assert "0 customers" in page
    assert "1 customer" not in page
    clerk = signed_in(person(province, "staff.view_branch"))
    assert "customer" not in clerk.get(f"{BRANCHES}tree/", {"below": province.pk}).content.decode()


# --- opening and renaming -------------------------------------------------------------------------


@pytest.mark.proves("ST-1")
def test_a_branch_is_opened_below_another_and_renamed(desk, province):
    form = desk.get(f"{BRANCHES}add/", {"parent": province.pk})
    assert province.name_en in form.content.decode()
    answer = send(
        desk,
        f"{BRANCHES}add/",
        parent=province.pk,
        level="sub_branch",
        code="7100",
        name="新城支行",
        name_en="New Town",
        city="杭州",
        opened_on="2026-03-02",
    )
    assert answer.status_code == 302
    opened = Branch.objects.get(code="7100")
    assert opened.parent == province
    assert faults() == []
    answer = send(
        desk,
        f"{BRANCHES}{opened.pk}/change/",
        version=opened.version,
        name="新城东支行",
        name_en="New Town East",
        city="杭州",
        opened_on="2026-03-02",
    )
    assert answer.status_code == 302
    opened.refresh_from_db()
    assert (opened.name_en, opened.version) == ("New Town East", 2)


@pytest.mark.proves("ST-1")
def test_a_level_is_opened_below_a_higher_one_alone(desk, town, province):
    facts = {"code": "7101", "name": "一", "name_en": "One", "city": "杭州"}
    facts |= {"opened_on": "2026-03-02"}
    answer = send(desk, f"{BRANCHES}add/", parent=town.pk, level="branch", **facts)
    assert "Choose a higher one" in errors(answer)
    answer = send(desk, f"{BRANCHES}add/", parent=province.pk, level="head_office", **facts)
    assert "Choose a higher one" in errors(answer)
    taken = facts | {"code": town.code}
    answer = send(desk, f"{BRANCHES}add/", parent=province.pk, level="sub_branch", **taken)
    assert "code" in answer.context["form"].errors
    assert Branch.objects.filter(code="7101").count() == 0


def test_a_thousand_branches_find_room_in_a_narrow_gap(system, bank, officer):
    narrow = BranchFactory(parent=bank, level="branch", lft=bank.lft + 1, rgt=bank.lft + 20)
    for n in range(12):
        branch = Branch(
            parent=narrow,
            level="sub_branch",
            code=f"{8000 + n}",
            name="支行",
            name_en="Outlet",
            city="杭州",
            opened_on=bank_today(),
        )
        operations.open_branch(branch, by=officer)
        assert faults() == []
    assert Branch.objects.filter(parent=narrow).count() == 12


# --- moving ---------------------------------------------------------------------------------------


@pytest.mark.proves("ST-1")
def test_a_branch_moves_with_all_below_it_and_everything_kept_by_the_tree_follows(
    desk, signed_in, person, province, other_province, town
):
    corner = Branch.objects.get(parent=town)
    customers = [CustomerFactory(home_branch=b) for b in (town, corner)]
    stays = CustomerFactory(home_branch=province)
    look = ("customers.view_customer", "staff.view_branch")
    old, new = signed_in(person(province, *look)), signed_in(person(other_province, *look))
    assert move(desk, town, other_province).status_code == 302
    town.refresh_from_db()
    assert town.parent == other_province
    assert faults() == []
    assert kept()[0] == worked_out()[0]
    listed = [row.record for row in new.get("/customers/").context["table"].rows]
    assert {customer.pk for customer in customers} == {row.pk for row in listed}
    listed = [row.record for row in old.get("/customers/").context["table"].rows]
    assert listed == [stays]
    for customer in customers:
        assert new.get(f"/customers/{customer.pk}/").status_code == 200
        assert old.get(f"/customers/{customer.pk}/").status_code == 404
        found = new.post("/customers/find/", {"q": customer.number}, follow=True)
        assert escape(customer.shown_name) in found.content.decode()
    follow.search_keys()
    assert kept() == worked_out()
    assert not SearchDue.objects.exists()
    found = new.post("/customers/find/", {"q": customers[0].number}, follow=True)
    assert escape(customers[0].shown_name) in found.content.decode()
    event = AuditEvent.objects.filter(table_name="staff_branch", row_key=str(town.pk))
    assert {e.reason for e in event.filter(operation="U")} == {"New borders"}


@pytest.mark.proves("ST-1")
def test_a_move_that_makes_no_sense_is_refused_and_changes_nothing(
    desk, bank, province, other_province, town
):
    corner = Branch.objects.get(parent=town)
    before = list(Branch.objects.values_list("pk", "parent_id", "lft", "rgt", "version"))
    assert "below it" in errors(move(desk, province, province))
    assert "below it" in errors(move(desk, province, corner))
    assert "belongs there already" in errors(move(desk, town, province))
    assert "Choose a higher one" in errors(move(desk, other_province, province))
    assert "stays at the top" in errors(move(desk, bank, province))
    assert "Give a reason" in errors(move(desk, town, other_province, reason=" "))
    assert move(desk, town, other_province, version="0").status_code == 409
    assert list(Branch.objects.values_list("pk", "parent_id", "lft", "rgt", "version")) == before


@pytest.mark.proves("ST-1")
def test_nobody_changes_the_tree_beyond_their_reach(
    signed_in, person, province, other_province, town
):
    client = signed_in(person(province, *ACTIONS))
    abroad = BranchFactory(parent=other_province)
    assert "outside your reach" in errors(move(client, abroad, province))
    assert "Choose one of the entries" in errors(move(client, town, other_province))
    answer = send(client, f"{BRANCHES}{abroad.pk}/close/", reason="test")
    assert "outside your reach" in errors(answer)
    change = {"name": "远", "name_en": "Far", "city": "杭州", "opened_on": "2020-01-01"}
    answer = send(client, f"{BRANCHES}{abroad.pk}/change/", version=abroad.version, **change)
    assert "outside your reach" in errors(answer)


def test_a_move_into_a_narrow_gap_numbers_the_tree_anew_with_numbers_nobody_had(
    desk, bank, province, town
):
    narrow = BranchFactory(parent=bank, level="branch", lft=bank.lft + 1, rgt=bank.lft + 3)
    CustomerFactory(home_branch=town)
    highest = max(Branch.objects.values_list("rgt", flat=True))
    assert move(desk, town, narrow).status_code == 302
    assert min(Branch.objects.values_list("lft", flat=True)) > highest
    assert faults() == []
    assert kept()[0] == worked_out()[0]
    assert list(SearchDue.objects.values_list("branch__name_en", flat=True)) == ["Town", "Corner"]
    follow.search_keys()
    assert kept() == worked_out()


def test_a_branch_that_moves_again_while_keys_follow_is_taken_again(
    system, officer, province, other_province, town
):
    CustomerFactory(home_branch=town)
    SearchDue.objects.create(branch=town, move=1)
    for parent in (other_province, province, other_province):
        operations.move_branch(town, by=officer, parent=parent, version=town.version, reason="test")
    assert SearchDue.objects.get(branch=town).move == 4
    follow.search_keys()
    assert kept() == worked_out()
    assert not SearchDue.objects.exists()


def test_a_branch_with_very_much_below_it_moves_in_the_background(
    desk, monkeypatch, province, other_province, town
):
    CustomerFactory(home_branch=town)
    # as many as anybody counts
    monkeypatch.setattr(keyset.capped_counts, "__defaults__", (0,))
    answer = move(desk, town, other_province)
    assert answer.status_code == 302
    job = Job.objects.latest("id")
    assert answer.headers["Location"] == f"/system/jobs/{job.pk}/"
    town.refresh_from_db()
    assert town.parent == province
    work_off()
    town.refresh_from_db()
    job.refresh_from_db()
    assert (town.parent, job.status) == (other_province, "done")
    assert move(desk, town, province).status_code == 302
    work_off()
    assert move(desk, province, other_province).status_code == 302
    work_off()
    failed = Job.objects.latest("id")
    assert failed.status == "failed"
    assert "Choose a higher one" in failed.progress.fault


def test_a_list_being_built_anew_takes_those_who_move_meanwhile(
    desk, province, other_province, town
):
    corner = Branch.objects.get(parent=town)
    CustomerFactory.create_batch(3, home_branch=corner)
    CustomerFactory(home_branch=province)
    listing.call("customers_listing_begin")
    # the fill reads them before the move, which must not be lost
    listing.call("customers_listing_fill", 0, 2**62)
    assert move(desk, town, other_province).status_code == 302
    corner.refresh_from_db()
    listing.call("customers_listing_finish")
    listing.call("customers_listing_swap")
    places = ListedCustomer.objects.filter(home_branch=corner).values_list("lft", flat=True)
    assert list(places) == [corner.lft] * 3


# --- closing --------------------------------------------------------------------------------------


@pytest.mark.proves("ST-1")
def test_a_branch_closes_when_nothing_is_left_and_takes_nobody_in_any_more(
    desk, officer, province, town
):
    corner = Branch.objects.get(parent=town)
    answer = send(desk, f"{BRANCHES}{corner.pk}/close/", reason="Merged with Town")
    assert answer.status_code == 302
    corner.refresh_from_db()
    assert corner.closed_on == bank_today()
    assert Branch.objects.filter(pk=corner.pk).exists()
    offered = desk.post(f"{BRANCHES}lookup/", {"q": corner.code, "action": "staff.add_branch"})
    assert corner.name_en not in offered.content.decode()
    again = send(desk, f"{BRANCHES}{corner.pk}/close/", reason="Again")
    assert "closed already" in errors(again)
    assert "stays where it is" in errors(move(desk, corner, province))
    assert send(desk, f"{BRANCHES}{town.pk}/close/", reason="Merged").status_code == 302


@pytest.mark.proves("ST-1")
def test_closing_says_what_is_left_and_how_many(desk, bank, province, town):
    corner = Branch.objects.get(parent=town)
    CustomerFactory.create_batch(2, home_branch=corner)
    empty = BranchFactory(parent=bank)
    member = StaffMemberFactory(branch=town)
    GrantFactory(user=member.user, branch=town)
    asked = desk.get(f"{BRANCHES}{town.pk}/close/").content.decode()
    assert "1 open branch below, 1 member of staff" in asked
    assert 'name="reason"' not in asked
    assert 'name="reason"' in desk.get(f"{BRANCHES}{empty.pk}/close/").content.decode()
    said = errors(send(desk, f"{BRANCHES}{town.pk}/close/", reason="test"))
    for left in (
        "1 open branch below",
        "1 member of staff",
        "1 grant that has not ended",
        "2 customers",
        "then close the branch",
    ):
        assert left in said
    town.refresh_from_db()
    assert town.closed_on is None
    assert "head office" in errors(send(desk, f"{BRANCHES}{bank.pk}/close/", reason="test"))


@pytest.mark.parametrize(
    "place",
    [
        lambda branch: CustomerFactory(home_branch=branch),
        lambda branch: StaffMemberFactory(branch=branch),
        lambda branch: GrantFactory(branch=branch),
    ],
    ids=["customer", "member of staff", "grant"],
)
def test_the_database_lets_nothing_come_to_a_closed_branch(system, officer, town, place):
    corner = Branch.objects.get(parent=town)
    operations.close_branch(corner, by=officer, reason="test")
    with pytest.raises((IntegrityError, DomainError)), transaction.atomic():
        place(corner)
    assert what_ties(corner) == []


# --- at once --------------------------------------------------------------------------------------


class Meanwhile(threading.Thread):
    """Something done at the same time over a connection of its own."""

    def __init__(self, work):
        super().__init__()
        self.work, self.result = work, None
        self.start()

    def run(self):
        try:
            self.result = self.work()
        finally:
            connections.close_all()

    def done(self):
        """What came of it."""
        self.join()
        return self.result


@pytest.mark.proves("ST-1")
@pytest.mark.django_db(transaction=True)
def test_readers_see_the_tree_before_or_after_a_move_and_writers_place_customers_by_the_new_one(
    signed_in, officer, person, province, other_province, town
):
    corner = Branch.objects.get(parent=town)
    CustomerFactory(home_branch=corner)
    reader = person(province, "customers.view_customer")

    def look():
        client = Client()
        client.force_login(reader)
        seen = len(client.get("/customers/").context["table"].rows)
        return seen, faults(), Branch.objects.get(pk=town.pk).parent_id

    with acting(by=officer):
        operations.move_branch(
            town, by=officer, parent=other_province, version=town.version, reason="test"
        )
        assert Meanwhile(look).done() == (1, [], province.pk)
        writer = Meanwhile(lambda: CustomerFactory(home_branch=corner).pk)
        until(lambda: waiting() == 1)
    assert writer.done()
    assert look() == (0, [], other_province.pk)
    assert Customer.objects.filter(home_branch=corner).count() == 2
    follow.search_keys()
    assert kept() == worked_out()


@pytest.mark.proves("ST-1")
@pytest.mark.django_db(transaction=True)
def test_a_move_waits_for_those_who_are_placing_customers(system, officer, other_province, town):
    with acting(by=system):
        CustomerFactory(home_branch=town)
        mover = Meanwhile(
            lambda: operations.move_branch(
                Branch.objects.get(pk=town.pk),
                by=officer,
                parent=other_province,
                version=town.version,
                reason="test",
            )
        )
        until(lambda: waiting() == 1)
    mover.done()
    town.refresh_from_db()
    assert town.parent == other_province
    follow.search_keys()
    assert kept() == worked_out()


@pytest.mark.proves("ST-1")
@pytest.mark.django_db(transaction=True)
def test_of_two_moves_that_would_make_a_circle_one_is_done_and_the_other_told(
    officer, bank, province, other_province
):
    first = BranchFactory(parent=province, level="managing_sub_branch")
    second = BranchFactory(parent=other_province, level="sub_branch")
    client = Client()
    client.force_login(officer)
    answers = []
    with transaction.atomic():
        tree.alone()
        threads = [
            Meanwhile(lambda: move(client, first, other_province).status_code),
            Meanwhile(lambda: move(client, second, first).status_code),
            Meanwhile(lambda: move(client, second, province).status_code),
        ]
        until(lambda: waiting() == 3)
    answers = [thread.done() for thread in threads]
    assert answers[0] == 302
    assert sorted(answers[1:]) == [302, 409]
    assert faults() == []


@pytest.mark.django_db(transaction=True)
def test_a_branch_that_is_being_closed_takes_nobody_in(officer, town):
    corner = Branch.objects.get(parent=town)

    def come():
        try:
            return CustomerFactory(home_branch=corner).pk
        except DomainError:
            return None

    with acting(by=officer):
        operations.close_branch(corner, by=officer, reason="test")
        comer = Meanwhile(come)
        until(lambda: waiting() == 1)
    assert comer.done() is None
    assert Customer.objects.filter(home_branch=corner).count() == 0
