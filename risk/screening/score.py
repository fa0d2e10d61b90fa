"""How likely two names mean the same person or organisation, and of what parts that is made up.

The words of both names are put beside each other, each with the one most like it; what is alike,
what is left over and the weakest word of the shorter name are weighed. The weights were fitted on
labelled pairs of names of persons and of organisations apart, and rounded.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import OSA, Indel

from .words import COMMON, SLIGHT, Name, Word, countries, numbers_of, read, skeleton, syllables

ALIKE = 0.5
JOINED_ALIKE = 0.85
SAME_SOUND = 0.9
INITIAL = 0.8
OTHER_SCRIPT = 0.95
# another character or syllable is another name, however much of it is the same
OTHER_CHARACTERS = 0.1
OTHER_SYLLABLES = 0.75
OTHER_SYSTEM = 0.9
LEFT_OVER_AT_MOST = 3.0


@dataclass(frozen=True)
class Weights:
    """How much each part of a comparison counts, and where the balance begins."""

    parts: Mapping[str, float]
    begin: float


PERSONS = Weights(
    {
        "shared": 0.9,
        "shorter": 0.7,
        "weakest": 2.7,
        "solid": 1.8,
        "left_over": -0.5,
        "single": -1.2,
    },
    -2.8,
)
ORGANISATIONS = Weights(
    {
        "shared": 1.3,
        "shorter": 1.4,
        "weakest": 1.8,
        "solid": 0.5,
        "left_over": -0.3,
        "apart": -1.5,
        "single": -1.4,
    },
    -2.3,
)


@dataclass(frozen=True)
class Beside:
    """A word or two of one name beside those of the other that are most like them."""

    left: tuple[int, ...]
    right: tuple[int, ...]
    likeness: float


@dataclass(frozen=True)
class Score:
    """How likely two names mean the same, between 0 and 1, and what it is made up of."""

    value: float
    parts: Mapping[str, float]
    words: tuple[tuple[str, str, float], ...]


def score(left: str, right: str, *, is_person: bool) -> Score:
    """Compare two names of persons, or of organisations."""
    return compare(read(left, is_person=is_person), read(right, is_person=is_person))


def compare(left: Name, right: Name) -> Score:
    """Compare two names that have been read."""
    if left.han and right.han:
        return _characters(left, right)
    if not left.words or not right.words:
        return Score(0.0, {}, ())
    likeness = _likeness_of(left, right)
    beside = _align(left.words, right.words, likeness)
    parts = _parts(left, right, beside, likeness)
    weights = PERSONS if left.is_person else ORGANISATIONS
    balance = weights.begin + sum(weights.parts[name] * value for name, value in parts.items())
    return Score(1 / (1 + math.exp(-balance)), parts, _in_words(left, right, beside))


def _characters(left: Name, right: Name) -> Score:
    alike = OSA.normalized_similarity(left.han, right.han)
    value = 1.0 if alike == 1 else OTHER_CHARACTERS * alike
    return Score(value, {"characters": alike}, ((left.han, right.han, alike),))


# --- words --------------------------------------------------------------------------


class _Likeness:
    """How much alike two words are, in letters or as the ear takes them."""

    def __call__(self, left: Word, right: Word) -> float:
        """Between 0 and 1."""
        if left.text == right.text:
            return 1.0
        if len(left.text) == 1 or len(right.text) == 1:
            return INITIAL if left.text[0] == right.text[0] else 0.0
        letters: float = OSA.normalized_similarity(left.text, right.text)
        if len(left.skeleton) > 1 and left.skeleton == right.skeleton:
            return max(letters, SAME_SOUND)
        sounds = OSA.normalized_similarity(left.skeleton, right.skeleton)
        return max(letters, (letters + SAME_SOUND * sounds) / 2)

    def joined(self, left: Word, right: Word) -> float:
        """Of two words written as one, where the consonants alone say too little."""
        return OSA.normalized_similarity(left.text, right.text)


class _BySyllables(_Likeness):
    """Chinese beside its spelling in Latin letters."""

    def __call__(self, left: Word, right: Word) -> float:
        """The same syllables, or another name; an initial stands for what begins with it."""
        if len(left.text) == 1 or len(right.text) == 1:
            return super().__call__(left, right)
        if left.text == right.text:
            return 1.0
        return max(self.joined(left, right), OTHER_SYLLABLES * super().joined(left, right))

    def joined(self, left: Word, right: Word) -> float:
        """Two syllables written as one, by whatever system."""
        if left.text == right.text:
            return 1.0
        return OTHER_SYSTEM if syllables(left.text) == syllables(right.text) else 0.0


class _ByConsonants(_Likeness):
    """Arabic, which writes no short vowels, beside another script."""

    def __call__(self, left: Word, right: Word) -> float:
        """The consonants alone."""
        return OTHER_SCRIPT * Indel.normalized_similarity(left.skeleton, right.skeleton)

    def joined(self, left: Word, right: Word) -> float:
        """The consonants of both."""
        return self(left, right)


def _likeness_of(left: Name, right: Name) -> _Likeness:
    if left.is_arabic != right.is_arabic:
        return _ByConsonants()
    return _BySyllables() if bool(left.han) != bool(right.han) else _Likeness()


def _align(left: Sequence[Word], right: Sequence[Word], likeness: _Likeness) -> list[Beside]:
    """Put words beside each other, the heaviest and most alike first, each of them once."""
    found = sorted(_candidates(left, right, likeness), key=lambda pair: pair[0], reverse=True)
    used_left: set[int] = set()
    used_right: set[int] = set()
    beside = []
    for _weight, pair in found:
        if used_left.isdisjoint(pair.left) and used_right.isdisjoint(pair.right):
            used_left.update(pair.left)
            used_right.update(pair.right)
            beside.append(pair)
    return beside


def _candidates(
    left: Sequence[Word], right: Sequence[Word], likeness: _Likeness
) -> Iterator[tuple[float, Beside]]:
    for i, one in enumerate(left):
        for j, other in enumerate(right):
            alike = likeness(one, other)
            if alike >= ALIKE:
                yield alike * (one.weight + other.weight), Beside((i,), (j,), alike)
    for i, j, weight, alike in _written_as_one(left, right, likeness):
        yield weight, Beside((i, i + 1), (j,), alike)
    for i, j, weight, alike in _written_as_one(right, left, likeness):
        yield weight, Beside((j,), (i, i + 1), alike)


def _written_as_one(
    several: Sequence[Word], ones: Sequence[Word], likeness: _Likeness
) -> Iterator[tuple[int, int, float, float]]:
    """Two words that stand beside each other here and are written as one there."""
    for i in range(len(several) - 1):
        both = Word(
            several[i].text + several[i + 1].text, several[i].weight + several[i + 1].weight
        )
        for j, one in enumerate(ones):
            if len(one.text) <= max(len(several[i].text), len(several[i + 1].text)):
                continue
            alike = likeness.joined(both, one)
            if alike >= JOINED_ALIKE:
                yield i, j, alike * (both.weight + one.weight), alike


# --- parts --------------------------------------------------------------------------


def _parts(
    left: Name, right: Name, beside: Sequence[Beside], likeness: _Likeness
) -> dict[str, float]:
    alike_left = {i: pair.likeness for pair in beside for i in pair.left}
    alike_right = {j: pair.likeness for pair in beside for j in pair.right}
    all_left, met_left = _weighed(left.words, alike_left)
    all_right, met_right = _weighed(right.words, alike_right)
    shorter = (left, alike_left) if all_left <= all_right else (right, alike_right)
    telling = [shorter[1].get(i, 0) for i, w in enumerate(shorter[0].words) if w.weight >= COMMON]
    left_over = max(_left_over(left.words, alike_left), _left_over(right.words, alike_right))
    parts = {
        "shared": (met_left + met_right) / (all_left + all_right),
        "shorter": max(met_left / all_left, met_right / all_right),
        "weakest": min(telling, default=0.0),
        "solid": _solid(left, right, likeness),
        "left_over": min(left_over, LEFT_OVER_AT_MOST) / LEFT_OVER_AT_MOST,
        "single": float(_well_met(left, right, beside) <= 1),
    }
    same = parts["solid"] == 1
    if same:
        # the same letters, however they are parted into words
        parts |= {"shared": 1.0, "shorter": 1.0, "weakest": 1.0, "left_over": 0.0}
    return parts if left.is_person else parts | {"apart": float(not same and _apart(left, right))}


def _apart(left: Name, right: Name) -> bool:
    """Whether a number stands in one alone, or either stands in a country of its own."""
    one, other = ({w.text for w in name.words} for name in (left, right))
    if numbers_of(one) != numbers_of(other):
        return True
    here, there = one & countries(), other & countries()
    return bool(here and there) and here.isdisjoint(there)


def _weighed(words: Sequence[Word], alike: Mapping[int, float]) -> tuple[float, float]:
    """The weight of all words of a name, and of what the other name has of it."""
    met = sum(word.weight * alike.get(i, 0) for i, word in enumerate(words))
    return sum(word.weight for word in words), met


def _left_over(words: Sequence[Word], alike: Mapping[int, float]) -> float:
    return sum(word.weight for i, word in enumerate(words) if i not in alike)


def _well_met(left: Name, right: Name, beside: Sequence[Beside]) -> int:
    """How many words that tell something both names have."""
    return sum(
        pair.likeness >= INITIAL
        and any(left.words[i].weight > SLIGHT for i in pair.left)
        and any(right.words[j].weight > SLIGHT for j in pair.right)
        for pair in beside
    )


def _solid(left: Name, right: Name, likeness: _Likeness) -> float:
    """The whole names without blanks, as they stand or with their words in order."""
    if isinstance(likeness, _ByConsonants):
        one, other = skeleton(left.solid), skeleton(right.solid)
        return OTHER_SCRIPT * Indel.normalized_similarity(one, other)
    return max(
        OSA.normalized_similarity(left.solid, right.solid),
        OSA.normalized_similarity(left.in_order, right.in_order),
    )


def _in_words(
    left: Name, right: Name, beside: Sequence[Beside]
) -> tuple[tuple[str, str, float], ...]:
    """The words beside each other, in the order of the left name, then those left over."""
    pairs = [
        (_spelt(left, pair.left), _spelt(right, pair.right), round(pair.likeness, 2))
        for pair in sorted(beside, key=lambda pair: pair.left)
    ]
    met_left = {i for pair in beside for i in pair.left}
    met_right = {j for pair in beside for j in pair.right}
    alone = [(w.text, "", 0.0) for i, w in enumerate(left.words) if i not in met_left]
    alone += [("", w.text, 0.0) for j, w in enumerate(right.words) if j not in met_right]
    return (*pairs, *alone)


def _spelt(name: Name, places: Sequence[int]) -> str:
    return " ".join(name.words[i].text for i in places)
