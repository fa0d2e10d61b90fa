"""Forms about service requests."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config_admin.models import ServiceType
from crm.core.forms import LookupField, ReasonForm, RecordForm, Sectioned
from customers.models import Customer
from services.models import ClockStop, QueueMember, ServiceRequest
from staff.forms import member_field
from staff.models import StaffMember

from . import operations


class RemarkForm(forms.Form):
    """Why a step is taken, where that mostly needs no words."""

    reason = forms.CharField(
        label=pgettext_lazy("request", "Remark"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Kept in the audit trail."),
    )


class NewRequestForm(RecordForm):
    customer = LookupField(
        Customer.objects.all(), url_name="customers:customer_lookup", label=_("Customer")
    )

    class Meta:
        model = ServiceRequest
        fields = ("customer", "service", "channel", "priority", "subject", "description")
        widgets = {"description": forms.Textarea(attrs={"rows": 5})}
        error_messages = {
            "service": {"required": _("Choose what the customer wants.")},
            "subject": {"required": _("Enter a subject.")},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].queryset = ServiceType.objects.filter(
            status=ServiceType.Status.OFFERED
        ).order_by("category__position", "code")

    def apply(self, *, by: Any, version: int | None) -> ServiceRequest:
        return operations.enter(self.instance, by=by)


class RequestForm(RecordForm):
    class Meta:
        model = ServiceRequest
        fields = ("subject", "priority", "channel", "description")
        widgets = {"description": forms.Textarea(attrs={"rows": 5})}
        error_messages = {"subject": {"required": _("Enter a subject.")}}

    def apply(self, *, by: Any, version: int | None) -> ServiceRequest:
        names = self.changed_columns
        return operations.amend(self.instance, by=by, fields=names, version=version or 0)


class AssignForm(Sectioned, ReasonForm):
    member = forms.ModelChoiceField(
        label=pgettext_lazy("request", "To"),
        queryset=StaffMember.objects.none(),
        empty_label=_("Choose one"),
        error_messages={"required": _("Choose somebody who works this queue.")},
    )
    field_order = ("member", "reason")

    def __init__(self, *args: Any, request: ServiceRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fit = QueueMember.objects.fit_for(request).values("member")
        self.fields["member"].queryset = StaffMember.objects.filter(pk__in=fit).exclude(
            pk=request.owner_id
        )


class AssignManyForm(Sectioned, ReasonForm):
    member = member_field(label=pgettext_lazy("request", "To"))
    field_order = ("member", "reason")

    def __init__(self, *args: Any, user: Any, action: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"].open_to(user, action)


class WaitForm(Sectioned, RemarkForm):
    cause = forms.ChoiceField(
        label=pgettext_lazy("clock", "Waits for"),
        choices=[(cause.value, cause.label) for cause in ClockStop.WAITING],
    )
    field_order = ("cause", "reason")


class ResolveForm(Sectioned, forms.Form):
    outcome = forms.CharField(
        label=pgettext_lazy("request", "What came of it"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Say in a few words what came of it.")},
    )
