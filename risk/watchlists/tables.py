"""Tables about watchlists."""

from django.utils.translation import pgettext_lazy
from django_tables2 import BooleanColumn

from crm.core.columns import NameColumn
from crm.core.tables import FastTable
from risk.models import Watchlist


class WatchlistTable(FastTable):
    name = NameColumn(
        verbose_name=pgettext_lazy("watchlist", "Name"), second="code", view="risk:watchlist_view"
    )
    is_statutory = BooleanColumn(yesno="✓,–")

    class Meta:
        model = Watchlist
        fields = ("name", "is_statutory")
