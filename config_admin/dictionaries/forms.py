"""Forms of dictionaries."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from config_admin.models import Dictionary, DictionaryEntry
from crm.core.forms import LookupField, RecordForm

from . import operations

NAMED = {
    "name": {"required": _("Enter the name in English.")},
    "name_zh": {"required": _("Enter the name in Chinese.")},
    "code": {"required": _("Enter a code.")},
}


def keep(form: Any, *names: str) -> None:
    """Show fields that stay as they are once a record has them."""
    if form.instance.pk:
        for name in names:
            form.fields[name].disabled = True


class DictionaryForm(RecordForm):
    class Meta:
        model = Dictionary
        fields = ("name", "name_zh", "code", "purpose")
        error_messages = NAMED

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keep(self, "code")


class DictionaryEntryForm(RecordForm):
    dictionary = LookupField(
        Dictionary.objects.all(), url_name="config_admin:dictionary_lookup", label=_("Dictionary")
    )
    parent = LookupField(
        DictionaryEntry.objects.select_related("dictionary"),
        url_name="config_admin:dictionaryentry_lookup",
        label=_("Belongs under"),
        required=False,
        help_text=_("Left empty, the entry stands at the top."),
    )
    position = forms.IntegerField(
        label=_("Position"),
        min_value=0,
        max_value=1_000_000,
        initial=0,
        help_text=_("Entries with smaller numbers come first."),
    )

    class Meta:
        model = DictionaryEntry
        fields = ("dictionary", "name", "name_zh", "code", "parent", "position")
        error_messages = NAMED

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keep(self, "dictionary", "code")

    def apply(self, *, by: Any, version: int | None) -> DictionaryEntry:
        if self.instance.pk is None:
            return operations.enter(self.instance, by=by)
        return operations.change(
            self.instance, by=by, fields=self.changed_data, version=version or 0
        )
