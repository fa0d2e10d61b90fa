"""Template helpers of the generic pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django import forms, template
from django.apps import apps
from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core import formats
from crm.core.registry import chips_of, facts_of, steps_at, tabs_at

register = template.Library()

register.filter("day", formats.day)
register.filter("moment", formats.moment)
AMOUNT_PLACES = 2
register.filter("percent", formats.percent)
PLAIN_ACTIONS = {
    "view": gettext_lazy("See"),
    "add": gettext_lazy("Enter new ones"),
    "change": gettext_lazy("Change"),
}
# in this order, as each of them names those before it too
BROWSERS = (("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Version", "Safari"))
SYSTEMS = ("Windows", "Android", "iPhone", "iPad", "Mac OS X", "Linux")


@register.simple_tag
def page_url(resource: Any, page: str, obj: models.Model | None = None) -> str:
    """The address of a resource's page."""
    return str(resource.url(page, obj))


@register.inclusion_tag("crud/_steps.html", takes_context=True)
def record_steps(context: Any, obj: models.Model) -> dict[str, Any]:
    """What the user may begin from a record, offered by modules above it."""
    return {"steps": steps_at(obj, context["request"].user)}


@register.inclusion_tag("crud/_tabs.html", takes_context=True)
def record_tabs(context: Any, obj: models.Model, current: str) -> dict[str, Any]:
    """The tabs of modules above a record's own; `current` is the key of the one that is open."""
    return {"tabs": tabs_at(obj, context["request"].user), "current": current}


@register.inclusion_tag("crud/_chips.html")
def record_chips(obj: models.Model) -> dict[str, Any]:
    """What modules above a record say of it in its name row."""
    return {"chips": chips_of(obj)}


@register.inclusion_tag("crud/_facts.html")
def record_facts(obj: models.Model) -> dict[str, Any]:
    """What modules above a record add to its key facts."""
    return {"facts": facts_of(obj)}


@register.simple_tag
def control(field: forms.BoundField) -> SafeString:
    """The control of a form's field, with the classes by which Bootstrap draws it."""
    widget: Any = field.field.widget
    look = "form-control"
    if isinstance(widget, forms.CheckboxInput):
        look = "form-check-input"
    elif isinstance(widget, forms.Select):
        look = "form-select"
    if field.errors:
        look += " is-invalid"
    for part in getattr(widget, "widgets", [widget]):
        # a control is drawn once, and its form lives no longer than the request
        own = part.attrs.get("class", "")
        part.attrs["class"] = f"{own} {type(part).__name__.lower()} {look}".strip()
    return field.as_widget()


@register.filter
def meta(obj: Any, name: str) -> Any:
    """An attribute of a model's options, out of reach for templates otherwise."""
    return getattr(obj._meta, name)


@register.filter
def field_label(model: type[models.Model], name: str) -> str:
    """How a field of a model is called."""
    return str(model._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


@register.filter
def labelled(obj: models.Model, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Label and shown value of each named field that applies to the record."""
    for name in names:
        yield label_of(obj, name), value_of(obj, name)


def label_of(obj: models.Model, name: str) -> str:
    """How a field or property is called."""
    try:
        return str(obj._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    except FieldDoesNotExist:
        described = getattr(type(obj), name).fget
        return str(getattr(described, "label", name))


def value_of(obj: models.Model, name: str) -> str:
    """A field's value as people read it; empty for none."""
    shown = getattr(obj, f"get_{name}_display", None)
    value = shown() if shown else getattr(obj, name)
    if isinstance(value, Decimal):
        return decimal_of(obj, value, name)
    return text_of(value)


def decimal_of(obj: models.Model, value: Decimal, name: str) -> str:
    """A number of a record; with two decimals it is an amount, in the bank's own currency."""
    places = getattr(obj._meta.get_field(name), "decimal_places", 0)
    if places == AMOUNT_PLACES:
        return formats.money(value, settings.BASE_CURRENCY)
    return formats.exact(value, places)


def text_of(value: Any) -> str:
    """Any value in words, in the language and manner of the reader."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, (list, tuple)):
        return ", ".join(str(item) for item in value)
    if hasattr(value, "month"):
        return formats.moment(value) if hasattr(value, "hour") else formats.day(value)
    if isinstance(value, dict):
        return "; ".join(f"{key}: {text_of(item)}" for key, item in value.items())
    return str(value)


@register.filter
def move_label(obj: Any, verb: str) -> str:
    """What the button of a step says."""
    return str(obj.MOVES[verb].label) if verb in obj.MOVES else verb


@register.filter
def time_of_day(at: Any) -> str:
    """The time of a moment, in the bank's zone."""
    return f"{formats.in_bank_zone(at):%H:%M}"


@register.filter
def rights(actions: Iterable[str]) -> list[tuple[str, list[str]]]:
    """What a role allows, in words: each kind of record with what may be done to it."""
    held = set(actions)
    found = []
    for model in apps.get_models():
        said = [label for action, label in actions_of(model) if action in held]
        if said:
            found.append((str(capfirst(model._meta.verbose_name_plural)), said))
    return found


def actions_of(model: type[models.Model]) -> Iterator[tuple[str, str]]:
    """Each action that a model knows, with its name for people."""
    opts = model._meta
    for verb in opts.default_permissions:
        if verb in PLAIN_ACTIONS:
            yield f"{opts.app_label}.{verb}_{opts.model_name}", str(PLAIN_ACTIONS[verb])
    for codename, label in opts.permissions:
        yield f"{opts.app_label}.{codename}", str(label)


@register.filter
def browser(agent: str) -> str:
    """The browser and the system behind what a browser says of itself."""
    found = ((name, re.search(rf"{sign}/(\d+)", agent)) for sign, name in BROWSERS)
    name = next((f"{name} {version[1]}" for name, version in found if version), "")
    system = next((one for one in SYSTEMS if one in agent), "")
    return " · ".join(part for part in (name, system) if part) or agent


register.filter("figure", formats.number)
register.filter("amount", formats.money)
JOB_TAGS = {"running": "tag-info", "queued": "tag-info", "done": "tag-ok", "failed": "tag-bad"}
JOB_BARS = {"done": "ok", "failed": "bad", "cancelled": "bad"}


@register.filter
def job_tag(status: str) -> str:
    """The class that colours the status of a job."""
    return JOB_TAGS.get(status, "tag-warn")


APPROVAL_TAGS = {"pending": "tag-info", "approved": "tag-ok", "rejected": "tag-bad"}


@register.filter
def approval_tag(status: str) -> str:
    """The class that colours the status of an approval."""
    return APPROVAL_TAGS.get(status, "tag-warn")


@register.filter
def job_bar(status: str) -> str:
    """The class that colours the bar of a job."""
    return JOB_BARS.get(status, "")
