"""Pages that are no list and no record: home, language, appearance."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from crm.core.navigation import first_page

from .models import User
from .operations import set_manner

YEAR = 365 * 24 * 3600


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Where work begins: the first page that the user may open."""
    target = first_page(request.user)
    return HttpResponseRedirect(target) if target else render(request, "sysadmin/no_rights.html")


def back(request: HttpRequest) -> str:
    """The page to return to: only one of ours."""
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    if not is_ours:
        return reverse("home")
    parts = urlsplit(wanted)
    # without its host, a path that begins with two slashes would name another one
    path = "/" + parts.path.replace("\\", "/").lstrip("/")
    return path + (f"?{parts.query}" if parts.query else "")


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Show pages in another language from now on."""
    chosen = request.POST.get("language", "")
    response = HttpResponseRedirect(back(request))
    if chosen in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            set_manner(request.user, language=chosen)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=YEAR,
            secure=settings.HTTPS,
            httponly=True,
            samesite="Lax",
        )
    return response


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep the theme and density that the user likes."""
    allowed = {"theme": User.Theme.values, "density": User.Density.values}
    wishes = {
        name: request.POST[name]
        for name, values in allowed.items()
        if request.POST.get(name) in values
    }
    if wishes:
        set_manner(request.user, **wishes)
    if request.htmx:
        return HttpResponse(status=204)
    return HttpResponseRedirect(back(request))
