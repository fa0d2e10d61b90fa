"""Filters of the list of hits."""

from django.utils.translation import gettext_lazy as _

from crm.core.filter_kinds import ChoicesFilter, LookupFilter
from crm.core.filters import LeanFilterSet
from customers.models import Customer
from risk.models import ScreeningHit


class HitFilter(LeanFilterSet):
    status = ChoicesFilter(label=_("Status"), choices=ScreeningHit.Status)
    customer = LookupFilter(
        label=_("Customer"),
        queryset=Customer.objects.all(),
        url_name="customers:customer_lookup",
    )

    class Meta:
        model = ScreeningHit
        fields = ()
