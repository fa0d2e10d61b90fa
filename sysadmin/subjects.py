"""The records that rows are about by model and key: requests for approval, notifications."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crm.core.resources import all_resources

from .models import User


def subjects_of(rows: Iterable[Any], user: User) -> dict[tuple[str, int], tuple[Any, str]]:
    """The records that rows are about, with their addresses, for those who reach them."""
    about = {(row.subject_model, row.subject_key) for row in rows if row.subject_key}
    found: dict[tuple[str, int], tuple[Any, str]] = {}
    for resource in all_resources():
        label = str(resource)
        keys = {key for model, key in about if model == label}
        if keys and user.has_action(resource.permission("view")):
            model: Any = resource.model
            manager = getattr(model, "scoped", model._default_manager)
            permitted = manager.permitted(user).select_related(*resource.joins).filter(pk__in=keys)
            found |= {(label, row.pk): (row, resource.url("view", row)) for row in permitted}
    return found
