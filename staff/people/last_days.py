"""Rights end with the last day at the bank, and whoever is gone by then gives none."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from crm.core.formats import day
from crm.core.operations import DomainError
from staff.models import StaffMember
from sysadmin.models import Grant, User
from sysadmin.operations import giving


def register() -> None:
    """Judge each right that is about to be given."""
    giving.connect(refuse_beyond_last_days, dispatch_uid="staff.last_days")


def refuse_beyond_last_days(*, grant: Grant, by: User, **_signal: object) -> None:
    """Nobody has rights after their last day, nor gives any that begin after their own."""
    beyond = grant.valid.upper
    last_day = _last_day_of(grant.user_id)
    if last_day and (beyond is None or beyond > last_day + dt.timedelta(days=1)):
        raise DomainError(
            _("The last day at the bank is %(day)s. Let the grant end by then.")
            % {"day": day(last_day)},
            "last_day",
        )
    own = _last_day_of(by.pk)
    if own and grant.valid.lower > own:
        raise DomainError(
            _("The grant begins after the last day of who gives it, %(day)s. Ask somebody else.")
            % {"day": day(own)},
            "first_day",
        )


def _last_day_of(user: int) -> dt.date | None:
    rows = StaffMember.objects.filter(user=user, leaves_on__isnull=False)
    return rows.values_list("leaves_on", flat=True).first()
