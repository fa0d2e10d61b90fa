"""Pages that are no list and no record: home, language, appearance."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.core import jobs
from crm.core.formats import markup
from crm.core.forms import ReasonForm
from crm.core.home import figures_of, part_of, parts_of
from crm.core.navigation import first_page
from crm.core.pages import ActPage, DetailPage
from crm.core.pages.asked import TooWide, in_time
from crm.core.today import may_have, today_of

from .duties.conflicts import held_together
from .models import User
from .operations import set_manner

YEAR = 365 * 24 * 3600


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What the user has to do and how it is going; who has neither begins on the first page."""
    user = request.user
    first = first_page(user)
    if not first:
        return render(request, "sysadmin/no_rights.html")
    figures, parts = figures_of(user), parts_of(user)
    if not (figures or parts or may_have(user)):
        return HttpResponseRedirect(first)
    today = today_of(user)
    begin = today.items[0].address if today.items else first
    shown = {"figures": figures, "today": today, "parts": parts, "first": first, "begin": begin}
    return render(request, "sysadmin/home.html", shown)


@require_GET
def home_part(request: HttpRequest, key: str) -> HttpResponse:
    """A card of the user's home, within the time of a big list or not at all."""
    part = part_of(key)
    if part is None:
        raise Http404
    if not part.is_for(request.user):
        raise PermissionDenied
    try:
        card = in_time(lambda: part.draw(request.user))
    except TooWide:
        said = _("There are too many rows to add them up at once.")
        card = markup('<p class="in muted">{}</p>', said)
    if request.htmx:
        return HttpResponse(card)
    return render(request, "sysadmin/home_part.html", {"card": card})


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
