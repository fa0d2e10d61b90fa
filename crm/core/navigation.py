"""The main navigation: what the modules register, shown to those who may open it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Protocol

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext, override

from crm.core.icons import icon


class Visitor(Protocol):
    """Someone whose rights can be asked."""

    def has_action(self, action: str, /) -> bool:
        """Whether the rights of the user include the action."""


@dataclass(frozen=True, kw_only=True)
class NavItem:
    """One entry of the main navigation; without an action everyone signed in sees it."""

    label: str | Promise
    icon: str
    url_name: str
    action: str | None = None
    group: str | Promise = ""
    order: int = 0
    key: str = ""  # with g before it, the keys that lead there
    waiting: Callable[[Any], int] | None = None  # how much there waits for the user
    covers: tuple[str, ...] = ()  # lists kept with it that have no entry of their own


_items: dict[str, NavItem] = {}


def register_item(item: NavItem) -> None:
    """Put an entry into the navigation; the same page is registered once."""
    _items[item.url_name] = item
    _in_order.cache_clear()
    _rendered.cache_clear()


def navigation_html(user: Visitor, current_path: str) -> SafeString:
    """The links the user may open, the one of the current page marked."""
    allowed = tuple(
        item.url_name for item in _in_order() if item.action is None or user.has_action(item.action)
    )
    waiting = tuple(
        (name, n) for name in allowed if (ask := _items[name].waiting) and (n := ask(user))
    )
    return _rendered(allowed, _section(allowed, current_path), get_language() or "en", waiting)


def first_page(user: Visitor) -> str:
    """The first page that the user's rights open, where work begins; empty if there is none."""
    for item in _in_order():
        if item.url_name != "home" and item.action and user.has_action(item.action):
            return _url(item.url_name)
    return ""


@cache
def _in_order() -> tuple[NavItem, ...]:
    """Entries by their place; those without a group first, groups by their first entry."""
    by_place = sorted(_items.values(), key=lambda item: (item.order, item.url_name))
    groups = dict.fromkeys(str(item.group) for item in by_place)
    rank = {name: place for place, name in enumerate(sorted(groups, key=bool))}
    return tuple(sorted(by_place, key=lambda item: rank[str(item.group)]))


@cache
def _url(url_name: str) -> str:
    return reverse(url_name)


def _section(allowed: tuple[str, ...], path: str) -> str:
    """The entry whose address is the longest beginning of the path; home only if exact."""
    urls = {_url(name): of for of in allowed for name in (of, *_items[of].covers)}
    exact = [url for url in urls if url == path]
    within = [url for url in urls if url != "/" and path.startswith(url)]
    return urls.get(max(exact or within, key=len, default=""), "")


@lru_cache(maxsize=1024)
def _rendered(
    allowed: tuple[str, ...], current: str, language: str, waiting: tuple[tuple[str, int], ...]
) -> SafeString:
    """The links as HTML; the language is part of the key because labels are translated."""
    parts: list[SafeString] = []
    group, counts = "", dict(waiting)
    with override(language):
        for item in (_items[name] for name in allowed):
            if str(item.group) != group:
                group = str(item.group)
                parts.append(format_html('<p class="grp">{}</p>', group))
            is_current, n = item.url_name == current, counts.get(item.url_name, 0)
            parts.append(_link(item, is_current=is_current, waiting=n))
    return format_html_join("", "{}", ((part,) for part in parts))


def _link(item: NavItem, *, is_current: bool, waiting: int) -> SafeString:
    return format_html(
        '<a class="nav-i" href="{}"{}{}>{}<span>{}</span>{}</a>',
        _url(item.url_name),
        format_html(' data-go="{}"', item.key) if item.key else "",
        SafeString(' aria-current="page"') if is_current else "",
        icon(item.icon),
        item.label,
        _badge(waiting) if waiting else "",
    )


def _badge(n: int) -> SafeString:
    said = ngettext("waits for you", "wait for you", n)
    return format_html('<b class="n num">{}<span class="visually-hidden"> {}</span></b>', n, said)
