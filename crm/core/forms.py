"""Bases of forms: what a form offers is within reach, and what it does is one operation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.db.models.fields import BLANK_CHOICE_DASH
from django.forms.utils import flatatt
from django.urls import reverse_lazy
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from .formats import day
from .models import Text
from .operations import MAX_VERSION, operation, save_changes, save_new


@operation
def add_record(obj: Any, *, by: Any) -> Any:
    """Enter a new record of a kind that has no operation of its own."""
    save_new(obj)
    return obj


@operation
def change_record(obj: Any, *, by: Any, fields: list[str], version: int) -> Any:
    """Change fields of a record of a kind that has no operation of its own."""
    save_changes(obj, fields, version=version)
    return obj


class ReasonForm(forms.Form):
    """Why a step is taken; kept with the change."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept in the audit trail."),
        error_messages={"required": _("Give a reason in a few words.")},
    )


TYPED, LONGEST_TYPED = "_typed", 80
TICK = "_is_meant"


class Lookup(forms.TextInput):
    """A foreign key chosen by typing: never a select over a table that grows."""

    template_name = "widgets/lookup.html"

    def __init__(self, url_name: str, action: str = "") -> None:
        super().__init__()
        self.url, self.action = reverse_lazy(url_name), action
        # names the row of a key; asked when the field is shown, never when it is only read
        self.find: Callable[[Any], Any] = lambda _key: None
        # what was typed is sent too, except by a filter, whose address it would stand in
        self.sends_typed = True

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """The field, where to ask for candidates, and how the present choice is shown."""
        context = super().get_context(name, value, attrs)
        typed = isinstance(value, Typed)
        chosen = None if typed or value in {None, ""} else self.find(value)
        shown = str(value) if typed else "" if chosen is None else str(chosen)
        context["lookup"] = {
            "url": self.url,
            "action": self.action,
            "shown": shown,
            "typed": f"{name}{TYPED}" if self.sends_typed else "",
        }
        if typed:
            context["widget"]["value"] = ""
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """The key that was chosen, else what was typed without a choice."""
        value = super().value_from_datadict(data, files, name)
        typed = str(data.get(f"{name}{TYPED}", "")).strip()[:LONGEST_TYPED]
        return Typed(typed) if typed and not value else value


class Typed(str):
    """Words in a look-up for which nothing was chosen: no key, and not nothing either."""

    __slots__ = ()


class LongSelect(forms.Select):
    """A select over a long fixed list, put together without a template for each entry."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The select with the present value chosen."""
        held = "" if value is None else str(value)
        options = "".join(
            f'<option value="{escape(key)}"{" selected" if str(key) == held else ""}>'
            f"{escape(label)}</option>"
            for key, label in self.choices
        )
        named = flatatt(self.build_attrs(self.attrs, {"name": name, **(attrs or {})}))
        return SafeString(f"<select{named}>{options}</select>")


class LookupField(forms.ModelChoiceField):
    """A foreign key to a table that grows; only rows within reach are accepted."""

    def __init__(self, queryset: Any, *, url_name: str, **kwargs: Any) -> None:
        super().__init__(queryset, widget=Lookup(url_name), **kwargs)
        # the row that a record already points to, where it has been fetched with the record
        self.present: Any = None
        self.error_messages["invalid_choice"] = _("Choose one of the entries offered.")
        self.error_messages["not_chosen"] = _(
            "Nothing is chosen yet. Choose one of the entries offered, or empty the field."
        )
        self.error_messages["required"] = _("Type a number or a name, then choose an entry.")

    def open_to(self, user: Any, action: str) -> None:
        """Offer what the user may choose for this action."""
        self.queryset = self.queryset.open_to(user, action)
        self.widget.action = action

    def get_bound_field(self, form: Any, field_name: str) -> forms.BoundField:
        """The field of one form; its widget asks this field for the row of a key."""
        self.widget.find = self.find
        return super().get_bound_field(form, field_name)

    def find(self, value: Any) -> Any:
        """The row of a key, among those that may be chosen."""
        number = self._number(value)
        if self.present is not None and number == self.present.pk:
            return self.present
        return None if number is None else self.queryset.filter(pk=number).first()

    def prepare_value(self, value: Any) -> Any:
        """The key to send."""
        return getattr(value, "pk", value)

    def to_python(self, value: Any) -> Any:
        """The row chosen; a number that fits no key is no choice."""
        if isinstance(value, Typed):
            raise forms.ValidationError(self.error_messages["not_chosen"], "not_chosen")
        number = self._number(value)
        if self.present is not None and number == self.present.pk:
            # it stays as it is, wherever the row is
            return self.present
        if value not in self.empty_values and number is None:
            raise forms.ValidationError(self.error_messages["invalid_choice"], "invalid_choice")
        return super().to_python(value)

    @staticmethod
    def _number(value: Any) -> int | None:
        text = str(value)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


# a day outside is a slip of the keys, unless the picker of the field says other bounds
DAYS = {"min": "1900-01-01", "max": "2199-12-31"}


def bound_days(field: forms.Field) -> None:
    """Let a field of days take no other days than its picker offers."""
    if not isinstance(field, forms.DateField):
        return
    bounds = {name: field.widget.attrs.setdefault(name, usual) for name, usual in DAYS.items()}
    first, last = (dt.date.fromisoformat(bounds[name]) for name in ("min", "max"))

    def check(value: dt.date) -> None:
        if not first <= value <= last:
            raise forms.ValidationError(
                _("Enter a day from %(first)s to %(last)s.")
                % {"first": day(first), "last": day(last)}
            )

    field.validators.append(check)


class Sectioned:
    """What the form templates ask of a form: its sections and how many fields need attention.

    No such form takes a day that nobody can mean.
    """

    # (heading, field names); a form without sections is one column
    SECTIONS: tuple[tuple[Any, tuple[str, ...]], ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ticks: dict[str, str] = {}
        form: Any = self
        for field in form.fields.values():
            bound_days(field)

    def ask_again(self, name: str, question: Text) -> None:
        """Ask for a tick below a field whose value is possible but unusual; call from clean().

        The tick holds for this value alone, and the form keeps all that was entered.
        """
        form: Any = self
        asked = str(form.cleaned_data[name])
        tick = f"{name}{TICK}"
        box = forms.CheckboxInput(attrs={"value": asked})
        form.fields[tick] = forms.BooleanField(label=_("This is meant"), required=False, widget=box)
        self.ticks[name] = tick
        if form.data.get(form.add_prefix(tick)) != asked:
            form.add_error(name, question)

    def sections(self) -> list[tuple[Any, list[Any]]]:
        """Headings with their bound fields."""
        form: Any = self
        usual = (name for name in form.fields if name not in self.ticks.values())
        visible = tuple(name for name in usual if not form[name].is_hidden)
        return [
            (title, [form[name] for name in self._with_ticks(names) if name in form.fields])
            for title, names in self.SECTIONS or (("", visible),)
        ]

    def _with_ticks(self, names: Iterable[str]) -> Iterator[str]:
        for name in names:
            yield name
            if name in self.ticks:
                yield self.ticks[name]

    def questions(self) -> list[str]:
        """What is asked again, where nothing else keeps the form from being saved."""
        errors: Any = self.errors  # type: ignore[attr-defined]
        if set(errors) - set(self.ticks):
            return []
        return [question for asked in errors.values() for question in asked]

    def fault_count(self) -> int:
        """How many fields need attention."""
        errors: Any = self.errors  # type: ignore[attr-defined]
        return len([name for name in errors if name != NON_FIELD_ERRORS])


def name_the_blank(field: forms.Field) -> None:
    """Say in words what choosing nothing means, in place of the framework's dashes."""
    if isinstance(field, forms.ModelChoiceField) and field.empty_label:
        field.empty_label = _("Choose one")
    elif isinstance(field, forms.TypedChoiceField):
        offered: list[Any] = list(field.choices)  # type: ignore[arg-type]
        if offered[:1] == BLANK_CHOICE_DASH:
            blank = _("Choose one") if field.required else _("Not stated")
            field.choices = [("", blank), *offered[1:]]


class StepForm(Sectioned, forms.Form):
    """A step with the record that it is about; what it offers is within the user's reach."""

    def __init__(self, *args: Any, about: Any, user: Any, action: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.about = about
        for field in self.fields.values():
            if isinstance(field, LookupField):
                field.open_to(user, action)


class RecordForm(Sectioned, forms.ModelForm):
    """Base of every add and change form; `apply` runs the operation behind it."""

    def __init__(self, *args: Any, user: Any, action: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        for field in self.fields.values():
            name_the_blank(field)
            if isinstance(field, LookupField):
                field.open_to(user, action)
        for name, field in self.fields.items():
            fetched = self.instance._state.fields_cache.get(name)
            if isinstance(field, LookupField) and fetched is not None:
                field.present = fetched

    @property
    def changed_columns(self) -> list[str]:
        """Which of the record's fields were changed."""
        return [name for name in self.changed_data if name in self.Meta.fields]

    def _get_validation_exclusions(self) -> set[str]:
        """Foreign keys are checked by their fields, which fetch within reach."""
        excluded: set[str] = super()._get_validation_exclusions()
        return excluded | {f.name for f in self._meta.model._meta.concrete_fields if f.is_relation}

    def apply(self, *, by: Any, version: int | None) -> Any:
        """Do what the form is for: enter the record, or change it if nobody else did."""
        if self.instance.pk is None:
            return add_record(self.instance, by=by)
        changed = self.changed_columns
        return change_record(self.instance, by=by, fields=changed, version=version or 0)

    def validate_unique(self) -> None:
        """Left to the operation, which checks it where it counts."""


def version_of(text: str) -> int | None:
    """The version that a form was shown with; None if it is no such number."""
    is_number = text.isascii() and text.isdigit() and len(text) < 11
    return int(text) if is_number and int(text) <= MAX_VERSION else None
