"""Pages of announcements: who has acknowledged one, and the strip on the pages of its readers."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.core import idempotency
from crm.core.keyset import capped_count
from crm.core.pages import AddPage, DetailPage
from sysadmin.models import Announcement, User
from sysadmin.views import back

from . import operations

AT_ONCE, NAMED = 3, 50
STEP, LOOK, BACK = "step", "look", "back"


def strip(request: HttpRequest, user: User) -> SafeString:
    """What is announced to the user and not heeded yet, for the top of every page."""
    if not user.has_announcements:
        return SafeString()
    waiting = list(Announcement.objects.waiting_for(user)[:AT_ONCE])
    return render_to_string("sysadmin/_announcements.html", {"waiting": waiting}, request)


@require_POST
def heed(request: HttpRequest, pk: int) -> HttpResponse:
    """Dismiss or acknowledge an announcement that is meant for the user."""
    rows = Announcement.objects.live().meant_for(request.user)
    announcement = rows.filter(pk=pk).first()
    if announcement is None:
        raise Http404
    operations.heed(announcement, by=request.user)
    return HttpResponseRedirect(back(request))


class PublishPage(AddPage):
    """A new announcement: written, looked at as its readers will see it, then published.

    Nothing is kept before that: the page carries what was filled in there and back again.
    """

    def show_form(self, form, status=200, **context):
        context |= {"selection": [(STEP, LOOK)], "submit": _("Preview")}
        return super().show_form(form, status, **context)

    def act(self, form, key, digest):
        step = self.request.POST.get(STEP)
        if step == BACK:
            return self.show_form(form)
        return self.preview(form) if step == LOOK else super().act(form, key, digest)

    def preview(self, form):
        announcement = form.instance
        announcement.author = self.request.user
        self.template = "preview"
        return self.show(
            form=form,
            announcement=announcement,
            looks=looks(announcement),
            reader_count=capped_count(announcement.readers()),
            sent=[
                (name, value)
                for name, held in self.request.POST.lists()
                for value in held
                if name not in {STEP, idempotency.FIELD, "csrfmiddlewaretoken"}
            ],
            key=idempotency.new_key(),
            cancel=self.resource.url("list"),
            back=(STEP, BACK),
        )


def looks(announcement):
    """Heading and text as readers of each language see them."""
    found = []
    for code, name in settings.LANGUAGES:
        with translation.override(code):
            found.append((code, name, announcement.shown_title, announcement.shown_text))
    return found


class AnnouncementPage(DetailPage):
    """An announcement, with those who have heeded it, the last ones first."""

    def facts(self):
        rows = self.object.acknowledgements
        return super().facts() | {
            "heeded": rows.select_related("user").order_by("-id")[:NAMED],
            "heeded_count": capped_count(rows.exclude(user=self.object.author_id)),
            "reader_count": capped_count(self.object.readers()),
        }
