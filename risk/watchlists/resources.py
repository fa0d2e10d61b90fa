"""Watchlists: the list, and the page of each with its versions."""

from __future__ import annotations

from crm.core.resources import Resource
from risk.models import Watchlist

from . import views
from .tables import WatchlistTable

watchlist = Resource(
    Watchlist,
    route="watchlists/",
    table=WatchlistTable,
    sorts={"code": ("code",)},
    overrides={"view": views.WatchlistPage},
)
