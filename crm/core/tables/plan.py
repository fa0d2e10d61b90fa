"""The compiled form of a table: each column becomes one function from a row to its cell.

A plan is made for each table and each kind of row it shows, so nothing in it can grow stale. Every
cell equals the one that django-tables2 renders; whatever the plan does not know is left to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache, partial, partialmethod
from html import escape
from inspect import getattr_static
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, Model
from django.template import Context
from django.template.base import render_value_in_context
from django.templatetags.l10n import localize, unlocalize
from django.utils.encoding import force_str
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django_tables2 import Column, ManyToManyColumn, TemplateColumn
from django_tables2.columns.base import BoundColumn, LinkTransform
from django_tables2.rows import BoundPinnedRow
from django_tables2.utils import Accessor, AttributeDict, signature

from crm.core.formats import EMPTY
from crm.core.labels import Labelled, labels_of

from .addresses import pk_url

Cell = Callable[[Any, Any], Any]
Render = Callable[[Any, Any, Any], Any]

RESERVED = AttributeDict.blacklist
AS_IN_A_TEMPLATE = Context()
FORMS: dict[bool | None, Callable[[Any], Any]] = {
    None: lambda value: value,
    True: localize,
    False: unlocalize,
}
STOCK_DISPLAYS = tuple(getattr(kind, "_get_FIELD_display") for kind in (Model, Labelled))  # noqa: B009 - unknown to Django's types
names_of = lru_cache(maxsize=1024)(signature)


class Unusual(Exception):
    """A declaration that the plan leaves to django-tables2."""


def show(value: Any) -> str:
    """A value as {{ value }} shows it: localised, and escaped unless marked safe."""
    kind = type(value)
    if kind is str:
        return escape(value)
    if kind is SafeString:
        return value
    if kind is int and not settings.USE_THOUSAND_SEPARATOR:
        return str(value)
    return str(render_value_in_context(value, AS_IN_A_TEMPLATE))


def attributes(attrs: Mapping[str, Any]) -> str:
    """HTML attributes, each with a space before it."""
    return "".join(
        f' {conditional_escape(name)}="{conditional_escape(value)}"'
        for name, value in attrs.items()
        if value is not None and name not in RESERVED
    )


def header_cell(bound: Any, label: str, sorting: str = "") -> str:
    """The <th> of a column around its label."""
    start = f'<th role="columnheader"{attributes(bound.attrs["th"])}'
    return f'{start} scope="col"{sorting}>{label}</th>'


def body_cell(bound: Any, table: Any, kind: type, label: str = "") -> Cell:
    """A column's <td> for rows of one kind; narrow windows show the label, and no empty cells."""
    role = f'<td role="cell" data-label="{escape(label)}"' if label else '<td role="cell"'
    try:
        content = _content(bound, table, kind)
    except Unusual:

        def content(_record: Any, row: Any) -> Any:
            return row.get_cell(bound.name)

    form = FORMS[bound.localize]
    declared = {**table.attrs, **bound.column.attrs}
    if _fixed(declared.get("td", declared.get("cell", {}))):
        rest = f"{attributes(bound.attrs['td'])}>"
        full, empty = f"{role}{rest}", f"{role} data-empty{rest}"

        def fixed(record: Any, row: Any) -> str:
            value = content(record, row)
            start = empty if value is EMPTY else full
            return f"{start}{show(form(value))}</td>"

        return fixed

    def cell(record: Any, row: Any) -> str:
        bound.current_record, bound.current_value = record, content(record, row)
        return f"{role}{attributes(bound.attrs['td'])}>{show(form(bound.current_value))}</td>"

    return cell


def row_start(table: Any) -> Callable[[Any], str]:
    """The table's <tr ...> as a function of the row."""
    attrs = table.row_attrs
    try:
        if any(isinstance(value, dict) for value in attrs.values()):
            raise Unusual
        computed = {
            name: _caller(value, ("record",), table=table)
            for name, value in attrs.items()
            if callable(value)
        }
    except Unusual:
        return lambda row: f'<tr role="row"{attributes(row.attrs)}>'

    def start(row: Any) -> str:
        if isinstance(row, BoundPinnedRow):
            return f'<tr role="row"{attributes(row.attrs)}>'
        values = {**attrs, **{name: call(None, row.record, row) for name, call in computed.items()}}
        parity = row.get_even_odd_css_class()
        values["class"] = f"{values['class']} {parity}" if values.get("class") else parity
        return f'<tr role="row"{attributes(values)}>'

    return start


def _fixed(attrs: Mapping[str, Any]) -> bool:
    return not any(
        callable(value) or isinstance(value, dict)
        for name, value in attrs.items()
        if name not in RESERVED
    )


def _caller(
    function: Callable[..., Any],
    varying: tuple[str, ...] = ("value", "record", "bound_row"),
    **constant: Any,
) -> Render:
    """The function with what its signature names: constants now, the row's values later."""
    method_of = getattr(function, "__func__", None)
    names, catches_all = names_of(method_of or function)
    names = names[1:] if method_of else names
    if catches_all or set(names) - set(varying) - constant.keys():
        raise Unusual
    bound = partial(function, **{name: constant[name] for name in names if name in constant})
    wanted = tuple(name for name in varying if name in names)
    if wanted == ("value",):
        return lambda value, _record, _row: bound(value=value)
    if wanted == ("value", "record"):
        return lambda value, record, _row: bound(value=value, record=record)

    def call(value: Any, record: Any, row: Any) -> Any:
        given = {"value": value, "record": record, "bound_row": row}
        return bound(**{name: given[name] for name in wanted})

    return call


def _getter(accessor: Accessor, kind: type) -> Callable[[Any], Any]:
    """What the stock accessor takes from a row; None where it cannot be taken."""
    if not accessor.bits or not issubclass(kind, Model):
        raise Unusual
    owner = _owner(kind, accessor.bits[:-1])
    if hasattr(kind, "__getitem__") or hasattr(owner, "__getitem__"):
        raise Unusual
    labels = _labels(owner, accessor.bits[-1])
    fetch = attrgetter(".".join(accessor.bits))

    def get(record: Any) -> Any:
        try:
            value = fetch(record)
            if labels:
                return labels[value] if value in labels else force_str(value, strings_only=True)
            return accessor.resolve(record) if callable(value) else value
        except Exception:  # noqa: BLE001 - as in the stock code, what fails is an empty cell
            return None

    return get


def _owner(kind: type[Model], path: list[str]) -> type[Model]:
    """The model at the end of a path of foreign keys; anything else may be callable."""
    for step in path:
        try:
            field = kind._meta.get_field(step)
        except FieldDoesNotExist:
            raise Unusual from None
        if not (field.many_to_one or field.one_to_one) or not isinstance(field.related_model, type):
            raise Unusual
        kind = field.related_model
    return kind


def _labels(owner: type[Model], name: str) -> dict[Any, Any]:
    """The labels of a field's choices, unless the model says them in its own way."""
    field = None
    with suppress(FieldDoesNotExist):
        field = owner._meta.get_field(name)
    if not isinstance(field, Field) or field.choices is None:
        return {}
    display = getattr_static(owner, f"get_{name}_display", None)
    if not isinstance(display, partialmethod) or display.func not in STOCK_DISPLAYS:
        raise Unusual
    return labels_of(field)


def _content(bound: BoundColumn, table: Any, kind: type) -> Cell:
    """What stands in a column's cell, as BoundRow.get_cell() gives it."""
    column, constant = bound.column, {"column": bound.column, "bound_column": bound}
    if isinstance(column, ManyToManyColumn) or getattr(column, "text", None) is not None:
        raise Unusual
    get, empty = _getter(Accessor(bound.accessor), kind), column.empty_values
    render = _renderer(bound, table=table, **constant)
    link = _linker(bound, kind, table=table, **constant)

    def content(record: Any, row: Any) -> Any:
        value = get(record)
        if value in empty:
            return bound.default
        shown = render(value, record, row) if render else value
        return link(shown, value, record, row) if link else shown

    return content


def _renderer(bound: BoundColumn, **constant: Any) -> Render | None:
    """The column's render() or the table's render_name(); None if it only hands the value on."""
    function = getattr(bound.render, "__func__", None)
    if function is Column.render:
        return None
    if function is TemplateColumn.render:
        raise Unusual
    return _caller(bound.render, **constant)


def _linker(
    bound: BoundColumn, kind: type, **constant: Any
) -> Callable[[Any, Any, Any, Any], Any] | None:
    """The column's link, put around the content of a cell."""
    link = bound.link
    if not link:
        return None
    attrs = link.attrs or {}
    if type(link) is not LinkTransform or "href" in attrs or not _fixed(attrs):
        raise Unusual
    address = _caller(link.url, **constant) if callable(link.url) else _address(link, bound, kind)
    start = f'<a{attributes(attrs)} href="'

    def around(shown: Any, value: Any, record: Any, row: Any) -> Any:
        href = address(value, record, row)
        if href is None:
            return shown
        return SafeString(f'{start}{conditional_escape(href)}">{conditional_escape(shown)}</a>')

    return around


def _address(link: LinkTransform, bound: BoundColumn, kind: type) -> Render:
    """The address of a row: of a named view with one key, else as the stock code finds it."""
    asked = link.reverse_args
    if asked.get("viewname") is None:
        return lambda _value, record, _row: link.compose_url(record=record, bound_column=bound)
    args, kwargs = list(asked.get("args") or ()), dict(asked.get("kwargs") or {})
    keys = [*args, *kwargs.values()]
    view = {"urlconf": asked.get("urlconf"), "current_app": asked.get("current_app")}
    fixed = not any(isinstance(value, Accessor) for value in (asked["viewname"], *view.values()))
    if len(keys) != 1 or not isinstance(keys[0], Accessor) or not fixed:
        raise Unusual
    get, url = _getter(keys[0], kind), pk_url(asked["viewname"], next(iter(kwargs), None), **view)

    def address(_value: Any, record: Any, _row: Any) -> Any:
        key = get(record)
        return url(key) if type(key) is int else link.call_reverse(record)

    return address
