"""The service desk: what one has in hand and what one's queues hold, by the time that is left."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db.models import Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.core.clock import now
from crm.core.keyset import capped_counts
from services.models import ServiceRequest
from services.requests.resources import request as resource
from services.requests.routing import for_user
from staff.models import StaffMember

DESK = "services.desk_servicerequest"
SHOWN = 40
QUEUED = ServiceRequest.Status.QUEUED
JOINS = ("customer", "service", "queue__calendar", "owner")


@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """Search first, then the queue by time left; what is chosen opens beside it."""
    user = request.user
    if not user.has_action(DESK):
        raise PermissionDenied
    reached = ServiceRequest.objects.permitted(user)
    me = StaffMember.objects.filter(user=user.pk).values("pk")[:1]
    mine = reached.filter(owner=Subquery(me), status__in=ServiceRequest.IN_HANDS)
    offered = reached.filter(for_user(user), status=QUEUED)
    rows = first_of(mine, offered)
    context = {
        "resource": resource,
        "mine": [row for row in rows if row.status != QUEUED],
        "queued": [row for row in rows if row.status == QUEUED],
        "tiles": tiles(mine, offered),
        "may_search": user.has_action("customers.view_customer"),
        "may_add": user.has_action(resource.permission("add")),
    }
    return render(request, "services/desk.html", context)


def first_of(*lists):
    """The most urgent requests of several lists, each of which its own index holds in order."""
    first, *others = [
        rows.order_by("due_at", "pk").values("due_at", "pk")[:SHOWN] for rows in lists
    ]
    # put in order here: where all but one are empty, the database is asked for that one alone
    found = sorted(first.union(*others), key=lambda row: (row["due_at"], row["pk"]))[:SHOWN]
    rows = ServiceRequest.objects.filter(pk__in=[row["pk"] for row in found])
    return list(rows.select_related(*JOINS).order_by("due_at", "pk"))


def tiles(mine, waiting):
    """Four figures, each with the list that it counts: label, figure, address, tone."""
    at, address = now(), resource.url("list")
    asked = (
        (_("Mine, overdue"), mine.overdue(at), "owner=me&due=overdue&sort=due", "bad"),
        (_("Mine, at risk"), mine.at_risk(at), "owner=me&due=at_risk&sort=due", "warn"),
        (_("Mine, open"), mine, "owner=me&at_work=yes&sort=due&view=mine", ""),
        (
            _("Waiting in my queues"),
            waiting,
            "queues=mine&status=queued&sort=due&view=queues",
            "",
        ),
    )
    counts = capped_counts([rows for _label, rows, _query, _tone in asked])
    return [
        (label, count, f"{address}?{query}", tone if count.n else "")
        for (label, _rows, query, tone), count in zip(asked, counts, strict=True)
    ]
