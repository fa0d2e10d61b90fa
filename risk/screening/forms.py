"""Forms about hits of the screening."""

from django.utils.translation import gettext_lazy as _

from crm.core.forms import ReasonForm, Sectioned
from staff.forms import day_field


class ReleaseForm(Sectioned, ReasonForm):
    until = day_field(label=_("Last day of the release"))
    field_order = ("until", "reason")
