"""What anybody can be told of: each kind is registered by the module that tells of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from crm.core.models import Text
from sysadmin.models import Delivery, Importance


@dataclass(frozen=True)
class Kind:
    """A kind of notification: what it is called, what it says, and how it usually comes.

    `words` may name the record with %(name)s, who caused it with %(by)s and the day with %(day)s;
    `turns` are other words, by what happened. `leads_to` is the page that it is about, where
    that is not the record's. Nobody switches off what `must_come`.
    """

    code: str
    label: Text
    words: Text
    turns: Mapping[str, Text] = field(default_factory=dict)
    icon: str = "bell"
    importance: str = Importance.INFO
    usual: str = Delivery.AT_ONCE
    must_come: bool = False
    leads_to: Text = ""

    def said(self, turn: str) -> Text:
        """The words for what happened."""
        return self.turns.get(turn, self.words)

    @property
    def allowed(self) -> list[str]:
        """When somebody may want to be told."""
        return [Delivery.AT_ONCE] if self.must_come else list(Delivery.values)


_kinds: dict[str, Kind] = {}


def add_kinds(*kinds: Kind) -> None:
    """Let a module tell of something; call from ready()."""
    _kinds.update((kind.code, kind) for kind in kinds)


def kind_of(code: str) -> Kind | None:
    """A kind by its code; None if the module that knew it is gone."""
    return _kinds.get(code)


def kinds() -> list[Kind]:
    """Every kind, by its name."""
    return sorted(_kinds.values(), key=lambda kind: str(kind.label))
