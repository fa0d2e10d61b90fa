"""Filters of the list of those who look after customers."""

import django_filters
from django.utils.translation import gettext_lazy as _

from config_admin.dictionaries.entries import all_entries_of
from crm.core.clock import bank_today
from crm.core.filter_kinds import LookupFilter
from crm.core.filters import LeanFilterSet
from customers.models import Customer, Ownership
from customers.models.ownership import LINES
from staff.filter_kinds import member_filter

TIMES = (("now", _("Today")), ("ahead", _("Planned")), ("over", _("Ended")))


def lines_of_business():
    """Every line, retired ones among them."""
    return all_entries_of(LINES)


class OwnershipFilter(LeanFilterSet):
    member = member_filter(label=_("Member of staff"))
    customer = LookupFilter(
        label=_("Customer"),
        queryset=Customer.objects.all(),
        url_name="customers:customer_lookup",
    )
    role = django_filters.ChoiceFilter(label=_("Role"), choices=Ownership.Role)
    line = django_filters.ChoiceFilter(label=_("Line of business"), choices=lines_of_business)
    at = django_filters.ChoiceFilter(label=_("State"), choices=TIMES, method="at_a_time")

    def at_a_time(self, rows, _name, asked):
        today = bank_today()
        return rows.filter(
            **{
                "now": {"valid__contains": today},
                "ahead": {"valid__startswith__gt": today},
                "over": {"valid__endswith__lte": today},
            }[asked]
        )

    class Meta:
        model = Ownership
        fields = ()
