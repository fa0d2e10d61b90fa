"""For what a sealed value may be revealed."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

PURPOSES = {
    "identify": _("Identify the customer"),
    "contact": _("Contact the customer"),
    "check": _("Check a document"),
    "authority": _("Answer an authority"),
}
