"""What this module keeps."""

from .cases import Alert, AlertCase, CaseProposal, CaseQuestion, Family, Level
from .hits import ScreenedCustomer, ScreeningHit
from .watchlists import ListedName, Watchlist, WatchlistEntry, WatchlistVersion

__all__ = [
    "Alert",
    "AlertCase",
    "CaseProposal",
    "CaseQuestion",
    "Family",
    "Level",
    "ListedName",
    "ScreenedCustomer",
    "ScreeningHit",
    "Watchlist",
    "WatchlistEntry",
    "WatchlistVersion",
]
