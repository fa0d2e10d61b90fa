"""Filters of dictionaries."""

import django_filters
from django.utils.translation import gettext_lazy as _

from config_admin.models import Dictionary, DictionaryEntry
from crm.core.filter_kinds import LookupFilter, WordsFilter
from crm.core.filters import LeanFilterSet


class DictionaryFilter(LeanFilterSet):
    words = WordsFilter()
    code = django_filters.CharFilter(label=_("Code begins with"), lookup_expr="istartswith")

    class Meta:
        model = Dictionary
        fields = ()


class DictionaryEntryFilter(LeanFilterSet):
    words = WordsFilter()
    dictionary = LookupFilter(
        label=_("Dictionary"),
        queryset=Dictionary.objects.all(),
        url_name="config_admin:dictionary_lookup",
    )
    status = django_filters.ChoiceFilter(label=_("Status"), choices=DictionaryEntry.Status)
    code = django_filters.CharFilter(label=_("Code begins with"), lookup_expr="istartswith")

    class Meta:
        model = DictionaryEntry
        fields = ()
