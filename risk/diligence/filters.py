"""Filters of lists of due diligence."""

import datetime as dt

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.clock import bank_today
from crm.core.filter_kinds import LookupFilter
from crm.core.filters import LeanFilterSet
from customers.minimum.rules import incomplete
from customers.models import Customer
from risk.models import Diligence, DiligenceBand, DiligenceLevel
from risk.models.diligence import SOON
from staff.filter_kinds import member_filter
from staff.models import Branch

from .escalation import BRANCH_DAYS, COMPLIANCE_DAYS, due_before
from .factors import factor_choices

# after how many days a review becomes whose concern
ESCALATED = {"branch": BRANCH_DAYS, "compliance": COMPLIANCE_DAYS}


class DiligenceFilter(LeanFilterSet):
    review = django_filters.ChoiceFilter(
        label=pgettext_lazy("diligence", "Review"),
        choices=[
            ("overdue", _("Overdue")),
            ("branch", _("Overdue for the branch manager")),
            ("compliance", _("Overdue for compliance")),
            ("soon", _("Due soon")),
            ("first", _("Never rated")),
        ],
        method="by_review",
    )
    level = django_filters.ModelChoiceFilter(
        label=pgettext_lazy("diligence", "Level"), queryset=DiligenceLevel.objects.all()
    )
    branch = LookupFilter(
        field_name="customer__home_branch",
        label=_("Managing branch"),
        queryset=Branch.objects.all(),
        url_name="staff:branch_lookup",
    )
    lead_manager = member_filter(field_name="customer__lead_manager", label=_("Lead manager"))
    customer = LookupFilter(
        label=_("Customer"),
        queryset=Customer.objects.all(),
        url_name="customers:customer_lookup",
    )

    facts = django_filters.ChoiceFilter(
        label=_("Minimum facts"),
        choices=[("missing", pgettext_lazy("minimum", "Missing"))],
        method="by_facts",
    )

    class Meta:
        model = Diligence
        fields = ()

    def by_facts(self, rows, _name, _asked):
        lacking = Customer.objects.filter(incomplete(), status__in=Customer.OPEN)
        return rows.filter(customer__in=lacking)

    def by_review(self, rows, _name, asked):
        if asked in ESCALATED:
            return rows.overdue(due_before(ESCALATED[asked]))
        today = bank_today()
        soon = today + dt.timedelta(days=SOON)
        meant = {
            "overdue": Q(due_on__lt=today),
            "soon": Q(due_on__range=(today, soon)),
            "first": Q(level=None),
        }
        return rows.filter(meant[asked], customer__status__in=Customer.OPEN)


class BandFilter(LeanFilterSet):
    factor = django_filters.ChoiceFilter(label=_("Factor"), choices=factor_choices)
    now = django_filters.BooleanFilter(label=_("Valid today"), method="by_today")

    class Meta:
        model = DiligenceBand
        fields = ()

    def by_today(self, rows, name, value):
        today = {"valid__contains": bank_today()}
        return rows.filter(**today) if value else rows.exclude(**today)
