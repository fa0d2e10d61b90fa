"""The sessions of a user, and the record of who signed in, or tried to, under their name."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils.translation import gettext as _

from crm.core.approvals import pending_about
from crm.core.clock import bank_today, now
from crm.core.models import AccessEvent
from crm.core.pages import DetailPage, Page, TransitionPage
from crm.core.trail import SIGNING_IN
from sysadmin.models import Grant, period

from .forms import EndSessionsForm
from .operations import factors_of

SHOWN = 50
NEWEST = 5


def open_sessions(user):
    """The sessions of a user that have not ended, newest first."""
    alive = Session.objects.filter(expire_date__gt=now()).values("session_key")
    return UserSession.objects.filter(user=user, session_key__in=alive).order_by("-created_at")


def record_of(user):
    """The record of sign-ins under a user's name, newest first."""
    lines = AccessEvent.objects.filter(actor=user, kind__in=SIGNING_IN)
    return lines.order_by("-at", "-id")


class UserPage(DetailPage):
    """A user: what they may do, where they are signed in, by what, and what may be asked."""

    def facts(self):
        user, reader = self.object, self.request.user
        ahead = Grant.objects.permitted(reader).filter(
            user=user, valid__overlap=period(bank_today())
        )
        sees_grants = reader.has_action("sysadmin.view_grant")
        sees_sessions = self.may("view_sessions")
        return super().facts() | {
            # who it is belongs to a module above this one; the relation knows its model
            "member": getattr(user, "staff_member", None)
            if reader.has_action("staff.view_staffmember")
            else None,
            "waiting": pending_about(user),
            "may_ask_why": self.may("view_rights"),
            "may_see_sessions": sees_sessions,
            "grants": ahead.select_related("role", "branch").order_by("valid", "id")
            if sees_grants
            else None,
            "sessions": open_sessions(user) if sees_sessions else [],
            "factors": factors_of(user) if sees_sessions else [],
            "record": record_of(user)[:NEWEST] if sees_sessions else [],
        }


class TellsPassword:
    """A page that may give somebody a first password, which it shows once."""

    password = ""

    def said(self, done):
        said = super().said(done)
        if not self.password:
            return said
        return _("%(said)s First password, shown this once: %(password)s") % {
            "said": said,
            "password": self.password,
        }

    def is_told_once(self, _done):
        return bool(self.password)


class GivePasswordPage(TellsPassword, TransitionPage):
    """A step that gives somebody a first password."""

    def perform(self, form):
        given = {"by": self.request.user} | form.cleaned_data
        self.password = self.transition.run(self.object, **given)
        return self.object


class SessionsPage(Page):
    """Where a user is signed in, and the newest lines of the record of sign-ins."""

    page = "view_sessions"
    template = "sessions"

    def get(self, request, pk):
        return self.show(
            object=self.object,
            sessions=open_sessions(self.object),
            record=record_of(self.object)[:SHOWN],
            may_end=request.user.has_action("sysadmin.end_sessions_user"),
        )


class EndSessionsPage(TransitionPage):
    """Asks which sessions of a user are ended, and why."""

    def build_form(self, data=None):
        return EndSessionsForm(data, sessions=open_sessions(self.object))
