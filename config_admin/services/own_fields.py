"""The fields that a service asks for, as they were last published and as earlier requests had them.

Fields are drafted one by one and asked for only once they are published, all together.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps

from config_admin.editions import Kept
from config_admin.languages import column_of_language
from config_admin.models import ServiceField, ServiceType
from crm.core.formats import in_chinese


@dataclass(frozen=True)
class AskedField:
    """A field of a service as it was published."""

    code: str
    kind: str
    name: str
    name_zh: str
    hint: str
    hint_zh: str
    dictionary: str
    is_required: bool

    def __str__(self) -> str:
        return str(getattr(self, column_of_language()))

    @property
    def shown_hint(self) -> str:
        """What helps to fill it in, in the active language."""
        return self.hint_zh if in_chinese() else self.hint


@dataclass(frozen=True)
class Edition:
    """What a service asks for since a publication."""

    key: int
    service: int
    number: int
    fields: tuple[AskedField, ...]


def _read() -> dict[int, Edition]:
    rows = apps.get_model("config_admin.ServiceEdition")._base_manager.order_by("number")
    return {
        row.pk: Edition(
            row.pk, row.service_id, row.number, tuple(AskedField(**held) for held in row.fields)
        )
        for row in rows
    }


EDITIONS = Kept(_read, "config_admin.ServiceEdition")


def edition_with(key: int) -> Edition:
    """An edition by its key, the present one or an earlier one."""
    return EDITIONS.get()[key]


def edition_of(service: int) -> Edition | None:
    """The last edition of a service's fields; None if it has never asked for anything."""
    own = [edition for edition in EDITIONS.get().values() if edition.service == service]
    return own[-1] if own else None


def drafted(service: ServiceType) -> tuple[AskedField, ...]:
    """The fields of a service as they would be published now."""
    rows = service.fields.filter(is_live=True).select_related("dictionary")
    return tuple(as_asked(row) for row in rows)


def as_asked(row: ServiceField) -> AskedField:
    """A field as it is published."""
    code = row.dictionary.code if row.dictionary else ""
    names = {"code", "kind", "name", "name_zh", "hint", "hint_zh", "is_required"}
    return AskedField(dictionary=code, **{name: getattr(row, name) for name in names})


def is_unpublished(service: ServiceType) -> bool:
    """Whether the fields of a service are others than those that requests are asked."""
    edition = edition_of(service.pk)
    return drafted(service) != (edition.fields if edition else ())
