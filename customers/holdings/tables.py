"""Tables of holdings and their bookings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_tables2 import A, Column

from crm.core.columns import BadgeColumn, DateColumn, MoneyColumn
from crm.core.formats import EMPTY, markup
from crm.core.icons import icon
from crm.core.tables import FastTable
from customers.models import Holding, Transaction

STATUS_TONES = {"active": "ok", "dormant": "warn", "frozen": "bad"}


def overdue_tag(days: int) -> str:
    """How long a payment is overdue, in red and in words."""
    if not days:
        return EMPTY
    words = ngettext("%(n)s day overdue", "%(n)s days overdue", days) % {"n": days}
    return markup('<span class="tag tag-bad">{}{}</span>', icon("circle-alert", 12), words)


class HoldingTable(FastTable):
    product = Column(
        accessor="get_product_code_display",
        verbose_name=_("Product"),
        linkify=("customers:holding_view", [A("pk")]),
    )
    mask = Column(verbose_name=_("Account number"), attrs={"td": {"class": "num nowrap"}})
    customer = Column(accessor="customer__shown_name", verbose_name=_("Account holder"))
    balance = MoneyColumn(accessor="balance", verbose_name=_("Balance"))
    status = BadgeColumn(tones=STATUS_TONES)
    opened_on = DateColumn(verbose_name=_("Opened"))
    matures_on = DateColumn(verbose_name=_("Matures"))
    overdue = Column(accessor="overdue_days", verbose_name=_("Overdue"))
    business_date = DateColumn(verbose_name=_("As of"))

    def render_overdue(self, value):
        return overdue_tag(value)

    class Meta:
        model = Holding
        fields = (
            "product",
            "mask",
            "customer",
            "balance",
            "status",
            "opened_on",
            "matures_on",
            "overdue",
            "business_date",
        )


class TransactionTable(FastTable):
    booked_on = DateColumn(verbose_name=_("Booked"))
    kind = Column(verbose_name=_("Kind"))
    counterparty = Column(verbose_name=_("Counterparty"))
    description = Column(verbose_name=_("Description"))
    amount = MoneyColumn(verbose_name=_("Amount"))

    class Meta:
        model = Transaction
        fields = ("booked_on", "kind", "counterparty", "description", "amount")
