"""What the system does of itself from time to time, in the bank's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .models import Text

_words: dict[str, Text] = {}


def name_work(words: Mapping[Any, Text]) -> None:
    """Say what regular work is called, by its task."""
    _words.update({task.name: said for task, said in words.items()})


def work_words(name: str) -> str:
    """What the work of a task is called; its name if nobody says it."""
    return str(_words.get(name, name))
