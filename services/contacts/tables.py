"""Tables about contacts."""

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django_tables2 import A, Column

from crm.core.columns import MomentColumn
from crm.core.formats import markup
from crm.core.icons import icon
from crm.core.tables import FastTable
from services.models import Contact

SHOWN_WORDS = 90


class ContactTable(FastTable):
    optional = ("number", "status")

    at = MomentColumn(linkify=("services:contact_view", [A("pk")]))
    customer = Column(accessor="customer__shown_name", verbose_name=gettext_lazy("Customer"))
    number = Column(accessor="customer__shown_number", verbose_name=gettext_lazy("Customer number"))
    purpose = Column(
        accessor="get_purpose_display", verbose_name=pgettext_lazy("contact", "Purpose")
    )
    result = Column(accessor="get_result_display", verbose_name=pgettext_lazy("contact", "Result"))
    author = Column(
        accessor="author__shown_name",
        verbose_name=pgettext_lazy("contact", "By"),
        attrs={"td": {"class": "nowrap"}},
    )

    def render_summary(self, value, record):
        words = Truncator(value).chars(SHOWN_WORDS)
        if not record.is_confidential:
            return words
        told = markup('<span class="visually-hidden">{}</span>', _("Confidential:"))
        return markup("{}{} {}", icon("lock", 13), told, words)

    class Meta:
        model = Contact
        fields = (
            "at",
            "customer",
            "number",
            "kind",
            "purpose",
            "result",
            "summary",
            "author",
            "status",
        )
