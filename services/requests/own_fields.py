"""The fields of its own that a service adds to the form of a request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.core.validators import MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config_admin.dictionaries.entries import EntryChoiceField
from config_admin.models import ServiceField
from config_admin.services.own_fields import AskedField, Edition
from crm.core.forms import bound_days
from crm.core.operations import DomainError
from customers.models import Holding
from services import answers
from staff.forms import day_field

Kind = ServiceField.Kind
PREFIX = "own-"
LONGEST = 200


def name_of_field(edition: Edition, code: str) -> str:
    """What a field is called in a form: by its service too, as another one may ask the like."""
    return f"{PREFIX}{edition.service}-{code}"


def form_fields(edition: Edition, customer: Any, user: Any) -> Iterator[tuple[str, forms.Field]]:
    """The form fields that an edition asks for, with their names."""
    for asked in edition.fields:
        built = _BUILT[Kind(asked.kind)](
            asked,
            label=str(asked),
            help_text=asked.shown_hint,
            required=asked.is_required,
        )
        if isinstance(built, forms.ModelChoiceField):
            offer_holdings(built, asked, customer, user)
        built.error_messages["required"] = missing(asked)
        bound_days(built)
        yield name_of_field(edition, asked.code), built


def offer_holdings(field: Any, asked: AskedField, customer: Any, user: Any) -> None:
    """Offer what the customer holds of the kind that fits, as far as the user may see it.

    Before a customer is chosen there is nothing to offer.
    """
    if customer is None:
        return
    rows = Holding.objects.permitted(user).filter(customer=customer).order_by("pk")
    field.queryset = rows if asked.kind == Kind.HOLDING else rows.filter(kind=asked.kind)
    if not field.queryset.exists():
        field.help_text = _("The customer has none that you may see.")


def missing(asked: AskedField) -> str:
    """What is said where a field that must be filled in is empty."""
    return _("%(field)s: the service needs this.") % {"field": asked}


def values_in(edition: Edition, cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """What a form was given for the fields of an edition, by code."""
    return {f.code: cleaned.get(name_of_field(edition, f.code)) for f in edition.fields}


def initial(edition: Edition, kept: Mapping[str, Any]) -> dict[str, Any]:
    """What a form shows for answers that are kept."""
    return {
        name_of_field(edition, code): _word(value) if isinstance(value, bool) else value
        for code, value in answers.read(kept).items()
    }


def answered(edition: Edition | None, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as the request keeps them, once all that the service needs is there."""
    if edition is None:
        return {}
    for asked in edition.fields:
        if asked.is_required and values.get(asked.code) in {None, ""}:
            raise DomainError(missing(asked), name_of_field(edition, asked.code))
        refuse_unfit(asked, values.get(asked.code), name_of_field(edition, asked.code))
    return answers.kept(edition, values)


def refuse_unfit(asked: AskedField, value: Any, field: str) -> None:
    """Refuse a holding of a kind that the service does not ask for."""
    if isinstance(value, Holding) and asked.kind not in {Kind.HOLDING, value.kind}:
        raise DomainError(
            _("%(field)s: choose one of the kind that the service asks for.") % {"field": asked},
            field,
        )


def _text(_asked: AskedField, **options: Any) -> forms.Field:
    return forms.CharField(max_length=LONGEST, **options)


def _number(_asked: AskedField, **options: Any) -> forms.Field:
    return forms.DecimalField(max_digits=18, decimal_places=answers.PLACES, **options)


def _money(_asked: AskedField, **options: Any) -> forms.Field:
    above = [MinValueValidator(0, gettext_lazy("An amount is not below zero."))]
    return forms.DecimalField(max_digits=18, decimal_places=2, validators=above, **options)


def _choice(asked: AskedField, **options: Any) -> forms.Field:
    return EntryChoiceField(dictionary=asked.dictionary, **options)


def _yes_no(_asked: AskedField, **options: Any) -> forms.Field:
    offered = [("", _blank(**options)), ("yes", _("yes")), ("no", _("no"))]
    return forms.TypedChoiceField(
        choices=offered, coerce=lambda sent: sent == "yes", empty_value=None, **options
    )


def _word(is_so: bool) -> str:  # noqa: FBT001  (an answer, not a switch)
    return "yes" if is_so else "no"


def _holding(_asked: AskedField, **options: Any) -> forms.Field:
    nothing = Holding.objects.none()
    return forms.ModelChoiceField(nothing, empty_label=_blank(**options), **options)


def _blank(*, required: bool, **_options: Any) -> str:
    return _("Choose one") if required else _("Not stated")


_BUILT: Mapping[Kind, Any] = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.MONEY: _money,
    Kind.DAY: lambda _asked, **options: day_field(**options),
    Kind.CHOICE: _choice,
    Kind.YES_NO: _yes_no,
    **dict.fromkeys(ServiceField.HELD, _holding),
}
