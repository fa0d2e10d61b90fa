"""The inbox: the list, beside it the request that is open, and how the list goes on."""

import json
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.core.acting import acting
from crm.core.idempotency import FIELD
from crm.core.models import Approval
from customers.models import Customer
from sysadmin.models import system_user
from tests.deciding import INBOX, MAKE, change, close, decide
from tests.factories import CustomerFactory, GrantFactory

HISTORY = "customers.history_customer"


@pytest.fixture
def waiting(signed_in, maker, held_back, branch):
    """Three closings that wait, the newest last."""
    held_back("customers.close/1")
    desk = signed_in(maker)
    names = ("王一", "王二", "王三")
    for name in names:
        close(desk, CustomerFactory(home_branch=branch, name=name, latin_name=f"Wang {name[1]}"))
    return list(Approval.objects.order_by("id"))


def beside(desk, request):
    """What the inbox fetches of a request that is chosen in its list."""
    headers = {"HX-Request": "true", "HX-Target": "request"}
    return desk.get(f"{INBOX}{request.pk}/", headers=headers)


def send(desk, request, verb, here, reason="seen"):
    """Decide in the dialog that the inbox opens."""
    return desk.post(
        f"{INBOX}{request.pk}/{verb}/",
        {FIELD: str(uuid.uuid4()), "reason": reason},
        headers={
            "HX-Request": "true",
            "HX-Target": "confirm",
            "HX-Current-URL": f"http://testserver{here}",
        },
    )


@pytest.mark.proves("SY-6")
def test_the_inbox_opens_the_newest_request_beside_the_list(signed_in, checker, waiting):
    page = signed_in(checker).get(f"{INBOX}?decide=true").content.decode()
    listed, _, right = page.partition('id="request"')
    for name in ("Wang 一", "Wang 二", "Wang 三"):
        assert name in listed
    assert "Wang 三" in right
    assert "Wang 一" not in right
    assert f"{INBOX}{waiting[2].pk}/approve/" in right
    assert "Somebody else asked for it" in right
    assert "The facts are still those that were seen when it was asked for" in right


def test_another_request_opens_without_a_new_page_and_as_a_page_without_javascript(
    signed_in, checker, waiting
):
    desk = signed_in(checker)
    link = f'href="{INBOX}{waiting[0].pk}/" hx-get='
    assert link in desk.get(f"{INBOX}?decide=true").content.decode()
    alone = beside(desk, waiting[0]).content.decode()
    assert "Wang 一" in alone
    assert "<html" not in alone
    assert "<tbody" in alone  # what changes
    assert "Wang 三" not in alone
    whole = desk.get(f"{INBOX}{waiting[0].pk}/").content.decode()
    assert "Wang 一" in whole
    assert f"{INBOX}{waiting[0].pk}/approve/" in whole
    assert "<html" in whole


@pytest.mark.proves("SY-6")
def test_after_a_decision_the_list_goes_on_with_the_next_request(signed_in, checker, waiting):
    desk = signed_in(checker)
    answer = send(desk, waiting[1], "approve", f"{INBOX}?decide=true")
    lead = json.loads(answer.headers["HX-Location"])
    assert (lead["target"], lead["swap"]) == ("#inbox", "outerHTML")
    assert "approved and carried out" in answer.headers["HX-Trigger"]
    headers = {"HX-Request": "true", "HX-Target": "inbox"}
    after = desk.get(lead["path"], headers=headers).content.decode()
    listed, _, right = after.partition('id="request"')
    assert "<html" not in after
    assert "Wang 二" not in listed
    assert "Wang 一" in right
    assert Customer.objects.get(name="王二").status == "closed"
    # what was said is not said again on the next page
    assert "approved and carried out" not in desk.get(INBOX).content.decode()


def test_the_question_names_the_record(signed_in, checker, waiting):
    question = signed_in(checker).get(f"{INBOX}{waiting[0].pk}/approve/").content.decode()
    assert "Closing of a customer · Wang 一" in question


def test_a_refusal_needs_a_reason_and_keeps_the_dialog(signed_in, checker, waiting):
    answer = send(signed_in(checker), waiting[0], "reject", f"{INBOX}?decide=true", reason="")
    assert answer.status_code == 422
    assert "HX-Location" not in answer.headers
    assert Approval.objects.get(pk=waiting[0].pk).status == "pending"


def test_a_decision_outside_the_inbox_leads_to_the_request(signed_in, checker, waiting):
    page = f"{INBOX}{waiting[0].pk}/"
    assert send(signed_in(checker), waiting[0], "approve", page).headers["HX-Redirect"] == page


def test_ones_own_request_is_visible_with_its_decisions_out_of_reach(
    signed_in, maker, deciders, branch, waiting
):
    GrantFactory(user=maker, role=deciders, branch=branch)
    shown = beside(signed_in(maker), waiting[0]).content.decode()
    assert "Nobody decides on their own request." in shown
    assert shown.count("disabled") == 3
    assert "/approve/" not in shown
    assert f"{INBOX}{waiting[0].pk}/withdraw/" in shown


def test_what_has_moved_is_said_before_anybody_decides(signed_in, maker, checker, waiting):
    with acting(by=system_user()):
        Customer.objects.filter(name="王一").update(status="closed")
    shown = beside(signed_in(checker), waiting[0]).content.decode()
    assert "The facts have changed. Approving closes the request as overtaken." in shown


def test_a_maker_who_lost_the_right_is_named_before_anybody_decides(
    signed_in, maker, checker, waiting
):
    role = maker.grants.get().role
    with acting(by=system_user()):
        role.actions = ["customers.view_customer"]
        role.save()
    shown = beside(signed_in(checker), waiting[0]).content.decode()
    assert "may no longer do this" in shown


def test_other_requests_about_the_record_stand_below_with_both_persons(
    signed_in, maker, checker, held_back, waiting, branch
):
    held_back("customers.identify/1")
    customer = Customer.objects.get(name="王一")
    decide(signed_in(checker), "send_back", waiting[0], reason="letter missing")
    change(signed_in(maker), customer, latin_name="Wang Yi")
    newest = Approval.objects.latest("id")
    shown = beside(signed_in(checker), newest).content.decode()
    assert "Other requests about this record" in shown
    assert f"{INBOX}{waiting[0].pk}/" in shown
    assert f"{maker.shown_name} → {checker.shown_name}" in shown


def test_a_request_out_of_reach_is_not_opened(signed_in, person, other_branch, waiting):
    far = signed_in(person(other_branch, *MAKE))
    assert beside(far, waiting[0]).status_code == 404
    empty = far.get(f"{INBOX}?past={waiting[2].pk}").content.decode()
    assert "No request is open." in empty


def test_the_inbox_asks_no_more_for_more_requests(signed_in, checker, maker, waiting, branch):
    desk = signed_in(checker)

    def asked():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            desk.get(f"{INBOX}?decide=true")
        return len(queries)

    asked()
    few = asked()
    close(signed_in(maker), CustomerFactory(home_branch=branch))
    assert asked() == few


@pytest.mark.proves("SY-6")
def test_the_history_of_a_record_names_who_asked_and_who_approved(
    signed_in, person, maker, checker, held_back, branch
):
    customer = CustomerFactory(home_branch=branch)
    held_back("customers.close/1")
    close(signed_in(maker), customer)
    decide(signed_in(checker), "approve")
    reader = signed_in(person(branch, "customers.view_customer", HISTORY))
    page = reader.get(f"/customers/{customer.pk}/history/").content.decode()
    assert f"asked for by {maker.shown_name}, approved by {checker.shown_name}" in page


def test_a_change_that_nobody_asked_for_names_the_one_who_made_it(
    signed_in, person, maker, checker, held_back, branch
):
    customer = CustomerFactory(home_branch=branch)
    close(signed_in(maker), customer)
    page = signed_in(person(branch, "customers.view_customer", HISTORY)).get(
        f"/customers/{customer.pk}/history/"
    )
    assert "asked for by" not in page.content.decode()
    assert maker.shown_name in page.content.decode()


@pytest.mark.proves("SY-6")
def test_what_changes_is_hidden_from_those_who_do_not_reach_the_record(
    signed_in, maker, checker, person, branch, held_back
):
    held_back("customers.identify/1", from_amount=0)
    customer = CustomerFactory(home_branch=branch, name="欧阳晓月", latin_name="Ouyang Xiaoyue")
    change(signed_in(maker), customer, latin_name="Ouyang Xiao Yue")
    request = Approval.objects.get()
    for user in (maker, checker):
        text = beside(signed_in(user), request).content.decode()
        assert "Ouyang Xiao Yue" in text
        assert "CNY 0.00" in text
    onlooker = person(branch, "core.view_approval")
    page = beside(signed_in(onlooker), request).content.decode()
    assert "Ouyang" not in page
    assert "CNY" not in page
    assert "What changes is shown to those who may see the record." in page
