"""Appointments: the list, and the page of each."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.core.resources import Resource, Section, Transition
from crm.core.saved_views import View
from services.agenda.forms import RemarkForm
from services.models import Appointment

from . import operations, views
from .filters import AppointmentFilter
from .forms import AppointmentForm
from .tables import AppointmentTable

appointment = Resource(
    Appointment,
    route="appointments/",
    table=AppointmentTable,
    sorts={"newest": ("-begins_at", "-id"), "begins_at": ("begins_at", "id")},
    filterset=AppointmentFilter,
    form=AppointmentForm,
    sections=(
        Section(
            _("Appointment"),
            ("shown_time", "member", "branch", "shown_place", "purpose", "note", "author"),
        ),
    ),
    transitions=(
        Transition("hold", operations.hold, RemarkForm),
        Transition("miss", operations.miss, RemarkForm),
        Transition("cancel", operations.cancel),
    ),
    joins=("member__branch", "branch", "author", "customer"),
    apart=True,
    views=(
        View("planned", _("Planned"), "status=planned&sort=begins_at"),
        View("mine", _("My planned ones"), "status=planned&member=me&sort=begins_at"),
    ),
    overrides={
        "list": views.AppointmentList,
        "panel": views.AppointmentPanel,
        "view": views.AppointmentPage,
        "add": views.BookPage,
        "change": views.RebookPage,
    },
)
