"""Filters of the list of hits."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.core.filter_kinds import ChoicesFilter, LookupFilter, YesNoFilter
from crm.core.filters import LeanFilterSet
from customers.models import Customer
from risk.models import ScreeningHit


class HitFilter(LeanFilterSet):
    status = ChoicesFilter(label=_("Status"), choices=ScreeningHit.Status)
    behind = YesNoFilter(label=_("Behind the customer"), holds=Q(person__isnull=False))
    customer = LookupFilter(
        label=_("Customer"),
        queryset=Customer.objects.all(),
        url_name="customers:customer_lookup",
    )

    class Meta:
        model = ScreeningHit
        fields = ()
