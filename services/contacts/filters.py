"""Filters of the list of contacts."""

import datetime as dt

import django_filters
from django.db.models import F
from django.db.models.functions import Mod
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config_admin.dictionaries.entries import all_entries_of
from crm.core.clock import bank_now
from crm.core.filter_kinds import ChoicesFilter, DaysFilter, LookupFilter
from crm.core.filters import LeanFilterSet
from customers.models import Customer
from services.models import Contact
from services.models.contacts import PURPOSES, RESULTS
from staff.filter_kinds import member_filter


def purposes():
    """Every purpose, retired ones among them."""
    return all_entries_of(PURPOSES)


def results():
    """Every result, retired ones among them."""
    return all_entries_of(RESULTS)


# one contact in so many, of the last weeks
SAMPLED, SAMPLED_DAYS = 10, dt.timedelta(days=28)


class ContactFilter(LeanFilterSet):
    kind = ChoicesFilter(label=_("Kind"), choices=Contact.Kind)
    purpose = django_filters.ChoiceFilter(
        label=pgettext_lazy("contact", "Purpose"), choices=purposes
    )
    result = django_filters.ChoiceFilter(label=pgettext_lazy("contact", "Result"), choices=results)
    at = DaysFilter(label=_("When"))
    week = django_filters.BooleanFilter(label=_("This week"), method="in_this_week")
    author = member_filter(label=pgettext_lazy("contact", "By"))
    leader = member_filter(label=_("By the team of"), field_name="author__supervisor")
    customer = LookupFilter(
        label=_("Customer"),
        queryset=Customer.objects.all(),
        url_name="customers:customer_lookup",
    )
    status = django_filters.ChoiceFilter(label=_("Review"), choices=Contact.Status)

    sample = django_filters.BooleanFilter(label=_("Sample to review"), method="in_the_sample")

    def in_the_sample(self, rows, _name, asked):
        """One in ten of the last weeks that nobody has reviewed, drawn by the number of the week.

        Whoever had the contact and whoever reviews cannot choose it.
        """
        today = bank_now()
        drawn = rows.annotate(draw=Mod(F("pk"), SAMPLED)).filter(
            draw=today.isocalendar().week % SAMPLED,
            status=Contact.Status.LOGGED,
            at__gte=today - SAMPLED_DAYS,
        )
        return drawn if asked else rows.exclude(pk__in=drawn.values("pk"))

    def in_this_week(self, rows, _name, asked):
        today = bank_now().replace(hour=0, minute=0, second=0, microsecond=0)
        monday = today - dt.timedelta(days=today.weekday())
        return rows.filter(at__gte=monday) if asked else rows.filter(at__lt=monday)

    class Meta:
        model = Contact
        fields = ()
