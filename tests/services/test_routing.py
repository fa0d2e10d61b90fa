"""A service that needs a skill: who is offered its requests, and who does them without it."""

import pytest

from config_admin.models import Skill
from crm.core.acting import acting
from services.models import ServiceRequest
from services.requests import bulk
from sysadmin.models import system_user
from tests.factories import BranchFactory, CustomerFactory, ServiceRequestFactory
from tests.jobs import work_off

UNROUTED = "/service/requests/?queues=nobody&sort=due"


@pytest.fixture
def signing(service):
    """The service asks for sign language."""
    with acting(by=system_user()):
        service.skill = Skill.SIGN_LANGUAGE
        service.save(update_fields=["skill"])
    return service


@pytest.fixture
def signer(signing, engaged, branch):
    """Somebody of the branch who signs."""
    return engaged(branch, latin_name="Han Mei", skills=[Skill.SIGN_LANGUAGE])


@pytest.mark.proves("CS-1")
def test_a_request_goes_to_those_of_its_branch_or_above_who_have_the_skill(
    signer, agent, engaged, bank, branch, signed_in, entered, step
):
    above = engaged(bank, latin_name="Guan Lu", skills=[Skill.SIGN_LANGUAGE])
    elsewhere = engaged(BranchFactory(parent=bank), skills=[Skill.SIGN_LANGUAGE])
    client = signed_in(agent.user)
    answer, request = entered(client)
    told = "Needs Sign language, which these have: Han Mei, Guan Lu."
    assert told in client.get(answer.headers["Location"]).content.decode()
    refused = step(client, request, "take", reason="")
    assert refused.status_code == 422
    assert f"does not have the skill that the service needs. {told}" in refused.content.decode()
    assert request.status == "queued"
    for member, is_offered in ((signer, True), (above, True), (agent, False)):
        page = signed_in(member.user).get("/service/")
        assert (request in page.context["queued"]) == is_offered
    assert step(signed_in(elsewhere.user), request, "take", reason="").status_code == 404
    assert step(signed_in(signer.user), request, "take", reason="").status_code == 302
    assert request.owner == signer


@pytest.mark.proves("CS-1")
def test_a_leader_assigns_to_those_with_the_skill_alone(
    signer, agent, leader, queued, signed_in, step
):
    client = signed_in(leader.user)
    page = client.get(f"/service/requests/{queued.pk}/assign/")
    assert list(page.context["form"].fields["member"].queryset) == [signer]
    job = bulk.assign_many(agent, by=leader.user, reason="x", keys=[queued.pk])
    work_off()
    assert [row.cause for row in job.rows.all()] == ["skill"]
    answer = step(client, queued, "assign", member=signer.pk, reason="Signs")
    assert answer.status_code == 302
    assert queued.owner == signer


@pytest.mark.proves("CS-1")
def test_what_nobody_has_the_skill_for_is_listed_and_can_be_assigned_all_the_same(
    signing, agent, leader, bank, queued, signed_in, step
):
    done = ServiceRequestFactory(service=signing, customer=queued.customer, owner=agent)
    plain = ServiceRequestFactory(customer=queued.customer)
    client = signed_in(leader.user)
    page = client.get(UNROUTED).content.decode()
    assert queued.number in page
    assert plain.number in page  # nobody works its queue at all
    assert done.number not in page
    page = client.get(f"/service/requests/{queued.pk}/").content.decode()
    assert "which nobody has who works the queue" in page
    assert "let a team leader assign it all the same" in page
    refused = step(signed_in(agent.user), queued, "take", reason="")
    assert "which nobody has who works the queue" in refused.content.decode()
    answer = step(client, queued, "assign", member=agent.pk, reason="With an interpreter")
    assert answer.status_code == 302
    assert queued.owner == agent


@pytest.mark.proves("CS-1")
def test_a_list_of_what_nobody_can_do_leaves_out_what_somebody_can(signer, leader, signed_in):
    here = CustomerFactory(home_branch=signer.branch)
    request = ServiceRequestFactory(service=signer.queues.get().queue.types.get(), customer=here)
    assert request.number not in signed_in(leader.user).get(UNROUTED).content.decode()
    assert ServiceRequest.objects.unrouted().count() == 0
