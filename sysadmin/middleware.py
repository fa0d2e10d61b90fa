"""What a user does before anything else, and what the browser keeps of a sign-in."""

from __future__ import annotations

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.core.models import Text

from .devices import KEPT_SECONDS
from .models import User

OPEN_NAMES = {"language", "preferences"}


class First:
    """Send users to what they do first, whatever they ask for; some pages stay open to them."""

    open_prefixes: tuple[str, ...] = ("account_",)
    leads_to = ""
    said: Text = ""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_args: object) -> HttpResponse | None:
        """Let the pages through that are needed for it; ask everything else for it."""
        name = request.resolver_match.url_name or "" if request.resolver_match else ""
        if name.startswith(self.open_prefixes) or name in OPEN_NAMES:
            return None
        if not request.user.is_authenticated or not self.is_missing(request.user):
            return None
        messages.info(request, str(self.said))
        return HttpResponseRedirect(reverse(self.leads_to))

    def is_missing(self, user: User) -> bool:
        """Whether the user has yet to do it."""
        raise NotImplementedError


class OwnPassword(First):
    """Whoever signs in with a first password chooses one of their own."""

    leads_to = "account_change_password"
    said = _("Choose a password of your own: the first one was seen by somebody else.")

    def is_missing(self, user: User) -> bool:
        """Whether the password is still the one that the user was given."""
        return user.has_first_password


class SecondFactor(First):
    """Whoever must have a second factor gets nowhere without one."""

    open_prefixes = ("mfa_", "account_")
    leads_to = "mfa_activate_totp"
    said = _("Set up a second factor: your role needs one.")

    def is_missing(self, user: User) -> bool:
        """Whether a role asks for a factor that is not set up."""
        needs = settings.SECOND_FACTOR and user.needs_second_factor
        return needs and not is_mfa_enabled(user)


class Devices:
    """Let the browser keep under which names somebody has signed in there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if device := getattr(request, "device", ""):
            response.set_cookie(
                settings.DEVICE_COOKIE_NAME,
                device,
                max_age=KEPT_SECONDS,
                secure=settings.HTTPS,
                httponly=True,
                samesite="Lax",
            )
        return response
