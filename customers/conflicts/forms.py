"""Forms about conflicts of interest."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.core.clock import bank_today
from crm.core.forms import LookupField, ReasonForm, RecordForm
from customers.models import ConflictOfInterest, Customer
from staff.forms import date_input, day_field, member_field

from . import operations


class DeclareForm(RecordForm):
    member = member_field(label=_("Member of staff"))
    customer = LookupField(
        Customer.objects.all(), url_name="customers:customer_lookup", label=_("Customer")
    )
    first_day = day_field(label=_("From"))
    reason = ReasonForm.base_fields["reason"]
    field_order = (
        "member",
        "customer",
        "relation",
        "first_day",
        "declared_on",
        "remark",
        "reason",
    )

    class Meta:
        model = ConflictOfInterest
        fields = ("member", "customer", "relation", "declared_on", "remark")
        widgets = {"declared_on": date_input()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first_day"].initial = bank_today

    def apply(self, *, by: Any, version: int | None) -> ConflictOfInterest:
        given = {name: self.cleaned_data[name] for name in ("first_day", "reason")}
        return operations.declare(self.instance, by=by, **given)
