"""Forms about life and capacity."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.core.clock import bank_today
from crm.core.forms import Sectioned
from customers.models import Customer, LifeFact
from staff.forms import day_field

from . import operations


class LifeForm(Sectioned, forms.Form):
    kind = forms.ChoiceField(
        label=_("What has happened"),
        choices=[("", _("Choose one")), *LifeFact.Kind.choices],
        error_messages={"required": _("Choose what has happened.")},
        help_text=_("Selling stops at once."),
    )
    first_day = day_field(label=_("Since"), initial=bank_today)
    evidence = forms.CharField(
        label=_("Evidence"),
        max_length=200,
        help_text=_("What was seen, such as a certificate or a court's decision, with its date."),
        error_messages={"required": _("Say what this is known from.")},
    )

    def apply(self, customer: Customer, *, by: Any) -> LifeFact:
        facts = self.cleaned_data
        fact = LifeFact(customer=customer, kind=facts["kind"], evidence=facts["evidence"])
        return operations.establish(fact, by=by, first_day=facts["first_day"])
