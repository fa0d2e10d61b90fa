"""Who must have a second factor gets nowhere without one."""

from __future__ import annotations

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

OPEN_PREFIXES = ("mfa_", "account_")
OPEN_NAMES = {"language", "preferences"}


class SecondFactor:
    """Send users whose role asks for a second factor to set one up before anything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_args: object) -> HttpResponse | None:
        """Let sign-in and factor pages through; ask everything else for the factor."""
        if not settings.SECOND_FACTOR or not request.user.is_authenticated:
            return None
        name = request.resolver_match.url_name or "" if request.resolver_match else ""
        if name.startswith(OPEN_PREFIXES) or name in OPEN_NAMES:
            return None
        if not request.user.needs_second_factor or is_mfa_enabled(request.user):
            return None
        messages.info(request, _("Set up a second factor: your role needs one."))
        return HttpResponseRedirect(reverse("mfa_activate_totp"))
