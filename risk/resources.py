"""Pages of this module."""

from .cases.resources import case
from .classification.resources import claim
from .diligence.resources import band, diligence, level
from .screening.resources import hit
from .watchlists.resources import watchlist

RESOURCES = (hit, watchlist, case, claim, diligence, band, level)
