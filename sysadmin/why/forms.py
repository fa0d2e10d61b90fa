"""What is asked: an action, a record, or both."""

from __future__ import annotations

from urllib.parse import urlsplit

from django import forms
from django.urls import Resolver404, resolve
from django.utils.translation import gettext_lazy as _

from sysadmin.actions import kinds


class WhyForm(forms.Form):
    action = forms.ChoiceField(label=_("Action"), required=False)
    record = forms.CharField(
        label=_("Address of a record"),
        max_length=500,
        required=False,
        help_text=_("As it stands in the address bar of the browser, or left empty."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["action"].choices = [
            ("", _("What the address asks for")),
            # closed, the list shows one line alone: it says of what kind of record the action is
            *((kind.heading, kind.in_full) for kind in kinds()),
        ]
        self.page = None
        self.key = 0

    def clean_record(self):
        """The page behind an address, if it is that of a record."""
        address = self.cleaned_data["record"].strip()
        if not address:
            return ""
        try:
            match = resolve(urlsplit(address).path)
            self.page = match.func.view_class(**match.func.view_initkwargs)
            self.key = match.kwargs["pk"]
            self.cleaned_data["action"] = self.cleaned_data.get(
                "action"
            ) or self.page.resource.permission(self.page.action)
        except (Resolver404, ValueError, AttributeError, KeyError):
            raise forms.ValidationError(
                _("This is not the address of a record. Copy it from the address bar.")
            ) from None
        return address

    def clean(self):
        cleaned = super().clean()
        if not self.errors and not cleaned.get("action"):
            self.add_error("action", _("Choose an action, or enter the address of a record."))
        return cleaned
