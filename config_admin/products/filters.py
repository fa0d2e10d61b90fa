"""Filters of products."""

import django_filters
from django.utils.translation import gettext_lazy as _

from config_admin.dictionaries.entries import all_entries_of
from config_admin.models import Product
from crm.core.clock import bank_today
from crm.core.filter_kinds import ChoicesFilter, WordsFilter
from crm.core.filters import LeanFilterSet

from .catalogue import on_shelf


def risk_levels():
    """Every risk level, retired ones too."""
    return all_entries_of("product_risk")


class ProductFilter(LeanFilterSet):
    words = WordsFilter()
    kind = ChoicesFilter(label=_("Kind"), choices=Product.Kind)
    status = django_filters.ChoiceFilter(label=_("Status"), choices=Product.Status)
    risk_level = django_filters.ChoiceFilter(label=_("Risk level"), choices=risk_levels)
    code = django_filters.CharFilter(label=_("Code begins with"), lookup_expr="istartswith")
    sold_today = django_filters.BooleanFilter(label=_("Sold today"), method="by_shelf")

    class Meta:
        model = Product
        fields = ()

    def by_shelf(self, rows, name, value):
        shelf = on_shelf(rows, bank_today())
        return shelf if value else rows.exclude(pk__in=shelf.values("pk"))
