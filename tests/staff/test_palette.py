"""The command palette finds branches and colleagues beside customers."""

import pytest

from tests.factories import BranchFactory, CustomerFactory, StaffMemberFactory

LOOKS = ("staff.view_branch", "staff.view_staffmember")


@pytest.fixture
def outlet(bank):
    return BranchFactory(parent=bank, name="江岸支行", name_en="Riverside Sub-branch", code="7731")


@pytest.fixture
def colleague(outlet):
    return StaffMemberFactory(branch=outlet, name="顾明川", latin_name="Gu Mingchuan")


@pytest.fixture
def desk(branch, person, signed_in):
    return signed_in(person(branch, *LOOKS))


def typed(client, text):
    """What the palette shows for what was typed."""
    answer = client.post("/palette/", {"q": text})
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.proves("XX-3")
@pytest.mark.parametrize("text", ["江岸", "riverside", "支行", "sub-b", "7731"])
def test_a_branch_is_found_by_its_name_and_its_code(desk, outlet, text):
    page = typed(desk, text)
    assert f'data-href="/organisation/branches/{outlet.pk}/"' in page
    assert "Branches" in page


@pytest.mark.proves("XX-3")
@pytest.mark.parametrize("text", ["顾", "明川", "顾明川", "gu m", "guming", "chuan gu", "mingc"])
def test_a_colleague_is_found_by_name_in_both_scripts(desk, colleague, text):
    assert f'data-href="/organisation/staff/{colleague.pk}/"' in typed(desk, text)
    assert f'data-href="/organisation/staff/{colleague.pk}/"' in typed(desk, colleague.number)


def test_customers_come_before_other_records(branch, person, signed_in, outlet):
    client = signed_in(person(branch, *LOOKS, "customers.view_customer"))
    customer = CustomerFactory(home_branch=branch, name="江岸机械有限公司")
    page = typed(client, "江岸")
    assert page.index(f"/customers/{customer.pk}/") < page.index(f"branches/{outlet.pk}/")


@pytest.mark.proves("XX-3")
def test_what_a_user_may_not_see_is_not_offered(branch, person, signed_in, outlet, colleague):
    client = signed_in(person(branch, "staff.view_branch"))
    assert f"branches/{outlet.pk}/" in typed(client, "江岸")
    assert "Gu Mingchuan" not in typed(client, "顾明川")
    assert typed(signed_in(person(branch)), "江岸").strip() == ""


def test_nothing_typed_finds_nothing(desk, outlet):
    assert typed(desk, " ").strip() == ""
    assert typed(desk, "\x00").strip() == ""
