"""Forms as a browser sends them: what the page holds, with the empty fields filled in."""

from __future__ import annotations

import uuid
from html.parser import HTMLParser
from typing import Any

from django import forms

from crm.core.clock import bank_today
from crm.core.idempotency import FIELD
from sysadmin.announcements.views import STEP
from tests import imports

from .subjects import Subject, subject_of


class FormReader(HTMLParser):
    """Reads the fields of every form of a page, and where its links lead and its buttons send."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, str]] = []
        self.links: list[str] = []
        self.sends: list[str] = []
        self._select = self._textarea = ""
        self.readers = {
            "input": self._input,
            "select": self._select_start,
            "option": self._option,
            "textarea": self._textarea_start,
        }

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.links += [given[name] for name in ("href", "hx-get") if given.get(name)]
        self.sends += [given["hx-post"]] if given.get("hx-post") else []
        if tag == "form":
            self.forms.append({})
        elif self.forms and tag in self.readers:
            self.readers[tag](given)

    def _input(self, given: dict[str, str]) -> None:
        ticked = given.get("type") not in {"checkbox", "radio"} or "checked" in given
        if ticked and given.get("name"):
            self.forms[-1][given["name"]] = given.get("value", "")

    def _select_start(self, given: dict[str, str]) -> None:
        self._select = given.get("name", "")
        self.forms[-1].setdefault(self._select, "")

    def _option(self, given: dict[str, str]) -> None:
        if "selected" in given:
            self.forms[-1][self._select] = given.get("value", "")

    def _textarea_start(self, given: dict[str, str]) -> None:
        self._textarea = given.get("name", "")
        self.forms[-1][self._textarea] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.forms[-1][self._textarea] += data.removeprefix("\n")


def read(page: Any) -> FormReader:
    """The forms and links of an answer."""
    reader = FormReader()
    reader.feed(page.content.decode())
    return reader


def filled(page: Any, subject: Subject, branch: Any) -> dict[str, Any]:
    """What a user would send from this page: its values, and something in each empty field."""
    data = next((held for held in read(page).forms if FIELD in held), {})
    data.pop("csrfmiddlewaretoken", None)
    # what is looked at before it is sent is sent here at once
    data.pop(STEP, None)
    fields = page.context["form"].fields
    known = {name: value for name, value in subject.fill(branch).items() if name in fields}
    for name, field in fields.items():
        if not data.get(name) and name in known and takes(field, known[name]):
            data[name] = known[name]
        elif field.required and not data.get(name):
            data[name] = guessed(field, branch)
    return {FIELD: str(uuid.uuid4())} | data


def takes(field: forms.Field, value: Any) -> bool:
    """Whether a field with fixed choices has this one."""
    if isinstance(field, forms.ModelChoiceField) or not isinstance(field, forms.ChoiceField):
        return True
    return value in offered(field)


def offered(field: forms.ChoiceField) -> list[Any]:
    """The values that a field offers, those in groups among them."""
    flat = []
    for key, label in field.choices:
        flat += [value for value, _label in label] if isinstance(label, list | tuple) else [key]
    return flat


def guessed(field: forms.Field, branch: Any) -> Any:
    """A value that the field takes."""
    if isinstance(field, forms.ModelChoiceField):
        model = field.queryset.model
        known = branch if isinstance(branch, model) else subject_of(model).row(branch, None)
        return known.pk
    if isinstance(field, forms.ChoiceField):
        return next(value for value in offered(field) if value)
    if isinstance(field, forms.DateField):
        return bank_today().isoformat()
    if isinstance(field, forms.FileField):
        return imports.sheet(imports.csv(imports.row(branch)))
    return 1 if isinstance(field, forms.IntegerField) else "测试"


def text_field(page: Any) -> str:
    """A field of free text, to change."""
    for name, field in page.context["form"].fields.items():
        if type(field) is forms.CharField and not isinstance(field.widget, forms.HiddenInput):
            return name
    raise AssertionError("The form has no field of free text.")
