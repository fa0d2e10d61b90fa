"""What the access trail holds as codes, in the words of the reader."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from .models.records import Text
from .named import names_of
from .resources import Resource, all_resources
from .scope import Asker
from .tables.addresses import pk_url
from .trail import BY_NAME, BY_NUMBER, IN_LIST

METHODS: dict[str, Text] = {"GET": _("Opening the page"), "POST": _("Sending the form")}
# by what somebody signed in, or tried to
WAYS: dict[str, Text] = {
    "password": _("Password"),
    "totp": _("Code of an app"),
    "webauthn": _("Security key"),
    "recovery_codes": _("Recovery code"),
}
# by what somebody or something was searched for
SEARCHED: dict[str, Text] = {
    BY_NAME: _("By name"),
    BY_NUMBER: _("By a whole number, such as of a document or a phone"),
    IN_LIST: _("Within a list"),
}
STEPS: dict[str, Text] = {
    "list": _("List"),
    "count": _("List"),
    "filter": _("Filters"),
    "find": _("Search"),
    "lookup": _("Search"),
    "panel": _("List"),
    "view": _("Record"),
    "add": _("Enter new ones"),
    "change": _("Change"),
}


def record_names(places: Iterable[tuple[str, Any]], user: Asker) -> dict[tuple[str, str], str]:
    """The names of the records behind the lines of a trail, as far as the reader may see them.

    `places` are table, or name of the model, and key of each line. Only records that have pages are
    named, each kind of them by one question.
    """
    kinds = _kinds()
    keys: dict[str, set[int]] = defaultdict(set)
    for place, key in places:
        if place in kinds and str(key).isdigit():
            keys[place].add(int(key))
    return {
        (place, str(key)): name
        for place, wanted in keys.items()
        for key, name in names_of(kinds[place].model, wanted, user).items()
    }


def record_addresses() -> dict[str, Callable[[int], str]]:
    """Where the page of a record is by its key, for each kind that has one, by all its names."""
    return {
        name: pk_url(kind.url_name("view"))
        for name, kind in _kinds().items()
        if "view" in kind.pages
    }


def _kinds() -> dict[str, Resource]:
    """The resources by the table and by the name of their model, as the trails hold them."""
    return {name: r for r in all_resources() for name in (r.model._meta.db_table, str(r))}


def subject_words(named: str) -> str:
    """The kind of record that was looked at, or the page that was refused and what it is for."""
    if ":" in named:
        return page_words(named)
    model = model_named(named)
    return str(capfirst(model._meta.verbose_name)) if model else named


def page_words(view: str) -> str:
    """A page by its kind of record and its step, such as 'Role · List'."""
    page = view.partition(":")[2].partition("_")[2]
    resource = next((r for r in all_resources() if r.url_name(page) == view), None)
    if resource is None:
        return view
    kind = str(capfirst(resource.model._meta.verbose_name))
    step = step_words(resource, page)
    return f"{kind} · {step}" if step else kind


def step_words(resource: Resource, page: str) -> str:
    """What a page of a resource is for; empty if only the page itself can tell."""
    opts = resource.model._meta
    moves = {verb: move.label for verb, move in getattr(resource.model, "MOVES", {}).items()}
    own = {name.removesuffix(f"_{opts.model_name}"): label for name, label in opts.permissions}
    return str((own | moves | STEPS).get(page, ""))


def field_words(named: str, field: str) -> str:
    """What of a record was looked at; of a page that was refused, how it was asked for."""
    if ":" in named:
        return str(METHODS.get(field, field))
    if not named:
        return str(WAYS.get(field, field))
    if field in SEARCHED:
        return str(SEARCHED[field])
    model = model_named(named)
    try:
        found: Any = model._meta.get_field(field) if model else None
    except FieldDoesNotExist:
        found = None
    if found is None:
        # what a module shows of a record is named like the module
        module = apps.app_configs.get(field)
        return str(module.verbose_name) if module else field
    if found.concrete:
        return str(capfirst(found.verbose_name))
    return str(capfirst(found.related_model._meta.verbose_name_plural))


def model_named(label: str) -> Any:
    """The model of a label such as 'customers.customer'; None if there is none."""
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None
