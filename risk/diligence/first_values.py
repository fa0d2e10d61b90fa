"""The levels and factors that a new installation begins with; a bank sets its own."""

from __future__ import annotations

from crm.core.clock import bank_today
from crm.core.operations import save_new
from risk.models import DiligenceBand, DiligenceLevel
from sysadmin.models import period

# code, English, Chinese, from points, months until the next review, days overdue until it stops
LEVELS = (
    ("low", "Low", "低", 0, 48, None),
    ("medium", "Medium", "中", 30, 24, 90),
    ("high", "High", "高", 60, 12, 30),
    ("very_high", "Very high", "极高", 90, 6, 10),
)
# factor, value (nothing for every other one), points, floor
BANDS = (
    ("country", "CN", 0, ""),
    ("country", "", 15, ""),
    ("country", "IR", 40, "high"),
    ("country", "KP", 40, "high"),
    ("country", "MM", 40, "high"),
    ("structure", "person", 0, ""),
    ("structure", "plain", 5, ""),
    ("structure", "deep", 20, ""),
    ("structure", "unknown", 25, "medium"),
    ("product", "deposit", 5, ""),
    ("product", "card", 5, ""),
    ("product", "loan", 10, ""),
    ("product", "investment", 10, ""),
    ("product", "none", 0, ""),
    ("relationship", "new", 10, ""),
    ("relationship", "known", 0, ""),
    ("screening", "none", 0, ""),
    ("screening", "open", 10, ""),
    ("screening", "confirmed", 40, "very_high"),
    ("pep", "none", 0, ""),
    ("pep", "domestic", 20, ""),
    ("pep", "international", 30, "medium"),
    ("pep", "foreign", 40, "high"),
    ("channel", "in_person", 0, ""),
    ("channel", "agent", 10, ""),
    ("channel", "remote", 15, ""),
    ("industry", "K", 10, ""),
    ("industry", "F", 10, ""),
    ("industry", "R", 15, ""),
    ("industry", "", 5, ""),
)


def enter_missing() -> int:
    """Enter levels that are not there yet, and the factors where there is none; the caller acts."""
    known = set(DiligenceLevel.objects.values_list("code", flat=True))
    missing = [one for one in LEVELS if one[0] not in known]
    for code, name, name_zh, points, months, stops in missing:
        save_new(
            DiligenceLevel(
                code=code,
                name=name,
                name_zh=name_zh,
                from_points=points,
                months=months,
                stops_after=stops,
            )
        )
    if DiligenceBand.objects.exists():
        return len(missing)
    levels = {level.code: level for level in DiligenceLevel.objects.all()}
    for factor, value, points, floor in BANDS:
        save_new(
            DiligenceBand(
                factor=factor,
                value=value,
                points=points,
                floor=levels.get(floor),
                valid=period(bank_today()),
            )
        )
    return len(missing) + len(BANDS)
