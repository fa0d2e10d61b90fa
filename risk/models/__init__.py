"""What this module keeps."""

from .claims import NON_PERFORMING, Claim, Classification, RiskClass
from .hits import ScreenedCustomer, ScreeningHit
from .watchlists import ListedName, Watchlist, WatchlistEntry, WatchlistVersion

__all__ = [
    "NON_PERFORMING",
    "Claim",
    "Classification",
    "ListedName",
    "RiskClass",
    "ScreenedCustomer",
    "ScreeningHit",
    "Watchlist",
    "WatchlistEntry",
    "WatchlistVersion",
]
