"""Views of lists, kept for oneself, for a team, for a role; tabs with counts; columns."""

import datetime as dt
import re
import uuid
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from crm.core.acting import acting
from crm.core.idempotency import FIELD
from crm.core.models import SavedView, StoredQuery
from crm.core.resources import all_resources
from crm.core.tasks import housekeeping
from sysadmin.models import User, system_user
from tests.factories import (
    CustomerFactory,
    GrantFactory,
    RoleFactory,
    SavedViewFactory,
    StaffMemberFactory,
)

SEE = ("customers.view_customer", "staff.view_staffmember", "staff.view_branch")
SHARE = "core.share_savedview"
LIST = "/customers/"
VIEWS = "/lists/customers.customer/views/"
COLUMNS = "/lists/customers.customer/columns/"
LISTS = [resource for resource in all_resources() if "list" in resource.pages]


@pytest.fixture
def user(person, branch):
    return person(branch, *SEE)


@pytest.fixture
def desk(signed_in, user):
    return signed_in(user)


@pytest.fixture
def head(person, branch):
    return person(branch, *SEE, SHARE)


def save(desk, name="Dormant ones", address="status=dormant", **values):
    sent = {FIELD: str(uuid.uuid4()), "list": address, "name": name, "pinned": "on"}
    return desk.post(f"{VIEWS}add/", sent | values)


def tabs(desk, address=""):
    """What the tabs of the customers' list say, with their links."""
    page = desk.get(LIST + address).content.decode()
    strip = page.partition('<nav class="views"')[2].partition("</nav>")[0]
    links = re.findall(r'<a [^>]*?href="([^"]*)"[^>]*>(.*?)</a>', strip, re.DOTALL)
    return {unescape(re.sub("<[^>]*>", "", said)).strip(): unescape(link) for link, said in links}


def headings(desk, address):
    page = desk.get(LIST + address).content.decode()
    head = page.partition("<thead")[2].partition("</thead>")[0]
    return [re.sub("<[^>]*>", "", cell).strip() for cell in re.findall(r"<th.*?</th>", head)]


def move_under(leader, user):
    member = user.staff_member
    member.supervisor = leader.staff_member
    with acting(by=system_user()):
        member.save(update_fields=["supervisor", "updated_at"])


@pytest.mark.proves("CI-22")
def marked(desk, address):
    """Which tab of the customers' list is marked, and whether it is said to be changed."""
    page = desk.get(LIST + address).content.decode()
    strip = page.partition('<nav class="views"')[2].partition("</nav>")[0]
    found = re.findall(r'<a [^>]*aria-current="page"[^>]*>(.*?)</a>', strip, re.DOTALL)
    return [" ".join(re.sub("<[^>]*>", " ", said).split()) for said in found]


def test_a_narrowed_list_is_not_marked_as_all_and_a_changed_view_says_so(desk, user):
    narrowed = "?status=active"
    assert marked(desk, "") == ["All customers"]
    assert marked(desk, "?sort=-name") == ["All customers changed"]
    for address in (narrowed, f"{narrowed}&view=all"):
        assert marked(desk, address) == []
        assert tabs(desk, address)["Reset"] == f"{LIST}?view=all"
        page = desk.get(LIST + address).content.decode()
        assert "Remove the filter Status" in page
    assert marked(desk, "?status=dormant") == ["Dormant"]
    save(desk, name="Other ones", address="status=active&kind=person")
    view = SavedView.objects.get()
    assert marked(desk, "?kind=person&status=active") == ["Other ones"]
    assert marked(desk, f"?status=active&view={view.pk}") == ["Other ones changed"]
    drawer = desk.get(f"{LIST}filter/?status=active&sort=-name&view={view.pk}").content.decode()
    for kept in (f'name="view" value="{view.pk}"', 'name="sort" value="-name"'):
        assert kept in drawer


def test_a_saved_view_is_a_tab_that_opens_the_list_as_it_was(desk, branch):
    dormant = CustomerFactory(home_branch=branch, status="dormant", latin_name="Asleep Ada")
    active = CustomerFactory(home_branch=branch, status="active", latin_name="Awake Bo")
    answer = save(desk, address="status=dormant&sort=opened_on&after=x&size=50&unknown=1")
    view = SavedView.objects.get()
    assert view.address == "status=dormant&sort=opened_on"
    assert answer.headers["Location"] == f"{LIST}?{view.address}&view={view.pk}"
    assert "The view is saved." in desk.get(LIST).content.decode()
    link = tabs(desk)["Dormant ones"]
    page = desk.get(link).content.decode()
    assert dormant.latin_name in page
    assert active.latin_name not in page
    assert 'aria-sort="descending"' in page
    assert "Reset" not in tabs(desk, link.removeprefix(LIST))


@pytest.mark.proves("CI-22")
def test_a_view_without_a_name_or_with_one_twice_is_refused_and_nothing_typed_is_lost(desk):
    assert save(desk).status_code == 302
    again = save(desk)
    assert again.status_code == 422
    assert "You have a view of this name." in again.content.decode()
    assert "status=dormant" in again.content.decode()
    nameless = save(desk, name=" ")
    assert nameless.status_code == 422
    assert SavedView.objects.count() == 1


def test_a_view_of_filters_that_cannot_be_read_is_refused(desk):
    answer = save(desk, address="status=nonsense")
    assert answer.status_code == 422
    assert "A filter of the list cannot be read." in answer.content.decode()
    assert save(desk, address="city=" + "x" * 9000).status_code == 302  # no filter of this list
    assert SavedView.objects.get().address == ""


def test_a_changed_list_offers_to_save_and_to_go_back(desk, user):
    view = SavedViewFactory(owner=user, name="Mine", address="status=active")
    changed = tabs(desk, f"?status=active&kind=person&view={view.pk}")
    assert {"Save", "Reset", "Save view"} <= changed.keys()
    assert changed["Reset"] == f"{LIST}?status=active&view={view.pk}"
    same = tabs(desk, f"?view={view.pk}&status=active&size=50")
    assert "Reset" not in same
    sent = {
        FIELD: str(uuid.uuid4()),
        "list": "status=active&kind=person",
        "name": "Mine",
        "version": 1,
    }
    desk.post(f"{VIEWS}{view.pk}/change/", sent)
    view.refresh_from_db()
    assert view.address == "status=active&kind=person"
    assert not view.pinned


def test_a_view_changed_by_the_same_person_elsewhere_is_not_overwritten(desk, user):
    view = SavedViewFactory(owner=user, name="Mine")
    sent = {"list": "", "name": "Other", "version": 1}
    desk.post(f"{VIEWS}{view.pk}/change/", sent | {FIELD: str(uuid.uuid4())})
    late = desk.post(f"{VIEWS}{view.pk}/change/", sent | {FIELD: str(uuid.uuid4()), "name": "Late"})
    assert late.status_code == 409
    view.refresh_from_db()
    assert view.name == "Other"


def test_a_view_for_a_role_is_seen_by_those_who_hold_it_and_by_nobody_else(
    signed_in, head, person, branch
):
    role = RoleFactory(actions=list(SEE))
    holder, other = (StaffMemberFactory(branch=branch).user for _ in range(2))
    GrantFactory(user=holder, role=role, branch=branch)
    GrantFactory(user=other, role=RoleFactory(actions=list(SEE)), branch=branch)
    save(signed_in(head), name="For them", audience="role", role=role.pk)
    assert "For them" in tabs(signed_in(head))
    assert "For them" in tabs(signed_in(holder))
    # who shares it is said where it is looked at, and not to the owner
    view = SavedView.objects.get()
    shared = f"Shared by {head.shown_name}"
    for address in (VIEWS, f"{VIEWS}{view.pk}/change/"):
        assert shared in signed_in(holder).get(address).content.decode()
        assert shared not in signed_in(head).get(address).content.decode()
    desk = signed_in(other)
    assert "For them" not in tabs(desk)
    assert desk.get(f"{VIEWS}{view.pk}/change/").status_code == 404


def test_a_view_for_the_team_is_seen_by_the_leader_and_those_who_report_there(
    signed_in, person, branch
):
    leader = person(branch, *SEE, SHARE)
    member, colleague, stranger = (person(branch, *SEE, SHARE) for _ in range(3))
    for user in (member, colleague):
        move_under(leader, user)
    save(signed_in(leader), name="From the leader", audience="team")
    save(signed_in(member), name="From a member", audience="team")
    for user in (leader, member, colleague):
        assert {"From the leader", "From a member"} <= tabs(signed_in(user)).keys()
    assert not {"From the leader", "From a member"} & tabs(signed_in(stranger)).keys()
    refused = save(signed_in(stranger), name="Alone", audience="team")
    assert "You neither lead a team nor belong to one." in refused.content.decode()
    assert not SavedView.objects.filter(name="Alone").exists()


def test_sharing_is_a_right_of_its_own(desk, head, signed_in):
    assert 'name="audience"' not in desk.get(f"{VIEWS}add/").content.decode()
    assert 'name="audience"' in signed_in(head).get(f"{VIEWS}add/").content.decode()
    role = RoleFactory()
    save(desk, audience="role", role=role.pk)
    assert SavedView.objects.get().audience == "private"


def test_a_view_for_a_role_needs_the_role(head, signed_in):
    answer = save(signed_in(head), audience="role")
    assert answer.status_code == 422
    assert "Choose the role that the view is for." in answer.content.decode()


def test_a_view_with_searched_words_stays_ones_own_and_its_words_are_kept(head, signed_in, branch):
    CustomerFactory(home_branch=branch, name="欧阳晓月", latin_name="Ouyang Xiaoyue")
    CustomerFactory(home_branch=branch, name="李雷", latin_name="Li Lei")
    desk = signed_in(head)
    found = desk.post("/customers/find/", {"q": "欧阳"}).headers["Location"]
    address = found.partition("?")[2]
    role = RoleFactory()
    shared = save(desk, name="Shared", address=address, audience="role", role=role.pk)
    assert "A view with searched words stays yours alone" in shared.content.decode()
    kept = save(desk, name="Ouyang", address=address, audience="private")
    assert kept.status_code == 302
    StoredQuery.objects.update(at=timezone.now() - dt.timedelta(days=99))
    housekeeping(0)
    page = desk.get(tabs(desk)["Ouyang"]).content.decode()
    assert "Ouyang Xiaoyue" in page
    assert "Li Lei" not in page
    assert "欧阳" not in SavedView.objects.get().address


def test_a_shared_view_shows_each_reader_their_own_rows_alone(
    signed_in, person, bank, branch, other_branch
):
    near = CustomerFactory(home_branch=branch, status="dormant", latin_name="Near Nan")
    far = CustomerFactory(home_branch=other_branch, status="dormant", latin_name="Far Fei")
    role = RoleFactory(actions=[*SEE, SHARE])
    wide, narrow = (StaffMemberFactory(branch=bank).user for _ in range(2))
    GrantFactory(user=wide, role=role, branch=bank)
    GrantFactory(user=narrow, role=role, branch=branch)
    save(signed_in(wide), name="All dormant", audience="role", role=role.pk)
    desk = signed_in(narrow)
    page = desk.get(tabs(desk)["All dormant"]).content.decode()
    assert near.latin_name in page
    assert far.latin_name not in page
    counted = desk.get(VIEWS).content.decode()
    assert 'All dormant<span class="cnt num">1</span>' in counted


def test_my_customers_are_those_of_whoever_asks(signed_in, branch):
    role = RoleFactory(actions=list(SEE))
    members = [StaffMemberFactory(branch=branch) for _ in range(2)]
    for member in members:
        GrantFactory(user=member.user, role=role, branch=branch)
        CustomerFactory(
            home_branch=branch, lead_manager=member, latin_name=f"Of {member.latin_name}"
        )
    for member, other in (members, members[::-1]):
        desk = signed_in(member.user)
        page = desk.get(tabs(desk)["My customers"]).content.decode()
        assert f"Of {member.latin_name}<" in page
        assert f"Of {other.latin_name}<" not in page


def test_who_is_no_member_of_staff_has_no_customers_of_their_own(signed_in, user, branch):
    with acting(by=system_user()):
        member = user.staff_member
        member.user = None
        member.save(update_fields=["user", "updated_at"])
    page = signed_in(user).get(f"{LIST}?lead_manager=me").content.decode()
    assert "Nothing is entered under your own name." in page


def test_counts_come_in_one_request_and_one_statement_for_all_tabs(
    desk, user, branch, django_assert_max_num_queries
):
    for status in ("active", "active", "dormant"):
        CustomerFactory(home_branch=branch, status=status)
    for number in range(4):
        SavedViewFactory(owner=user, name=f"View {number}", address="status=active")
    desk.get(VIEWS)
    with django_assert_max_num_queries(9) as asked:
        page = desk.get(VIEWS, headers={"HX-Request": "true"}).content.decode()
    # the bell counts its own with the user
    assert len([q for q in asked.captured_queries if "LIMIT 10001" in q["sql"]]) == 1
    assert 'All customers<span class="cnt num">3</span>' in page
    assert 'View 3<span class="cnt num">2</span>' in page
    assert 'Prospects<span class="cnt num">0</span>' in page
    assert "hx-trigger" not in page.partition("</ul>")[0]


def test_the_view_wished_for_opens_first_and_all_rows_can_still_be_had(desk, user):
    view = SavedViewFactory(owner=user, name="Mine", address="status=active")
    sent = {"list": view.address, "name": "Mine", "version": 1, "first": "on", "pinned": "on"}
    desk.post(f"{VIEWS}{view.pk}/change/", sent | {FIELD: str(uuid.uuid4())})
    assert desk.get(LIST).headers["Location"] == f"{LIST}?status=active&view={view.pk}"
    assert desk.get(f"{LIST}?view=all").status_code == 200
    desk.post(f"{VIEWS}{view.pk}/remove/", {FIELD: str(uuid.uuid4())})
    assert desk.get(LIST).status_code == 200
    assert not SavedView.objects.exists()


def test_of_a_view_that_is_not_ones_own_only_ones_own_wishes_change(desk, user, person, branch):
    owner = person(branch, *SEE)
    view = SavedViewFactory(
        owner=owner, name="Theirs", audience="role", role=user.grants.get().role
    )
    assert "Theirs" in tabs(desk)
    desk.post(f"{VIEWS}{view.pk}/change/", {FIELD: str(uuid.uuid4()), "list": "", "name": "Taken"})
    view.refresh_from_db()
    assert view.name == "Theirs"
    assert User.objects.get(pk=user.pk).views["customers.customer"]["tabs"] == {str(view.pk): False}
    removed = desk.post(f"{VIEWS}{view.pk}/remove/", {FIELD: str(uuid.uuid4())})
    assert removed.status_code == 404
    assert SavedView.objects.filter(pk=view.pk).exists()


def test_a_view_sent_twice_is_saved_once(desk):
    key = str(uuid.uuid4())
    assert [save(desk, **{FIELD: key}).status_code for _ in range(2)] == [302, 302]
    assert SavedView.objects.count() == 1


def test_there_are_not_more_views_than_fit(desk, user):
    for number in range(50):
        SavedViewFactory(owner=user, name=f"View {number}")
    assert "Remove one first." in save(desk).content.decode()
    assert SavedView.objects.count() == 50


@pytest.mark.proves("CI-22")
def test_the_columns_chosen_are_shown_in_the_order_chosen(desk, branch):
    CustomerFactory(home_branch=branch)
    assert headings(desk, "?columns=opened_on&columns=country&columns=nonsense") == [
        "Customer",
        "Customer since",
        "Nationality or country of registration",
    ]
    assert "Nationality or country of registration" not in headings(desk, "")
    assert save(desk, address="columns=opened_on&columns=country").status_code == 302
    assert SavedView.objects.get().address == "columns=opened_on&columns=country"


def test_the_chooser_offers_what_the_user_may_see_and_moves_columns(
    desk, signed_in, person, branch
):
    page = desk.get(COLUMNS).content.decode()
    assert 'value="assets"' not in page
    richer = signed_in(person(branch, *SEE, "customers.view_holding"))
    assert 'value="assets"' in richer.get(COLUMNS).content.decode()
    moved = desk.get(f"{COLUMNS}?columns=kind&columns=status&columns=city&up=status&sort=name")
    order = [
        p.partition('"')[0] for p in moved.content.decode().split('name="columns" value="')[1:]
    ]
    assert order[:3] == ["status", "kind", "city"]
    assert '<input type="hidden" name="sort" value="name">' in moved.content.decode()


def test_assets_stay_hidden_from_those_who_may_not_see_them_however_they_are_asked_for(
    desk, branch
):
    CustomerFactory(home_branch=branch)
    assert "Assets" not in "".join(headings(desk, "?columns=assets&columns=kind"))


@pytest.mark.parametrize("resource", LISTS, ids=str)
def test_what_belongs_to_a_list_opens_to_those_who_may_see_it_and_to_nobody_else(
    db, resource, signed_in, person, bank
):
    seer = signed_in(person(bank, resource.permission("view"), extent="bank"))
    blind = signed_in(person(bank))
    for page in ("views/", "views/add/", "views/all/change/", "columns/"):
        address = f"/lists/{resource}/{page}"
        assert seer.get(address).status_code == 200, address
        assert blind.get(address).status_code == 403, address
        assert Client().get(address).status_code == 302, address
    assert seer.get("/lists/no.list/views/").status_code == 404
