"""A pass phrase that can be read from a screen and typed."""

from __future__ import annotations

import secrets

WORDS = (
    "amber anchor apple autumn bamboo basil birch bridge bronze canal cedar cherry clover cobalt "
    "copper coral cotton crane delta ember falcon fern forest garden ginger granite harbor hazel "
    "heron indigo island ivory jasmine juniper lantern lemon lotus maple marble meadow mint "
    "mountain nectar ocean olive orchid osprey pearl pepper pine plum quartz rain reed ridge river "
    "saffron sage silver sparrow spruce stone summer swan tea thistle timber topaz tulip valley "
    "velvet violet walnut willow winter zephyr"
).split()


def pass_phrase() -> str:
    """Four words and a number; enough for a demonstration, and different in each installation."""
    words = [secrets.choice(WORDS) for _place in range(4)]
    return "-".join([*words, str(secrets.randbelow(90) + 10)])
