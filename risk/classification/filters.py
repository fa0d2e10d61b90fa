"""Filters of the list of claims."""

import django_filters
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.clock import bank_today
from crm.core.filter_kinds import ChoicesFilter, DaysFilter, LookupFilter, YesNoFilter
from crm.core.filters import LeanFilterSet
from customers.models import Customer, Holding
from risk.models import NON_PERFORMING, Claim, Classification, RiskClass
from staff.models import Branch


class ClaimFilter(LeanFilterSet):
    risk_class = ChoicesFilter(label=pgettext_lazy("claim", "Class"), choices=RiskClass)
    status = ChoicesFilter(label=_("Status"), choices=Claim.Status)
    non_performing = YesNoFilter(label=_("Non-performing"), holds=Q(risk_class__in=NON_PERFORMING))
    overdue = YesNoFilter(label=_("Overdue"), holds=Q(is_overdue=True))
    home_branch = LookupFilter(
        label=_("Managing branch"),
        field_name="customer__home_branch",
        queryset=Branch.objects.all(),
        url_name="staff:branch_lookup",
    )
    customer = LookupFilter(
        label=_("Customer"),
        queryset=Customer.objects.all(),
        url_name="customers:customer_lookup",
    )
    # chosen by the card on the holding's page alone
    holding = django_filters.NumberFilter(
        label=_("Holding"), field_name="holding_id", widget=forms.HiddenInput
    )
    from_class = django_filters.ChoiceFilter(
        label=_("Moved this month from"), choices=RiskClass.choices, method="that_moved"
    )
    ended = YesNoFilter(
        label=pgettext_lazy("claim", "Ended"), holds=Q(holding__status=Holding.Status.CLOSED)
    )
    since = DaysFilter(label=_("In its class since"))
    decide = django_filters.BooleanFilter(label=_("For me to decide"), method="for_me")

    def for_me(self, rows, _name, asked):
        # who took part in a proposal does not decide on it
        me = Q(proposed_by=self.user.pk) | Q(reviewed_by=self.user.pk)
        own = Classification.objects.filter(me, status=Classification.Status.OPEN)
        mine = Q(status__in=Claim.UNDECIDED) & ~Q(pk__in=own.values("claim"))
        return rows.filter(mine if asked else ~mine)

    def that_moved(self, rows, _name, before):
        return rows.moved_since(bank_today().replace(day=1)).filter(moved_from=before)

    class Meta:
        model = Claim
        fields = ()
