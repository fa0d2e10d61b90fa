"""Forms of the customer master."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.core.acting import acting
from crm.core.approvals import policy_for
from crm.core.clock import bank_today
from crm.core.forms import LongSelect, LookupField, RecordForm, Sectioned
from staff.models import Branch, StaffMember

from . import operations
from .countries import country_choices
from .models import ContactPoint, Customer, IdentityDocument
from .purposes import PURPOSES

WIDE_DATE = {"type": "date", "min": "1800-01-01", "max": "9999-12-31"}


def date_input() -> forms.DateInput:
    """A date as the browser's own picker takes it."""
    return forms.DateInput(attrs=WIDE_DATE, format="%Y-%m-%d")


class CustomerForm(RecordForm):
    home_branch = LookupField(
        Branch.objects.all(), url_name="staff:branch_lookup", label=_("Managing branch")
    )
    lead_manager = LookupField(
        StaffMember.objects.all(),
        url_name="staff:staffmember_lookup",
        label=_("Lead manager"),
        required=False,
        help_text=_("Left empty, the customer waits in the pool of the branch."),
    )

    SECTIONS = (
        (
            _("Who the customer is"),
            (
                "name",
                "latin_name",
                "born_on",
                "founded_on",
                "gender",
                "country",
                "occupation",
                "business_scope",
            ),
        ),
        (_("Where the customer is found"), ("city", "address")),
        (_("Who looks after the customer"), ("home_branch", "lead_manager", "opened_on")),
        (_("Second person"), ("why",)),
    )

    class Meta:
        model = Customer
        fields = (
            "name",
            "latin_name",
            "gender",
            "country",
            "born_on",
            "founded_on",
            "opened_on",
            "occupation",
            "business_scope",
            "city",
            "address",
            "home_branch",
            "lead_manager",
        )
        widgets = {name: date_input() for name in ("born_on", "founded_on", "opened_on")} | {
            "country": LongSelect
        }
        error_messages = {
            "name": {"required": _("Enter the customer's name.")},
            "opened_on": {"required": _("Enter since when the bank has known the customer.")},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            # the empty record would leave the field empty
            self.initial["opened_on"] = self.initial.get("opened_on") or bank_today()
        elif policy := policy_for("customers.identify/1", self.instance):
            self.fields["why"] = forms.CharField(
                label=_("Reason"),
                max_length=500,
                required=False,
                help_text=_(
                    "A change of name, branch or lead manager waits for a second person "
                    "(%(role)s), who reads this."
                )
                % {"role": policy.role},
            )
        # what does not fit the kind of customer is not asked
        absent = (
            ("founded_on", "business_scope")
            if self.instance.is_person
            else ("born_on", "gender", "occupation")
        )
        for name in absent:
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name in ("born_on", "founded_on", "opened_on"):
            day = cleaned.get(name)
            if day and day > bank_today():
                self.add_error(name, _("This day is still to come. Enter a day until today."))
        return cleaned

    def apply(self, *, by: Any, version: int | None) -> Any:
        names = self.changed_columns
        with acting(by=by, reason=self.cleaned_data.get("why", "")):
            return operations.amend(self.instance, by=by, fields=names, version=version or 0)


class DocumentFields(forms.Form):
    document_kind = forms.ChoiceField(
        label=_("Document"),
        choices=[("", _("Choose a document")), *IdentityDocument.Kind.choices],
        error_messages={"required": _("Choose the document that was shown.")},
    )
    document_country = forms.ChoiceField(
        label=_("Issuing country"), choices=country_choices, initial="CN", widget=LongSelect
    )
    document_number = forms.CharField(
        label=_("Document number"),
        max_length=60,
        help_text=_("Kept sealed; pages show its last characters only."),
        error_messages={"required": _("Enter the number as it stands on the document.")},
    )
    valid_until = forms.DateField(label=_("Valid until"), required=False, widget=date_input())
    is_long_term = forms.BooleanField(label=_("Valid without end"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("is_long_term") and cleaned.get("valid_until"):
            self.add_error(
                "valid_until",
                _("A document valid without end has no last day. Clear one of the two."),
            )
        return cleaned

    def document(self) -> operations.DocumentFacts:
        facts = self.cleaned_data
        return operations.DocumentFacts(
            kind=facts["document_kind"],
            number=facts["document_number"],
            country=facts["document_country"],
            valid_until=facts.get("valid_until"),
            is_long_term=facts["is_long_term"],
        )


class DocumentForm(Sectioned, DocumentFields):
    def apply(self, customer: Customer, *, by: Any) -> Any:
        return operations.add_document(customer, by=by, facts=self.document())


class ContactForm(Sectioned, forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=ContactPoint.Kind)
    value = forms.CharField(
        label=_("Number or address"),
        max_length=254,
        help_text=_("Kept sealed; pages show its last characters only."),
        error_messages={"required": _("Enter the telephone number or the e-mail address.")},
    )

    def apply(self, customer: Customer, *, by: Any) -> None:
        facts = operations.ContactFacts(self.cleaned_data["kind"], self.cleaned_data["value"])
        try:
            operations.add_contact(customer, by=by, facts=facts)
        except operations.DomainError as error:
            # the operation names the kind of contact; here each kind is typed into one field
            raise operations.DomainError(str(error), "value") from error


class NewCustomerForm(DocumentFields, CustomerForm):
    kind = forms.ChoiceField(choices=Customer.Kind, widget=forms.HiddenInput)
    mobile = forms.CharField(label=_("Mobile"), max_length=40, required=False)
    email = forms.CharField(label=_("E-mail"), max_length=254, required=False)

    SECTIONS = (
        CustomerForm.SECTIONS[0],
        (
            _("Identity document"),
            (
                "document_kind",
                "document_country",
                "document_number",
                "valid_until",
                "is_long_term",
            ),
        ),
        (_("How to reach the customer"), ("mobile", "email")),
        *CustomerForm.SECTIONS[1:],
    )

    def __init__(self, data: Any = None, *, kind: str, **kwargs: Any) -> None:
        known = known_of(kwargs["user"], kwargs["action"]) if data is None else {}
        super().__init__(
            data, instance=Customer(kind=kind), initial={"kind": kind, **known}, **kwargs
        )
        fitting = [
            (value, label)
            for value, label in IdentityDocument.Kind.choices
            if (value in IdentityDocument.FOR_ORGANISATIONS) != self.instance.is_person
        ]
        self.fields["document_kind"].choices = [("", _("Choose a document")), *fitting]

    def _post_clean(self) -> None:
        """Name all that is wrong at once: what the operation would refuse one after the other."""
        super()._post_clean()
        told = {"document_kind", "document_number", "document_country"} <= self.cleaned_data.keys()
        documents = [self.document()] if told else []
        for refusal in operations.refusals_of(self.instance, documents, self.contacts()):
            if refusal.field not in self.errors:
                self.add_error(refusal.field, str(refusal))

    def contacts(self) -> list[operations.ContactFacts]:
        """The ways to reach the customer that were filled in."""
        kinds = (ContactPoint.Kind.MOBILE, ContactPoint.Kind.EMAIL)
        given = [(kind, self.cleaned_data.get(kind)) for kind in kinds]
        return [operations.ContactFacts(kind, value) for kind, value in given if value]

    def apply(self, *, by: Any, version: int | None) -> Customer:
        return operations.register(
            self.instance, by=by, documents=[self.document()], contacts=self.contacts()
        )


def known_of(user: Any, action: str) -> dict[str, Any]:
    """What the bank knows already: the branch of who enters the customer, and that they lead it."""
    member = StaffMember.objects.select_related("branch").filter(user=user).first()
    if member is None:
        return {}
    reach = user.reach(action)
    leads = reach is not None and reach.own
    return {"home_branch": member.branch, "lead_manager": member if leads else None}


class AssignForm(Sectioned, forms.Form):
    lead_manager = LookupField(
        StaffMember.objects.all(),
        url_name="staff:staffmember_lookup",
        label=_("New lead manager"),
        required=False,
        help_text=_("Left empty, the customers wait in the pool of their branch."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept in the audit trail."),
        error_messages={"required": _("Give a reason in a few words.")},
    )

    def __init__(self, *args: Any, user: Any, action: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lead_manager"].open_to(user, action)


class RevealForm(forms.Form):
    purpose = forms.ChoiceField(
        label=_("Purpose"),
        choices=[("", _("Choose a purpose")), *PURPOSES.items()],
        error_messages={"required": _("Choose why you need the value.")},
        help_text=_("The reveal is recorded with your name and this purpose."),
    )
