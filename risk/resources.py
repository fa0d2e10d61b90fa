"""Pages of this module."""

from .diligence.resources import band, diligence, level
from .screening.resources import hit
from .watchlists.resources import watchlist

RESOURCES = (hit, watchlist, diligence, band, level)
