"""Filters of the list of claims."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.filter_kinds import ChoicesFilter, DaysFilter, LookupFilter, YesNoFilter
from crm.core.filters import LeanFilterSet
from customers.models import Customer, Holding
from risk.models import NON_PERFORMING, Claim, RiskClass
from staff.models import Branch


class ClaimFilter(LeanFilterSet):
    risk_class = ChoicesFilter(label=pgettext_lazy("claim", "Class"), choices=RiskClass)
    status = ChoicesFilter(label=_("Status"), choices=Claim.Status)
    non_performing = YesNoFilter(label=_("Non-performing"), holds=Q(risk_class__in=NON_PERFORMING))
    overdue = YesNoFilter(label=_("Overdue"), holds=Q(is_overdue=True))
    home_branch = LookupFilter(
        label=_("Managing branch"),
        field_name="customer__home_branch",
        queryset=Branch.objects.all(),
        url_name="staff:branch_lookup",
    )
    customer = LookupFilter(
        label=_("Customer"),
        queryset=Customer.objects.all(),
        url_name="customers:customer_lookup",
    )
    ended = YesNoFilter(
        label=pgettext_lazy("claim", "Ended"), holds=Q(holding__status=Holding.Status.CLOSED)
    )
    since = DaysFilter(label=_("In its class since"))

    class Meta:
        model = Claim
        fields = ()
