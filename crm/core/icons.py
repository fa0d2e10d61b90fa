"""Icons as inline SVG, each read and shortened once per process."""

import re
from functools import cache

from django.utils.safestring import SafeString, mark_safe
from lucide.templatetags.lucide import lucide

from .formats import markup

BETWEEN_TAGS = re.compile(r"\s*\n\s*")
HUES = 5
NO_LETTERS = re.compile(r"[\W\d_]+")
# CJK ideographs with their extension A and the compatibility block.
IDEOGRAPH = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


@cache
def icon(name: str, size: int = 16, cls: str = "") -> SafeString:
    """The icon as SVG for the page, silent for screen readers: the words stand beside it."""
    svg = lucide(name, size=size, **{"class": f"i {cls}".strip(), "aria_hidden": "true"})
    # The markup comes from an installed package and from our templates, not from data.
    return mark_safe(BETWEEN_TAGS.sub("", svg))  # noqa: S308


def initials(name: str) -> str:
    """One Chinese character or up to two Latin initials that stand for a name; no signs."""
    words = [word for word in NO_LETTERS.split(name) if word]
    if not words:
        return name.strip()[:1]
    if IDEOGRAPH.match(words[0]):
        return words[0][0]
    return "".join(word[0] for word in words[:2]).upper()


def avatar(name: str, seed: int = 0, *, organisation: bool = False, cls: str = "") -> SafeString:
    """A small square that helps the eye find a name again: initials, or a building."""
    content = icon("building-2", 14) if organisation else initials(name)
    classes = f"av av-{seed % HUES} {cls}".strip()
    return markup('<span class="{}" aria-hidden="true">{}</span>', classes, content)
