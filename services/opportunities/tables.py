"""Tables about opportunities."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_tables2 import A, Column

from crm.core.columns import BadgeColumn, DateColumn, MoneyColumn, NameColumn, NumberColumn
from crm.core.formats import markup
from crm.core.icons import icon
from crm.core.tables import FastTable
from customers.tables import CustomerColumn
from services.models import Opportunity, OpportunityStage

TONES = {"won": "ok", "open": "info"}


class StageTable(FastTable):
    name = NameColumn(
        accessor="shown_name",
        verbose_name=_("Stage"),
        second="code",
        view="services:opportunitystage_view",
    )
    outcome = BadgeColumn(tones=TONES)
    probability = NumberColumn()
    position = NumberColumn()
    status = BadgeColumn(tones={"live": "ok"})

    class Meta:
        model = OpportunityStage
        fields = ("name", "outcome", "probability", "position", "status")


class OpportunityTable(FastTable):
    customer = CustomerColumn("services:opportunity_view")
    # where the customer is known, as on their page, this leads to the record
    product = Column(
        accessor="shown_product",
        verbose_name=_("Product"),
        linkify=("services:opportunity_view", [A("pk")]),
    )
    amount = MoneyColumn(verbose_name=_("Expected amount"))
    stage = BadgeColumn(accessor="outcome", verbose_name=_("Stage"), tones=TONES)
    closes_on = DateColumn(verbose_name=_("Expected on"))
    staged_on = DateColumn(verbose_name=_("In this stage since"))
    owner = Column(
        accessor="owner__shown_name", verbose_name=pgettext_lazy("opportunity", "Sold by")
    )
    branch = Column(accessor="branch__shown_name", verbose_name=_("Branch"))
    source = Column(
        accessor="get_source_display", verbose_name=pgettext_lazy("opportunity", "Source")
    )
    referred_by = Column(
        accessor="referral__from_member__shown_name", verbose_name=_("Referred by")
    )
    optional = ("branch", "source")

    def render_stage(self, record, bound_column):
        return bound_column.column.render(record.stage.shown_name, record, bound_column)

    def render_closes_on(self, record, bound_column):
        shown = bound_column.column.render(record.closes_on)
        if not record.is_late:
            return shown
        return markup('<span class="tag tag-warn">{}{}</span>', icon("clock-alert", 12), shown)

    class Meta:
        model = Opportunity
        fields = (
            "customer",
            "product",
            "amount",
            "stage",
            "closes_on",
            "staged_on",
            "owner",
            "branch",
            "source",
            "referred_by",
        )
