"""A manager's portfolio as a card of the manager's page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from crm.core.registry import Panel

from .reports import ACTION


@dataclass(frozen=True)
class PortfolioPanel(Panel):
    """The key figures of a portfolio, with the way to its page."""

    action: str = ACTION

    def address(self, obj: Any) -> str:
        """Where the card of this manager is fetched."""
        return reverse("customers:portfolio", args=[obj.pk])
