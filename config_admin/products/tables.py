"""Tables of products."""

from django.utils.translation import gettext_lazy as _
from django_tables2 import Column

from config_admin.models import Product
from crm.core.columns import BadgeColumn, DateColumn, NameColumn
from crm.core.tables import FastTable

SALE_TONES = {"draft": "info", "on_sale": "ok"}


class ProductTable(FastTable):
    name = NameColumn(
        accessor="shown_name",
        verbose_name=_("Product"),
        second="code",
        view="config_admin:product_view",
    )
    risk_level = Column(accessor="get_risk_level_display", verbose_name=_("Risk level"))
    sold_from = DateColumn()
    sold_until = DateColumn()
    status = BadgeColumn(tones=SALE_TONES)

    class Meta:
        model = Product
        fields = ("name", "kind", "risk_level", "currency", "sold_from", "sold_until", "status")
