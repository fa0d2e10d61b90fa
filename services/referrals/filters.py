"""Filters of the list of referrals."""

import django_filters
from django.utils.translation import gettext_lazy as _

from config_admin.models import Product
from crm.core.filter_kinds import ChoicesFilter, LookupFilter
from crm.core.filters import LeanFilterSet
from customers.models import Customer
from services.models import Referral
from staff.filter_kinds import member_filter

ASKED = (("me", _("me, or my branch")),)
Status = Referral.Status


class ReferralFilter(LeanFilterSet):
    status = ChoicesFilter(label=_("Status"), choices=Status)
    asked = django_filters.ChoiceFilter(label=_("Asks"), choices=ASKED, method="that_ask")
    from_member = member_filter(label=_("Referred by"))
    to_member = member_filter(label=_("Referred to"))
    product_kind = ChoicesFilter(label=_("Kind of product"), choices=Product.Kind)
    customer = LookupFilter(
        label=_("Customer"),
        queryset=Customer.objects.all(),
        url_name="customers:customer_lookup",
    )

    def that_ask(self, rows, _name, _asked):
        return rows.asked_of(self.user)

    class Meta:
        model = Referral
        fields = ()
