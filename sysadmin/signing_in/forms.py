"""Which sessions are ended."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.core.formats import moment
from crm.core.forms import ReasonForm
from crm.core.templatetags.crm_ui import browser


class EndSessionsForm(ReasonForm):
    sessions = forms.MultipleChoiceField(
        label=_("Sessions"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Where none is ticked, all are ended."),
    )

    def __init__(self, data=None, *, sessions=()):
        super().__init__(data)
        self.fields["sessions"].choices = [
            (str(one.pk), f"{moment(one.created_at)} · {one.ip} · {browser(one.user_agent)}")
            for one in sessions
        ]
