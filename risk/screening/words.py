"""Names as words that can be compared across scripts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Set
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from anyascii import anyascii
from django.utils.translation import override

from customers.countries import country_choices
from customers.names import latin_name

from .vocabulary import (
    COMMON_NAMES,
    COMMON_WORDS,
    FORMS,
    OTHER_FORMS,
    PARTICLES,
    PHRASES,
    SHORT,
    SOUNDS,
    SYLLABLES,
    TITLES,
)

if TYPE_CHECKING:
    from opencc import OpenCC

MOST_WORDS = 24
LONGEST = 240
FULL, COMMON, SLIGHT = 1.0, 0.7, 0.2
# in a name it is read qián and stays; what is dry, and read gān, is simplified
KEPT = "\u4e7e"

_HAN = re.compile("[\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_ARABIC = re.compile("[\u0600-\u06ff\ufb50-\ufdff\ufe70-\ufeff]")
_QUOTES = re.compile("['`\u2018\u2019\u02bb\u02bc\u02be\u02bf\u201b\u2032\u00b4\u0640\u200c\u200d]")
_POINTS = re.compile(r"(?<=\b\w)\.(?=\w\b)|(?<=\b\w)\.(?=\w\.)")
_WORDS = re.compile(r"[^\W_]+")
_DOUBLE = re.compile(r"(.)\1+")

_ABD = re.compile("^abd[aeiou]l$")


@dataclass(frozen=True)
class Word:
    """A word of a name, how much it tells, and its consonants."""

    text: str
    weight: float

    @cached_property
    def skeleton(self) -> str:
        """Its consonants as the ear takes them, without doubled ones."""
        return skeleton(self.text)


@dataclass(frozen=True)
class Name:
    """A name as it is compared: its Chinese simplified, and its words in Latin letters."""

    text: str
    is_person: bool
    words: tuple[Word, ...]
    han: str
    is_arabic: bool

    @cached_property
    def solid(self) -> str:
        """All words that tell something, without blanks."""
        return "".join(self._telling)

    @cached_property
    def in_order(self) -> str:
        """The same with the words in the order of the alphabet."""
        return "".join(sorted(self._telling))

    @property
    def _telling(self) -> list[str]:
        return [word.text for word in self.words if word.weight > SLIGHT]


@lru_cache(maxsize=20000)
def read(text: str, *, is_person: bool) -> Name:
    """Read a name of a person or an organisation."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST]).strip()
    han = ""
    if _HAN.search(plain):
        han = simplified("".join(_HAN.findall(plain)))
        plain = latin_name(simplified(plain).replace("·", " "), is_person=is_person)
    is_arabic = bool(_ARABIC.search(plain))
    words = _latin_words(plain, is_person=is_person)
    weigh = _weight_in_person if is_person else _weight_in_organisation
    return Name(
        text, is_person, tuple(Word(w, weigh(w)) for w in words[:MOST_WORDS]), han, is_arabic
    )


def simplified(text: str) -> str:
    """Chinese in simplified characters, but for what names keep as it is."""
    return KEPT.join(_converter().convert(part) for part in text.split(KEPT))


@lru_cache(maxsize=1)
def _converter() -> OpenCC:
    # reads its dictionaries, which a process that screens nothing need not do
    from opencc import OpenCC  # noqa: PLC0415

    return OpenCC("t2s")


def _latin_words(plain: str, *, is_person: bool) -> list[str]:
    bare = _QUOTES.sub("", plain) if is_person else _QUOTES.sub("", plain).replace("&", " and ")
    latin = anyascii(_arabic_plain(bare)).casefold()
    latin = _QUOTES.sub("", _POINTS.sub("", latin))
    found = " ".join(_WORDS.findall(latin))
    if is_person:
        return [_ABD.sub("abd", word) for word in found.split()]
    for pattern, form in PHRASES:
        found = pattern.sub(form, found)
    return [FORMS.get(word) or SHORT.get(word, word) for word in found.split()]


def _arabic_plain(text: str) -> str:
    """Arabic letters without the marks of vowels, Persian ones as Arabic."""
    if not _ARABIC.search(text):
        return text
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return _ARTICLE.sub("", bare.translate(_ARABIC_LETTERS))


_ARTICLE = re.compile(r"\b(?:\u0648\u0627\u0644|\u0627\u0644)(?=\w{3})")
_ARABIC_LETTERS = str.maketrans({
    "\u06cc": "\u064a", "\u06a9": "\u0643", "\u06c1": "\u0647", "\u06be": "\u0647",
    "\u0629": "\u0647", "\u0649": "\u064a", "\u0624": "\u0648", "\u0626": "\u064a",
})  # fmt: skip


def _weight_in_person(word: str) -> float:
    if word in PARTICLES or word in TITLES:
        return SLIGHT
    return COMMON if word in COMMON_NAMES else FULL


def _weight_in_organisation(word: str) -> float:
    if len(word) == 1 or word in OTHER_FORMS or word in FORMS.values():
        return SLIGHT
    return COMMON if word in COMMON_WORDS else FULL


def syllables(word: str) -> str:
    """Chinese in Latin letters, the same by whatever system it is spelt."""
    for written, heard in SYLLABLES:
        word = word.replace(written, heard)
    return word


_NUMERALS = frozenset({"ii", "iii", "iv", "vi", "vii", "viii", "ix"})


def numbers_of(words: Set[str]) -> set[str]:
    """The numbers among words, by which one fund is told from the next."""
    return {word for word in words if word.isdigit() or word in _NUMERALS}


@lru_cache(maxsize=1)
def countries() -> frozenset[str]:
    """Countries that are called by one word, in English."""
    with override("en"):
        names = [anyascii(str(name)).casefold() for _code, name in country_choices()]
    return frozenset(name for name in names if name.isalpha())


# --- consonants ---------------------------------------------------------------------

_VOWELS = re.compile("[aeiouywh]")


@lru_cache(maxsize=50000)
def skeleton(word: str) -> str:
    """The consonants of a word as the ear takes them: mhmd for Mohammed and Muhammad."""
    for written, heard in SOUNDS:
        word = word.replace(written, heard)
    bare = (
        word[:1] + _VOWELS.sub("", word[1:])
        if word[:1] not in "aeiouywh"
        else _VOWELS.sub("", word)
    )
    return _DOUBLE.sub(r"\1", bare) or word[:1]
