"""A bank that serves: a service with hours, an agent who works its queue, and somebody above."""

import pytest

from services.models import ServiceRequest
from sysadmin.models import Grant
from tests.factories import (
    CustomerFactory,
    GrantFactory,
    QueueMemberFactory,
    RoleFactory,
    ServiceRequestFactory,
    ServiceTypeFactory,
    StaffMemberFactory,
)

VERBS = (
    "view", "add", "change", "desk", "converse", "check", "take", "hand_back", "start", "wait",
    "resume", "resolve", "close", "reopen",
)  # fmt: skip
WORK = [f"services.{verb}_servicerequest" for verb in VERBS]
LOOK = ["customers.view_customer", "staff.view_branch", "staff.view_staffmember"]
ASSIGN = "services.assign_servicerequest"


@pytest.fixture
def service(db):
    """A lost card: an hour to answer and to resolve, Monday to Friday from nine to five."""
    return ServiceTypeFactory.offered(name="Lost card", name_zh="银行卡挂失")


@pytest.fixture
def engaged(service):
    """Makes a member of staff who works the queue at a branch, with these rights there."""

    def make(branch, *actions, works=True, extent=Grant.Reach.BRANCHES_BELOW, **values):
        member = StaffMemberFactory(branch=branch, **values)
        role = RoleFactory(actions=[*WORK, *LOOK, *actions])
        GrantFactory(user=member.user, role=role, branch=branch, extent=extent)
        if works:
            QueueMemberFactory(queue=service.queue, member=member)
        return member

    return make


@pytest.fixture
def agent(engaged, branch):
    """An agent who works the queue."""
    return engaged(branch, latin_name="He Xiaotang")


@pytest.fixture
def leader(engaged, bank):
    """A team leader of the whole bank, who works no queue."""
    return engaged(bank, ASSIGN, works=False, latin_name="Pan Lan")


@pytest.fixture
def customer(branch):
    """A customer of the agent's branch."""
    return CustomerFactory(home_branch=branch)


@pytest.fixture
def desk(signed_in, agent):
    """The agent's browser."""
    return signed_in(agent.user)


@pytest.fixture
def queued(service, customer):
    """A request that waits in the queue."""
    return ServiceRequestFactory(service=service, customer=customer)


@pytest.fixture
def mine(service, customer, agent):
    """A request in the agent's hands."""
    return ServiceRequestFactory(service=service, customer=customer, owner=agent)


@pytest.fixture
def step(keyed):
    """Takes a step with a request in somebody's browser, and reads the request again."""

    def take(client, request, verb, **data):
        answer = client.post(f"/service/requests/{request.pk}/{verb}/", keyed(**data))
        request.refresh_from_db()
        return answer

    return take


@pytest.fixture
def entered(keyed, service, customer):
    """Enters a request in somebody's browser."""

    def enter(client, **data):
        sent = {
            "customer": customer.pk,
            "service": service.pk,
            "channel": "hotline",
            "priority": "normal",
            "subject": "Card lost on the metro",
            "description": "Block it and send a new one.",
        }
        answer = client.post("/service/requests/add/", keyed(**sent | data))
        return answer, ServiceRequest.objects.order_by("-id").first()

    return enter
