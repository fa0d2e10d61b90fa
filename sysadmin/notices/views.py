"""Pages of one's own notifications: the newest under the bell, all of them, and how they come."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.core.cursors import CursorContext
from crm.core.formats import markup
from crm.core.keyset import keyset, neighbours, page_query
from crm.core.operations import DomainError
from sysadmin.models import Notification, User

from . import operations
from .forms import ChoicesForm
from .kinds import kind_of
from .lines import lines_of

NEWEST, SIZE, MOST = 10, 25, 9
ALL = "sysadmin:notifications"
ORDER = ("-shown_from", "-id")


def badge(_request: HttpRequest, user: User) -> SafeString:
    """How many notifications wait, for the bell of every page."""
    if not user.unread:
        return SafeString()
    shown = f"{MOST}+" if user.unread > MOST else str(user.unread)
    said = ngettext("unread notification", "unread notifications", user.unread)
    return markup(
        '<b class="unread num">{}<span class="visually-hidden"> {}</span></b>', shown, said
    )


@require_GET
def newest(request: HttpRequest) -> HttpResponse:
    """The newest notifications, as the bell shows them; a digest is one line."""
    rows = Notification.objects.shown_to(request.user).filter(in_digest=False)
    found = list(rows.select_related("author").order_by(*ORDER)[:NEWEST])
    lines = lines_of(found, request.user)
    return render(request, "sysadmin/notices/_newest.html", {"lines": lines})


@require_GET
def notifications(request: HttpRequest) -> HttpResponse:
    """All notifications of the user, those behind a digest too, page by page."""
    ask, user = request.GET, request.user
    rows = Notification.objects.shown_to(user).exclude(kind=operations.DIGEST)
    kind = kind_of(ask.get("kind", ""))
    if kind:
        rows = rows.filter(kind=kind.code)
    if ask.get("unread"):
        rows = rows.unread()
    with suppress(ValueError, OverflowError):
        rows = rows.filter(operations.of_day(dt.date.fromisoformat(ask.get("day", ""))))
    found = keyset(
        rows.select_related("author"),
        ORDER,
        after=ask.get("after", ""),
        before=ask.get("before", ""),
        size=SIZE,
        context=CursorContext(ALL, user.pk),
    )
    context = {
        "lines": lines_of(found.rows, user),
        "kinds": operations.choosable(),
        "kind": kind,
        "unread": bool(ask.get("unread")),
        "all_address": f"?{page_query(ask, without=['unread'])}",
        "unread_address": f"?{page_query(ask, unread='1')}",
        **neighbours(found, ask),
    }
    return render(request, "sysadmin/notices/list.html", context)


@require_POST
def open_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that a notification is read, and lead to what it is about."""
    rows = Notification.objects.shown_to(request.user).select_related("author")
    notice = rows.filter(pk=pk).first()
    if notice is None:
        raise Http404
    operations.read(notice)
    if notice.kind == operations.DIGEST and notice.day:
        return HttpResponseRedirect(f"{reverse(ALL)}?day={notice.day.isoformat()}")
    address = lines_of([notice], request.user)[0].address
    if not address:
        messages.warning(request, _("You no longer reach the record that this is about."))
    return HttpResponseRedirect(address or reverse(ALL))


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Note that everything is read."""
    operations.read_all(request.user)
    messages.success(request, _("All notifications are marked as read."))
    return HttpResponseRedirect(reverse(ALL))


@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: HttpRequest) -> HttpResponse:
    """How the user wants to be told of each kind, and in which hours not at all."""
    form = ChoicesForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            form.apply(request.user)
        except DomainError as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(reverse("sysadmin:notification_choices"))
    status = 422 if form.errors else 200
    return render(request, "sysadmin/notices/choices.html", {"form": form}, status=status)
