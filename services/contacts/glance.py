"""When somebody of the bank was last in touch with a customer, at a glance."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from crm.core.formats import day, in_bank_zone, relative_day
from crm.core.registry import Fact, Glance
from services.models import Contact


def reads(user: Any) -> dict[str, Any]:
    """The last contact that the user may see."""
    rows = Contact.objects.named_within(user, "services.view_contact")
    last = rows.filter(customer=OuterRef("pk")).order_by("-at", "-id")
    return {"last_contact": Subquery(last.values(seen=JSONObject(at="at", kind="kind"))[:1])}


def facts(customer: Any) -> Iterator[Fact]:
    """The day of the last contact, and what it was."""
    if last := customer.last_contact:
        on = in_bank_zone(dt.datetime.fromisoformat(last["at"])).date()
        kind = Contact.Kind(last["kind"]).label
        said = _("%(kind)s, %(when)s") % {"kind": kind, "when": relative_day(on)}
        yield Fact(_("Last contact"), day(on), said)


AT_A_GLANCE = Glance(reads, facts=facts)
