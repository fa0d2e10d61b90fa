"""A field of a form looks as crispy's own template shows it."""

from __future__ import annotations

from pathlib import Path

import crispy_bootstrap5
import pytest
from crispy_forms.templatetags.crispy_forms_filters import as_crispy_field
from django import forms
from django.template import Context, Engine
from django.test.html import parse_html
from django.utils.safestring import mark_safe
from django_filters.widgets import DateRangeWidget

STOCK = Engine(
    dirs=[Path(crispy_bootstrap5.__file__).parent / "templates"],
    libraries={
        name: f"crispy_forms.templatetags.{name}"
        for name in ("crispy_forms_field", "crispy_forms_filters", "crispy_forms_utils")
    }
    | {"l10n": "django.templatetags.l10n"},
)
CHOICES = [("a", "A & B"), ("b", "B")]


class Everything(forms.Form):
    """One field for each kind of control that a page has."""

    name = forms.CharField(label="Name <full>", help_text=mark_safe("As <b>written</b>."))
    note = forms.CharField(required=False, widget=forms.Textarea(attrs={"class": "wide"}))
    day = forms.DateField(required=False, label="")
    kind = forms.ChoiceField(choices=CHOICES)
    several = forms.MultipleChoiceField(choices=CHOICES, widget=forms.CheckboxSelectMultiple)
    one = forms.ChoiceField(choices=CHOICES, widget=forms.RadioSelect, required=False)
    sure = forms.BooleanField(help_text="Tick it.")
    days = forms.CharField(widget=DateRangeWidget(), required=False)
    file = forms.FileField(required=False)
    token = forms.CharField(widget=forms.HiddenInput)


@pytest.mark.parametrize("name", Everything.base_fields)
@pytest.mark.parametrize("data", [None, {}, {"name": "Li", "kind": "x", "day": "soon"}])
def test_a_field_looks_as_crispys_own_template_shows_it(name, data):
    attributes = {"form_show_errors": True, "form_show_labels": True}
    stock = STOCK.get_template("bootstrap5/field.html").render(
        Context(attributes | {"field": Everything(data)[name]})
    )
    ours = as_crispy_field(Everything(data)[name])
    assert parse_html(ours) == parse_html(stock)


@pytest.mark.parametrize("name", [n for n in Everything.base_fields if n != "token"])
def test_help_that_names_what_somebody_typed_stays_text(name):
    form = Everything()
    form.fields[name].help_text = "For <img src=x> & others"
    shown = as_crispy_field(form[name])
    assert "<img" not in shown
    assert "&lt;img src=x&gt; &amp; others" in shown
