"""The box that finds customers from anywhere: hits as one types, and all of them on a page."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.core.clock import now
from crm.core.operations import DomainError
from crm.core.pages import keep_query, stored_query
from crm.core.resources import in_palette
from crm.core.trail import Kind, accesses, how_many, record_access

from . import search

LIST = "customers.customer"
TYPED = 6
ON_PAGE = 50
SEARCHES_PER_HOUR = 1200


def searching(request: HttpRequest, text: str, size: int) -> search.Found:
    """What is found for a user, recorded; raises DomainError beyond the limit of the hour."""
    since = now() - dt.timedelta(hours=1)
    if accesses(Kind.SEARCH, by=request.user, since=since) >= SEARCHES_PER_HOUR:
        raise DomainError(
            _("You have searched %(limit)s times within an hour. Wait, or ask your supervisor.")
            % {"limit": SEARCHES_PER_HOUR}
        )
    # what was typed stands nowhere: by what it was looked for, and how many were found
    told, found = {"field": search.kind_of(text)}, None
    try:
        found = search.find(text, user=request.user, size=size)
    finally:
        if found is not None:
            told["purpose"] = how_many(len(found.hits), is_cut=len(found.hits) == size)
        record_access(Kind.SEARCH, by=request.user, model=LIST, **told)
    return found


@require_POST
def typed(request: HttpRequest) -> HttpResponse:
    """The best hits while somebody types: customers, then what else the palette offers."""
    text = request.POST.get("q", "")[: search.LONGEST].replace("\x00", "").strip()
    if not text:
        return HttpResponse()
    sees_customers = request.user.has_action("customers.view_customer")
    asks = sees_customers and not search.words_of(text).is_empty
    found = searching(request, text, TYPED) if asks else None
    context = {"found": found, "text": text, "others": in_palette(request.user, text)}
    return render(request, "customers/_typed.html", context)


@require_http_methods(["GET", "POST"])
def results(request: HttpRequest) -> HttpResponse:
    """All hits on a page; what was typed is kept under a token and never stands in the address."""
    if not request.user.has_action("customers.view_customer"):
        raise PermissionDenied
    address = reverse("customers:customer_search")
    if request.method == "POST":
        text = request.POST.get("q", "").replace("\x00", "").strip()[: search.LONGEST]
        token = keep_query(text, LIST, by=request.user) if text else ""
        return HttpResponseRedirect(f"{address}?v={token}" if text else address)
    text = stored_query(request.GET.get("v", ""), LIST)
    found = searching(request, text, ON_PAGE) if text else search.Found()
    context = {
        "text": text,
        "found": found,
        "is_vague": bool(text) and search.words_of(text).is_empty,
        "token": request.GET.get("v", ""),
    }
    return render(request, "customers/search.html", context)
