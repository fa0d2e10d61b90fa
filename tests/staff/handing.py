"""Handing customers over, as the people of a branch do it in the browser."""

import datetime as dt
import uuid

from django.test import Client

from crm.core.clock import bank_today, clock_at, now
from crm.core.idempotency import FIELD
from customers.models import Customer, HandedCustomer
from staff.models import Handover

HEAD = (
    "customers.view_customer",
    "customers.hand_over_customer",
    "customers.view_holding",
    "staff.view_branch",
    "staff.view_staffmember",
    "staff.view_handover",
    "staff.withdraw_handover",
    "staff.view_licence",
)
MANAGER = (
    "customers.view_customer",
    "customers.view_holding",
    "staff.view_staffmember",
    "staff.view_handover",
    "staff.accept_handover",
    "staff.refuse_handover",
)
PAGE = "/customers/hand-over/"
State = HandedCustomer.State


def in_days(days):
    """A day, counted from today."""
    return bank_today() + dt.timedelta(days=days)


def later(days):
    """The bank's clock so many days on."""
    return clock_at(now() + dt.timedelta(days=days))


def send(client, url, **data):
    """Send a form with a key of its own."""
    return client.post(url, {FIELD: str(uuid.uuid4()), **data})


def propose(client, taker, *, days=0, **chosen):
    """Send the form that hands customers over."""
    sent = {
        "to_member": taker.pk,
        "effective_on": in_days(days).isoformat(),
        "reason": "Nachfolge",
        **chosen,
    }
    return send(client, PAGE, **sent)


def proposed(client, taker, **chosen):
    """The handover that the form has made."""
    answer = propose(client, taker, **chosen)
    assert answer.status_code == 302, answer.context["form"].errors
    handover = Handover.objects.latest("pk")
    assert answer.headers["Location"] == f"/organisation/handovers/{handover.pk}/"
    return handover


def step(client, handover, verb, **data):
    """Take a step with a handover."""
    sent = {"reason": "Gelesen"} | data
    return send(client, f"/organisation/handovers/{handover.pk}/{verb}/", **sent)


def errors(answer):
    """What a refused form says."""
    assert answer.status_code == 422
    return str(answer.context["form"].errors)


def leads(customers):
    """Who leads these customers now."""
    rows = Customer.objects.filter(pk__in=[c.pk for c in customers]).order_by("pk")
    return list(rows.values_list("lead_manager", flat=True))


def states(handover):
    """What became of the customers of a handover, in their order."""
    rows = HandedCustomer.objects.filter(handover=handover).order_by("customer")
    return list(rows.values_list("state", "cause"))


def desk_of(user):
    """A client of its own, signed in."""
    client = Client()
    client.force_login(user)
    client.get("/")
    return client
