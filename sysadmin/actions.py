"""Every action that a role may carry, by module and kind of record, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.utils.text import capfirst

from crm.core.models import Text
from crm.core.templatetags.crm_ui import actions_of


@dataclass(frozen=True)
class Kind:
    """A kind of record of a module, with the actions that are known for it."""

    module: Text
    name: str
    actions: tuple[tuple[str, str], ...]

    @property
    def heading(self) -> str:
        """The kind with its module."""
        return f"{self.module} · {self.name}"

    @property
    def in_full(self) -> list[tuple[str, str]]:
        """The actions in words that name the kind of record as well."""
        return [(action, f"{self.name}: {label}") for action, label in self.actions]


def kinds() -> Iterator[Kind]:
    """The kinds of records of the bank for which there are actions, module by module."""
    for app in apps.get_app_configs():
        for model in app.get_models():
            said = tuple(actions_of(model)) if hasattr(model, "CLASSES") else ()
            if said:
                yield Kind(app.verbose_name, str(capfirst(model._meta.verbose_name_plural)), said)


def every_action() -> dict[str, str]:
    """Each action with its full words: the kind of record and what is done to it."""
    return {action: words for kind in kinds() for action, words in kind.in_full}
