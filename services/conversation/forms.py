"""Forms of conversations and checklists."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.forms import Sectioned
from services.models import RequestEntry


class WriteForm(Sectioned, forms.Form):
    kind = forms.ChoiceField(
        label=_("Kind"), choices=RequestEntry.Kind, initial=RequestEntry.Kind.REPLY
    )
    text = forms.CharField(
        label=pgettext_lazy("conversation", "Text"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 8, "autofocus": True}),
        error_messages={"required": _("Write what was said.")},
    )


class TickForm(Sectioned, forms.Form):
    state = forms.ChoiceField(
        label=_("State"), choices=[("ticked", _("Done")), ("open", pgettext_lazy("check", "Open"))]
    )
