"""How much a person may decide on: a slot that the module of posts fills, as the kernel knows none.

A limit is asked for where the policy of a request begins at an amount.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from .clock import bank_today
from .formats import money
from .models import Approval

# the user, the key of the operation, the day
Reader = Callable[[Any, str, dt.date], Decimal | None]
_readers: list[Reader] = []


def limits_from(reader: Reader) -> None:
    """Let a module say how much a user may decide on; call from ready()."""
    _readers.append(reader)


def is_limited(request: Approval) -> bool:
    """Whether only those decide on a request whose limit reaches its amount."""
    return request.amount is not None and request.policy.from_amount is not None


def limit_of(request: Approval, user: Any) -> Decimal | None:
    """How much the user may decide on today; None if no limit was given to them."""
    found = [reader(user, request.operation, bank_today()) for reader in _readers]
    return max((limit for limit in found if limit is not None), default=None)


def why_beyond(request: Approval, user: Any) -> str:
    """Why the amount of a request is too much for the user; empty if it is not."""
    if request.amount is None or not is_limited(request):
        return ""
    limit = limit_of(request, user)
    said = {
        name: money(sum_, settings.BASE_CURRENCY)
        for name, sum_ in (("amount", request.amount), ("limit", limit))
    }
    if limit is None:
        return _("No limit was given to your post. The amount is %(amount)s.") % said
    if request.amount > limit:
        return _("The amount is %(amount)s, and your limit is %(limit)s.") % said
    return ""
