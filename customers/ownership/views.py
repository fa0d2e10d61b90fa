"""Pages about who looks after customers that have a shape of their own."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.core.clock import bank_today
from crm.core.pages import AddPage, DetailPage
from customers.holdings.views import may_see_holdings
from customers.models import Customer
from customers.restrictions.face import stopped
from customers.views import in_reach
from staff.views import VersionedPage, key_in

from . import operations, reports
from .forms import EndForm

SEE, VIEW, ADD = "customers.view_customer", "customers.view_ownership", "customers.add_ownership"


class EngagePage(AddPage):
    """Somebody who is to look after a customer, asked for from the customer's page."""

    def build_form(self, data=None):
        customer = key_in(self.request.GET.get("customer", ""))
        return self.resource.form(
            data,
            initial={"customer": customer} if customer else None,
            user=self.request.user,
            action=self.resource.permission("add"),
        )

    def success_url(self, done):
        # who enters it sees the customer as a rule; else what was entered
        sees = may(self.request.user, SEE, done.customer_id, opened_by=ADD)
        managers = reverse("customers:customer_managers", args=[done.customer_id])
        return managers if sees else super().success_url(done)

    def show_form(self, form, status=200, **context):
        title = _("Who else looks after the customer")
        return super().show_form(form, status, title=title, **context)


class OwnershipPage(DetailPage):
    """Somebody who looks after a customer, with the step that ends it."""

    def facts(self):
        may_end = self.object.can("end") and self.may("end")
        sees = may(self.request.user, SEE, self.object.customer_id, opened_by=VIEW)
        return super().facts() | {"may_end": may_end, "may_see_customer": sees}


class EndPage(VersionedPage):
    """The last day on which somebody looks after a customer."""

    page = "end"

    def build_form(self, data=None):
        if self.object is None:  # fetches the row: 404 comes before any form
            raise Http404
        return EndForm(data, initial={"last_day": max(bank_today(), self.object.valid.lower)})

    def perform(self, form):
        return operations.end(
            self.object, by=self.request.user, version=self.version, **form.cleaned_data
        )

    def said(self, done):
        return _("%(name)s: %(period)s.") % {"name": done, "period": done.shown_period}

    def show_form(self, form, status=200, **context):
        title = _("End: %(name)s") % {"name": self.object}
        return super().show_form(form, status, title=title, **context)


@require_GET
def customer_managers(request: HttpRequest, pk: int) -> HttpResponse:
    """Who looks after a customer, and who did: a card of the customer's page, or a page."""
    user = request.user
    is_card = bool(request.htmx)
    customer = in_reach(request, pk, "view", is_part=is_card)
    context = {
        "object": customer,
        "hands": reports.hands_of(customer),
        "may_open": user.has_action(VIEW),
        "may_engage": may(user, ADD, customer.pk, opened_by=SEE),
        "is_card": is_card,
    }
    if not is_card:
        context |= {
            "restrictions": stopped(user, customer),
            "may_see_holdings": may_see_holdings(user, customer, SEE),
            "may_see_history": user.has_action("customers.history_customer"),
        }
    template = "_managers" if is_card else "customer_managers"
    return render(request, f"customers/{template}.html", context)


def may(user, action, customer_id, *, opened_by):
    """Whether an action reaches the customer of a page that another action has opened."""
    reach = user.reach(action)
    if reach is None or reach == user.reach(opened_by):
        return reach is not None
    return Customer.objects.within(user, action).filter(pk=customer_id).exists()
