"""Why somebody can or cannot do something: which grant gives it, or everything in the way."""

import datetime as dt

import pytest

from crm.core.clock import bank_today, now
from crm.core.models import AccessEvent
from crm.ops.roles import ROLES
from sysadmin.models import Grant, period
from tests.factories import (
    CustomerFactory,
    GrantFactory,
    RoleFactory,
    UserFactory,
)
from tests.factories_services.contacts import ContactFactory

ROLE = {role.code: role.actions for role in ROLES}
DAY = dt.timedelta(days=1)
SEE, CLOSE = "customers.view_customer", "customers.close_customer"


@pytest.fixture
def desk(signed_in, person, bank):
    """A system administrator, who sees users, grants and branches, and no customer."""
    return signed_in(person(bank, *ROLE["system_administrator"], extent=Grant.Reach.BANK))


def ask(client, user, **asked):
    return client.get(f"/system/users/{user.pk}/why/", asked)


def obstacles(answer):
    return answer.context["answer"].obstacles


@pytest.mark.proves("SY-3")
def test_the_grant_that_gives_an_action_is_named(desk, branch):
    user, role = UserFactory(), RoleFactory(name="Teller", actions=[SEE])
    grant = GrantFactory(user=user, role=role, branch=branch)
    answer = ask(desk, user, action=SEE)
    assert obstacles(answer) == ()
    assert [one.grant for one in answer.context["answer"].carried] == [grant]
    for told in ("Customers: See", "Can", "Teller", branch.shown_name):
        assert told in answer.content.decode()


@pytest.mark.proves("SY-3")
def test_an_action_is_chosen_by_its_full_words(desk):
    page = ask(desk, UserFactory()).content.decode()
    assert f'<option value="{SEE}">Customers: See</option>' in page


@pytest.mark.proves("SY-3")
def test_a_first_password_that_stands_in_the_way_is_said(desk, bank):
    role = RoleFactory(actions=[SEE], needs_second_factor=False)
    user = GrantFactory(role=role, user__first_password_until=now() + DAY).user
    said = obstacles(ask(desk, user, action=SEE))
    assert said == ("The user has yet to choose a password of their own.",)
    late = GrantFactory(role=role, user__first_password_until=now() - DAY).user
    (said,) = obstacles(ask(desk, late, action=SEE))
    assert "holds no more" in said


@pytest.mark.proves("SY-3")
def test_what_is_missing_is_said_with_what_ended_and_what_would_give_it(desk, branch):
    user, role = UserFactory(), RoleFactory(name="Teller", actions=[SEE])
    yesterday = bank_today() - DAY
    GrantFactory(
        user=user, role=role, branch=branch, valid=period(yesterday - DAY, yesterday + DAY)
    )
    later = RoleFactory(name="Checker", actions=[SEE])
    GrantFactory(user=user, role=later, branch=branch, valid=period(bank_today() + DAY))
    none, ended, begins, roles = obstacles(ask(desk, user, action=SEE))
    assert none == "No grant in force carries this action."
    assert f"Teller at {branch.shown_name} ended on" in ended
    assert f"Checker at {branch.shown_name} begins on" in begins
    assert "Teller" in roles
    assert "Checker" in roles


@pytest.mark.proves("SY-3")
def test_a_record_in_other_hands_is_not_said_to_be_at_a_branch_out_of_reach(desk, branch):
    role = RoleFactory(actions=[SEE], needs_second_factor=False)
    user = GrantFactory(role=role, branch=branch, extent=Grant.Reach.OWN).user
    customer = CustomerFactory(home_branch=branch)
    (said,) = obstacles(ask(desk, user, record=f"/customers/{customer.pk}/"))
    assert said == (
        f"The record is kept at {branch.shown_name} in other hands, and the grants reach no "
        "further."
    )


@pytest.mark.proves("SY-3")
def test_a_record_out_of_reach_is_placed_and_named_by_number_alone(
    desk, branch, other_branch, settings
):
    user = UserFactory(is_active=False)
    GrantFactory(user=user, role=RoleFactory(actions=[SEE]), branch=branch)
    customer = CustomerFactory(home_branch=other_branch)
    answer = ask(desk, user, record=f"https://crm.example/customers/{customer.pk}/?tab=1")
    assert obstacles(answer) == (
        "The user may not sign in.",
        f"The record is kept at {other_branch.shown_name}, and no grant reaches that far.",
    )
    assert [one.reaches for one in answer.context["answer"].carried] == [False]
    page = answer.content.decode()
    assert f"№ {customer.pk}" in page
    assert customer.name not in page
    assert customer.latin_name not in page
    look = AccessEvent.objects.latest("id")
    assert (look.purpose, look.row_key) == ("sysadmin.why", customer.pk)


@pytest.mark.proves("SY-3")
def test_a_step_that_the_state_does_not_allow_is_said(desk, branch):
    user = UserFactory()
    GrantFactory(user=user, role=RoleFactory(actions=[SEE, CLOSE]), branch=branch)
    customer = CustomerFactory(home_branch=branch, status="closed")
    answer = ask(desk, user, record=f"/customers/{customer.pk}/close/")
    assert obstacles(answer) == ("The present state of the record does not allow this step.",)
    assert obstacles(ask(desk, user, record=f"/customers/{customer.pk}/")) == ()


@pytest.mark.proves("SY-3")
def test_a_confidential_record_is_closed_and_its_reader_is_not_told_more(desk, branch):
    user = UserFactory()
    GrantFactory(user=user, role=RoleFactory(actions=["services.view_contact"]), branch=branch)
    customer = CustomerFactory(home_branch=branch)
    contact = ContactFactory(customer=customer, is_confidential=True)
    (closed,) = obstacles(ask(desk, user, record=f"/service/contacts/{contact.pk}/"))
    assert closed.startswith("The record is closed to the user")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"record": "/customers/"}, "not the address of a record"),
        ({"record": "nonsense"}, "not the address of a record"),
        ({"record": "", "action": ""}, "Choose an action"),
        ({"record": "/customers/999999/"}, "There is no such record"),
    ],
)
def test_what_cannot_be_answered_is_said(desk, asked, said):
    assert said in ask(desk, UserFactory(), **asked).content.decode()


def test_no_grant_reaches_a_record_that_does_not_exist(desk, person, branch):
    answer = ask(desk, person(branch, SEE), record="/customers/999999/")
    assert [one.reaches for one in answer.context["answer"].carried] == [False]


@pytest.mark.proves("SY-3")
@pytest.mark.parametrize(
    "role", ["branch_manager", "compliance_officer", "staff_administrator", "wealth_manager"]
)
def test_nobody_else_learns_what_somebody_may_do(signed_in, person, bank, role):
    client = signed_in(person(bank, *ROLE[role], extent=Grant.Reach.BANK))
    assert ask(client, UserFactory(), action=SEE).status_code == 403
