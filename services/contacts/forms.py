"""Forms about contacts: one that is filled in while the telephone is put down."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.clock import now
from crm.core.forms import TYPED, LookupField, RecordForm
from customers.models import Customer
from services.models import Contact, Promise
from staff.forms import date_input, day_field, member_field

from . import operations

COLLEAGUES = ("colleague", "second_colleague", "third_colleague")


def last_purpose(user: Any) -> str:
    """For what the user contacted customers the last time."""
    rows = Contact.objects.filter(author__user=user.pk).order_by("-at", "-pk")
    return rows.values_list("purpose", flat=True).first() or "care"


class ContactForm(RecordForm):
    customer = LookupField(
        Customer.objects.all(), url_name="customers:customer_lookup", label=_("Customer")
    )
    colleague = member_field(label=_("Colleague who took part"), required=False)
    second_colleague = member_field(label=_("Second colleague"), required=False)
    third_colleague = member_field(label=_("Third colleague"), required=False)
    promise = forms.CharField(
        label=_("Promise"),
        max_length=200,
        required=False,
        help_text=_("What you have promised; you keep it."),
    )
    until = day_field(label=_("Promised until"), required=False)

    # what one has to type comes first: the rest is as it was the last time
    SECTIONS = (
        (
            "",
            ("customer", "summary", "kind", "direction", "purpose", "result", "at"),
        ),
        (_("What is next"), ("next_step", "next_on", "promise", "until")),
        (_("Who was present"), ("customer_side", *COLLEAGUES, "is_confidential")),
    )

    class Meta:
        model = Contact
        fields = (
            "customer",
            "summary",
            "kind",
            "direction",
            "purpose",
            "result",
            "at",
            "next_step",
            "next_on",
            "customer_side",
            "is_confidential",
        )
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 4}),
            "at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
            "next_on": date_input(),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.begin()
        else:
            self.correct()

    def begin(self) -> None:
        """Fill in what is most likely; the customer whose page it was opened from is settled."""
        self.fields["at"].initial = now
        self.fields["purpose"].initial = last_purpose(self.user)
        self.fields["result"].initial = "reached"
        is_sent_without_asking = self.is_bound and f"customer{TYPED}" not in self.data
        if self.initial.get("customer") or is_sent_without_asking:
            self.fields["customer"].widget = forms.HiddenInput()

    def correct(self) -> None:
        """Leave out what is not corrected, and show who took part."""
        for name in ("customer", "promise", "until"):
            del self.fields[name]
        for name, attendee in zip(COLLEAGUES, self.instance.colleagues, strict=False):
            self.initial[name], self.fields[name].present = attendee.member, attendee.member

    def clean(self) -> dict[str, Any]:
        """Refuse a promise without a day, and a day without a promise."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("promise") and not given.get("until") and "until" not in self.errors:
            self.add_error("until", _("Until when is it promised?"))
        elif given.get("until") and not given.get("promise"):
            self.add_error("promise", _("Say what is promised until then."))
        return given

    def colleagues(self) -> list[Any]:
        """Those who were chosen as present."""
        chosen = (self.cleaned_data.get(name) for name in COLLEAGUES)
        return [member for member in chosen if member]

    def promised(self) -> Promise | None:
        """What was promised in the contact."""
        words, until = (self.cleaned_data.get(name) for name in ("promise", "until"))
        return Promise(words=words, due_on=until) if words and until else None

    def apply(self, *, by: Any, version: int | None) -> Contact:
        if self.instance.pk is None:
            return operations.log(
                self.instance, by=by, colleagues=self.colleagues(), promise=self.promised()
            )
        return operations.correct(
            self.instance,
            by=by,
            fields=self.changed_columns,
            version=version or 0,
            colleagues=self.colleagues(),
        )


class NoteForm(forms.Form):
    text = forms.CharField(
        label=_("Note"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class ReviewForm(forms.Form):
    remark = forms.CharField(
        label=pgettext_lazy("contact", "Remark"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Whoever had the contact reads it."),
    )
