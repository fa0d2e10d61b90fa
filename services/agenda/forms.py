"""Forms about tasks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.core.forms import LookupField, ReasonForm, RecordForm, Sectioned
from crm.core.operations import MAX_VERSION
from customers.models import Customer
from services.models import Task
from staff.forms import date_input, day_field, member_field

from . import operations


class TaskForm(RecordForm):
    customer = LookupField(
        Customer.objects.all(),
        url_name="customers:customer_lookup",
        label=_("Customer"),
        required=False,
    )
    member = member_field(label=_("Who does it"))

    class Meta:
        model = Task
        fields = (
            "title",
            "customer",
            "member",
            "due_on",
            "due_at",
            "priority",
            "remind_before",
            "source",
            "note",
        )
        widgets = {
            "due_on": date_input(),
            "due_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "note": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["remind_before"].choices = [
            ("", _("No reminder")),
            *Task.Reminder.choices,
        ]
        kept = self.instance.customer_id
        seen = Customer.objects.permitted(self.user)
        if kept and not seen.filter(pk=kept).exists():
            # whoever does not reach the customer is not told the name, and leaves it as it is
            del self.fields["customer"]

    def apply(self, *, by: Any, version: int | None) -> Task:
        if self.instance.pk is None:
            return operations.give(self.instance, by=by)
        names = self.changed_columns
        return operations.amend(self.instance, by=by, fields=names, version=version or 0)


class RemarkForm(ReasonForm):
    """What there is to say about a step; nothing need be said."""

    reason = forms.CharField(
        label=_("Remark"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Kept in the audit trail."),
    )


class PutOffForm(Sectioned, forms.Form):
    TOMORROW, NEXT_WEEK, SEEN = "tomorrow", "next_week", "seen"
    to = forms.ChoiceField(
        label=_("Put off"),
        choices=[
            (TOMORROW, _("To tomorrow")),
            (NEXT_WEEK, _("To next Monday")),
            (SEEN, _("The reminder alone: I have seen it")),
        ],
        widget=forms.RadioSelect,
        initial=TOMORROW,
    )


class BringBackForm(Sectioned, forms.Form):
    due_on = day_field(label=_("Due on"))
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=MAX_VERSION)
