"""Pages of dictionaries that are more than fields: the tree, and where an entry is in use."""

from __future__ import annotations

from config_admin.models import DictionaryEntry
from config_admin.models.names import in_tree
from crm.core.pages import AddPage, DetailPage, LookupPage

from .entries import uses_of

MOST_SHOWN = 300
MOST_BELOW = 20


class DictionaryPage(DetailPage):
    def facts(self):
        entries = list(self.object.entries.all()[: MOST_SHOWN + 1])
        user = self.request.user
        sees = user.has_action("config_admin.view_dictionaryentry")
        return super().facts() | {
            "sees_entries": sees,
            "entries": list(in_tree(entries[:MOST_SHOWN])) if sees else [],
            "is_longer": len(entries) > MOST_SHOWN,
            "may_enter": user.has_action("config_admin.add_dictionaryentry"),
        }


class DictionaryEntryPage(DetailPage):
    def facts(self):
        entry = self.object
        below = DictionaryEntry.objects.filter(parent=entry).order_by("position", "id")
        return super().facts() | {
            "uses": uses_of(entry.dictionary.code, entry.code),
            "children": below[:MOST_BELOW],
            "opens_dictionary": self.request.user.has_action("config_admin.view_dictionary"),
        }


class AddFromPage(AddPage):
    """A form for a new record, with what the address says about it filled in."""

    filled: tuple[str, ...] = ()

    def build_form(self, data=None):
        asked = self.request.GET
        known = {
            name: asked[name]
            for name in self.filled
            if asked.get(name, "").isascii() and asked.get(name, "").isdigit()
        }
        return self.resource.form(
            data,
            initial=known,
            user=self.request.user,
            action=self.resource.permission("add"),
        )


class AddEntryPage(AddFromPage):
    filled = ("dictionary", "parent")


class EntryLookup(LookupPage):
    """Candidates with their dictionary, as many dictionaries have the same codes."""

    def show(self, rows=(), **context):
        named = [(pk, row, f"{row.dictionary} · {code}") for pk, row, code in rows]
        return super().show(rows=named, **context)
