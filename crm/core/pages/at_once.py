"""Steps that are taken by one click where they stand, without a page that asks first."""

from __future__ import annotations

from django.contrib.messages import get_messages
from django.http import HttpResponse
from django_htmx.http import reswap, retarget, trigger_client_event

from crm.core import idempotency

CHANGED = "crm:changed"
# where a form opens that has something to ask after all
PLACES = {"confirm": "#confirm", "form": "#drawer"}


class AtOnce:
    """A step that a page takes by itself: what shows it is fetched anew, and it can be undone.

    `changed` is what the page is told, and what its parts listen for. `undo` is the step that takes
    this one back. One that takes another one back says nothing: the page says itself that it was
    undone. What a rule refuses is said in the form of the step, which opens for it.
    """

    changed = CHANGED
    undo = ""
    takes_back = False
    is_refused = False

    def undo_address(self):
        """Where the step is taken back; empty if it cannot be, or not by this user."""
        may = self.undo and self.request.user.has_action(self.resource.permission(self.undo))
        return self.resource.url(self.undo, self.object) if may else ""

    @property
    def in_drawer(self):
        return super().in_drawer or self.is_refused

    @property
    def is_at_once(self):
        """Whether the step was taken without its form."""
        return bool(self.request.htmx) and not self.in_drawer

    def show_form(self, form, status=200, **context):
        if not self.is_at_once:
            return super().show_form(form, status, **context)
        self.is_refused = True
        place = PLACES[self.template]
        return reswap(retarget(super().show_form(form, status, **context), place), "innerHTML")

    def lead_to(self, target):
        if not self.is_at_once:
            return super().lead_to(target)
        said = {"message": " ".join(str(message) for message in get_messages(self.request))}
        answer = trigger_client_event(HttpResponse(status=204), self.changed)
        if self.takes_back:
            return trigger_client_event(answer, "crm:undone")
        if undo := self.undo_address():
            said |= {"undo": undo, "key": idempotency.new_key()}
        return trigger_client_event(answer, "crm:saved", said)
