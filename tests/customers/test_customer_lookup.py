"""Customers offered in a form while somebody types: found as by the search box, within reach."""

import pytest

from crm.core.models import AccessEvent
from crm.core.trail import Kind
from sysadmin.models import Grant
from tests.factories import CustomerFactory, GrantFactory, RoleFactory

PAGE = "/customers/lookup/"
SEE = "customers.view_customer"


@pytest.fixture
def user(person, branch):
    return person(branch, SEE)


@pytest.fixture
def desk(signed_in, user):
    return signed_in(user)


def offered(desk, typed, action=""):
    page = desk.post(PAGE, {"q": typed, "action": action}).content.decode()
    return [int(part.partition('"')[0]) for part in page.split('data-value="')[1:]]


@pytest.mark.proves("CI-20")
def test_customers_are_offered_by_any_part_of_a_name_by_pinyin_and_by_number(desk, branch):
    wanted = CustomerFactory(home_branch=branch, name="欧阳晓月", latin_name="Ouyang Xiaoyue")
    CustomerFactory(home_branch=branch, name="李雷", latin_name="Li Lei")
    for typed in ("晓月", "ouyang", "oyxy", wanted.number, wanted.shown_number):
        assert offered(desk, typed) == [wanted.pk], typed


@pytest.mark.proves("CI-20")
def test_nobody_out_of_reach_is_offered_nor_to_those_who_see_no_customers(
    desk, signed_in, person, branch, other_branch
):
    far = CustomerFactory(home_branch=other_branch, name="欧阳晓月")
    assert offered(desk, "晓月") == offered(desk, far.number) == []
    assert signed_in(person(branch)).post(PAGE, {"q": "晓月"}).status_code == 403


def test_for_an_action_only_those_are_offered_to_those_who_may_do_it(desk, user, branch):
    near = CustomerFactory(home_branch=branch, name="欧阳晓月")
    assert offered(desk, "晓月", "services.add_case") == []
    role = RoleFactory(actions=["services.add_case"])
    GrantFactory(user=user, role=role, branch=branch, extent=Grant.Reach.BRANCH)
    assert offered(desk, "晓月", "services.add_case") == [near.pk]


def test_what_is_typed_is_recorded_and_never_taken_from_an_address(desk, user, branch):
    CustomerFactory(home_branch=branch, name="欧阳晓月")
    assert 'data-value="' not in desk.get(PAGE, {"q": "晓月"}).content.decode()
    assert not AccessEvent.objects.filter(kind=Kind.SEARCH).exists()
    offered(desk, "晓月")
    assert AccessEvent.objects.filter(kind=Kind.SEARCH, actor=user).count() == 1


def test_nothing_typed_offers_nobody(desk, branch):
    CustomerFactory(home_branch=branch)
    assert offered(desk, " ") == []


def test_what_was_chosen_is_offered_by_its_key_to_those_who_may_choose_it(
    desk, user, branch, other_branch
):
    near, far = CustomerFactory(home_branch=branch), CustomerFactory(home_branch=other_branch)

    def again(key, action=""):
        page = desk.post(PAGE, {"key": key, "action": action}).content.decode()
        return f'data-value="{near.pk}"' in page, page.count("data-value")

    assert again(near.pk) == (True, 1)
    assert again(far.pk) == again("x") == again("9" * 19) == (False, 0)
    assert again(near.pk, "services.add_case") == (False, 0)
