"""How a user wants to be told."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sysadmin.models import Delivery, User

from . import operations


def time_field(label: Any) -> forms.TimeField:
    """A time of day, by the browser's own picker."""
    picker = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    return forms.TimeField(label=label, widget=picker, required=False)


class ChoicesForm(forms.Form):
    """When the user is told of each kind of thing, and when it is quiet."""

    quiet_from = time_field(_("quiet from"))
    quiet_until = time_field(_("quiet until"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        quiet = {"quiet_from": user.quiet_from, "quiet_until": user.quiet_until}
        super().__init__(*args, initial=quiet, **kwargs)
        own = {}
        for kind in operations.choosable():
            field = forms.ChoiceField(
                label=kind.label,
                choices=Delivery.choices,
                initial=operations.delivery_of(user, kind),
                help_text=_("Cannot be switched off.") if kind.must_come else "",
            )
            field.widget.choices = [one for one in Delivery.choices if one[0] in kind.allowed]
            own[kind.code] = field
        self.fields = {**own, **self.fields}

    def apply(self, user: User) -> None:
        """Keep the choices."""
        chosen = dict(self.cleaned_data)
        quiet = {name: chosen.pop(name) for name in ("quiet_from", "quiet_until")}
        operations.choose(user, deliveries=chosen, **quiet)
