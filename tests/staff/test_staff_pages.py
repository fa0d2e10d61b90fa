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
