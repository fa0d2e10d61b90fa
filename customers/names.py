"""Names of customers: tidied, put into Latin letters, and in the order of a telephone book.

Chinese names are ordered by pinyin, tone and character, one character after the other: all 陈 stand
together, and before 程. A surname is read as a surname: 单 is Shan, 仇 is Qiu, 曾 is Zeng.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from pypinyin import Style, lazy_pinyin

LATIN_LENGTH = 160
# Keys of longer names would not differ within the length at which they are stored.
KEY_CHARACTERS = 120
SHORT_NAMES = range(2, 5)

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_RUNS = re.compile(rf"([{_HAN}]+)|[^\W_{_HAN}]+(?:['\u2019][^\W_{_HAN}]+)*")
_DOTS = re.compile("[\u2022\u2027\u22c5\u30fb\ufe52]")
_SPACES = re.compile(r"\s+")
_APOSTROPHES = re.compile("['\u2019]")
_FORBIDDEN = {"Cc", "Cf", "Cs"}
_JOINERS = {"\u200c", "\u200d"}  # Persian and Indian names are written with them
# Letters that have no base letter in Unicode, as they are looked up.
_LETTERS = str.maketrans({
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe",
    "\u0131": "i", "ħ": "h",
})  # fmt: skip

# Characters that are read otherwise as a surname, or in given names, than in general.
_SURNAMES = {
    "单": "shan4", "單": "shan4", "解": "xie4", "仇": "qiu2", "曾": "zeng1", "任": "ren2",
    "区": "ou1", "區": "ou1", "查": "zha1", "盖": "ge3", "蓋": "ge3", "朴": "piao2",
    "员": "yun4", "員": "yun4", "覃": "qin2", "翟": "zhai2", "缪": "miao4", "繆": "miao4",
    "乐": "yue4", "樂": "yue4", "华": "hua4", "華": "hua4", "葛": "ge3", "燕": "yan1",
    "折": "she2", "繁": "po2", "种": "chong2", "秘": "bi4", "洗": "xian3", "黑": "he4",
    "能": "nai4", "祭": "zhai4", "召": "shao4", "都": "du1", "炅": "gui4", "乜": "nie4",
    "粘": "nian2", "隗": "wei3", "阚": "kan4", "闞": "kan4", "卜": "bu3", "句": "gou1",
    "幺": "yao1", "么": "yao1", "藏": "zang4", "重": "chong2", "牟": "mu4", "适": "kuo4",
    "尉迟": "yu4 chi2", "尉遲": "yu4 chi2", "单于": "chan2 yu2", "單于": "chan2 yu2",
    "万俟": "mo4 qi2", "萬俟": "mo4 qi2", "澹台": "tan2 tai2", "澹臺": "tan2 tai2",
    "乐正": "yue4 zheng4", "樂正": "yue4 zheng4", "令狐": "ling2 hu2",
}  # fmt: skip
_GIVEN = {
    "长": "chang2", "長": "chang2", "曾": "zeng1", "都": "du1", "晟": "sheng4", "隽": "jun4",
    "雋": "jun4", "琢": "zhuo2", "薄": "bo2", "佛": "fo2",
}  # fmt: skip
_DOUBLE_SURNAMES = frozenset({
    "欧阳", "歐陽", "司马", "司馬", "上官", "诸葛", "諸葛", "司徒", "东方", "東方", "慕容",
    "尉迟", "尉遲", "长孙", "長孫", "宇文", "独孤", "獨孤", "南宫", "南宮", "令狐", "皇甫",
    "公孙", "公孫", "轩辕", "軒轅", "端木", "闻人", "聞人", "钟离", "鍾離", "淳于", "单于",
    "單于", "万俟", "萬俟", "夏侯", "澹台", "澹臺", "鲜于", "鮮于", "赫连", "赫連", "呼延",
    "申屠", "濮阳", "濮陽", "太史", "西门", "西門", "拓跋", "乐正", "樂正", "漆雕", "亓官",
    "司空", "宗政", "公冶", "闾丘", "閭丘", "纳兰", "納蘭", "完颜", "完顏", "百里", "东郭",
    "東郭", "公羊", "谷梁", "穀梁", "左丘",
})  # fmt: skip
# Words of companies' names; what stands between them is taken for the company's own name.
_WORDS = re.compile(
    "(股份|有限|责任|公司|集团|控股|合伙|企业|事务所|银行|支行|分行|信用社|合作社|基金|基金会|证券|"
    "保险|信托|租赁|投资|资产|管理|咨询|服务|科技|技术|软件|信息|网络|电子|通信|贸易|商贸|进出口|国际|"
    "实业|工业|制造|机械|设备|汽车|化工|医药|医疗|医院|学校|大学|学院|教育|文化|传媒|广告|建筑|工程|"
    "建设|地产|房地产|开发|置业|物业|物流|运输|食品|餐饮|酒店|农业|能源|电力|环保|材料|服装|纺织|家具|"
    "商店|超市|中心|协会|委员会|研究院|研究所|中国|中华|北京|上海|天津|重庆|深圳|广州|杭州|南京|苏州|"
    "无锡|宁波|温州|成都|武汉|西安|长沙|青岛|济南|大连|沈阳|厦门|福州|郑州|合肥|昆明|南昌|贵阳|南宁|"
    "海口|太原|兰州|西宁|银川|哈尔滨|长春|石家庄|呼和浩特|乌鲁木齐|拉萨|香港|澳门|台湾|浙江|江苏|"
    "广东|山东|四川|福建|湖北|湖南|河北|河南|安徽|江西|云南|贵州|陕西|山西|辽宁|吉林|黑龙江|广西|"
    "海南|甘肃|青海|宁夏|新疆|西藏|内蒙古|省|市|区|县)"
)


# --- tidying --------------------------------------------------------------------------------------


def tidy_name(text: str) -> str:
    """The name as it is stored: full width made narrow, spaces and middle dots of one kind."""
    if not isinstance(text, str):
        raise ValidationError(_("Enter the name as text."), code="not_text")
    name = _SPACES.sub(" ", unicodedata.normalize("NFKC", text)).strip()
    # A mark of the direction of writing would let one name look like another.
    if any(unicodedata.category(char) in _FORBIDDEN for char in set(name) - _JOINERS):
        raise ValidationError(
            _("The name contains a control character. Type it again instead of pasting it."),
            code="control_character",
        )
    return _DOTS.sub("·", name)


# --- keys -----------------------------------------------------------------------------------------


def sort_key(name: str, *, is_person: bool | None = None) -> str:
    """Where the name stands in a list; a short Chinese name is a person's unless said otherwise.

    Each character is written as syllable, tone and itself: chen2陈 stands before cheng2程.
    """
    parts = [
        "".join(map(str.__add__, syllables, text)) if syllables else _folded(text)
        for text, syllables in _parts(name, is_person=is_person)
    ]
    return " ".join(parts) or name[:KEY_CHARACTERS].casefold()


def initials(name: str, *, is_person: bool | None = None) -> str:
    """The first letters by which staff look a name up: cwl for 陈维林, tcljt for TCL集团."""
    parts = list(_parts(name, is_person=is_person))
    kept = KEY_CHARACTERS if any(syllables for _text, syllables in parts) else 1
    return "".join(
        "".join(syllable[0] for syllable in syllables) or _folded(text)[:kept]
        for text, syllables in parts
    )


def pinyin(name: str, *, is_person: bool | None = None) -> str:
    """The name in small letters without tones and spaces, as it is typed: chenweilin."""
    return "".join(
        "".join(map(_letters, syllables)) or _folded(text)
        for text, syllables in _parts(name, is_person=is_person)
    )


def latin_name(name: str, *, is_person: bool) -> str:
    """The name in Latin letters: Chen Weilin for 陈维林; a name without Chinese stays as it is."""
    parts = list(_parts(name, is_person=is_person))
    if not any(syllables for _text, syllables in parts):
        return _cut(name)
    words: list[str] = []
    for text, syllables in parts:
        if not syllables:
            words.append(text)
        elif not is_person:
            words += _organisation_words(text, syllables)
        elif text == name:
            at = len(_surname(text))
            words += [_word(part) for part in (syllables[:at], syllables[at:]) if part]
        else:
            words.append(_word(syllables))
    return _cut(" ".join(words))


# --- reading --------------------------------------------------------------------------------------


def _parts(name: str, *, is_person: bool | None) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Words of other scripts, and stretches of Chinese with one syllable for each character."""
    for found in _RUNS.finditer(name[:KEY_CHARACTERS]):
        text, chinese = found[0], found[1]
        if not chinese:
            yield text, ()
        elif text == name and _has_surname(name, is_person=is_person):
            yield text, _read_person(text)
        else:
            yield text, _read_words(text)


def _has_surname(name: str, *, is_person: bool | None) -> bool:
    return len(name) in SHORT_NAMES if is_person is None else is_person


def _read_person(text: str) -> tuple[str, ...]:
    surname = _surname(text)
    given = (_GIVEN.get(char) or _read_character(char) for char in text[len(surname) :])
    if known := _SURNAMES.get(surname):
        return (*known.split(), *given)
    return (*map(_read_character, surname), *given)


@lru_cache(maxsize=4096)
def _read_words(text: str) -> tuple[str, ...]:
    return tuple(
        lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True, errors=_each_as_it_is)
    )


def _each_as_it_is(characters: str) -> Any:
    """Characters that have no reading stand for themselves, each on its own."""
    return list(characters)


@lru_cache(maxsize=16384)
def _read_character(char: str) -> str:
    return _read_words(char)[0]


def _surname(text: str) -> str:
    return text[:2] if len(text) > 2 and text[:2] in _DOUBLE_SURNAMES else text[:1]


def _letters(syllable: str) -> str:
    return syllable.rstrip("12345")


@lru_cache(maxsize=16384)
def _folded(word: str) -> str:
    """A word without accents, apostrophes and capitals."""
    bare = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", word).casefold())
    kept = "".join(char for char in bare if not unicodedata.combining(char))
    return kept.translate(_LETTERS)


# --- Latin letters --------------------------------------------------------------------------------


def _organisation_words(text: str, syllables: tuple[str, ...]) -> list[str]:
    words, at = [], 0
    for part in filter(None, _WORDS.split(text)):
        end = at + len(part)
        step = len(part) if len(part) <= 4 else 2
        words += [_word(syllables[here : min(here + step, end)]) for here in range(at, end, step)]
        at = end
    return words


def _word(syllables: tuple[str, ...]) -> str:
    """Syllables as one word with a capital; an apostrophe where it could be read otherwise."""
    plain = [_spelt(syllable) for syllable in syllables]
    joined = plain[0] + "".join(f"'{each}" if each[0] in "aeo" else each for each in plain[1:])
    return joined[:1].upper() + joined[1:]


def _spelt(syllable: str) -> str:
    """The syllable as passports spell it: lyu for lü, lue for lüe."""
    letters = _letters(syllable)
    return letters.replace("ve", "ue").replace("v", "yu") if letters.isascii() else letters


def _cut(text: str) -> str:
    """As many whole words as fit."""
    if len(text) <= LATIN_LENGTH:
        return text
    return text[: LATIN_LENGTH + 1].rpartition(" ")[0] or text[:LATIN_LENGTH]
