"""What this module keeps."""

from .cases import Alert, AlertCase, CaseProposal, CaseQuestion, Family, Level
from .claims import NON_PERFORMING, Claim, Classification, RiskClass
from .hits import ScreenedCustomer, ScreeningHit
from .watchlists import ListedName, Watchlist, WatchlistEntry, WatchlistVersion

__all__ = [
    "NON_PERFORMING",
    "Alert",
    "AlertCase",
    "CaseProposal",
    "CaseQuestion",
    "Claim",
    "Classification",
    "Family",
    "Level",
    "ListedName",
    "RiskClass",
    "ScreenedCustomer",
    "ScreeningHit",
    "Watchlist",
    "WatchlistEntry",
    "WatchlistVersion",
]
