"""The sessions of a user, and the record of who signed in, or tried to, under their name."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from crm.core.clock import now
from crm.core.models import AccessEvent
from crm.core.pages import Page, TransitionPage
from crm.core.trail import SIGNING_IN

from .forms import EndSessionsForm

SHOWN = 50


def open_sessions(user):
    """The sessions of a user that have not ended, newest first."""
    alive = Session.objects.filter(expire_date__gt=now()).values("session_key")
    return UserSession.objects.filter(user=user, session_key__in=alive).order_by("-created_at")


class SessionsPage(Page):
    """Where a user is signed in, and the newest lines of the record of sign-ins."""

    page = "view_sessions"
    template = "sessions"

    def get(self, request, pk):
        record = AccessEvent.objects.filter(actor=self.object, kind__in=SIGNING_IN)
        return self.show(
            object=self.object,
            sessions=open_sessions(self.object),
            record=record.order_by("-at", "-id")[:SHOWN],
            may_end=request.user.has_action("sysadmin.end_sessions_user"),
        )


class EndSessionsPage(TransitionPage):
    """Asks which sessions of a user are ended, and why."""

    def build_form(self, data=None):
        return EndSessionsForm(data, sessions=open_sessions(self.object))
