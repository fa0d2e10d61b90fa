"""Template helpers of the customer pages."""

from __future__ import annotations

import datetime as dt

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.core.clock import bank_today
from crm.core.formats import day, relative_day
from customers.countries import country_name
from customers.models import IdentityDocument
from customers.tables import STATUS_TONES

register = template.Library()
register.filter("country", country_name)
WARN_DAYS = 30


@register.filter
def tone_of(status: str) -> str:
    """The colour of a customer's status."""
    tone = STATUS_TONES.get(status)
    return f"tag-{tone}" if tone else ""


@register.filter
def years_since(date: dt.date) -> str:
    """Whole years from a day until today."""
    today = bank_today()
    years = today.year - date.year - ((today.month, today.day) < (date.month, date.day))
    if years < 1:
        return _("less than a year")
    return ngettext("%(n)s year", "%(n)s years", years) % {"n": years}


@register.filter
def validity(document: IdentityDocument) -> str:
    """Until when a document is valid."""
    if document.is_long_term:
        return _("without end")
    return day(document.valid_until) if document.valid_until else "–"


@register.filter
def validity_class(document: IdentityDocument) -> str:
    """The colour of a document's validity."""
    return "late" if is_expiring(document) else "muted"


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
    if document.valid_until and document.valid_until < bank_today():
        return _("%(document)s expired on %(day)s. Ask the customer for a valid one.") % facts
    return _("%(document)s expires on %(day)s (%(when)s). Ask the customer to renew it.") % facts
