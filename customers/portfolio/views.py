"""The portfolio of a manager, and the managers of a branch beside each other."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from crm.core.clock import bank_today
from staff.handover import inbox
from staff.models import StaffMember

from . import reports


def member_of(request: HttpRequest, pk: int, action: str = reports.ACTION) -> StaffMember:
    """The member of staff of an address, for those who may see portfolios.

    Everybody knows the staff of the bank: of a portfolio out of reach there is nothing to see.
    """
    if not request.user.has_action(action):
        raise PermissionDenied
    member = StaffMember.objects.select_related("branch", "supervisor").filter(pk=pk).first()
    if member is None:
        raise Http404
    return member


def shown_to(request: HttpRequest) -> dict[str, object]:
    """Whether amounts are shown, in which currency, and whether numbers lead to lists."""
    return {
        "sees_assets": request.user.has_action(reports.HOLDINGS),
        "may_open": request.user.has_action("customers.view_customer"),
        "base_currency": settings.BASE_CURRENCY,
        "in_reach_only": not reports.reaches_all(request.user),
    }


@require_GET
def own_portfolio(request: HttpRequest) -> HttpResponse:
    """One's own portfolio; whoever is no member of staff has none."""
    if not request.user.has_action(reports.ACTION):
        raise PermissionDenied
    own = StaffMember.objects.select_related("branch").filter(user=request.user).first()
    return page_of(request, own) if own else render(request, "customers/portfolio_none.html")


@require_GET
def portfolio(request: HttpRequest, pk: int) -> HttpResponse:
    """What a manager's customers add up to: a card of the manager's page, or a page."""
    member = member_of(request, pk)
    if reports.is_within(request.user, member):
        return page_of(request, member)
    if request.htmx:  # the card of a portfolio out of reach is not there
        return HttpResponse()
    return render(request, "customers/portfolio_none.html", {"member": member})


def page_of(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """The portfolio of a member of staff, as far as the user may see it."""
    user, today = request.user, bank_today()
    found = reports.portfolio_of(member, user)
    lines = reports.by_line(member, found, user, today)
    context = shown_to(request) | {
        "member": member,
        "day_of_figures": reports.day_of_figures() if not request.htmx else None,
        "portfolio": found,
        "lines": lines,
        "beside": sum(line.count for line in lines) - found.whole.count,
        "is_own": member.user_id == user.pk,
        "awaited": inbox.awaited(user) if member.user_id == user.pk and not request.htmx else 0,
        "may_compare": reports.is_above(user, member.branch),
        "may_see_member": user.has_action("staff.view_staffmember"),
        "may_see_lines": user.has_action("customers.view_ownership"),
    }
    if request.htmx:
        return render(request, "customers/_portfolio.html", context)
    if user.has_action("staff.view_staffmember") and user.has_action("customers.view_customer"):
        context["customers_url"] = reverse(
            "customers:customer_panel", args=["lead_manager", member.pk]
        )
    return render(request, "customers/portfolio.html", context)


@require_GET
def portfolio_changes(request: HttpRequest, pk: int) -> HttpResponse:
    """The customers of a manager whose assets have changed most in this month."""
    member, today = member_of(request, pk, reports.HOLDINGS), bank_today()
    context = shown_to(request) | {
        "since": reports.month_before(today),
        "changes": reports.biggest_changes(member, request.user, today),
    }
    return render(request, "customers/_portfolio_changes.html", context)


@require_GET
def portfolio_branch(request: HttpRequest, pk: int) -> HttpResponse:
    """The managers of a manager's branch beside each other, for whoever reaches all of it."""
    member = member_of(request, pk)
    above = reports.is_above(request.user, member.branch)
    context = shown_to(request) | {
        "member": member,
        "comparison": reports.comparison_of(member.branch, request.user) if above else None,
    }
    return render(request, "customers/_portfolio_branch.html", context)
