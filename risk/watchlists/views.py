"""Pages of watchlists that have a shape of their own."""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

from crm.core.pages import DetailPage
from risk.models import WatchlistEntry, WatchlistVersion

VERSIONS_SHOWN = 12
NAMES_SHOWN = 20


class WatchlistPage(DetailPage):
    """A watchlist with its versions, and who is new, changed and gone in the latest."""

    def facts(self):
        versions = WatchlistVersion.objects.filter(watchlist=self.object)
        shown = list(versions.select_related("loaded_by")[:VERSIONS_SHOWN])
        latest = shown[0] if shown else None
        return super().facts() | {
            "versions": shown,
            "latest": latest,
            "ending": self.ending(),
            "difference": self.difference(latest) if latest and latest.number > 1 else [],
        }

    def ending(self):
        """Who is on the list until a day: those whose day is next, then those who have expired."""
        entries = WatchlistEntry.objects.filter(watchlist=self.object)
        ends = entries.in_force().exclude(until=None).order_by("until", "name")[:NAMES_SHOWN]
        expired = entries.expired().order_by("-until", "name")[:NAMES_SHOWN]
        return [*ends, *expired]

    def difference(self, version):
        """What the latest version changed, as far as it is shown."""
        entries = WatchlistEntry.objects.filter(watchlist=self.object)
        added = entries.filter(added_in=version)
        changed = entries.filter(changed_in=version).exclude(added_in=version)
        removed = entries.filter(removed_in=version)
        return [
            (heading, count, list(rows.order_by("name")[:NAMES_SHOWN]))
            for heading, count, rows in (
                (pgettext_lazy("watchlist", "Added"), version.added, added),
                (pgettext_lazy("watchlist", "Changed"), version.changed, changed),
                (pgettext_lazy("watchlist", "Removed"), version.removed, removed),
            )
        ]
