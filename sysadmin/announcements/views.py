"""Pages of announcements: who has acknowledged one, and the strip on the pages of its readers."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from crm.core.keyset import capped_count
from crm.core.pages import DetailPage
from sysadmin.models import Announcement, User
from sysadmin.views import back

from . import operations

AT_ONCE, NAMED = 3, 50


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


class AnnouncementPage(DetailPage):
    """An announcement, with those who have heeded it, the last ones first."""

    def facts(self):
        rows = self.object.acknowledgements
        return super().facts() | {
            "heeded": rows.select_related("user").order_by("-id")[:NAMED],
            "heeded_count": capped_count(rows.exclude(user=self.object.author_id)),
            "reader_count": capped_count(self.object.readers()),
        }
