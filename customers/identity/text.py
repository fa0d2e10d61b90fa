"""Tidying of what people type or paste into a field for a number."""

from __future__ import annotations

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LONGEST = 320
_MINUS = "\u2212"


def plain_text(text: object) -> str:
    """Full width made narrow, dashes made hyphens, marks without width and outer spaces removed."""
    if not isinstance(text, str):
        raise ValidationError(_("Enter this as text."), code="not_text")
    if len(text) > LONGEST:
        raise ValidationError(_("This is too long. Enter one value only."), code="too_long")
    if text.isascii() and text.isprintable():
        return text.strip()  # nothing of what follows concerns it
    narrow = unicodedata.normalize("NFKC", text).strip()
    kinds = [(char, unicodedata.category(char)) for char in narrow]
    if any(kind in {"Cc", "Cs"} for _char, kind in kinds):
        raise ValidationError(
            _("This contains a control character. Type it again instead of pasting it."),
            code="control_character",
        )
    visible = (_hyphen_for_dash(char, kind) for char, kind in kinds if kind != "Cf")
    return "".join(visible).strip()


def _hyphen_for_dash(char: str, kind: str) -> str:
    return "-" if kind == "Pd" or char == _MINUS else char


def compact(text: object) -> str:
    """The text without spaces and hyphens, in capital letters."""
    joined = "".join(plain_text(text).split()).replace("-", "")
    if joined.isascii():
        return joined.upper()
    # Only ASCII is made upper case: a dotless i would otherwise turn into a letter I.
    return "".join(char.upper() if char.isascii() else char for char in joined)
