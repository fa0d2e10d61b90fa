"""What a request is about: named while it is new, asked for once, and corrected when sent back."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.core.acting import acting
from crm.core.clock import bank_today
from crm.core.models import Approval
from staff.models import AuthorityLimit
from sysadmin.models import Grant, system_user
from tests.deciding import DECIDE, INBOX, MAKE, change, close, decide
from tests.factories import AuthorityLimitFactory, GrantFactory, RoleFactory, StaffMemberFactory

GRANTS = "/system/grants/add/"
LIMITS = "/organisation/limits/add/"
SEE = tuple(f"sysadmin.{verb}" for verb in ("view_user", "view_role", "view_grant", "add_grant"))
LIMIT = ("staff.view_authoritylimit", "staff.add_authoritylimit")


@pytest.fixture
def admin(person, bank):
    """Somebody who gives rights and limits in the whole bank, and sees their requests."""
    return person(bank, *SEE, *LIMIT, *MAKE, extent=Grant.Reach.BANK)


@pytest.fixture
def second(bank, deciders):
    """Who decides on that."""
    member = StaffMemberFactory(branch=bank)
    GrantFactory(user=member.user, role=deciders, branch=bank, extent=Grant.Reach.BANK)
    return member.user


@pytest.fixture
def grant(branch, keyed):
    """Makes what the form of a grant sends."""

    def make(member, role, **values):
        return keyed(
            user=member.user.pk,
            role=role.pk,
            branch=branch.pk,
            extent="branch",
            first_day=bank_today().isoformat(),
            last_day="",
            **values,
        )

    return make


def limit(keyed, **values):
    sent = {"post": "wealth_manager", "operation": "", "amount": "100000", "decision": "2026/1"}
    return keyed(**{"first_day": bank_today().isoformat()} | sent | values)


def test_new_records_are_named_in_the_inbox_in_the_question_and_when_they_are_asked_for(
    signed_in, admin, second, held_back, branch, grant
):
    held_back("sysadmin.give/1")
    desk, other = signed_in(admin), signed_in(second)
    member, role = StaffMemberFactory(branch=branch), RoleFactory(name="Teller")
    name = f"{member.user} · Teller · {branch}"
    page = desk.post(GRANTS, grant(member, role), follow=True).content.decode()
    assert f"“New grant · {name}” waits for a second person" in page
    request = Approval.objects.get()
    for address in (INBOX, f"{INBOX}{request.pk}/", f"{INBOX}{request.pk}/approve/"):
        assert name in other.get(address).content.decode(), address
    answer = other.post(f"{INBOX}{request.pk}/approve/", keyed_reason(other, request), follow=True)
    assert f"“New grant · {name}”: approved and carried out." in answer.content.decode()


def keyed_reason(desk, request):
    """What the question about a request sends."""
    page = desk.get(f"{INBOX}{request.pk}/approve/")
    return {"idempotency_key": page.context["key"], "reason": "seen"}


def test_the_name_of_a_new_record_is_kept_from_those_who_may_not_see_its_like(
    signed_in, admin, person, held_back, branch, bank, grant
):
    held_back("sysadmin.give/1")
    member = StaffMemberFactory(branch=branch)
    signed_in(admin).post(GRANTS, grant(member, RoleFactory()))
    onlooker = signed_in(person(bank, "core.view_approval", extent=Grant.Reach.BANK))
    page = onlooker.get(INBOX).content.decode()
    assert "New grant" in page
    assert str(member.user) not in page


def test_names_of_new_records_cost_the_same_for_more_of_them(
    signed_in, admin, second, held_back, branch, grant
):
    held_back("sysadmin.give/1")
    desk, other = signed_in(admin), signed_in(second)

    def asked(more):
        for _ in range(more):
            desk.post(GRANTS, grant(StaffMemberFactory(branch=branch), RoleFactory()))
        other.get(INBOX)
        with CaptureQueriesContext(connection) as queries:
            other.get(INBOX)
        return len(queries)

    assert asked(2) == asked(4)


@pytest.mark.proves("SY-6")
def test_the_same_is_not_asked_for_twice_with_a_small_difference(
    signed_in, admin, held_back, branch, grant, keyed
):
    held_back("sysadmin.give/1")
    held_back("staff.set_limit/1")
    desk, member, role = signed_in(admin), StaffMemberFactory(branch=branch), RoleFactory()
    assert desk.post(GRANTS, grant(member, role)).status_code == 302
    again = desk.post(GRANTS, grant(member, role) | {"extent": "own"})
    assert again.status_code == 422
    assert "The same is waiting for a second person already." in again.content.decode()
    assert desk.post(GRANTS, grant(member, RoleFactory())).status_code == 302
    assert desk.post(LIMITS, limit(keyed)).status_code == 302
    assert desk.post(LIMITS, limit(keyed, amount="100001")).status_code == 422
    assert desk.post(LIMITS, limit(keyed, post="teller")).status_code == 302
    assert Approval.objects.count() == 4


@pytest.mark.proves("SY-6")
def test_a_limit_that_would_replace_another_one_than_was_seen_is_overtaken(
    signed_in, admin, second, held_back, keyed
):
    AuthorityLimitFactory(post="wealth_manager", operation="", amount=50_000)
    policy = held_back("staff.set_limit/1")
    desk, other = signed_in(admin), signed_in(second)
    tomorrow = (bank_today() + dt.timedelta(days=1)).isoformat()
    desk.post(LIMITS, limit(keyed, first_day=tomorrow))
    request = Approval.objects.get()
    moved = "The facts have changed. Approving closes the request as overtaken."
    assert moved not in other.get(f"{INBOX}{request.pk}/").content.decode()
    with acting(by=system_user()):
        type(policy).objects.update(is_active=False)
    assert desk.post(LIMITS, limit(keyed, amount="70000")).status_code == 302
    assert moved in other.get(f"{INBOX}{request.pk}/").content.decode()
    decide(other, "approve", request)
    request.refresh_from_db()
    assert request.status == "overtaken"
    assert [int(held.amount) for held in AuthorityLimit.objects.order_by("pk")] == [50_000, 70_000]


@pytest.mark.proves("SY-6")
def test_what_was_sent_back_is_corrected_in_its_form_with_what_was_entered(
    signed_in, admin, second, held_back, keyed
):
    held_back("staff.set_limit/1")
    desk, other = signed_in(admin), signed_in(second)
    first = bank_today() + dt.timedelta(days=3)
    desk.post(LIMITS, limit(keyed, amount="123456", first_day=first.isoformat()))
    request = Approval.objects.get()
    link = f"{LIMITS}?again={request.pk}"
    assert link not in desk.get(f"{INBOX}{request.pk}/").content.decode()
    decide(other, "send_back", request, reason="Too much")
    assert link in desk.get(f"{INBOX}{request.pk}/").content.decode()
    assert link not in other.get(f"{INBOX}{request.pk}/").content.decode()
    page = desk.get(link).content.decode()
    assert f"Sent back by {second.shown_name}: Too much" in re.sub(r"\s+", " ", page)
    for value in ("123456", first.isoformat(), "2026/1"):
        assert f'value="{value}"' in page, value
    assert 'value="wealth_manager" selected' in page
    assert desk.post(link, limit(keyed, amount="1000")).status_code == 302
    assert Approval.objects.filter(status="pending").count() == 1


def test_a_change_or_a_step_that_was_sent_back_is_corrected_on_the_record(
    signed_in, maker, checker, held_back, customer
):
    held_back("customers.identify/1")
    held_back("customers.close/1")
    desk, other = signed_in(maker), signed_in(checker)
    change(desk, customer, name="王美丽")
    close(desk, customer)
    for request, page in zip(Approval.objects.order_by("id"), ("change", "close"), strict=True):
        decide(other, "send_back", request, reason="Once more")
        link = f"/customers/{customer.pk}/{page}/?again={request.pk}"
        assert link in desk.get(f"{INBOX}{request.pk}/").content.decode()
        form = desk.get(link).content.decode()
        assert "Once more" in form
        assert ("王美丽" if page == "change" else "because") in form


def test_only_ones_own_request_that_was_sent_back_fills_a_form(
    signed_in, person, maker, branch, checker, held_back, customer
):
    held_back("customers.identify/1")
    change(signed_in(maker), customer, name="王美丽")
    request = Approval.objects.get()
    link = f"/customers/{customer.pk}/change/?again={request.pk}"
    assert "王美丽" not in signed_in(maker).get(link).content.decode()
    decide(signed_in(checker), "send_back", request)
    assert "王美丽" in signed_in(maker).get(link).content.decode()
    colleague = signed_in(person(branch, *MAKE, *DECIDE))
    assert "王美丽" not in colleague.get(link).content.decode()
    for odd in ("", "x", "9" * 40, "0"):
        link = f"/customers/{customer.pk}/change/?again={odd}"
        assert signed_in(maker).get(link).status_code == 200, odd
