"""Pages of a handover: what it moves, the answer to it, and the pack to print."""

from __future__ import annotations

from django.http import Http404

from crm.core.cursors import CursorContext
from crm.core.keyset import keyset
from crm.core.pages import DetailPage, Page, TransitionPage
from crm.core.trail import Kind, record_access

from . import operations
from .parts import cause_in_words, parts, staying_with, warnings

FIRST_ROWS, PACK_ROWS = 10, 1000


class HandoverPage(DetailPage):
    """A handover: what would move and what would stay, or what came of it."""

    def moves(self):
        """The steps that its state allows and that are this user's to take."""
        handover, user = self.object, self.request.user
        answers = user.pk == handover.to_member.user_id
        return [
            step
            for step in super().moves()
            if (operations.may_withdraw(handover, user) if step.name == "withdraw" else answers)
        ]

    def facts(self):
        handover, user = self.object, self.request.user
        return super().facts() | {
            "parts": [(part.label, part.facts(handover, user)) for part in parts()],
            "listings": [
                listing
                for part in parts()
                for listing in first(part.lists(handover, user, FIRST_ROWS))
            ],
            "warnings": warnings(handover) if handover.is_undecided else [],
            "outcome": outcome(handover),
            "staying": staying_with(handover.from_member, user) if handover.is_undecided else [],
        }


def first(listings):
    """The first list of a part, if it has one."""
    return [found] if (found := next(iter(listings), None)) else []


def outcome(handover):
    """What came of each part: how many moved, and how many stayed for which cause."""
    return [
        (part.label, counts.get("moved", 0), causes_of(part, counts))
        for part in parts()
        if (counts := handover.result.get(part.key)) is not None
    ]


def causes_of(part, counts):
    """The causes for which something stayed, in words, with their numbers."""
    return [(cause_in_words(part, code), n) for code, n in counts.items() if code != "moved"]


class AcceptPage(TransitionPage):
    """The successor's acceptance of what the page has shown."""

    def build_form(self, data=None):
        if self.object is None:  # fetches the row: 404 comes before any form
            raise Http404
        return self.transition.form(data, initial={"version": self.object.version})

    def show_form(self, form, status=200, **context):
        return super().show_form(form, status, warnings=warnings(self.object), **context)


class AllHandedPage(Page):
    """All that a part moves, in pages; the part's own module says what it lists."""

    page = "view"
    template = "all"
    size = 50

    def rows_handed(self):
        """The rows that the reader may see."""
        raise NotImplementedError

    def listing(self, rows):
        """The rows of one page as a list."""
        raise NotImplementedError

    def get(self, request, pk):
        asked = request.GET
        found = keyset(
            self.rows_handed(),
            self.order,
            after=asked.get("after", ""),
            before=asked.get("before", ""),
            size=self.size,
            context=CursorContext(f"handed:{pk}", request.user.pk),
        )
        return self.show(object=self.object, found=found, listing=self.listing(found.rows))


class PackPage(Page):
    """Everything that is handed over, by name, to be printed and signed."""

    page = "view"
    template = "pack"

    def get(self, request, pk):
        handover = self.object
        record_access(Kind.VIEW, by=request.user, obj=handover, field="pack")
        return self.show(
            object=handover,
            parts=[
                (
                    part.label,
                    part.facts(handover, request.user),
                    list(part.lists(handover, request.user, PACK_ROWS)),
                )
                for part in parts()
            ],
        )
