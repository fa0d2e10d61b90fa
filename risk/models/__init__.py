"""What this module keeps."""

from .hits import ScreenedCustomer, ScreeningHit
from .watchlists import ListedName, Watchlist, WatchlistEntry, WatchlistVersion

__all__ = [
    "ListedName",
    "ScreenedCustomer",
    "ScreeningHit",
    "Watchlist",
    "WatchlistEntry",
    "WatchlistVersion",
]
