"""Tasks, appointments and calendar addresses in few words."""

from __future__ import annotations

import datetime as dt

import factory
from django.utils import timezone

from crm.core.clock import bank_today, now
from services.models import Appointment, CalendarFeed, Task
from tests.factories import Recorded, serials


def free_time() -> tuple[dt.datetime, dt.datetime]:
    """An hour still to come that nobody else of the tests has."""
    begins = now().replace(minute=0, second=0, microsecond=0) + dt.timedelta(days=9)
    begins += dt.timedelta(hours=next(serials))
    return begins, begins + dt.timedelta(hours=1)


def past_time() -> dt.datetime:
    """The beginning of an hour that is over and that nobody else of the tests has."""
    whole = now().replace(minute=0, second=0, microsecond=0)
    return whole - dt.timedelta(hours=1 + next(serials))


def in_form(moment: dt.datetime) -> str:
    """A moment as the browser's picker sends it."""
    return f"{moment.astimezone(timezone.get_default_timezone()):%Y-%m-%dT%H:%M}"


class TaskFactory(Recorded):
    """Something to do today, given by somebody else."""

    class Meta:
        model = Task

    title = factory.Sequence("Ring up about paper {}".format)
    member = factory.SubFactory("tests.factories.StaffMemberFactory")
    author = factory.SubFactory("tests.factories.UserFactory")
    due_on = factory.LazyFunction(bank_today)


class AppointmentFactory(Recorded):
    """An hour with a customer that is over, and of which nobody said what came of it."""

    class Meta:
        model = Appointment

    customer = factory.SubFactory("tests.factories.CustomerFactory")
    member = factory.SubFactory("tests.factories.StaffMemberFactory")
    branch = factory.SelfAttribute("member.branch")
    author = factory.SubFactory("tests.factories.UserFactory")
    begins_at = factory.LazyFunction(past_time)
    ends_at = factory.LazyAttribute(lambda one: one.begins_at + dt.timedelta(hours=1))
    purpose = "care"
    place = factory.Sequence("Meeting room {}".format)


class CalendarFeedFactory(Recorded):
    """An address that somebody has."""

    class Meta:
        model = CalendarFeed

    user = factory.SubFactory("tests.factories.UserFactory")
    digest = factory.Sequence("{:064d}".format)
    renewed_at = factory.LazyFunction(now)
