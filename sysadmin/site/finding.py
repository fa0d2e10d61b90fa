"""How the site finds a record by its name: as its own pages do, else by what it is named after."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q, QuerySet

from crm.core.classes import SENSITIVE, class_of
from crm.core.labels import labels_of
from crm.core.models import Record
from crm.core.resources import joins_of, resource_of
from crm.core.scope import Through
from crm.core.trail import MAX_KEY

from .shown import is_for_people

Model = type[models.Model]


def found_in(
    rows: QuerySet[Any], typed: str, user: Any, on_the_way: tuple[Model, ...] = ()
) -> QuerySet[Any]:
    """The rows whose name, number or key is what was typed, or begins with it.

    `on_the_way` are the kinds of record that are being looked for already: some are named after
    each other.
    """
    model = rows.model
    if knows_how(model):
        return by_resource(rows, typed, user)
    arms = [
        model._base_manager.filter(arm).order_by().values("pk") for arm in arms_of(model, typed)
    ]
    arms += [
        model._base_manager.filter(**{f"{name}__in": named}).order_by().values("pk")
        for name, named in named_after(model, typed, user, (*on_the_way, model))
    ]
    # united, not joined by OR, so that each can use its index
    return rows.filter(pk__in=arms[0].union(*arms[1:])) if arms else rows.none()


def knows_how(model: Model) -> bool:
    """Whether the model's own pages find its rows."""
    resource = resource_of(model)
    return resource is not None and bool(resource.find or resource.search)


def by_resource(rows: QuerySet[Any], typed: str, user: Any) -> QuerySet[Any]:
    """What the model's own pages find."""
    resource = resource_of(rows.model)
    if resource is None:
        return rows.none()
    if resource.find:
        return resource.find(rows, typed, user)  # type: ignore[no-any-return]
    return resource.matching(rows, typed)  # type: ignore[no-any-return]


def arms_of(model: Model, typed: str) -> list[Q]:
    """Conditions on the row's own columns: its key, its codes and names, its choices in words."""
    arms = [Q(pk=int(typed))] if typed.isdecimal() and int(typed) <= MAX_KEY else []
    if not issubclass(model, Record) or isinstance(model.SCOPE, Through):
        return arms
    for field in model._meta.concrete_fields:
        if field.choices and field.name != "status":
            labels = labels_of(field).items()
            chosen = [key for key, label in labels if typed.casefold() in label.casefold()]
            arms += [Q(**{f"{field.name}__in": chosen})] if chosen else []
        elif is_named(field):
            arms.append(Q(**{f"{field.name}__istartswith": typed}))
    return arms


def is_named(field: Any) -> bool:
    """Whether a column holds a code or a name that people know."""
    is_plain = class_of(field.model, field.name) != SENSITIVE
    return isinstance(field, models.CharField) and is_plain and is_for_people(field)


def named_after(
    model: Model, typed: str, user: Any, on_the_way: tuple[Model, ...]
) -> list[tuple[str, QuerySet[Any]]]:
    """The foreign keys after which a row is named, with the rows that are called so.

    What belongs to another row is found by that one alone: such tables are the biggest.
    """
    scope = getattr(model, "SCOPE", None)
    links = (scope.parent,) if isinstance(scope, Through) else joins_of(model)
    found = []
    for name in dict.fromkeys(link.partition("__")[0] for link in links):
        target: Any = model._meta.get_field(name).related_model
        if target in on_the_way or not hasattr(target, "SCOPE"):
            continue
        rows = getattr(target, "scoped", target._default_manager).permitted(user)
        found.append((name, found_in(rows, typed, user, on_the_way).order_by().values("pk")))
    return found
