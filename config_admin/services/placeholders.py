"""Placeholders of reply templates: which there are, and how they are filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

PLACEHOLDERS = {
    "customer_name": gettext_lazy("name of the customer"),
    "case_number": gettext_lazy("number of the case"),
    "service": gettext_lazy("kind of service"),
    "received_on": gettext_lazy("day on which it was received"),
    "deadline": gettext_lazy("day by which it will be answered"),
    "branch": gettext_lazy("branch in charge"),
    "handler": gettext_lazy("person in charge"),
}
MARK = re.compile(r"\{([^{}]*)\}")


def check(text: str) -> None:
    """Refuse placeholders that nothing fills in, and braces that open or close none."""
    unknown = sorted({name for name in MARK.findall(text) if name not in PLACEHOLDERS})
    if unknown:
        raise ValidationError(
            _("There is no placeholder %(unknown)s. Use one of %(known)s.")
            % {
                "unknown": ", ".join(f"{{{name}}}" for name in unknown),
                "known": ", ".join(f"{{{name}}}" for name in PLACEHOLDERS),
            }
        )
    rest = MARK.sub("", text)
    if "{" in rest or "}" in rest:
        raise ValidationError(_("A brace stands alone. Write placeholders as {customer_name}."))


def fill(text: str, values: Mapping[str, str]) -> str:
    """A reply with its placeholders filled in; one without a value stays, to be seen."""
    return MARK.sub(lambda mark: values.get(mark[1], mark[0]), text)
