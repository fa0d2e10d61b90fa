"""Forms about hits of the screening."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.clock import bank_today
from crm.core.forms import LongSelect, ReasonForm, Sectioned
from customers.countries import country_choices
from risk.models import WatchlistEntry
from staff.forms import day_field

from .search import Asked

OLDEST = 1850


class ReleaseForm(Sectioned, ReasonForm):
    until = day_field(label=_("Last day of the release"))
    field_order = ("until", "reason")


class SearchForm(forms.Form):
    name = forms.CharField(
        label=pgettext_lazy("watchlist", "Name"),
        max_length=200,
        help_text=_("In any script; an initial may stand for a given name."),
        error_messages={"required": _("Type the name to be looked up.")},
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=WatchlistEntry.Kind.choices)
    year = forms.IntegerField(
        label=_("Year of birth or founding"), min_value=OLDEST, required=False
    )
    country = forms.ChoiceField(label=_("Country"), required=False, widget=LongSelect)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = [("", _("Not stated")), *country_choices()]

    def clean_year(self):
        """A year that has begun."""
        year = self.cleaned_data["year"]
        if year and year > bank_today().year:
            raise forms.ValidationError(_("This year is still to come."))
        return year

    def asked(self):
        """Who is looked for."""
        facts = self.cleaned_data
        is_person = facts["kind"] == WatchlistEntry.Kind.PERSON
        return Asked(facts["name"], is_person, facts["year"], facts["country"])
