"""Pages of this module."""

from .screening.resources import hit
from .watchlists.resources import watchlist

RESOURCES = (hit, watchlist)
