"""Sign-ins and changes of factors go to the access trail."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import get_authentication_records

from crm.core.trail import Kind, record_access

from .devices import note_device


def signed_in(sender: object, request: Any, user: Any, **_kwargs: Any) -> None:
    """Record a sign-in, and by what it was proved last; from now on the device is known."""
    proofs = get_authentication_records(request, user)
    proof = proofs[-1] if proofs else {}
    record_access(Kind.SIGN_IN, by=user, field=proof.get("type") or proof.get("method") or "")
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
    """Record that a second factor came or went."""
    record_access(Kind.FACTOR, by=user)
