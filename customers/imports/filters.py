"""Filters of the list of imports."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.core.filter_kinds import ChoicesFilter
from crm.core.filters import LeanFilterSet
from customers.models import ImportRun


class ImportRunFilter(LeanFilterSet):
    status = ChoicesFilter(label=_("Status"), choices=ImportRun.Status)

    class Meta:
        model = ImportRun
        fields = ()
