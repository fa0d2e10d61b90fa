"""What names that may mean the same have in common, so that few need to be compared.

Simplified Chinese and its sound in both orders, by either way of spelling it; else sorted pairs of
consonants of words, the name without blanks and its consonants, long words, and words with a letter
left out: two names that share one of them are compared. A key of an initial and one more word is
shared by so many that only listed names have it, for those who search by hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, permutations

from .words import FULL, SLIGHT, Name, Word, read, skeleton, syllables

# keys that are kept were made in this way of making them; another one, another number
EDITION = 3
# what the keys of a whole name begin with: in characters, in letters, in syllables
WHOLE = "hzy"
MOST_IN_PAIRS = 8
MOST_IN_ORDERS, MOST_IN_TWOS = 3, 5
# what is spelt with a hyphen is one word for each syllable
MOST_SYLLABLES = 3
# a word as long as this is borne by few
LONG_WORD = 7
LONG_CONSONANTS = 4
DELETED_FROM = 5


def keys_of(text: str, *, is_person: bool) -> list[str]:
    """The keys of a name, in order."""
    return sorted(set(_keys(read(text, is_person=is_person))))


def listed_keys_of(text: str, *, is_person: bool) -> list[str]:
    """The keys of a listed name: what stands in full there is found by its initial too."""
    name = read(text, is_person=is_person)
    words = [word for word in name.words if word.weight > SLIGHT][:MOST_IN_PAIRS]
    pairs = permutations(words, 2) if is_person else ()
    return sorted({*_keys(name), *(_of_initial(one, other) for one, other in pairs)})


def searched_keys_of(text: str, *, is_person: bool) -> list[str]:
    """The keys of a name that is searched by hand: in any order, and initials may stand in it."""
    name = read(text, is_person=is_person)
    initials = [word for word in name.words if len(word.text) == 1] if is_person else []
    telling = [word for word in name.words if word.weight > SLIGHT]
    others = [word for word in telling if len(word.text) > 1]
    keys = {*_keys(name), *(_of_initial(i, word) for i in initials for word in others)}
    if is_person and not name.han:
        keys |= set(_in_other_orders(telling))
    return sorted(keys)


def _in_other_orders(words: Sequence[Word]) -> Iterator[str]:
    """The keys that a whole name has with these words in another order, or with two of them."""
    sizes = {2, len(words)} if len(words) <= MOST_IN_ORDERS else {2}
    for size in sizes:
        for order in permutations(words[:MOST_IN_TWOS], size):
            solid = "".join(word.text for word in order)
            yield f"z{solid}"
            yield f"s{skeleton(solid)}"


def _of_initial(initial: Word, word: Word) -> str:
    return f"i{initial.text[0]} {word.skeleton}"


def _keys(name: Name) -> Iterator[str]:
    telling = [word for word in name.words if word.weight > SLIGHT]
    if name.han:
        # the consonants of Chinese syllables are so few that half the names would share them
        yield f"h{name.han}"
        turned = "".join(word.text for word in reversed(telling))
        yield from {f"z{name.solid}", f"z{turned}"}
        yield from {f"y{syllables(name.solid)}", f"y{syllables(turned)}"}
        return
    yield f"z{name.solid}"
    if name.is_person and len(telling) <= MOST_SYLLABLES:
        yield f"y{syllables(name.solid)}"
    sounds = sorted({word.skeleton for word in telling})[:MOST_IN_PAIRS]
    yield from (f"p{one} {other}" for one, other in combinations(sounds, 2))
    if telling:
        yield f"s{skeleton(name.solid)}"
    for word in telling:
        alone = len(telling) == 1
        # one word of a trade is borne by thousands of organisations
        if not alone and (word.weight < FULL or not name.is_person):
            continue
        if alone or len(word.text) >= LONG_WORD:
            yield from (f"d{variant}" for variant in _with_a_letter_left_out(word.text))
        if alone or len(word.skeleton) >= LONG_CONSONANTS:
            yield f"w{word.skeleton}"


def _with_a_letter_left_out(word: str) -> Iterator[str]:
    yield word
    if len(word) >= DELETED_FROM:
        yield from (word[:at] + word[at + 1 :] for at in range(len(word)))
