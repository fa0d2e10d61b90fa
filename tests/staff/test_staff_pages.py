"""What the pages of the organisation say."""

import re

import pytest

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
