"""What the pages of the organisation say."""

import re

import pytest

from staff.models import StaffMember
from sysadmin.models import Grant
from tests.factories import StaffMemberFactory

HEADING = re.compile(r"<h2>([^<]+)</h2>")


@pytest.mark.parametrize(
    ("language", "reports", "of_branch"),
    [("en", "Reports to them", "Staff"), ("zh-hans", "下属员工", "员工")],
)
def test_a_card_of_those_who_report_to_somebody_says_so(
    signed_in, person, bank, branch, language, reports, of_branch
):
    actions = ("staff.view_branch", "staff.view_staffmember")
    client = signed_in(person(bank, *actions, extent=Grant.Reach.BANK))
    head = StaffMemberFactory(branch=branch)
    report = StaffMemberFactory(branch=branch, supervisor=head)
    client.post("/language/", {"language": language})
    card = client.get(f"/organisation/staff/panel/supervisor/{head.pk}/").content.decode()
    assert HEADING.findall(card) == [reports]
    assert f'aria-label="{reports}"' in card
    assert report.number in card
    card = client.get(f"/organisation/staff/panel/branch/{branch.pk}/").content.decode()
    assert HEADING.findall(card) == [of_branch]


@pytest.mark.proves("ST-1")
def test_the_organisation_is_read_as_lists_and_pages(signed_in, person, bank, branch):
    client = signed_in(person(branch, "staff.view_branch", "staff.view_staffmember"))
    listed = client.get("/organisation/branches/", {"level": "sub_branch"})
    assert [row.record for row in listed.context["table"].rows] == [branch]
    page = client.get(f"/organisation/branches/{branch.pk}/").content.decode()
    assert branch.shown_name in page
    assert bank.shown_name in page
    card = client.get(f"/organisation/staff/panel/branch/{branch.pk}/").content.decode()
    assert StaffMember.objects.get(branch=branch).shown_name in card


@pytest.mark.proves("ST-1")
@pytest.mark.parametrize("page", ["branches/", "staff/"])
def test_the_organisation_is_closed_to_those_without_the_right(signed_in, person, branch, page):
    client = signed_in(person(branch, "customers.view_customer"))
    assert client.get(f"/organisation/{page}").status_code == 403


LOOKUP = "/organisation/staff/lookup/"


@pytest.mark.parametrize("text", ["海", "qin", "luhai", "hai lu", "0912"])
def test_a_picker_finds_a_colleague_by_any_part_of_name_or_number(signed_in, person, branch, text):
    wanted = StaffMemberFactory(
        branch=branch, number="S-30912", name="鲁海琴", latin_name="Lu Haiqin"
    )
    other = StaffMemberFactory(branch=branch, number="S-1", name="丁山", latin_name="Ding Shan")
    desk = signed_in(person(branch, "staff.view_staffmember"))
    found = desk.post(LOOKUP, {"q": text}).content.decode()
    assert f'data-value="{wanted.pk}"' in found
    assert f'data-value="{other.pk}"' not in found


def test_a_picker_shows_first_what_begins_with_the_words(signed_in, person, branch):
    inside = StaffMemberFactory(branch=branch, number="S-1", name="甲", latin_name="Bo Lin")
    begins = StaffMemberFactory(branch=branch, number="S-2", name="乙", latin_name="Lin Bo")
    desk = signed_in(person(branch, "staff.view_staffmember"))
    found = desk.post(LOOKUP, {"q": "lin"}).content.decode()
    assert found.index(f'data-value="{begins.pk}"') < found.index(f'data-value="{inside.pk}"')
