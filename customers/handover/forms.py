"""The form with which customers are handed over."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.core.clock import bank_today
from crm.core.forms import LookupField, ReasonForm, Sectioned
from staff.models import StaffMember

from .operations import Terms


class HandOverForm(Sectioned, ReasonForm):
    to_member = LookupField(
        StaffMember.objects.all(),
        url_name="staff:staffmember_lookup",
        label=_("Successor"),
        help_text=_("They are asked to accept; nothing moves before."),
    )
    effective_on = forms.DateField(
        label=_("Effective on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("If it is today, everything moves as soon as it is accepted."),
    )
    moves_branch = forms.ChoiceField(
        label=_("Managing branch"),
        choices=[("", _("stays as it is")), ("yes", _("becomes that of the successor"))],
        required=False,
    )
    leaves_out = forms.BooleanField(
        label=_("Leave out customers who wait in another handover"), required=False
    )
    field_order = ("to_member", "effective_on", "moves_branch", "leaves_out", "reason")

    def __init__(self, *args: Any, user: Any, action: str, taken: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to_member"].open_to(user, action)
        self.fields["effective_on"].initial = bank_today
        if not taken:
            del self.fields["leaves_out"]

    def terms(self) -> Terms:
        """What was entered."""
        given = self.cleaned_data
        return Terms(
            to_member=given["to_member"],
            effective_on=given["effective_on"],
            moves_branch=given["moves_branch"] == "yes",
            leaves_out=given.get("leaves_out", False),
        )
