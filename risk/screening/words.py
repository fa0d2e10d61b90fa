"""Names as words that can be compared across scripts: Latin, Cyrillic, Arabic, Chinese and others."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from anyascii import anyascii

from customers.names import latin_name

if TYPE_CHECKING:
    from opencc import OpenCC

MOST_WORDS = 24
LONGEST = 240
FULL, COMMON, SLIGHT = 1.0, 0.7, 0.2

_HAN = re.compile("[\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_ARABIC = re.compile("[\u0600-\u06ff\ufb50-\ufdff\ufe70-\ufeff]")
_QUOTES = re.compile("['`\u2018\u2019\u02bb\u02bc\u02be\u02bf\u201b\u2032\u00b4\u0640\u200c\u200d]")
_POINTS = re.compile(r"(?<=\b\w)\.(?=\w\b)|(?<=\b\w)\.(?=\w\.)")
_WORDS = re.compile(r"[^\W_]+")
_DOUBLE = re.compile(r"(.)\1+")

_ABD = re.compile("^abd[aeiou]l$")

# What stands in names of persons without telling one from another.
_PARTICLES = frozenset(
    "al el ul ad as ar at az an ash il bin ben ibn bint abu abou abi um umm ould wuld al- de da do dos das del della "
    "di du des der den van von vom zu la le les y e na ter ten".split()
)
_TITLES = frozenset(
    "mr mrs ms miss dr prof sir lord dame rev fr sr jr haji hajji hadj hajj al-haj alhaj alhajj sheikh shaykh shaikh "
    "shaik mullah mulla maulavi mawlawi moulavi qari sayyed sayyid sayed syed seyyed seyed ustad general colonel gen "
    "col capt maj ii iii".split()
)
_COMMON_NAMES = frozenset(
    "muhammad mohammad mohammed mohamed muhammed mohamad mahamat muhamad ahmad ahmed ali hassan hasan hussein husain "
    "husayn hussain abd abdul abdel abdal abdullah abdallah ibrahim khan rahman mahmud mahmoud umar omar yusuf kim "
    "jong ri pak choe john maria jose juan".split()
)
# Forms of law, each as the one word that stands for it.
_FORMS = {
    "limited": "ltd", "ltda": "ltd", "limitada": "ltd", "lda": "ltd", "incorporated": "inc", "corporation": "corp",
    "corporacion": "corp", "company": "co", "cia": "co", "compania": "co", "compagnie": "co",
    "aktiengesellschaft": "ag", "jsc": "jsc", "oao": "jsc", "pao": "jsc", "pjsc": "jsc", "ojsc": "jsc", "zao": "jsc",
    "cjsc": "jsc", "ao": "jsc", "ooo": "llc", "kft": "llc", "gmbh": "llc", "sarl": "llc", "srl": "llc", "spa": "plc",
    "plc": "plc", "sdn": "sdn", "bhd": "bhd", "pte": "pte", "pvt": "pvt", "private": "pvt", "public": "public",
    "establishment": "est", "est": "est", "fze": "fze", "fzc": "fze", "fzco": "fze", "fz": "fze",
}  # fmt: skip
_OTHER_FORMS = frozenset(
    "ltd inc corp co llc llp lp lllp ag sa sas nv bv ab as oy kg kgaa ohg se spzoo sl cv rl de c v s a jsc est "
    "the of and for und et y la le el los las al".split()
)
_PHRASES = (
    (re.compile(r"\blimited liability company\b"), "llc"),
    (re.compile(r"\b(?:public|open|closed) joint stock company\b|\bjoint stock company\b"), "jsc"),
    (re.compile(r"\bpublic limited company\b"), "plc"),
    (re.compile(r"\blimited partnership\b"), "lp"),
    (re.compile(r"\bsp z o ?o\b"), "spzoo"),
    (re.compile(r"\bs a de c v\b"), "sa"),
    (re.compile(r"\bint l\b"), "international"),
)  # fmt: skip
_SHORT = {
    "intl": "international", "int": "international", "trans": "transport", "transportation": "transport",
    "mfg": "manufacturing", "bros": "brothers", "assoc": "association", "corps": "corps", "dev": "development",
    "org": "organization", "organisation": "organization", "centre": "center", "univ": "university",
    "inst": "institute", "min": "ministry", "cie": "co", "trade": "trading", "companies": "co", "gen": "general",
    "ind": "industries", "industry": "industries", "industrial": "industries",
}  # fmt: skip
_COMMON_WORDS = frozenset(
    "international trading group general bank company holding holdings services service industries shipping "
    "transport development foundation organization center commercial import export investment investments "
    "engineering construction technology solutions airlines marine global national islamic enterprise enterprises "
    "corp ltd partners capital limited financial comercializadora inversiones distribuidora agropecuaria "
    "constructora inmobiliaria grupo front movement army party corps force council committee ministry institute "
    "university fund trust association society jihad".split()
)


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
    """A name as it is compared: its Chinese in simplified characters, and its words in Latin letters."""

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
    return Name(text, is_person, tuple(Word(w, weigh(w)) for w in words[:MOST_WORDS]), han, is_arabic)


def simplified(text: str) -> str:
    """Chinese in simplified characters."""
    return _converter().convert(text)


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
    for pattern, form in _PHRASES:
        found = pattern.sub(form, found)
    return [_FORMS.get(word) or _SHORT.get(word, word) for word in found.split()]


def _arabic_plain(text: str) -> str:
    """Arabic letters without the marks of vowels, Persian ones as Arabic."""
    if not _ARABIC.search(text):
        return text
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return _ARTICLE.sub("", bare.translate(_ARABIC_LETTERS))


_ARTICLE = re.compile(r"\b(?:\u0648\u0627\u0644|\u0627\u0644)(?=\w{3})")
_ARABIC_LETTERS = str.maketrans({
    "\u06cc": "\u064a", "\u06a9": "\u0643", "\u06c1": "\u0647", "\u06be": "\u0647", "\u0629": "\u0647",
    "\u0649": "\u064a", "\u0624": "\u0648", "\u0626": "\u064a",
})  # fmt: skip


def _weight_in_person(word: str) -> float:
    if word in _PARTICLES or word in _TITLES:
        return SLIGHT
    return COMMON if word in _COMMON_NAMES else FULL


def _weight_in_organisation(word: str) -> float:
    if word in _OTHER_FORMS or word in _FORMS.values():
        return SLIGHT
    return COMMON if word in _COMMON_WORDS else FULL


# --- consonants ---------------------------------------------------------------------

_SOUNDS = (
    ("sch", "s"), ("tch", "s"), ("ch", "s"), ("sh", "s"), ("zh", "z"), ("kh", "h"), ("gh", "g"), ("ph", "f"),
    ("th", "t"), ("dh", "d"), ("dj", "j"), ("dzh", "j"), ("ck", "k"), ("q", "k"), ("x", "ks"), ("c", "k"), ("v", "w"),
    ("p", "b"), ("z", "s"), ("ou", "w"), ("oo", "w"),
)  # fmt: skip
_VOWELS = re.compile("[aeiouywh]")


@lru_cache(maxsize=50000)
def skeleton(word: str) -> str:
    """The consonants of a word as the ear takes them: mhmd for Mohammed and Muhammad."""
    for written, heard in _SOUNDS:
        word = word.replace(written, heard)
    bare = word[:1] + _VOWELS.sub("", word[1:]) if word[:1] not in "aeiouywh" else _VOWELS.sub("", word)
    return _DOUBLE.sub(r"\1", bare) or word[:1]
