"""Announcements: whom they reach, until when, in which language, and who has acknowledged them."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.core.clock import bank_today, clock_at, now
from sysadmin.models import Acknowledgement, Announcement, Grant
from tests.factories import AnnouncementFactory, BranchFactory, GrantFactory, RoleFactory

LIST = "/system/announcements/"
PAGE = "/organisation/branches/"
LOOK = "staff.view_branch"
PUBLISH = [
    LOOK,
    *(f"sysadmin.{verb}_announcement" for verb in ("view", "add", "end")),
]


@pytest.fixture
def head(person, branch):
    """Somebody who heads a branch."""
    return person(branch, *PUBLISH)


def shown(client, address=PAGE):
    """The strip on top of a page, empty without one."""
    page = client.get(address).content.decode()
    return page.partition('<section class="strips"')[2].partition("</section>")[0]


def form(branch, **values):
    """What the form of an announcement sends."""
    return {
        "title": "Systems stop at ten",
        "title_zh": "十点停机",
        "text": "",
        "text_zh": "请提前保存。",
        "branch": branch.pk,
        "role": "",
        "importance": "warn",
        "first_day": bank_today().isoformat(),
        "last_day": bank_today().isoformat(),
    } | values


@pytest.mark.proves("SY-8")
def test_an_announcement_is_looked_at_before_it_is_published_and_nothing_is_lost_on_the_way_back(
    signed_in, head, person, branch, keyed
):
    for _number in range(2):
        person(branch, LOOK)
    desk = signed_in(head)
    assert 'name="step" value="look"' in desk.get(f"{LIST}add/").content.decode()
    look = desk.post(f"{LIST}add/", keyed(**form(branch), must_acknowledge="on", step="look"))
    page = look.content.decode()
    assert not Announcement.objects.exists()
    assert look.context["reader_count"].n == 2
    assert "It goes to 2 persons" in page
    for said in ("Systems stop at ten", "十点停机", "I have read this"):
        assert said in page
    sent = keyed(**dict(look.context["sent"]))
    again = desk.post(f"{LIST}add/", sent | {"step": "back"})
    assert not Announcement.objects.exists()
    filled = again.context["form"]
    assert (filled["title"].value(), filled["must_acknowledge"].value()) == (
        "Systems stop at ten",
        True,
    )
    assert desk.post(f"{LIST}add/", sent).status_code == 302
    assert Announcement.objects.get().must_acknowledge
    wrong = form(branch, last_day=(bank_today() - dt.timedelta(days=1)).isoformat(), title="")
    refused = desk.post(f"{LIST}add/", keyed(**wrong, step="look"))
    assert refused.status_code == 422
    assert {"title", "last_day"} == set(refused.context["form"].errors)


@pytest.mark.proves("SY-8")
def test_an_announcement_is_published_for_a_branch_and_below_and_falls_back_to_the_other_language(
    signed_in, head, person, branch, other_branch, keyed
):
    below = BranchFactory(parent=branch)
    desk = signed_in(head)
    assert desk.post(f"{LIST}add/", keyed(**form(branch))).status_code == 302
    assert Announcement.objects.get().author == head
    for place in (branch, below):
        strip = shown(signed_in(person(place, LOOK)))
        assert "Systems stop at ten" in strip
        assert "请提前保存。" in strip
    reader = signed_in(person(below, LOOK))
    reader.post("/language/", {"language": "zh-hans"})
    assert "十点停机" in shown(reader)
    assert shown(signed_in(person(other_branch, LOOK))) == ""


@pytest.mark.proves("SY-8")
def test_nobody_publishes_for_a_branch_out_of_reach_nor_into_the_past(
    signed_in, head, person, bank, branch, other_branch, keyed
):
    desk = signed_in(head)
    yesterday = (bank_today() - dt.timedelta(days=1)).isoformat()
    for wrong in (
        form(bank),
        form(other_branch),
        form(branch, last_day=yesterday),
        form(branch, first_day=yesterday, last_day=yesterday),
        form(branch, title_zh=""),
    ):
        assert desk.post(f"{LIST}add/", keyed(**wrong)).status_code == 422
    plain = signed_in(person(branch, LOOK))
    assert plain.post(f"{LIST}add/", keyed(**form(branch))).status_code == 403
    assert not Announcement.objects.exists()


@pytest.mark.proves("SY-8")
def test_an_announcement_reaches_exactly_those_with_the_role_at_the_branch(
    signed_in, bank, branch, other_branch, person
):
    role, other = RoleFactory(actions=[LOOK]), RoleFactory(actions=[LOOK])
    AnnouncementFactory(branch=branch, role=role, title="For some")
    reached = set()
    for place in (bank, branch, other_branch):
        for held in (role, other):
            user = person(place)
            GrantFactory(user=user, role=held, branch=place, extent=Grant.Reach.BANK)
            reached |= {(place, held)} if "For some" in shown(signed_in(user)) else set()
    assert reached == {(branch, role)}
    # the role at one branch and another role at the branch meant do not add up
    user = person(branch, LOOK)
    GrantFactory(user=user, role=role, branch=other_branch)
    assert shown(signed_in(user)) == ""


@pytest.mark.proves("SY-8")
def test_it_is_shown_from_the_first_day_to_the_last_and_until_it_is_taken_down(
    signed_in, head, person, branch, keyed
):
    desk, reader = signed_in(head), signed_in(person(branch, LOOK))
    row = AnnouncementFactory(branch=branch, title="Soon", first_day=bank_today())
    seen = []
    for days in (-1, 0, 7, 8):
        with clock_at(now() + dt.timedelta(days=days)):
            seen.append("Soon" in shown(signed_in(head)))
    assert seen == [False, True, True, False]
    answer = desk.post(f"{LIST}{row.pk}/end/", keyed(reason="held already"))
    assert answer.status_code == 302
    assert shown(reader) == ""
    assert reader.post(f"{LIST}{row.pk}/heed/").status_code == 404


@pytest.mark.proves("SY-8")
def test_it_stays_until_it_is_acknowledged_and_who_did_is_listed(
    signed_in, head, person, branch, other_branch
):
    row = AnnouncementFactory(branch=branch, must_acknowledge=True)
    user = person(branch, LOOK)
    reader = signed_in(user)
    for _look in range(2):
        assert "I have read this" in shown(reader)
    page = signed_in(head).get(f"{LIST}{row.pk}/").content.decode()
    assert user.shown_name not in page
    for _again in range(2):
        answer = reader.post(f"{LIST}{row.pk}/heed/", {"next": PAGE})
        assert answer.headers["Location"] == PAGE
    assert shown(reader) == ""
    assert Acknowledgement.objects.get().user == user
    assert user.shown_name in signed_in(head).get(f"{LIST}{row.pk}/").content.decode()
    stranger = signed_in(person(other_branch, LOOK))
    assert stranger.post(f"{LIST}{row.pk}/heed/").status_code == 404
    assert Acknowledgement.objects.count() == 1


@pytest.mark.proves("SY-8")
def test_its_author_need_not_acknowledge_it_and_reads_how_many_of_the_others_have(
    signed_in, head, person, branch, other_branch, keyed
):
    desk = signed_in(head)
    assert desk.get(f"{LIST}add/").context["form"]["branch"].value() == branch.pk
    desk.post(f"{LIST}add/", keyed(**form(branch, must_acknowledge="on")))
    row = Announcement.objects.get()
    assert shown(desk) == ""
    first, *_others = readers = [person(branch, LOOK) for _ in range(3)]
    GrantFactory(user=first, role=RoleFactory(actions=[LOOK]), branch=branch)
    person(branch, LOOK, since=9, days=3)
    person(other_branch, LOOK)
    assert "0 of 3" in desk.get(f"{LIST}{row.pk}/").content.decode()
    for user in (first, head):
        signed_in(user).post(f"{LIST}{row.pk}/heed/")
    assert "1 of 3" in desk.get(f"{LIST}{row.pk}/").content.decode()
    held = Grant.objects.get(user=readers[1]).role
    narrow = AnnouncementFactory(branch=branch, role=held)
    assert "0 of 1" in desk.get(f"{LIST}{narrow.pk}/").content.decode()


def test_a_strip_costs_one_query_and_none_where_nothing_is_announced(
    signed_in, person, branch, other_branch
):
    reader = signed_in(person(branch, LOOK))
    reader.get(PAGE)
    AnnouncementFactory(branch=other_branch)
    counts = []
    for urgent in range(3):
        with CaptureQueriesContext(connection) as queries:
            reader.get(PAGE)
        counts.append(len(queries))
        AnnouncementFactory(branch=branch, importance="bad", title=f"Urgent {urgent}")
    assert counts == [counts[0], counts[0] + 1, counts[0] + 1]
