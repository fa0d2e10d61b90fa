"""Tables about referrals."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_tables2 import A, Column

from crm.core.columns import BadgeColumn, DateColumn
from crm.core.tables import FastTable
from customers.tables import CustomerColumn
from services.models import Referral

TONES = {"waiting": "info", "accepted": "ok", "refused": "bad", "expired": "warn"}


class ReferralTable(FastTable):
    customer = CustomerColumn("services:referral_view")
    # where the customer is known, as on their page, this leads to the record
    product_kind = Column(
        accessor="get_product_kind_display",
        verbose_name=_("Kind of product"),
        linkify=("services:referral_view", [A("pk")]),
    )
    from_member = Column(accessor="from_member__shown_name", verbose_name=_("Referred by"))
    asked = Column(accessor="shown_asked", verbose_name=_("Referred to"))
    answer_by = DateColumn(verbose_name=pgettext_lazy("referral", "To be answered by"))
    status = BadgeColumn(tones=TONES)
    outcome = Column(accessor="shown_outcome", verbose_name=_("Came of it"))

    class Meta:
        model = Referral
        fields = (
            "customer",
            "product_kind",
            "from_member",
            "asked",
            "answer_by",
            "status",
            "outcome",
        )
