"""Template helpers of the pages about imports."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from crm.core.formats import EMPTY, markup
from customers.imports.checks import in_words
from customers.imports.tables import STATUS_TONES
from customers.models import ImportFault

register = template.Library()

OUTCOMES = {
    "new": ("tag tag-ok", _("New")),
    "changed": ("tag tag-info", _("Changed")),
    "unchanged": ("tag", _("Unchanged")),
    "refused": ("tag tag-bad", _("Refused")),
}


@register.filter
def import_tag(status: str) -> str:
    """The class that colours the status of an import."""
    return f"tag-{STATUS_TONES[status]}" if status in STATUS_TONES else ""


@register.filter
def import_outcome(outcome: str) -> SafeString | str:
    """What becomes of a row, as a word on its colour."""
    if outcome not in OUTCOMES:
        return EMPTY
    cls, word = OUTCOMES[outcome]
    return markup('<span class="{}">{}</span>', cls, word)


@register.filter
def fault_words(fault: ImportFault) -> str:
    """Why a row was refused, in the language of the reader."""
    return in_words(fault.text, fault.facts)
