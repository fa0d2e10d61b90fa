"""Template helpers of the customer pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.core.clock import bank_today
from crm.core.formats import day, relative_day
from crm.core.templatetags.crm_ui import label_of, value_of
from customers.countries import country_name
from customers.links.face import shown_share
from customers.models import ContactPoint, Customer, Holding, IdentityDocument, RelatedPerson
from customers.tables import STATUS_TONES

register = template.Library()
register.filter("country", country_name)
register.filter("share", shown_share)
WARN_DAYS = 30


@register.filter
def tone_of(status: str) -> str:
    """The colour of a customer's status."""
    tone = STATUS_TONES.get(status)
    return f"tag-{tone}" if tone else ""


def whole_years(date: dt.date) -> int:
    """Whole years from a day until today."""
    today = bank_today()
    return today.year - date.year - ((today.month, today.day) < (date.month, date.day))


@register.filter
def years_since(date: dt.date) -> str:
    """Whole years from a day until today, in words."""
    years = whole_years(date)
    if years < 1:
        return _("less than a year")
    return ngettext("%(n)s year", "%(n)s years", years) % {"n": years}


@register.filter
def validity(document: IdentityDocument) -> str:
    """Until when a document is valid."""
    if document.is_long_term:
        return _("No expiry date")
    return day(document.valid_until) if document.valid_until else "–"


@register.filter
def details(customer: Customer, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Label and shown value of each named field, the labels short enough for a narrow card."""
    for name in names:
        yield detail_label(customer, name), detail_value(customer, name)


def detail_label(customer: Customer, name: str) -> str:
    """How a field is called on the customer's page."""
    if name != "country":
        return label_of(customer, name)
    return _("nationality") if customer.is_person else _("registered in")


def detail_value(customer: Customer, name: str) -> str:
    """A field's value as people read it, a date of birth with the age."""
    shown = value_of(customer, name)
    if name == "born_on" and customer.born_on:
        return _("%(day)s (age %(years)s)") % {
            "day": shown,
            "years": whole_years(customer.born_on),
        }
    return shown


@register.filter
def validity_class(document: IdentityDocument) -> str:
    """The colour of a document's validity."""
    return "late" if is_expiring(document) else "muted"


@register.filter
def validity_tag(document: IdentityDocument) -> str:
    """The colour of a document that has expired or soon will."""
    return "tag-bad" if has_expired(document) else "tag-warn"


def has_expired(document: IdentityDocument) -> bool:
    """Whether a document's last day has passed."""
    return document.valid_until is not None and document.valid_until < bank_today()


@register.filter
def sealed_label(holder: IdentityDocument | ContactPoint | Holding | RelatedPerson) -> str:
    """What a sealed value is, so that the button says what it reveals."""
    if isinstance(holder, Holding):
        return str(Holding._meta.get_field("number").verbose_name)
    if isinstance(holder, RelatedPerson):
        return str(holder.get_document_kind_display())
    return holder.get_kind_display()


@register.filter
def first_expiring(documents: Iterable[IdentityDocument]) -> IdentityDocument | None:
    """The document to speak of at the top of the page: the first that has expired or soon will."""
    return next((document for document in documents if is_expiring(document)), None)


@register.filter
def is_expiring(document: IdentityDocument | None) -> bool:
    """Whether a document has expired or does so soon."""
    if document is None or document.valid_until is None:
        return False
    return document.valid_until <= bank_today() + dt.timedelta(days=WARN_DAYS)


@register.filter
def expiry_sentence(document: IdentityDocument) -> str:
    """What to do about a document that has expired or soon will."""
    facts = {
        "document": document.get_kind_display(),
        "day": day(document.valid_until),
        "when": relative_day(document.valid_until, bank_today()),
    }
    if has_expired(document):
        return _("%(document)s expired on %(day)s. Ask the customer for a valid one.") % facts
    return _("%(document)s expires on %(day)s (%(when)s). Ask the customer to renew it.") % facts
