"""Forms of the organisation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.core.clock import bank_today
from crm.core.forms import LookupField, ReasonForm, RecordForm, Sectioned

from . import operations
from .models import Branch


def date_input() -> forms.DateInput:
    """A date as the browser's own picker takes it."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def branch_field(**options: Any) -> LookupField:
    """A branch, by its code or name."""
    return LookupField(Branch.objects.all(), url_name="staff:branch_lookup", **options)


class BranchForm(RecordForm):
    class Meta:
        model = Branch
        fields = ("name", "name_en", "city", "opened_on")
        widgets = {"opened_on": date_input()}

    def apply(self, *, by: Any, version: int | None) -> Branch:
        names = [name for name in self.changed_data if name in self.Meta.fields]
        return operations.rename(self.instance, by=by, fields=names, version=version or 0)


class OpenBranchForm(RecordForm):
    parent = branch_field(label=_("Belongs to"))

    class Meta:
        model = Branch
        fields = ("parent", "level", "code", "name", "name_en", "city", "opened_on")
        widgets = {"opened_on": date_input()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["opened_on"].initial = bank_today

    def apply(self, *, by: Any, version: int | None) -> Branch:
        return operations.open_branch(self.instance, by=by)


class MoveBranchForm(Sectioned, ReasonForm):
    parent = branch_field(label=_("Belongs to"))
    field_order = ("parent", "reason")

    def __init__(self, *args: Any, user: Any, action: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].open_to(user, action)
