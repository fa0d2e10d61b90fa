"""The framework's i18n tags, with fixed words looked up once for each language.

Settings put it in place of the library "i18n": pages consist of fixed words for the most part.
"""

from __future__ import annotations

from typing import Any

from django.template import Library, Variable
from django.template.base import FilterExpression, Parser, Token
from django.templatetags import i18n
from django.utils.translation import get_language

register = Library()
register.tags |= i18n.register.tags
register.filters |= i18n.register.filters


class FixedWords(i18n.TranslateNode):
    """Words that stand in the template itself, so that only the language changes them."""

    def __init__(self, words: FilterExpression) -> None:
        super().__init__(words, noop=False)
        self.said: dict[str | None, str] = {}

    def render(self, context: Any) -> str:
        """The words in the active language."""
        language = get_language()
        if language not in self.said:
            self.said[language] = super().render(context)
        return self.said[language]


@register.tag("translate")
@register.tag("trans")
def translate(parser: Parser, token: Token) -> i18n.TranslateNode:
    """The framework's tag, kept in words where it shows a text without filter or context."""
    node = i18n.do_translate(parser, token)
    words = node.filter_expression
    is_fixed = isinstance(words.var, Variable) and words.var.literal is not None
    if is_fixed and not (words.filters or node.asvar or node.noop or node.message_context):
        return FixedWords(words)
    return node
