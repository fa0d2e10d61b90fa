"""How sign-in behaves in a bank: nobody signs up, and every step is recorded."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from crm.core.acting import acting
from crm.core.trail import Kind, record_access

from .devices import device_of
from .models import User


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in through user accounts that the bank opens."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("The user name or the password is not correct."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up by themselves."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address of the connection; a forwarded header could be the client's own invention."""
        return str(request.META.get("REMOTE_ADDR") or "0.0.0.0")  # noqa: S104  (no address known)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count wrong tries per user and known device, or else address: elsewhere they are free.

        The host has no part in it: its port is what the client says, so each would count anew.
        """
        name = credentials.get("username", "")
        return f"{name.lower()}:{device_of(request, name) or self.get_client_ip(request)}"

    def is_safe_url(self, url: str) -> bool:
        """Only pages of the host that was asked: another allowed host is another door."""
        asked = context.request
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={asked.get_host()}, require_https=asked.is_secure()
        )

    def pre_login(self, request: HttpRequest, user: Any, **details: Any) -> HttpResponse | None:
        """Turn away, and record, who has the right password for a sign-in that is closed.

        It is closed when it was switched off, or when its first password was not used in time.
        """
        if not user.is_active or user.is_first_password_over:
            record_access(Kind.SIGN_IN_FAILED, by=user)
        if user.is_active and user.is_first_password_over:
            messages.error(request, _("Your first password holds no more. Ask for a new one."))
            clear_login(request)
            return HttpResponseRedirect(reverse("account_login"))
        refused: HttpResponse | None = super().pre_login(request, user, **details)
        return refused

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Record a failed sign-in, with whose name was tried and without what was typed."""
        tried = User.objects.called(credentials.get("username", "")).first()
        record_access(Kind.SIGN_IN_FAILED, by=tried, field="password")

    def clean_password(self, password: str, user: Any = None) -> str:
        """Refuse to keep the password that somebody else has seen."""
        if user is not None and user.has_first_password and user.check_password(password):
            raise ValidationError(_("This is the password you were given. Choose another one."))
        chosen: str = super().clean_password(password, user)
        return chosen

    def set_password(self, user: User, password: str) -> None:
        """Store a new password as a change by the user; it is nobody else's from now on."""
        user.set_password(password)
        user.first_password_until = user.first_password_by = None
        with acting(by=user):
            user.save(
                update_fields=[
                    "password",
                    "first_password_until",
                    "first_password_by",
                    "updated_at",
                ]
            )


class MFAAdapter(DefaultMFAAdapter):
    """Second factors; their secrets rest sealed."""

    def encrypt(self, text: str) -> str:
        """Seal a factor's secret under the bank's key ring."""
        from .factors import seal_secret  # noqa: PLC0415

        return seal_secret(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Open a factor's secret."""
        from .factors import open_secret  # noqa: PLC0415

        return open_secret(encrypted_text)
