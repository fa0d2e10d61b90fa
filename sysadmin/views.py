"""Pages that are no list and no record: home, language, appearance."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.core import jobs
from crm.core.forms import ReasonForm
from crm.core.home import figures_of
from crm.core.navigation import first_page
from crm.core.pages import ActPage, DetailPage

from .duties.conflicts import held_together
from .models import User
from .operations import set_manner

YEAR = 365 * 24 * 3600


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The figures of the user's home; who has none begins on the first page that opens to them."""
    first = first_page(request.user)
    if not first:
        return render(request, "sysadmin/no_rights.html")
    if figures := figures_of(request.user):
        return render(request, "sysadmin/home.html", {"figures": figures, "first": first})
    return HttpResponseRedirect(first)


def back(request: HttpRequest) -> str:
    """The page to return to: only one of ours."""
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    if not is_ours:
        return reverse("home")
    parts = urlsplit(wanted)
    # without its host, a path that begins with two slashes would name another one
    path = "/" + parts.path.replace("\\", "/").lstrip("/")
    return path + (f"?{parts.query}" if parts.query else "")


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Show pages in another language from now on."""
    chosen = request.POST.get("language", "")
    response = HttpResponseRedirect(back(request))
    if chosen in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            set_manner(request.user, language=chosen)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=YEAR,
            secure=settings.HTTPS,
            httponly=True,
            samesite="Lax",
        )
    return response


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep the theme and density that the user likes."""
    allowed = {"theme": User.Theme.values, "density": User.Density.values}
    wishes = {
        name: request.POST[name]
        for name, values in allowed.items()
        if request.POST.get(name) in values
    }
    if wishes:
        set_manner(request.user, **wishes)
    if request.htmx:
        return HttpResponse(status=204)
    return HttpResponseRedirect(back(request))


class UserPage(DetailPage):
    """A user, and what may be asked about them."""

    def facts(self):
        return super().facts() | {
            "may_ask_why": self.may("view_rights"),
            "may_see_sessions": self.may("view_sessions"),
        }


class DutiesPage(DetailPage):
    """A rule on incompatible duties, with those who hold both roles all the same."""

    def facts(self):
        sees_grants = self.request.user.has_action("sysadmin.view_grant")
        return super().facts() | {
            "sees_grants": sees_grants,
            "conflicts": held_together(self.object) if sees_grants else [],
        }


class JobPage(DetailPage):
    """How far a job is, what came of it, and what can be done about it."""

    template = "view"

    def facts(self):
        job = self.object
        after = self.request.GET.get("after", "")
        place = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0
        refused = (
            jobs.refused_rows(job, self.request.user, after=place) if job.progress.refused else []
        )
        return super().facts() | {
            "refused": refused,
            "more": refused[-1].place if len(refused) == jobs.REFUSED_SHOWN else None,
            "may_undo": not jobs.why_not_undo(job, self.request.user),
            "result": jobs.result_of(job),
            "about": jobs.about(job),
        }


class JobProgressPage(DetailPage):
    """The part of a job's page that is asked for again while the job runs."""

    template = "progress"

    def get(self, request, pk):
        answer = self.show(object=self.object, result=jobs.result_of(self.object))
        if not self.object.is_open and "watching" in request.GET:
            # it has ended while somebody watched: the page shows what came of it
            answer.headers["HX-Refresh"] = "true"
        return answer


class JobUndoPage(ActPage):
    """Takes back what a job changed, as a job of its own, for the one who started it."""

    page = "view"
    template = "confirm"

    def build_form(self, data=None):
        if self.object is None:  # fetches the row: 404 comes before any form
            raise Http404
        return ReasonForm(data)

    def perform(self, form):
        return jobs.undo(self.object, by=self.request.user, **form.cleaned_data)

    def said(self, done):
        return _("%(name)s: started.") % {"name": done}

    def show_form(self, form, status=200, **context):
        return super().show_form(
            form,
            status,
            object=self.object,
            step={"label": _("Take back"), "grave": True},
            question=_("Take back what the job “%(name)s” changed?") % {"name": self.object},
            refusal=jobs.why_not_undo(self.object, self.request.user),
            cancel=self.success_url(self.object),
            **context,
        )
