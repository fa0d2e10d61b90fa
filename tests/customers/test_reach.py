"""Whoever reaches only their own customers enters and keeps only their own."""

import pytest

from crm.core.models import AuditEvent
from customers.models import Customer
from sysadmin.models import Grant
from tests.customers.entries import change_form, person_form
from tests.factories import CustomerFactory, StaffMemberFactory

ACTIONS = [f"customers.{verb}_customer" for verb in ("view", "add", "change")]
REFUSAL = "With these values the record would be out of your reach."


@pytest.fixture
def manager(person, branch):
    return person(branch, *ACTIONS, extent=Grant.Reach.OWN)


@pytest.mark.proves("SY-2")
def test_a_manager_enters_no_customer_whom_they_would_not_see(signed_in, manager, branch):
    client, colleague = signed_in(manager), StaffMemberFactory(branch=branch)
    events = AuditEvent.objects.count()
    for lead in ("", str(colleague.pk)):
        answer = client.post("/customers/add/", person_form(branch, lead_manager=lead))
        assert answer.status_code == 422
        assert REFUSAL in answer.content.decode()
    assert not Customer.objects.exists()
    assert AuditEvent.objects.count() == events
    own = person_form(branch, lead_manager=str(manager.staff_member.pk))
    assert client.post("/customers/add/", own).status_code == 302
    assert Customer.objects.get().lead_manager == manager.staff_member


@pytest.mark.proves("SY-2")
def test_a_manager_gives_no_customer_out_of_their_own_reach(signed_in, manager, branch):
    client, colleague = signed_in(manager), StaffMemberFactory(branch=branch)
    customer = CustomerFactory(home_branch=branch, lead_manager=manager.staff_member)
    events = AuditEvent.objects.count()
    for lead in ("", str(colleague.pk)):
        sent = change_form(customer, lead_manager=lead)
        answer = client.post(f"/customers/{customer.pk}/change/", sent)
        assert answer.status_code == 422
        assert REFUSAL in answer.content.decode()
    customer.refresh_from_db()
    assert customer.lead_manager == manager.staff_member
    assert AuditEvent.objects.count() == events
