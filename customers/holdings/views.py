"""Pages of holdings that have a shape of their own."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from config_admin.products.catalogue import product_names
from crm.core.clock import bank_today
from crm.core.cursors import CursorContext
from crm.core.keyset import keyset
from crm.core.pages import DetailPage
from crm.core.registry import at_a_glance
from crm.core.trail import Kind, record_access, record_denial
from customers.models import Customer, Holding, Transaction
from customers.restrictions.face import stopped
from sysadmin.models import User

from . import reports
from .averages import averages_of
from .tables import TransactionTable

VIEW = "customers.view_holding"
CARD_LINES, TAB_LINES = 8, 300
BOOKINGS, CARD_BOOKINGS = 25, 8


def may_see_holdings(user: User, customer: Customer, opened_by: str) -> bool:
    """Whether the user sees the holdings of a customer whose page another action has opened."""
    reach = user.reach(VIEW)
    if reach is None or reach == user.reach(opened_by):
        return reach is not None
    return Customer.objects.within(user, VIEW).filter(pk=customer.pk).exists()


def assets_for(page: DetailPage) -> dict[str, object]:
    """What the customer's page says of holdings, for those who may see them there."""
    user, customer = page.request.user, page.object
    if not may_see_holdings(user, customer, "customers.view_customer"):
        return {"may_see_holdings": False}
    return {
        "may_see_holdings": True,
        "assets": reports.assets_of(customer, bank_today()),
        "base_currency": settings.BASE_CURRENCY,
    }


def holder(request: HttpRequest, pk: int, *, is_part: bool) -> Customer:
    """The customer of an address, for those who may see what they hold."""
    if request.user.reach(VIEW) is None:
        raise PermissionDenied
    rows = Customer.objects.within(request.user, VIEW)
    customer = (rows if is_part else at_a_glance(rows, request.user)).of_key(pk)
    if customer is None:
        # missing or out of reach: recorded alike, answered alike
        record_denial(request.user, "customers.customer", pk)
        raise Http404
    return customer


@require_GET
def customer_holding_count(request: HttpRequest, pk: int) -> HttpResponse:
    """How many holdings a customer has, for the tab; it comes after the page."""
    count = reports.count_of(holder(request, pk, is_part=True), bank_today(), most=TAB_LINES)
    return HttpResponse(str(count))


@require_GET
def customer_holdings(request: HttpRequest, pk: int) -> HttpResponse:
    """What a customer has with the bank: a card of the customer's page, or a page of its own."""
    today, is_card = bank_today(), bool(request.htmx)
    customer = holder(request, pk, is_part=is_card)
    most = CARD_LINES if is_card else TAB_LINES
    product_names()  # once for the whole page, whatever the customer holds
    lines, more = reports.lines_of(customer, today, most=most, closed=not is_card)
    mark_closed_doors(request.user, customer, lines)
    totals = reports.totals_of(customer, today)
    if not is_card:
        record_access(Kind.VIEW, by=request.user, obj=customer, field="holdings")
    return render(
        request,
        "customers/_holdings.html" if is_card else "customers/customer_holdings.html",
        {
            "object": customer,
            "totals": totals,
            "groups": reports.grouped(totals, lines),
            "lines": lines,
            "more": more,
            "chart": reports.assets_chart(customer, today),
            "base_currency": settings.BASE_CURRENCY,
            "may_see_holdings": True,
            "restrictions": [] if is_card else stopped(request.user, customer),
            "may_see_history": request.user.has_action("customers.history_customer"),
        },
    )


def mark_closed_doors(user: User, customer: Customer, lines: list[reports.Line]) -> None:
    """Leave out the link where a holding of somebody else is out of reach."""
    foreign = {line.holding.pk for line in lines if line.holding.customer_id != customer.pk}
    if foreign:
        within = Holding.objects.permitted(user).filter(pk__in=foreign)
        closed = foreign - set(within.values_list("pk", flat=True))
        for line in lines:
            line.opens = line.holding.pk not in closed


class HoldingPage(DetailPage):
    """A holding: its key facts, its year, who has to do with it, and its newest bookings."""

    def facts(self):
        user, holding = self.request.user, self.object
        parties = list(holding.parties.select_related("customer").order_by("role", "pk"))
        open_to = Customer.objects.permitted(user).filter(pk__in={p.customer_id for p in parties})
        known = set(open_to.values_list("pk", flat=True))
        today = bank_today()
        years = reports.years_of(holding, today)
        return super().facts() | {
            "parties": [(party, party.customer_id in known) for party in parties],
            "holder_opens": holding.customer_id in known,
            "chart": reports.balance_chart(holding, years, today),
            "averages": averages_of(holding, years),
            "base_currency": settings.BASE_CURRENCY,
            "may_reveal": self.may_reveal(),
        }

    def may_reveal(self):
        """Whether the number may be revealed: that is a right on the holder."""
        user, action = self.request.user, "customers.reveal_customer"
        reach = user.reach(action)
        if reach is None or reach == user.reach(VIEW):
            return reach is not None
        within = Customer.objects.permitted(user, "reveal")
        return within.filter(pk=self.object.customer_id).exists()


@require_GET
def holding_transactions(request: HttpRequest, pk: int) -> HttpResponse:
    """The bookings of a holding, newest first, in pages."""
    if request.user.reach(VIEW) is None:
        raise PermissionDenied
    rows = Holding.objects.permitted(request.user).select_related("customer")
    holding = rows.of_key(pk)
    if holding is None:
        record_denial(request.user, "customers.holding", pk)
        raise Http404
    ask = request.GET
    page = keyset(
        Transaction.objects.filter(customer=holding.customer_id, holding=holding),
        ("-booked_on", "-id"),
        after=ask.get("after", ""),
        before=ask.get("before", ""),
        size=CARD_BOOKINGS if request.htmx else BOOKINGS,
        context=CursorContext(f"transactions:{holding.pk}", request.user.pk),
    )
    template = "_transactions" if request.htmx else "holding_transactions"
    return render(
        request,
        f"customers/{template}.html",
        {"object": holding, "page": page, "table": TransactionTable(page.rows, request=request)},
    )
