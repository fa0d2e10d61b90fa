"""Forms about who stands behind and beside a customer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.clock import bank_today
from crm.core.forms import LongSelect, LookupField, Sectioned
from customers.countries import country_choices
from customers.models import Customer, Link
from customers.models.links import PERSONS_DOCUMENTS
from staff.forms import day_field

from . import operations


class PersonForm(Sectioned, forms.Form):
    name = forms.CharField(label=pgettext_lazy("customer", "Name"), max_length=120)
    born_on = day_field(label=_("Date of birth"), required=False)
    country = forms.ChoiceField(label=_("Nationality"), choices=country_choices, widget=LongSelect)


class LinkForm(Sectioned, forms.Form):
    kind = forms.ChoiceField(
        label=_("What they are to the customer"),
        error_messages={"required": _("Choose what they are to the customer.")},
    )
    party = LookupField(
        Customer.objects.all(),
        url_name="customers:customer_lookup",
        label=_("A customer"),
        required=False,
        help_text=_("Left empty if they are no customer of the bank: then name the person below."),
    )
    name = forms.CharField(label=pgettext_lazy("customer", "Name"), max_length=120, required=False)
    born_on = day_field(label=_("Date of birth"), required=False)
    country = forms.ChoiceField(
        label=_("Nationality"), choices=country_choices, initial="CN", widget=LongSelect
    )
    document_kind = forms.ChoiceField(
        label=_("Document"),
        choices=[("", _("Not stated")), *PERSONS_DOCUMENTS],
        required=False,
    )
    document_number = forms.CharField(
        label=_("Document number"),
        max_length=60,
        required=False,
        help_text=_("Kept sealed; pages show its last characters only."),
    )
    share = forms.DecimalField(
        label=_("Share in per cent"),
        max_digits=7,
        decimal_places=4,
        min_value=0,
        max_value=100,
        required=False,
        help_text=_("For owners alone."),
    )
    first_day = day_field(label=_("From"), initial=bank_today)
    evidence = forms.CharField(
        label=_("Evidence"),
        max_length=200,
        help_text=_("What was seen, such as the register extract or the articles, with its date."),
        error_messages={"required": _("Say what this is known from.")},
    )

    SECTIONS = (
        (_("Relationship"), ("kind", "share", "first_day", "evidence")),
        (_("Who is a customer"), ("party",)),
        (
            _("Who is no customer"),
            ("name", "born_on", "country", "document_kind", "document_number"),
        ),
    )

    def __init__(
        self, *args: Any, customer: Customer, user: Any, action: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["party"].open_to(user, action)
        apart = Link.OF_ORGANISATIONS if customer.is_person else Link.OF_PERSONS
        self.fields["kind"].choices = [
            ("", _("Choose one")),
            *((kind, label) for kind, label in Link.Kind.choices if kind not in apart),
        ]

    def apply(self, customer: Customer, *, by: Any) -> Link:
        facts = self.cleaned_data
        given = {name: facts[name] for name in ("kind", "party", "share", "evidence")}
        person = None
        if facts["name"]:
            names = ("name", "born_on", "country", "document_kind", "document_number")
            person = operations.PersonFacts(**{name: facts[name] for name in names})
        link = Link(customer=customer, **given)
        return operations.connect(link, by=by, first_day=facts["first_day"], person=person)
