"""What a module contributes to a module below it: panels on a page, actions of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .models import Text
    from .resources import Resource


@dataclass(frozen=True)
class Panel:
    """Another resource's list, narrowed to the record on show, in its own request and rights.

    `column` is where the panel stands: "left", "middle" or "right". `heading` is what the card says
    at its top, if the plural of its records does not say it.
    """

    resource: Resource
    field: str
    column: str = "middle"
    heading: Text = ""

    def address(self, obj: Any) -> str:
        """Where the panel of this record is fetched."""
        return self.resource.url("panel", None, self.field, obj.pk)


_panels: dict[str, list[Panel]] = defaultdict(list)


def add_panel(label: str, panel: Panel) -> None:
    """Show `panel` on the page of the model `label` ("app.model"); call from ready()."""
    _panels[label].append(panel)
    panel.resource.open_panel(panel.field)


def panels_for(label: str) -> list[Panel]:
    """The panels of a model's page, in the order of the installed modules."""
    return _panels[label]


def heading_of(label: str, resource: Resource, field: str) -> Text:
    """What this list says at its top as a panel on the page of the model `label`."""
    return next(p.heading for p in _panels[label] if (p.resource, p.field) == (resource, field))


_sweepers: list[Callable[[], object]] = []


def add_sweeper(sweep: Callable[[], object]) -> None:
    """Let the hourly housekeeping sweep what a module keeps for a time; call from ready()."""
    _sweepers.append(sweep)


def sweepers() -> list[Callable[[], object]]:
    """What sweeps, in the order of the installed modules."""
    return list(_sweepers)
