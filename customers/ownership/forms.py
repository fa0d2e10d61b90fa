"""Forms about who looks after a customer."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.clock import bank_today
from crm.core.forms import LookupField, ReasonForm, RecordForm, Sectioned
from customers.models import Customer, Ownership
from staff.forms import day_field, member_field

from . import operations


class EngageForm(RecordForm):
    customer = LookupField(
        Customer.objects.all(), url_name="customers:customer_lookup", label=_("Customer")
    )
    member = member_field(label=_("Member of staff"))
    first_day = day_field(label=_("From"))
    last_day = day_field(
        label=pgettext_lazy("period", "Last day"),
        required=False,
        help_text=_("Left empty, it holds until it is ended."),
    )
    reason = ReasonForm.base_fields["reason"]
    field_order = ("customer", "role", "line", "member", "first_day", "last_day", "reason")

    class Meta:
        model = Ownership
        fields = ("customer", "role", "line", "member")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first_day"].initial = bank_today
        self.fields["role"].initial = Ownership.Role.ASSISTING

    def apply(self, *, by: Any, version: int | None) -> Ownership:
        given = {name: self.cleaned_data[name] for name in ("first_day", "last_day", "reason")}
        return operations.engage(self.instance, by=by, **given)


class EndForm(Sectioned, ReasonForm):
    last_day = day_field(label=pgettext_lazy("period", "Last day"))
    field_order = ("last_day", "reason")
