"""What happens to dictionaries and their entries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config_admin.models import Dictionary, DictionaryEntry
from config_admin.models.names import stands_below
from config_admin.twins import refuse_twin
from crm.core.operations import DomainError, move, operation, save_changes, save_new

from .entries import ENTRIES

PLACE = ("dictionary_id", "parent_id")


@operation
def enter(entry: DictionaryEntry, *, by: Any) -> DictionaryEntry:
    """Enter a new code in a dictionary."""
    _hold(entry)
    if DictionaryEntry.objects.filter(dictionary=entry.dictionary_id, code=entry.code).exists():
        raise DomainError(_("The dictionary has an entry with this code already."), "code")
    _refuse_parent(entry)
    refuse_twin(entry, *PLACE)
    save_new(entry)
    ENTRIES.forget()
    return entry


@operation
def change(
    entry: DictionaryEntry, *, by: Any, fields: Iterable[str], version: int
) -> DictionaryEntry:
    """Change an entry's names and place; dictionary and code stay for ever."""
    _hold(entry)
    _refuse_parent(entry)
    refuse_twin(entry, *PLACE)
    save_changes(entry, set(fields) - {"dictionary", "code"}, version=version)
    ENTRIES.forget()
    return entry


@operation
def retire(entry: DictionaryEntry, *, by: Any, reason: str) -> None:
    """Offer an entry to new records no longer; those that have it keep it."""
    _hold(entry)
    below = entry.children.filter(status=DictionaryEntry.Status.LIVE).count()
    if entry.can("retire") and below:
        raise DomainError(
            ngettext(
                "%(n)d entry in use stands below this one. Retire it first.",
                "%(n)d entries in use stand below this one. Retire them first.",
                below,
            )
            % {"n": below}
        )
    move(entry, "retire", by=by, reason=reason)
    ENTRIES.forget()


@operation
def restore(entry: DictionaryEntry, *, by: Any, reason: str) -> None:
    """Offer a retired entry to new records again."""
    _hold(entry)
    if entry.can("restore") and entry.parent and entry.parent.status != entry.Status.LIVE:
        raise DomainError(
            _("The entry above, %(name)s, is retired. Take it into use first, or move this one.")
            % {"name": entry.parent}
        )
    if entry.can("restore"):
        refuse_twin(entry, *PLACE, is_restored=True)
    move(entry, "restore", by=by, reason=reason)
    ENTRIES.forget()


def _hold(entry: DictionaryEntry) -> None:
    """Let nobody else change the same tree at the same time."""
    Dictionary.objects.select_for_update().get(pk=entry.dictionary_id)


def _refuse_parent(entry: DictionaryEntry) -> None:
    parent = entry.parent
    if parent is None:
        return
    if parent.dictionary_id != entry.dictionary_id:
        raise DomainError(
            _("This entry belongs to the dictionary %(name)s. Choose one of the same dictionary.")
            % {"name": parent.dictionary},
            "parent",
        )
    if entry.pk and stands_below(entry, DictionaryEntry.objects.get(pk=parent.pk)):
        raise DomainError(
            _("An entry cannot stand below itself. Choose one outside its own branch."), "parent"
        )
    if parent.status != DictionaryEntry.Status.LIVE and entry.status == entry.Status.LIVE:
        raise DomainError(_("This entry is retired. Choose one in use."), "parent")
