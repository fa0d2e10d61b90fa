"""Tables about claims."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_tables2 import A, Column

from crm.core.columns import BadgeColumn, DateColumn, MoneyColumn
from crm.core.tables import FastTable
from customers.holdings.tables import overdue_tag
from customers.tables import CustomerColumn
from risk.models import Claim

TONES = {1: "ok", 2: "warn", 3: "bad", 4: "bad", 5: "bad"}
STATUS_TONES = {"proposed": "warn", "reviewed": "info"}


class ClaimTable(FastTable):
    customer = CustomerColumn("risk:claim_view")
    # where the customer is known, as on their page, this leads to the record
    product = Column(
        accessor="holding__get_product_code_display",
        verbose_name=_("Product"),
        linkify=("risk:claim_view", [A("pk")]),
    )
    balance = MoneyColumn(
        accessor="holding__balance", currency="holding__currency", verbose_name=_("Balance")
    )
    risk_class = BadgeColumn(tones=TONES, verbose_name=pgettext_lazy("claim", "Class"))
    overdue = Column(accessor="holding__overdue_days", verbose_name=_("Overdue"))
    since = DateColumn(verbose_name=pgettext_lazy("claim", "Since"))
    status = BadgeColumn(tones=STATUS_TONES)

    def render_overdue(self, value):
        return overdue_tag(value)

    class Meta:
        model = Claim
        fields = ("customer", "product", "balance", "risk_class", "overdue", "since", "status")
