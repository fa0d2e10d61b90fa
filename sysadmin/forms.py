"""Forms of system management."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.apps import apps
from django.utils.translation import gettext_lazy as _

from crm.core.approvals import operations as checked_operations
from crm.core.clock import bank_today
from crm.core.forms import LookupField, RecordForm
from crm.core.models import ApprovalPolicy

from . import operations
from .duties import operations as duties
from .models import Grant, IncompatibleDuties, User, period
from .policies.operations import set_policy


def day_field(label: Any, **options: Any) -> forms.DateField:
    """A day, by the browser's own picker."""
    picker = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=picker, **options)


class GrantForm(RecordForm):
    user = LookupField(User.scoped.all(), url_name="sysadmin:user_lookup", label=_("User"))
    first_day = day_field(_("From"), initial=bank_today)
    last_day = day_field(_("Until"), required=False, help_text=_("Left empty, it has no end."))

    class Meta:
        model = Grant
        fields = ("user", "role", "branch", "extent")
        error_messages = {
            "role": {"required": _("Choose the role that is given.")},
            "extent": {"required": _("Choose how far the grant reaches.")},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # the branch belongs to a module above this one; the foreign key knows its model
        branches = apps.get_model("staff.Branch")._default_manager.all()
        self.base_fields["branch"] = LookupField(
            branches, url_name="staff:branch_lookup", label=_("Branch")
        )
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        if first and first < bank_today():
            self.add_error(
                "first_day", _("A grant cannot begin in the past. Enter today or later.")
            )
        if first and last and last < first:
            self.add_error("last_day", _("The last day lies before the first. Enter a later day."))
        return cleaned

    def apply(self, *, by: Any, version: int | None) -> Grant:
        last = self.cleaned_data["last_day"]
        beyond = last + dt.timedelta(days=1) if last and last < dt.date.max else None
        self.instance.valid = period(self.cleaned_data["first_day"], beyond)
        return operations.give(self.instance, by=by)


class DutiesForm(RecordForm):
    first_day = day_field(_("From"), initial=bank_today)

    class Meta:
        model = IncompatibleDuties
        fields = ("first", "second", "ground")
        error_messages = {
            "first": {"required": _("Choose a role.")},
            "second": {"required": _("Choose the role that is kept apart from it.")},
            "ground": {"required": _("Enter the rule that asks for it.")},
        }

    def apply(self, *, by: Any, version: int | None) -> IncompatibleDuties:
        self.instance.valid = period(self.cleaned_data["first_day"])
        return duties.keep_apart(self.instance, by=by)


class PolicyForm(RecordForm):
    operation = forms.ChoiceField(label=_("Operation"))

    class Meta:
        model = ApprovalPolicy
        fields = ("operation", "from_amount", "role", "days", "is_active", "ground")
        error_messages = {"role": {"required": _("Choose the role that decides.")}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["operation"].choices = [("", _("Choose one")), *checked_operations()]

    def apply(self, *, by: Any, version: int | None) -> ApprovalPolicy:
        names = self.changed_columns
        return set_policy(self.instance, by=by, fields=names, version=version or 0)


class DecisionForm(forms.Form):
    """A remark on an approval, where one is wanted."""

    reason = forms.CharField(
        label=_("Remark"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept with the decision."),
    )
