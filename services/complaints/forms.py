"""Forms about complaints."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config_admin.figures.currencies import currency_choices
from crm.core.clock import bank_today, now
from crm.core.forms import LookupField, ReasonForm, RecordForm, StepForm
from crm.core.operations import MAX_VERSION
from customers.models import Customer, Holding
from services.models import Complaint, ComplaintReply
from staff.forms import day_field, member_field

from . import operations, rules
from .operations import Findings

MINUTE = "%Y-%m-%dT%H:%M"


def text_area(rows: int = 4) -> forms.Textarea:
    """Room for some sentences."""
    return forms.Textarea(attrs={"rows": rows})


FACTS = (
    "description",
    "expected",
    "complainant",
    "complainant_name",
    "channel",
    "business",
    "cause",
    "holding",
    "about",
    "is_legal",
    "is_regulator",
    "is_media",
    "is_vulnerable",
)
FACT_SECTIONS = (
    (
        pgettext_lazy("complaint", "What it is about"),
        ("business", "cause", "holding", "description", "expected", "about"),
    ),
    (
        pgettext_lazy("complaint", "Who takes part"),
        ("is_legal", "is_regulator", "is_media", "is_vulnerable"),
    ),
)
WIDGETS = {"description": text_area(5), "expected": text_area(2)}
MESSAGES = {
    "channel": {"required": _("Choose how the complaint arrived.")},
    "business": {"required": _("Choose the business that it is about.")},
    "cause": {"required": _("Choose the cause that the complainant names.")},
    "description": {"required": _("Enter what is complained of.")},
    "expected": {"required": _("Enter what the complainant expects.")},
}


class FactsForm(RecordForm):
    """What is known of a complaint; the holding is one of the customer's own."""

    holding = forms.ModelChoiceField(
        Holding.objects.none(), required=False, label=_("Holding"), empty_label=_("Not stated")
    )
    about = member_field(
        label=pgettext_lazy("complaint", "Person complained of"),
        required=False,
        help_text=_("They and whoever leads them keep away from the complaint."),
    )

    class Meta:
        model = Complaint
        fields = FACTS
        widgets = WIDGETS
        error_messages = MESSAGES

    def offer_holdings_of(self, customer: Any) -> None:
        """Offer what the customer holds, as far as the user may see it."""
        rows = Holding.objects.permitted(self.user).filter(customer=customer)
        field: Any = self.fields["holding"]
        field.queryset = rows.order_by("pk") if customer else rows.none()


class ReceiveForm(FactsForm):
    customer = LookupField(
        Customer.objects.all(), url_name="customers:customer_lookup", label=_("Customer")
    )
    received_at = forms.DateTimeField(
        label=pgettext_lazy("complaint", "Received at"),
        input_formats=[MINUTE, "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MINUTE),
        error_messages={
            "required": _("Enter when the complaint was received."),
            "invalid": _("Enter a day and a time."),
        },
    )
    SECTIONS = (
        (
            pgettext_lazy("complaint", "Who complains"),
            ("customer", "complainant", "complainant_name", "received_at", "channel"),
        ),
        *FACT_SECTIONS,
    )

    class Meta(FactsForm.Meta):
        fields = ("customer", "received_at", *FACTS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["received_at"].initial = lambda: timezone.localtime(now())
        field: Any = self.fields["customer"]
        named = self.data.get("customer") or self.initial.get("customer")
        customer = field.find(named) if named else None
        self.offer_holdings_of(customer)
        if customer is None:
            # what there is to choose from is known once the customer is
            del self.fields["holding"]

    def apply(self, *, by: Any, version: int | None) -> Complaint:
        return operations.receive(self.instance, by=by)


class CorrectForm(FactsForm):
    SECTIONS = (
        (
            pgettext_lazy("complaint", "Who complains"),
            ("complainant", "complainant_name", "channel"),
        ),
        *FACT_SECTIONS,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_holdings_of(self.instance.customer_id)
        held = self.instance.holding
        field: Any = self.fields["holding"]
        if held is not None:
            field.queryset = field.queryset | Holding.objects.filter(pk=held.pk)

    def apply(self, *, by: Any, version: int | None) -> Complaint:
        names = [name for name in self.changed_data if name in FACTS]
        return operations.correct(self.instance, by=by, fields=names, version=version or 0)


# --- steps -----------------------------------------------------------------------------


def remark_field() -> forms.CharField:
    """A remark that may be left out; kept with the change."""
    return forms.CharField(
        label=pgettext_lazy("complaint", "Remark"),
        max_length=500,
        required=False,
        widget=text_area(2),
        help_text=_("Kept in the audit trail."),
    )


class AssignForm(StepForm):
    handler = member_field(label=pgettext_lazy("complaint", "Handler"))
    reason = remark_field()

    def clean_handler(self) -> Any:
        return worker(self, "handler", rules.refuse_worker)


class ReviewForm(StepForm):
    reviewer = member_field(
        label=pgettext_lazy("complaint", "Reviewer"),
        help_text=_("Somebody of a branch above the handler's."),
    )
    reason = remark_field()

    def clean_reviewer(self) -> Any:
        return worker(self, "reviewer", rules.refuse_reviewer)


def worker(form: StepForm, name: str, refuse: Any) -> Any:
    """The member of staff who was chosen, if they may work on the complaint."""
    chosen = form.cleaned_data[name]
    try:
        refuse(form.about, chosen, name)
    except operations.DomainError as error:
        raise forms.ValidationError(str(error)) from error
    return chosen


class RemarkForm(StepForm):
    reason = remark_field()


class GroundsForm(StepForm):
    reason = ReasonForm.base_fields["reason"]


class EstablishForm(StepForm):
    version = forms.IntegerField(
        min_value=0, max_value=MAX_VERSION, widget=forms.HiddenInput, required=False
    )
    finding = forms.ChoiceField(
        label=pgettext_lazy("complaint", "Finding"),
        choices=[("", _("Choose one")), *Complaint.Finding.choices],
        error_messages={"required": _("Choose whether the complaint is justified.")},
    )
    findings = forms.CharField(
        label=pgettext_lazy("complaint", "What was found out"),
        max_length=4000,
        widget=text_area(5),
        error_messages={"required": _("Enter what was found out.")},
    )
    root_cause = forms.CharField(
        label=pgettext_lazy("complaint", "Root cause"),
        max_length=1000,
        widget=text_area(2),
        error_messages={"required": _("Enter why it happened.")},
    )
    remedy = forms.CharField(
        label=pgettext_lazy("complaint", "Remedy"),
        max_length=1000,
        required=False,
        widget=text_area(2),
    )
    corrective_action = forms.CharField(
        label=pgettext_lazy("complaint", "Corrective action"),
        max_length=1000,
        required=False,
        widget=text_area(2),
        help_text=_("What is done so that it does not happen again."),
    )
    recheck_on = day_field(
        label=pgettext_lazy("complaint", "Check for recurrence on"), required=False
    )

    def facts(self) -> dict[str, Any]:
        """What the operation is run with."""
        given = {name: self.cleaned_data[name] for name in Findings.FIELDS}
        return {"facts": Findings(**given), "version": self.cleaned_data["version"]}


class ExtendForm(StepForm):
    told_on = day_field(
        label=pgettext_lazy("complaint", "Complainant told on"),
        initial=bank_today,
        error_messages={"required": _("Enter the day on which the complainant was told.")},
    )
    reason = ReasonForm.base_fields["reason"]


class CompensateForm(StepForm):
    amount = forms.DecimalField(
        label=pgettext_lazy("complaint", "Amount"),
        min_value=Decimal("0.01"),
        max_digits=18,
        decimal_places=2,
        error_messages={"required": _("Enter an amount above zero.")},
    )
    currency = forms.ChoiceField(
        label=pgettext_lazy("complaint", "Currency"),
        choices=currency_choices,
        initial=settings.BASE_CURRENCY,
    )
    reason = ReasonForm.base_fields["reason"]


class AnswerForm(StepForm):
    text = forms.CharField(
        label=pgettext_lazy("complaint", "Answer"),
        max_length=4000,
        widget=text_area(7),
        error_messages={"required": _("Enter what the complainant is told.")},
    )
    ways = forms.MultipleChoiceField(
        label=pgettext_lazy("complaint", "The answer names these ways to whoever is not content"),
        choices=ComplaintReply.Way,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tell the complainant every way that remains.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        remain = operations.ways_after(self.about)
        ways: Any = self.fields["ways"]
        ways.choices = [pair for pair in ComplaintReply.Way.choices if pair[0] in remain]

    def clean_ways(self) -> list[str]:
        ways: list[str] = self.cleaned_data["ways"]
        if set(ways) != set(operations.ways_after(self.about)):
            raise forms.ValidationError(self.fields["ways"].error_messages["required"])
        return ways


class RecheckForm(StepForm):
    recurred = forms.TypedChoiceField(
        label=pgettext_lazy("complaint", "Has the cause come back?"),
        choices=[("", _("Choose one")), ("no", _("no")), ("yes", _("yes"))],
        coerce=lambda value: value == "yes",
        error_messages={"required": _("Choose whether the cause has come back.")},
    )
    note = forms.CharField(
        label=pgettext_lazy("complaint", "What the check found"),
        max_length=1000,
        widget=text_area(2),
        error_messages={"required": _("Enter what the check found.")},
    )
