"""A record on show."""

from __future__ import annotations

from crm.core.registry import at_a_glance, panels_for
from crm.core.trail import Kind, record_access

from .base import Page


class DetailPage(Page):
    """A record: its sections, what may be done to it, and panels of other modules."""

    page = "view"
    template = "view"

    def rows(self):
        return at_a_glance(super().rows(), self.request.user)

    def get(self, request, pk):
        if self.resource.recorded:
            record_access(Kind.VIEW, by=request.user, obj=self.object)
        return self.show(object=self.object, **self.facts())

    def facts(self):
        """What the template shows beside the record; a page of its own shape adds to it."""
        user = self.request.user
        return {
            "may_change": "change" in self.resource.pages and self.may("change"),
            "moves": [t for t in self.moves() if self.may(t.name)],
            "panels": [
                (panel, panel.address(self.object))
                for panel in panels_for(str(self.resource))
                if user.has_action(panel.resource.permission("view")) and panel.holds(self.object)
            ],
        }

    def moves(self):
        """Transitions that the present state allows."""
        return [t for t in self.resource.transitions if self.object.can(t.name)]

    def may(self, action):
        """Whether this row is in reach of an action; the same reach as viewing needs no query."""
        user, name = self.request.user, self.resource.permission(action)
        reach = user.reach(name)
        if reach is None or reach == user.reach(self.resource.permission("view")):
            return reach is not None
        manager = getattr(self.resource.model, "scoped", self.resource.model._default_manager)
        return manager.permitted(user, action).filter(pk=self.object.pk).exists()
