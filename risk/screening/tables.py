"""Tables about hits of the screening."""

from django.utils.translation import gettext_lazy as _
from django_tables2 import A, Column

from crm.core.columns import BadgeColumn, MomentColumn, NumberColumn
from crm.core.tables import FastTable
from customers.tables import CustomerColumn
from risk.models import ScreeningHit

TONES = {"open": "warn", "confirmed": "bad", "dismissed": "ok", "lifted": "ok"}


class HitTable(FastTable):
    customer = CustomerColumn("risk:screeninghit_view")
    person = Column(accessor="person__name", verbose_name=_("Behind the customer"))
    # where the customer is known, as on their page, this leads to the record
    listed_name = Column(linkify=("risk:screeninghit_view", [A("pk")]))
    watchlist = Column(accessor="entry__watchlist__name", verbose_name=_("Watchlist"))
    score = NumberColumn()
    created_at = MomentColumn(verbose_name=_("Found"))
    status = BadgeColumn(tones=TONES)

    class Meta:
        model = ScreeningHit
        fields = ("customer", "person", "listed_name", "watchlist", "score", "created_at", "status")
