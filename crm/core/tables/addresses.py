"""Addresses of views that take one number: looked up once, then filled in for each row."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse
from django.utils.translation import get_language

STAND_IN = 987654321987654321


def pk_url(
    view: str, name: str | None = None, urlconf: Any = None, current_app: str | None = None
) -> Callable[[Any], str]:
    """A function from a key to the view's address, valid while one request is served."""
    where = (urlconf or get_urlconf(), current_app, get_script_prefix(), get_language())
    parts = _parts(view, name, *where)

    def url(key: Any) -> str:
        if parts is None or type(key) is not int or key < 0:
            # text must be quoted and checked against the pattern, which reverse() does
            return _reverse(view, name, key, urlconf, current_app)
        return f"{parts[0]}{key}{parts[1]}"

    return url


def _reverse(view: str, name: str | None, key: Any, urlconf: Any, current_app: str | None) -> str:
    if name:
        return reverse(view, urlconf, kwargs={name: key}, current_app=current_app)
    return reverse(view, urlconf, args=[key], current_app=current_app)


@lru_cache(maxsize=512)
def _parts(
    view: str,
    name: str | None,
    urlconf: Any,
    current_app: str | None,
    *_prefix_and_language: str | None,
) -> tuple[str, str] | None:
    try:
        before, found, after = _reverse(view, name, STAND_IN, urlconf, current_app).partition(
            str(STAND_IN)
        )
    except NoReverseMatch:
        return None
    return (before, after) if found else None
