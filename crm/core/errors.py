"""Error pages: what happened and what to do, and never a traceback."""

from __future__ import annotations

import logging
import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader

log = logging.getLogger("meridian.errors")


def refusal(request: HttpRequest, status: int, *, message: str = "") -> HttpResponse:
    """The page for a status, in the user's language; `message` says what to do instead."""
    context = {"request_id": getattr(request, "request_id", ""), "message": message}
    return render(request, f"{status}.html", context, status=status)


def bad_request(request: HttpRequest, exception: object = None) -> HttpResponse:
    """400, without the context of a user: the request may be too odd for it."""
    return plain(request, 400)


def denied(request: HttpRequest, exception: object = None) -> HttpResponse:
    """403: signed in, but no grant carries the action."""
    return refusal(request, 403)


def not_found(request: HttpRequest, exception: object = None) -> HttpResponse:
    """404: no such page or row, or none within reach."""
    return refusal(request, 404)


def failed(request: HttpRequest) -> HttpResponse:
    """500: our fault; the reference number leads to the log."""
    kind = sys.exc_info()[0]
    log.error("failed %s", getattr(kind, "__name__", ""), exc_info=sys.exc_info())
    return plain(request, 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form is too old, or came from elsewhere."""
    log.warning("csrf %s", reason)
    return plain(request, 403, template="403_csrf.html")


def plain(request: HttpRequest, status: int, *, template: str = "") -> HttpResponse:
    """A page that needs neither database nor user."""
    page = loader.get_template(template or f"{status}.html")
    html = page.render({"request_id": getattr(request, "request_id", "")})
    return HttpResponse(html, status=status)
