"""What is configured from a day on takes the place of what held until then."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from crm.core.formats import day
from crm.core.operations import DomainError, write
from sysadmin.models import period


def end_before(rows: Any, first: dt.date, *, lock: str) -> None:
    """End what is in force on a day, the day before; refused where something later is entered.

    `rows` are those for the same thing, and `lock` names it.
    """
    with connection.cursor() as cursor:
        # one at a time, also where there is no row yet that could be locked
        cursor.execute("select pg_advisory_xact_lock(hashtext(%s))", [lock])
    later = rows.filter(valid__startswith__gte=first).order_by("valid").first()
    if later:
        raise DomainError(
            _("A value from %(day)s on is entered already. Choose a later day.")
            % {"day": day(later.valid.lower)},
            "first_day",
        )
    present = rows.filter(valid__contains=first).first()
    if present:
        present.valid = period(present.valid.lower, first)
        write(present, ["valid"], version=present.version)
