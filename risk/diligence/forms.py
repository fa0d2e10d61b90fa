"""Forms of due diligence."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config_admin.dictionaries.entries import EntryChoiceField
from config_admin.dictionaries.forms import keep
from crm.core.clock import bank_today
from crm.core.forms import ReasonForm, RecordForm, Sectioned, name_the_blank
from risk.models import Diligence, DiligenceBand, DiligenceLevel
from staff.forms import day_field

from . import operations
from .factors import FACTORS, INDUSTRIES, value_in_words


def found_out(factor: str) -> forms.ChoiceField:
    """A fact that whoever rates the customer finds out."""
    return forms.ChoiceField(
        label=FACTORS[factor].label,
        choices=[("", _("Choose one")), *FACTORS[factor].values()],
        error_messages={"required": _("Choose what was found out.")},
    )


class RateForm(Sectioned, ReasonForm):
    pep = found_out("pep")
    channel = found_out("channel")
    industry = EntryChoiceField(
        dictionary=INDUSTRIES, label=FACTORS["industry"].label, required=False
    )
    field_order = ("pep", "channel", "industry", "reason")

    def __init__(self, *args: Any, about: Diligence, **kwargs: Any) -> None:
        super().__init__(*args, initial=about.entered, **kwargs)
        if about.customer.is_person:
            del self.fields["industry"]
        for line in about.lines:
            if field := self.fields.get(line["factor"]):
                said = {"value": value_in_words(line["factor"], line["value"])}
                field.help_text = _("Last rating: %(value)s") % said

    def is_valid_for_preview(self) -> bool:
        """Whether what counts is entered; a reason is asked for when it is stored."""
        self.fields["reason"].required = False
        is_valid = self.is_valid()
        self.fields["reason"].required = True
        return is_valid

    @property
    def entered(self) -> dict[str, str]:
        """What was found out, by its factor."""
        return {name: self.cleaned_data[name] for name in FACTORS if name in self.fields}


class OverrideForm(Sectioned, ReasonForm):
    level = forms.ModelChoiceField(
        DiligenceLevel.objects.all(), label=pgettext_lazy("diligence", "Level")
    )
    until = day_field(label=pgettext_lazy("diligence", "Last day"))
    field_order = ("level", "until", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name_the_blank(self.fields["level"])


class BandForm(RecordForm):
    first_day = day_field(label=_("From"), initial=bank_today)

    class Meta:
        model = DiligenceBand
        fields = ("factor", "value", "points", "floor")

    def apply(self, *, by: Any, version: int | None) -> DiligenceBand:
        return operations.set_band(self.instance, by=by, first=self.cleaned_data["first_day"])


class LevelForm(RecordForm):
    class Meta:
        model = DiligenceLevel
        fields = ("name", "name_zh", "code", "from_points", "months", "stops_after")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keep(self, "code")

    def apply(self, *, by: Any, version: int | None) -> DiligenceLevel:
        if self.instance.pk is None:
            return super().apply(by=by, version=version)
        return operations.change_level(
            self.instance, by=by, fields=self.changed_columns, version=version or 0
        )
