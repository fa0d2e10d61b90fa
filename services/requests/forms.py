"""Forms about service requests."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config_admin.models import ServiceType
from config_admin.services.own_fields import Edition, edition_of
from crm.core.formats import markup
from crm.core.forms import LookupField, ReasonForm, RecordForm, Sectioned
from customers.models import Customer
from services.answers import edition_in
from services.models import ClockStop, QueueMember, ServiceRequest
from staff.forms import member_field
from staff.models import StaffMember

from . import operations, own_fields, routing

RECEIVE = "services.add_complaint"


def way_to_complain(customer: Any) -> SafeString:
    """A link to the form of a complaint, which is no request: the law sets its time."""
    address = reverse("services:complaint_add", query={"customer": customer.pk} if customer else {})
    return markup('<a href="{}">{}</a>', address, _("Receive a complaint"))


class RemarkForm(forms.Form):
    """Why a step is taken, where that mostly needs no words."""

    reason = forms.CharField(
        label=pgettext_lazy("request", "Remark"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Kept in the audit trail."),
    )


def offers(field: forms.Field, value: Any) -> bool:
    """Whether what a request has can be seen and chosen again in a field."""
    if not isinstance(field, forms.ModelChoiceField) or value is None:
        return True
    return bool(field.queryset.filter(pk=value).exists())


class AnsweredForm(RecordForm):
    """A form about a request, with the fields that the service adds to it."""

    def ask(self, edition: Edition | None, customer: Any) -> None:
        """Add the fields of an edition, except for a holding that the user does not reach."""
        self.edition = edition
        self.had = own_fields.initial(edition, self.instance.answers) if edition else {}
        added = dict(own_fields.form_fields(edition, customer, self.user)) if edition else {}
        self.own_fields = {
            name: field for name, field in added.items() if offers(field, self.had.get(name))
        }
        self.fields.update(self.own_fields)
        self.initial.update(self.had)

    def own(self) -> list[forms.BoundField]:
        """The fields of the service."""
        return [self[name] for name in self.own_fields]

    def values(self) -> dict[str, Any]:
        """What was filled in for the service, by code."""
        given = self.had | self.cleaned_data
        return own_fields.values_in(self.edition, given) if self.edition else {}


class NewRequestForm(AnsweredForm):
    SECTIONS = (
        ("", ("customer", "service")),
        ("", ("channel", "priority", "subject", "description")),
    )
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
        offered = ServiceType.objects.filter(status=ServiceType.Status.OFFERED)
        field = self.fields["service"]
        field.queryset = offered.exclude(kind=ServiceType.Kind.COMPLAINT).order_by(
            "category__position", "code"
        )
        service, customer = self.chosen("service"), self.chosen("customer")
        self.ask(edition_of(service.pk) if service else None, customer)
        if self.user.has_action(RECEIVE):
            field.help_text = way_to_complain(customer)

    def chosen(self, name: str) -> Any:
        """What is chosen in a field so far; None if nothing that is offered."""
        try:
            return self.fields[name].to_python(self.data.get(name) or self.initial.get(name))
        except forms.ValidationError:
            return None

    def left_over(self) -> list[tuple[str, Any]]:
        """What was filled in for other services, in case one of them is chosen again."""
        sent = self.data if self.is_bound else self.initial
        own = [(name, sent[name]) for name in sent if name.startswith(own_fields.PREFIX)]
        return [(name, value) for name, value in own if name not in self.own_fields]

    def apply(self, *, by: Any, version: int | None) -> ServiceRequest:
        return operations.enter(self.instance, by=by, values=self.values())


class RequestForm(AnsweredForm):
    class Meta:
        model = ServiceRequest
        fields = ("subject", "priority", "channel", "description")
        widgets = {"description": forms.Textarea(attrs={"rows": 5})}
        error_messages = {"subject": {"required": _("Enter a subject.")}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ask(edition_in(self.instance.answers), self.instance.customer)

    def apply(self, *, by: Any, version: int | None) -> ServiceRequest:
        is_answered = not self.own_fields.keys().isdisjoint(self.changed_data)
        return operations.amend(
            self.instance,
            by=by,
            fields=self.changed_columns,
            version=version or 0,
            values=self.values() if is_answered else None,
        )


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
        field = self.fields["member"]
        offered = QueueMember.objects.fit_for(request)
        if request.service.skill:
            field.help_text = routing.who_can(request)
        if not offered:
            offered = QueueMember.objects.working(request)
        members = StaffMember.objects.filter(pk__in=offered.values("member"))
        field.queryset = members.exclude(pk=request.owner_id)


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
