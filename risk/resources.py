"""Pages of this module."""

from .classification.resources import claim
from .screening.resources import hit
from .watchlists.resources import watchlist

RESOURCES = (hit, watchlist, claim)
