"""Forms about opportunities and their stages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config_admin.dictionaries.entries import EntryChoiceField
from config_admin.dictionaries.forms import NAMED, keep
from config_admin.models import Product
from crm.core.forms import LookupField, RecordForm, Sectioned
from customers.models import Customer
from services.models import Opportunity, OpportunityStage
from services.models.opportunity import LOSSES
from staff.forms import date_input, member_field

from . import operations


class StageForm(RecordForm):
    class Meta:
        model = OpportunityStage
        fields = ("name", "name_zh", "code", "outcome", "position", "probability")
        error_messages = NAMED

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keep(self, "code", "outcome")

    def apply(self, *, by: Any, version: int | None) -> OpportunityStage:
        if self.instance.pk is None:
            return super().apply(by=by, version=version)
        return operations.change_stage(
            self.instance, by=by, fields=self.changed_data, version=version or 0
        )


def live_stages() -> Any:
    """The stages in use, in their order."""
    return OpportunityStage.objects.live().order_by("position", "pk")


class ExpectedForm(RecordForm):
    product = LookupField(
        Product.objects.all(),
        url_name="config_admin:product_lookup",
        label=_("Product"),
        required=False,
        help_text=_("Left empty, the kind of product is enough."),
    )
    owner = member_field(label=pgettext_lazy("opportunity", "Sold by"))
    SECTIONS = (
        (_("What is to be sold"), ("customer", "product", "product_kind", "amount", "currency")),
        (_("How far it is"), ("stage", "closes_on", "owner", "source", "remark")),
    )

    class Meta:
        model = Opportunity
        fields: tuple[str, ...] = (
            "product",
            "product_kind",
            "amount",
            "currency",
            "closes_on",
            "owner",
            "source",
            "remark",
        )
        widgets = {"closes_on": date_input(), "remark": forms.Textarea(attrs={"rows": 3})}
        error_messages = {
            "amount": {"required": _("Enter what the customer is expected to bring or take.")},
            "closes_on": {"required": _("Enter the day by which it is expected.")},
            "stage": {"required": _("Choose a stage.")},
        }

    def apply(self, *, by: Any, version: int | None) -> Opportunity:
        return operations.change(
            self.instance, by=by, fields=self.changed_data, version=version or 0
        )


class OpportunityForm(ExpectedForm):
    customer = LookupField(
        Customer.objects.all(), url_name="customers:customer_lookup", label=_("Customer")
    )

    class Meta(ExpectedForm.Meta):
        fields = ("customer", *ExpectedForm.Meta.fields, "stage")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stages = live_stages().filter(outcome=Opportunity.Outcome.OPEN)
        self.fields["stage"].queryset = stages
        self.fields["stage"].initial = stages.first
        self.fields["currency"].initial = settings.BASE_CURRENCY

    def apply(self, *, by: Any, version: int | None) -> Opportunity:
        return operations.enter(self.instance, by=by)


class MoveForm(Sectioned, forms.Form):
    stage = forms.ModelChoiceField(
        OpportunityStage.objects.none(),
        label=_("Stage"),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a stage.")},
    )
    lost_reason = EntryChoiceField(
        dictionary=LOSSES,
        label=_("Why it was lost"),
        required=False,
        help_text=_("Only for what is lost."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Kept in the audit trail."),
    )

    def __init__(self, *args: Any, present: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stage"].queryset = live_stages().exclude(pk=present)
