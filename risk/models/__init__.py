"""What this module keeps."""

from .diligence import Diligence, DiligenceBand, DiligenceLevel
from .hits import ScreenedCustomer, ScreeningHit
from .watchlists import ListedName, Watchlist, WatchlistEntry, WatchlistVersion

__all__ = [
    "Diligence",
    "DiligenceBand",
    "DiligenceLevel",
    "ListedName",
    "ScreenedCustomer",
    "ScreeningHit",
    "Watchlist",
    "WatchlistEntry",
    "WatchlistVersion",
]
