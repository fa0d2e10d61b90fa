"""Forms about alert cases."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.forms import LookupField, ReasonForm, Sectioned, StepForm
from crm.core.operations import DomainError
from risk.models import CaseProposal, Level
from staff.forms import day_field
from staff.models import StaffMember

from .rules import refuse_officer

OFFICERS = "risk:alertcase_officers"


def words(label: Any, empty: Any, most: int = 2000) -> forms.CharField:
    """Room for some sentences."""
    return forms.CharField(
        label=label,
        max_length=most,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": empty},
    )


def remark() -> forms.CharField:
    """A reason that may be left out."""
    field = ReasonForm.base_fields["reason"]
    return forms.CharField(
        label=_("Remark"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=field.help_text,
    )


def officer_field() -> LookupField:
    """Who investigates a case; offered are those who may."""
    return LookupField(
        StaffMember.objects.all(),
        url_name=OFFICERS,
        label=pgettext_lazy("alert case", "Officer"),
        help_text=_("Offered are those who may work on it."),
    )


class AssignForm(StepForm):
    officer = officer_field()
    reason = remark()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        widget = self.fields["officer"].widget
        widget.url = f"{reverse(OFFICERS)}?case={self.about.pk}"

    def clean_officer(self) -> Any:
        officer = self.cleaned_data["officer"]
        try:
            refuse_officer(self.about, officer, "officer")
        except DomainError as error:
            raise forms.ValidationError(str(error)) from error
        return officer


class AssignManyForm(Sectioned, forms.Form):
    officer = officer_field()
    reason = remark()

    def __init__(self, *args: Any, user: Any, action: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["officer"].open_to(user, action)


class AskForm(StepForm):
    question = words(pgettext_lazy("alert case", "Question"), _("Enter what you want to know."))
    diary_on = day_field(label=_("Information expected by"))


class AnswerForm(StepForm):
    reply = words(pgettext_lazy("alert case", "Answer"), _("Enter what you found out."))


class EscalateForm(StepForm, ReasonForm):
    level = forms.TypedChoiceField(
        label=_("Severity"), choices=Level.choices, coerce=int, initial=Level.HIGH
    )
    field_order = ("level", "reason")


class ProposeForm(StepForm, ReasonForm):
    outcome = forms.ChoiceField(
        label=pgettext_lazy("alert case", "Decision"),
        choices=[("", _("Choose one")), *CaseProposal.Outcome.choices],
        error_messages={"required": _("Choose what you propose.")},
        help_text=_("What is referred for report is closed to others from now on."),
    )
    evidence = words(_("Evidence"), _("Enter what the decision rests on."))
    silent_until = day_field(
        label=_("Silent until"),
        required=False,
        help_text=_("For an accepted risk or a false positive; a graver warning speaks again."),
    )
    field_order = ("outcome", "evidence", "reason", "silent_until")


class RemarkForm(StepForm):
    reason = remark()


class GroundsForm(StepForm, ReasonForm):
    pass
