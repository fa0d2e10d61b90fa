"""Forms about appointments."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.core.forms import LookupField, RecordForm, Sectioned
from customers.models import Customer
from services.models import Appointment
from staff.forms import branch_field, day_field, member_field

from . import operations


def moment_input() -> forms.DateTimeInput:
    """A day and a time as the browser's own picker takes them."""
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class AppointmentForm(RecordForm):
    customer = LookupField(
        Customer.objects.all(), url_name="customers:customer_lookup", label=_("Customer")
    )
    member = member_field(label=_("Member of staff"))
    branch = branch_field(label=_("Branch"))

    class Meta:
        model = Appointment
        fields = (
            "customer",
            "member",
            "branch",
            "begins_at",
            "ends_at",
            "purpose",
            "place",
            "note",
        )
        widgets = {
            "begins_at": moment_input(),
            "ends_at": moment_input(),
            "note": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = self.instance.customer_id
        seen = Customer.objects.permitted(self.user)
        if kept and not seen.filter(pk=kept).exists():
            # whoever does not reach the customer is not told the name, and leaves it as it is
            del self.fields["customer"]

        if not kept and self.initial.get("customer"):
            # whom it is with is known, so the time is what is chosen next
            self.fields["begins_at"].widget.attrs["autofocus"] = True

    def apply(self, *, by: Any, version: int | None) -> Appointment:
        if self.instance.pk is None:
            return operations.book(self.instance, by=by)
        names = self.changed_columns
        return operations.amend(self.instance, by=by, fields=names, version=version or 0)


class BoardForm(Sectioned, forms.Form):
    branch = branch_field(label=_("Branch"))
    day = day_field(label=_("Day"))

    def __init__(self, *args: Any, user: Any, action: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["branch"].queryset = self.fields["branch"].queryset.in_reach(user, action)
        self.fields["branch"].widget.action = action
        self.fields["branch"].widget.sends_typed = False
