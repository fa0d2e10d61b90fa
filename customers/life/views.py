"""Pages about life and capacity."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from customers.models import LifeFact
from customers.views import AttachPage, EndPartPage

from . import operations
from .forms import LifeForm


class LifePage(AttachPage):
    """What ends or limits that a customer can act, asked for from their page."""

    form = LifeForm
    title = gettext_lazy("Life and capacity")


class LiftPage(EndPartPage):
    """The last day of what ended or limited that a customer can act."""

    parts = LifeFact
    part_key = "fact"
    alter = operations.lift
