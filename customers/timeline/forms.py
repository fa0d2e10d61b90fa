"""What of a timeline is to be seen."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.core.forms import Sectioned
from customers.models import TimelineEntry
from staff.forms import day_field

from .reports import Asked


class AskForm(Sectioned, forms.Form):
    kind = forms.ChoiceField(choices=TimelineEntry.Kind, required=False, widget=forms.HiddenInput())
    first = day_field(label=_("From"), required=False)
    last = day_field(label=_("Until"), required=False)

    def clean(self) -> dict[str, Any]:
        known = super().clean() or self.cleaned_data
        first, last = known.get("first"), known.get("last")
        if first and last and last < first:
            self.add_error("last", _("The end lies before the beginning. Exchange the two."))
        return known

    @property
    def asked(self) -> Asked:
        """What was asked for; what cannot be meant is left out."""
        known = self.cleaned_data
        return Asked(known.get("kind", ""), known.get("first"), known.get("last"))
