"""Forms about promises."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.core.forms import TYPED, LookupField, ReasonForm, RecordForm, Sectioned
from customers.models import Customer
from services.models import Promise
from staff.forms import date_input, member_field

from . import operations


class PromiseForm(RecordForm):
    customer = LookupField(
        Customer.objects.all(), url_name="customers:customer_lookup", label=_("Customer")
    )
    owner = member_field(
        label=_("Kept by"), required=False, help_text=_("Left empty, you keep it yourself.")
    )

    class Meta:
        model = Promise
        fields = ("customer", "words", "due_on", "owner")
        widgets = {"due_on": date_input()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_sent_without_asking = self.is_bound and f"customer{TYPED}" not in self.data
        if self.initial.get("customer") or is_sent_without_asking:
            self.fields["customer"].widget = forms.HiddenInput()

    def apply(self, *, by: Any, version: int | None) -> Promise:
        return operations.make(self.instance, by=by)


class KeepForm(forms.Form):
    remark = forms.CharField(
        label=_("How it was kept"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class PassOnForm(Sectioned, ReasonForm):
    owner = member_field(label=_("Kept by"))
    field_order = ("owner", "reason")

    def __init__(self, *args: Any, user: Any, action: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].open_to(user, action)
