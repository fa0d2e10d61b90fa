"""Devices from which somebody has signed in, so that wrong tries elsewhere do not keep them out.

A branch shares one address. Wrong tries under a name count by the device for those who have signed
in there under that name, and by the address for everybody else.
"""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.core import signing
from django.utils.crypto import salted_hmac

SALT = "sysadmin.devices"
KEPT_SECONDS = 180 * 24 * 3600
MOST_NAMES = 20


def device_of(request: Any, username: str) -> str:
    """The device, if somebody has signed in there under this name; else empty."""
    device, names = _read(request)
    return device if _sign_of(username) in names else ""


def note_device(request: Any, username: str) -> None:
    """Note that somebody signs in under this name; with the answer the browser keeps it."""
    device, names = _read(request)
    sign = _sign_of(username)
    kept = [sign, *(name for name in names if name != sign)][:MOST_NAMES]
    known = [device or secrets.token_urlsafe(12), kept]
    request.device = signing.dumps(known, salt=SALT)


def _read(request: Any) -> tuple[str, list[Any]]:
    sent = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
    try:
        device, names = signing.loads(sent, salt=SALT, max_age=KEPT_SECONDS)
    except signing.BadSignature:
        return "", []
    return device, names


def _sign_of(username: str) -> str:
    """What stands for a user name in the cookie, which does not tell it."""
    return salted_hmac(SALT, username.lower()).hexdigest()[:20]
