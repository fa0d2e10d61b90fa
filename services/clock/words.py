"""Every deadline is told in the same manner: how much is left or over, in two units."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

MINUTE, HOUR, DAY = (dt.timedelta(**{unit: 1}) for unit in ("minutes", "hours", "days"))


def in_words(rest: dt.timedelta, day: dt.timedelta = DAY) -> str:
    """A time in its larger two units, where a day is as long as is worked on one."""
    # a deadline that is reached is over, as its colour says
    is_left = rest > dt.timedelta()
    days, below = divmod(abs(rest), day)
    parts = {"days": days, "hours": below // HOUR, "minutes": below % HOUR // MINUTE}
    if days:
        said = _("%(days)dd %(hours)dh left") if is_left else _("%(days)dd %(hours)dh over")
    elif parts["hours"]:
        said = _("%(hours)dh %(minutes)dm left") if is_left else _("%(hours)dh %(minutes)dm over")
    else:
        said = _("%(minutes)dm left") if is_left else _("%(minutes)dm over")
    return said % parts
