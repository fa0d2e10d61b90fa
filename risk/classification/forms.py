"""Forms of the three steps of a classification."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.clock import bank_today
from crm.core.forms import ReasonForm, Sectioned
from risk.models import Claim, RiskClass
from staff.forms import day_field

from .operations import FACTS, Proposal

MOST_MONTHS = 60


class ProposeForm(Sectioned, forms.Form):
    """A class with its evidence; it begins with what is known of the claim."""

    risk_class = forms.TypedChoiceField(
        label=_("Proposed class"), coerce=int, choices=RiskClass.choices
    )
    facts = forms.CharField(
        label=_("Evidence"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What shows that the debtor can or cannot pay, with sources."),
        error_messages={"required": _("Say in a few words what shows it.")},
    )
    facts_on = day_field(label=_("Day of the evidence"), initial=bank_today)
    is_impaired = forms.BooleanField(
        label=_("The claim is credit-impaired: substandard at best"), required=False
    )
    observed_from = day_field(
        label=_("First due date after a restructuring"),
        required=False,
        help_text=_("The claim is under observation from that day: special mention at best."),
    )
    due_every = forms.IntegerField(
        label=_("Months from due date to due date"), min_value=1, max_value=MOST_MONTHS
    )

    def __init__(self, *args: Any, claim: Claim, **kwargs: Any) -> None:
        known = {name: getattr(claim, name) for name in ("risk_class", *FACTS)}
        super().__init__(*args, initial=known, **kwargs)

    def clean_facts_on(self) -> Any:
        day = self.cleaned_data["facts_on"]
        if day > bank_today():
            raise forms.ValidationError(_("Evidence is not of a day to come."))
        return day

    def proposal(self) -> Proposal:
        """What is proposed."""
        return Proposal(**self.cleaned_data)


class AgreeForm(Sectioned, ReasonForm):
    """Agree, or put a worse class in place of the one proposed."""

    worse = forms.TypedChoiceField(
        label=_("A worse class instead"),
        coerce=int,
        empty_value=None,
        required=False,
    )
    field_order = ("worse", "reason")

    def __init__(self, *args: Any, claim: Claim, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        proposal = claim.classifications.filter(status="open").first()
        worse = [c for c in RiskClass.choices if proposal and c[0] > proposal.proposed_class]
        self.fields["worse"].choices = [("", pgettext_lazy("claim", "As proposed")), *worse]
