"""Forms about referrals."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from config_admin.figures.currencies import currency_choices
from crm.core.forms import LookupField, RecordForm, Sectioned
from customers.models import Customer
from services.models import Referral
from staff.forms import day_field
from staff.models import Branch, StaffMember

from . import operations


class DirectoryField(LookupField):
    """A member of staff or a branch anywhere in the bank, whatever the reach of the action."""

    anywhere = True

    def open_to(self, user: Any, action: str) -> None:
        """Offer the whole directory, as its own look-up does."""


class ReferralForm(RecordForm):
    customer = LookupField(
        Customer.objects.all(), url_name="customers:customer_lookup", label=_("Customer")
    )
    to_member = DirectoryField(
        StaffMember.objects.present(),
        url_name="staff:staffmember_lookup",
        label=_("Member of staff"),
        required=False,
        help_text=_("Left empty, everybody of the branch is asked, and the first one gets it."),
    )
    to_branch = DirectoryField(
        Branch.objects.filter(closed_on=None),
        url_name="staff:branch_lookup",
        label=_("Branch"),
        required=False,
    )
    SECTIONS = (
        (_("Who needs what"), ("customer", "product_kind", "words")),
        (_("Who is asked"), ("to_member", "to_branch", "to_post")),
    )

    class Meta:
        model = Referral
        fields = ("customer", "product_kind", "words", "to_member", "to_branch", "to_post")
        widgets = {"words": forms.Textarea(attrs={"rows": 3})}
        error_messages = {
            "product_kind": {"required": _("Choose a kind of product.")},
            "words": {"required": _("Say in a few words what the customer needs.")},
        }

    def apply(self, *, by: Any, version: int | None) -> Referral:
        return operations.refer(self.instance, by=by)


class AcceptForm(Sectioned, forms.Form):
    amount = forms.DecimalField(
        label=_("Expected amount"),
        max_digits=18,
        decimal_places=2,
        error_messages={"required": _("Enter what you expect, however roughly.")},
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=currency_choices)
    closes_on = day_field(
        label=_("Expected on"),
        error_messages={"required": _("Enter the day by which it is expected.")},
    )
    reason = forms.CharField(
        label=_("Words to the author"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["currency"].initial = settings.BASE_CURRENCY
