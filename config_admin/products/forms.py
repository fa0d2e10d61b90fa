"""Forms of products."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from config_admin.dictionaries.forms import NAMED, keep
from config_admin.models import Product
from crm.core.clock import bank_today
from crm.core.forms import RecordForm
from sysadmin.forms import day_field

from . import operations


class ProductForm(RecordForm):
    sold_from = day_field(
        _("Sold from"),
        initial=bank_today,
        error_messages={"required": _("Enter the first day of sale.")},
    )
    sold_until = day_field(
        _("Sold until"), required=False, help_text=_("The last day. Left empty, it has no end.")
    )

    class Meta:
        model = Product
        fields = (
            "name",
            "name_zh",
            "code",
            "kind",
            "owner",
            "sold_from",
            "sold_until",
            "currency",
            "risk_level",
            "eligibility",
        )
        widgets = {"eligibility": forms.Textarea(attrs={"rows": 4})}
        error_messages = NAMED | {
            "kind": {"required": _("Choose the kind of product.")},
            "owner": {"required": _("Enter the department that answers for the product.")},
        }

    SECTIONS = (
        (_("Product"), ("name", "name_zh", "code", "kind", "owner")),
        (_("Sale"), ("sold_from", "sold_until", "currency", "risk_level", "eligibility")),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keep(self, "code", "kind")

    def apply(self, *, by: Any, version: int | None) -> Product:
        if self.instance.pk is None:
            return operations.enter(self.instance, by=by)
        return operations.change(
            self.instance, by=by, fields=self.changed_data, version=version or 0
        )
