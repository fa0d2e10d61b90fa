"""What every request passes before it reaches a page."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from .acting import Facts, coming_from
from .clock import now
from .errors import plain, refusal
from .operations import DomainError
from .trail import Kind, record_access

Handler = Callable[[HttpRequest], HttpResponse]
METHODS = {"GET", "HEAD", "POST"}
SERVED_FILE = {200, 206, 304}


class OddRequests:
    """Refuse what no browser of the bank sends, before anything reads it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in METHODS:
            return HttpResponse(status=405, headers={"Allow": ", ".join(sorted(METHODS))})
        charset = request.content_params.get("charset", "") if request.content_params else ""
        if charset.strip("\"' ").lower() not in {"", "utf-8", "utf8"}:
            return plain(request, 415)
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return plain(request, 400)
        return self.get_response(request)


class RequestFacts:
    """Number the request and remember where it comes from.

    Headers of proxies are not believed, but the one that the installation names for the address.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = uuid.uuid4().hex[:16]  # type: ignore[attr-defined]
        if address := address_behind_proxy(request):
            request.META["REMOTE_ADDR"] = address
        key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
        session = hashlib.sha256(key.encode()).hexdigest()[:16] if key else ""
        facts = Facts(request.request_id, request.META.get("REMOTE_ADDR", ""), session)  # type: ignore[attr-defined]
        with coming_from(facts):
            response = self.get_response(request)
        response.headers["X-Request-ID"] = facts.request_id
        return response


def address_behind_proxy(request: HttpRequest) -> str:
    """The browser's address as the bank's own proxy says it; empty if it says none."""
    # the proxy adds what it sees at the end, after whatever the browser claims
    said = request.META.get(settings.PROXY_ADDRESS_HEADER, "").rpartition(",")[2].strip()
    try:
        return str(ip_address(said))
    except ValueError:
        return ""


class PageHeaders:
    """Headers that every answer carries, also one that a library gave before a page was reached."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self.files = urlsplit(settings.STATIC_URL).path

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        headers = response.headers
        is_file = request.path.startswith(self.files) and response.status_code in SERVED_FILE
        if not is_file:
            headers["Cache-Control"] = "no-store"
        headers["Permissions-Policy"] = (
            "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        )
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers["Cross-Origin-Opener-Policy"] = settings.SECURE_CROSS_ORIGIN_OPENER_POLICY
        headers["Referrer-Policy"] = settings.SECURE_REFERRER_POLICY
        headers["X-Content-Type-Options"] = "nosniff"
        if getattr(request, "signed_out", False):
            headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


class SessionLimits:
    """End a session that was idle too long or is too old, whatever its cookie says."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            self.check(request)
        response = self.get_response(request)
        if request.user.is_authenticated and "began" not in request.session:
            # signed in just now: the time runs from here, not from the first page after it
            request.session["began"] = request.session["seen"] = int(now().timestamp())
        return response

    def check(self, request: HttpRequest) -> None:
        """Sign out whoever is over a limit, else note that the session is in use."""
        present = int(now().timestamp())
        began = request.session.setdefault("began", present)
        seen = request.session.setdefault("seen", present)
        idle, age = present - seen, present - began
        if idle > settings.SESSION_IDLE_SECONDS or age > settings.SESSION_ABSOLUTE_SECONDS:
            logout(request)
        elif idle >= 60:
            request.session["seen"] = present  # a write a minute, not one a request


class Manner:
    """Show pages in the user's own language; before sign-in in the browser's."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = getattr(request.user, "language", "") if request.user.is_authenticated else ""
        language = chosen or translation.get_language_from_request(request)
        translation.activate(language)
        request.LANGUAGE_CODE = translation.get_language()  # type: ignore[attr-defined]
        response = self.get_response(request)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        response.headers.setdefault("Content-Language", language)
        translation.deactivate()
        return response


class Refusals:
    """Turn refusals into pages in the bank's look, and record who was denied what."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer for a refusal; anything else goes on to the last-resort handler."""
        if isinstance(error, PermissionDenied):
            record_access(
                Kind.DENIAL,
                by=request.user if request.user.is_authenticated else None,
                model=request.resolver_match.view_name if request.resolver_match else "",
                field=request.method or "",
            )
            return refusal(request, 403)
        if isinstance(error, Http404):
            return refusal(request, 404)
        if isinstance(error, DomainError):
            return refusal(request, 409, message=str(error))
        return None
