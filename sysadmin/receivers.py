"""Sign-ins and changes of factors go to the access trail."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import get_authentication_records

from crm.core.clock import now
from crm.core.trail import Kind, record_access

from .devices import note_device
from .models import LastSignIn
from .signing_in.operations import close_sessions


def signed_in(sender: object, request: Any, user: Any, **_kwargs: Any) -> None:
    """Record a sign-in, and by what it was proved last; from now on the device is known."""
    proofs = get_authentication_records(request, user)
    proof = proofs[-1] if proofs else {}
    record_access(Kind.SIGN_IN, by=user, field=proof.get("type") or proof.get("method") or "")
    LastSignIn.objects.update_or_create(user=user, defaults={"at": now()})
    note_device(request, user.username)


def signed_out(sender: object, request: Any, user: Any, **_kwargs: Any) -> None:
    """Record a sign-out, and let the answer clear what the browser kept."""
    request.signed_out = True
    if user is not None:
        record_access(Kind.SIGN_OUT, by=user)


def factor_failed(sender: object, request: Any, user: Any, **given: Any) -> None:
    """Record that the password was right and the second factor was not."""
    factor = given.get("authenticator")
    record_access(Kind.SIGN_IN_FAILED, by=user, field=factor.type if factor else "")


def factor_changed(sender: object, request: Any, user: Any, **_kwargs: Any) -> None:
    """Record that a second factor came or went, and end the other sessions of the user.

    One that was opened by the password alone would otherwise be as good as any from now on.
    """
    record_access(Kind.FACTOR, by=user)
    close_sessions(user, but=request.session.session_key)
