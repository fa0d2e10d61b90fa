"""The frame around every page: each part is put together once for a language and an appearance.

Whatever belongs to one user or one request is left open in it and filled in each time, so that no
name, right or token is ever kept.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Hashable
from functools import cached_property, lru_cache
from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.middleware.csrf import get_token
from django.template import Context
from django.template.loader import get_template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from . import formats
from .clock import now
from .navigation import navigation_html

# drawn anew for each process: nothing that a user types can pass for it
SIGN = secrets.token_hex(16)
OPEN = re.compile(f"{SIGN}-([a-z_]+);")
MINE = ("display_name", "initials", "role_label")
_own: dict[str, Callable[[WSGIRequest, Any], SafeString]] = {}
PARTS = {"head", "side", "menu", "top", "language", "theme", "density", "me", "furniture"}


def add_piece(name: str, shown: Callable[[WSGIRequest, Any], SafeString]) -> None:
    """Let a module show something of each user's own in the frame; call from ready()."""
    _own[name] = shown
    pieces.cache_clear()


class Frame:
    """The parts of one page's frame, by name: `frame.side` in a template is shell/_side.html."""

    def __init__(self, request: WSGIRequest, user: Any, ui: Hashable, *, demo: bool) -> None:
        self.request, self.user = request, user
        self.looks = (ui, demo, user is not None)

    def __getitem__(self, part: str) -> SafeString:
        """A part, filled in for this user and this request."""
        if part not in PARTS:
            raise KeyError(part)
        values = self.values
        made = pieces(f"shell/_{part}.html", *self.looks)
        shown = [values[piece] if place % 2 else piece for place, piece in enumerate(made)]
        return mark_safe("".join(shown))  # noqa: S308 - our own template around escaped values

    @cached_property
    def values(self) -> dict[str, str]:
        """What the parts leave open."""
        shown: dict[str, Any] = {
            "csrf_token": get_token(self.request),
            "address": self.request.get_full_path(),
            "printed": formats.moment(now()),
        }
        if self.user is not None:
            shown |= {
                "navigation": navigation_html(self.user, self.request.path),
                "display_name": self.user.shown_name,
                "initials": self.user.initials,
                "role_label": self.user.role_label,
                **{name: shown(self.request, self.user) for name, shown in _own.items()},
            }
        return {name: conditional_escape(value) for name, value in shown.items()}


@lru_cache(maxsize=256)
def pieces(template: str, ui: Hashable, is_demo: bool, is_signed_in: bool) -> tuple[str, ...]:  # noqa: FBT001 - part of a key
    """A part in pieces, every second one the name of a value that is left open."""
    context = {
        "ui": ui,
        "demo": is_demo,
        "me": {name: _open(name) for name in MINE} if is_signed_in else None,
        "navigation": _open("navigation"),
        "own": {name: _open(name) for name in _own} if is_signed_in else None,
        "csrf_token": _open("csrf_token"),
        "request": {"get_full_path": _open("address")},
        "printed": _open("printed"),
    }
    made = get_template(template).template.render(Context(context))  # type: ignore[attr-defined]
    return tuple(OPEN.split(made))


def _open(name: str) -> SafeString:
    return SafeString(f"{SIGN}-{name};")
