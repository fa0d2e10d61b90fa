"""How the system is, for administrators, for a load balancer and for a collector of figures."""

from __future__ import annotations

import hmac

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import Http404, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from crm.core.pages import Page

from .readings import readings
from .regular import regular_work


class HealthPage(Page):
    """What is as it should be and what is not, and how regular work went."""

    page = "view_health"
    template = "health"

    def get(self, request):
        regular = regular_work()
        return self.show(readings=readings(regular), regular=regular)


@login_not_required
@require_GET
def health(_request):
    """Whether this process and the database answer; nothing more is told to whoever asks."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except DatabaseError:
        return JsonResponse({"database": "down"}, status=503)
    return JsonResponse({"database": "up"})


@login_not_required
@require_GET
def metrics(request):
    """The figures in the text format of collectors, for who sends the token."""
    wanted = f"Bearer {settings.METRICS_TOKEN}".encode()
    sent = request.headers.get("Authorization", "").encode()
    if not settings.METRICS_TOKEN or not hmac.compare_digest(sent, wanted):
        raise Http404
    lines = [f"meridian_{reading.name} {reading.value:.15g}\n" for reading in readings()]
    return HttpResponse("".join(lines), content_type="text/plain; version=0.0.4; charset=utf-8")
