"""Template tags for icons and avatars."""

from django import template
from django.utils.safestring import SafeString

from crm.core import icons

register = template.Library()


@register.simple_tag
def icon(name: str, size: int = 16, cls: str = "") -> SafeString:
    """The icon as inline SVG: {% icon "phone" %} or {% icon "phone" size=14 cls="i-sm" %}."""
    return icons.icon(name, size, cls)


@register.simple_tag
def avatar(
    name: object, seed: int | None = None, *, organisation: bool = False, cls: str = ""
) -> SafeString:
    """The avatar of a name; the seed, mostly the primary key, keeps its hue."""
    return icons.avatar(str(name), seed or 0, organisation=organisation, cls=cls)
