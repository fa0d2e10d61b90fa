"""What the shell promises: icons, navigation, readable colours, pages under the strict policy."""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template
from django.urls import path
from django.utils.translation import gettext_lazy, override
from lucide import IconDoesNotExist

from crm.core import navigation
from crm.core.icons import avatar, icon
from crm.core.navigation import NavItem, navigation_html, register_item

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
FORBIDDEN = re.compile(
    r"""\sstyle=|\son[a-z]+=|hx-on|hx-vals=["']js:|javascript:"""
    r"""|<script(?![^>]*\b(?:src=|type="application/json"))""",
    re.IGNORECASE,
)
# text on its ground: at least 4.5 to 1
TEXT_PAIRS = [
    *((text, ground) for text in ("text", "text-2", "text-3") for ground in ("bg", "surface")),
    *((name, f"{name}-soft") for name in ("ok", "warn", "bad", "info", "gold", "violet", "teal")),
    *(("brand-text", ground) for ground in ("bg", "surface", "brand-soft", "raised")),
    *(("text-2", ground) for ground in ("sunken", "hover", "selected", "raised")),
    ("on-brand", "brand"),
    ("on-brand", "brand-hover"),
    ("on-brand", "bad-fill"),
    ("ink-text", "ink"),
    ("ink-t", "ink-soft"),
]
# borders of controls, focus and marks: at least 3 to 1
MARK_PAIRS = [
    (mark, ground)
    for mark in ("line-ctl", "focus", "ok-mark", "warn-mark", "bad-mark", "c1", "c2", "c3", "c4")
    for ground in ("surface", "raised")
]


def unvisited(_request):
    """A page whose address alone matters."""
    raise NotImplementedError


urlpatterns = [
    path(address, unvisited, name=name)
    for address, name in (("", "look_start"), ("one/", "look_one"), ("two/", "look_two"))
]
asks_navigation = pytest.mark.urls(__name__)


class Clerk:
    """A user with the named rights."""

    def __init__(self, *actions):
        self.actions = actions

    def has_action(self, action):
        return action in self.actions


@pytest.fixture
def entries(monkeypatch):
    """A navigation with three entries of its own."""
    navigation._in_order.cache_clear()
    navigation._rendered.cache_clear()
    monkeypatch.setattr(navigation, "_items", {})
    register_item(NavItem(label="Start", icon="house", url_name="look_start"))
    register_item(NavItem(label=gettext_lazy("Yes"), icon="stamp", url_name="look_one", key="a"))
    register_item(NavItem(label="Two", icon="lock", url_name="look_two", action="app.view_two"))
    yield
    navigation._in_order.cache_clear()
    navigation._rendered.cache_clear()


def tokens(theme):
    css = (ROOT / "static" / "tokens.css").read_text()
    light, dark = css.split('[data-bs-theme="dark"]')
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", light))
    if theme == "dark":
        found |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", dark))
    return found


def luminance(colour):
    digits = colour.lstrip("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    channels = (int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_and_marks_are_readable_in_both_themes(theme):
    colours = tokens(theme)
    weak = [
        (one, other)
        for pairs, least in ((TEXT_PAIRS, 4.5), (MARK_PAIRS, 3))
        for one, other in pairs
        if contrast(colours[one], colours[other]) < least
    ]
    assert weak == []


@pytest.mark.parametrize("page", TEMPLATES, ids=lambda page: str(page.relative_to(ROOT)))
def test_template_holds_no_inline_style_or_script(page):
    assert FORBIDDEN.search(page.read_text()) is None


def test_icon_is_silent_for_screen_readers_and_keeps_its_size():
    svg = icon("phone", 14, "i-sm")
    assert 'aria-hidden="true"' in svg
    assert 'class="i i-sm"' in svg
    assert 'width="14"' in svg


def test_unknown_icon_is_refused():
    with pytest.raises(IconDoesNotExist):
        icon("no-such-icon")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Chen Weilin", ">CW<"),
        ("陈维林", ">陈<"),
        ("<b>", ">B<"),
        ("", "><"),
        ("Identity (documents)", ">ID<"),
        ("（停用）产品", ">停<"),
        ("360", ">3<"),
        ("<", "&lt;"),
    ],
)
def test_avatar_shows_who_it_is(name, shown):
    assert shown in avatar(name)


def test_avatar_of_an_organisation_is_a_building():
    assert icon("building-2", 14) in avatar("Lanqiao Textile", 7, organisation=True)


@asks_navigation
def test_navigation_shows_what_the_user_may_open(entries):
    assert "/two/" not in navigation_html(Clerk(), "/")
    assert "/two/" in navigation_html(Clerk("app.view_two"), "/")


@asks_navigation
def test_navigation_marks_the_section_of_the_page(entries):
    assert '"/one/" data-go="a" aria-current="page"' in navigation_html(Clerk(), "/one/12/")
    assert '"/" aria-current="page"' in navigation_html(Clerk(), "/")
    assert "aria-current" not in navigation_html(Clerk(), "/elsewhere/")


@asks_navigation
def test_navigation_speaks_the_language_of_the_page(entries):
    with override("zh-hans"):
        assert "是" in navigation_html(Clerk(), "/")
    with override("en"):
        assert ">Yes<" in navigation_html(Clerk(), "/")


@pytest.mark.parametrize("code", ["400", "403", "403_csrf", "404", "409", "415", "429", "500"])
def test_error_page_needs_no_context_and_shows_the_reference(code):
    assert "7f3a" in get_template(f"{code}.html").render({"request_id": "7f3a"})
    assert "<h1>" in get_template(f"{code}.html").render()
