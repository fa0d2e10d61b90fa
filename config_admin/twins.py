"""Two rows in use side by side never have the same name: nobody could tell which to choose."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from config_admin.languages import NAMES
from crm.core.operations import DomainError


def refuse_twin(row: Any, *place: str, is_restored: bool = False) -> None:
    """Refuse a name that a row in use at the same place has, in either language."""
    if row.status != row.Status.LIVE and not is_restored:
        return
    beside = type(row).objects.live().filter(**{name: getattr(row, name) for name in place})
    for column in NAMES.values():
        same = beside.filter(**{f"{column}__iexact": getattr(row, column)})
        if twin := same.exclude(pk=row.pk).first():
            raise DomainError(
                _("%(name)s (%(code)s) has this name already. Use that one, or enter another name.")
                % {"name": twin, "code": twin.code},
                column,
            )
