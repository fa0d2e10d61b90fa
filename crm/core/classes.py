"""Data classes: how sensitive a field is, which decides how it is stored, shown and logged."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping

from django.apps import apps
from django.db import models


class DataClass(enum.StrEnum):
    """The four classes of the bank's data; sensitive values are sealed, masked and never logged."""

    PUBLIC = "public"
    INTERNAL = "internal"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"


PUBLIC, INTERNAL, PERSONAL, SENSITIVE = DataClass

_libraries: dict[str, Mapping[str, DataClass] | DataClass] = {}


def classify_library(label: str, classes: Mapping[str, DataClass] | DataClass) -> None:
    """Say for a model of a library ("app.model") how sensitive its fields are."""
    _libraries[label] = classes


def class_of(model: type[models.Model], field: str) -> DataClass | None:
    """The class of a field; None when nobody has said."""
    for owner in model.__mro__:
        declared: Mapping[str, DataClass] = owner.__dict__.get("CLASSES", {})
        if field in declared:
            return declared[field]
    library = _libraries.get(model._meta.label_lower)
    return library if isinstance(library, DataClass) or library is None else library.get(field)


def unclassified() -> Iterator[str]:
    """Every field of every table that nobody has classified."""
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            if class_of(model, field.name) is None:
                yield f"{model._meta.label_lower}.{field.name}"
