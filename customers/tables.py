"""Tables of the customer master."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django_tables2 import Column

from crm.core.columns import BadgeColumn, DateColumn, MoneyColumn, NameColumn, SelectColumn
from crm.core.tables import FastTable

from .models import Customer

STATUS_TONES = {"prospect": "info", "active": "ok", "dormant": "warn"}


class CustomerColumn(NameColumn):
    """The customer whom a record is about; the name leads to the record, at `view`."""

    def __init__(self, view: str) -> None:
        super().__init__(
            accessor="customer__shown_name",
            verbose_name=_("Customer"),
            second="customer__shown_number",
            organisation="customer__is_organisation",
            view=view,
        )


class CustomerTable(FastTable):
    select = SelectColumn()
    name = NameColumn(
        accessor="shown_name",
        verbose_name=_("Customer"),
        second="shown_number",
        view="customers:customer_view",
        organisation="is_organisation",
    )
    status = BadgeColumn(tones=STATUS_TONES)
    home_branch = Column(accessor="home_branch__shown_name", verbose_name=_("Managing branch"))
    lead_manager = Column(accessor="lead_manager__shown_name", verbose_name=_("Lead manager"))
    assets = MoneyColumn(
        accessor="listed_assets", verbose_name=_("Assets"), unit=settings.BASE_CURRENCY
    )
    opened_on = DateColumn(verbose_name=_("Customer since"))
    born_on = DateColumn()
    founded_on = DateColumn()
    optional = ("country", "born_on", "founded_on", "updated_at")

    class Meta:
        model = Customer
        fields = (
            "select",
            "name",
            "kind",
            "status",
            "home_branch",
            "lead_manager",
            "city",
            "assets",
            "opened_on",
            "country",
            "born_on",
            "founded_on",
            "updated_at",
        )
