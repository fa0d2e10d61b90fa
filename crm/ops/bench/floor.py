"""The floor: the least that a page with session, user and a keyset list costs in Django."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine
from django.urls import path

from customers.models import Customer

TEMPLATE = """<!doctype html><title>Customers</title><table>{% for row in rows %}<tr>
<td><a href="/customers/{{ row.id }}/">{{ row.latin_name }}</a> {{ row.number }}</td>
<td>{{ row.kind }}</td><td>{{ row.status }}</td><td>{{ row.home_branch.name_en }}</td>
<td>{{ row.lead_manager.latin_name }}</td><td>{{ row.city }}</td>
<td>{{ row.opened_on }}</td></tr>{% endfor %}</table>"""
ROWS = 25
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
page = Engine().from_string(TEMPLATE)


def floor_list(request: HttpRequest) -> HttpResponse:
    """A list of customers with nothing around it."""
    if not request.user.is_authenticated:
        return HttpResponse(status=403)
    rows = Customer.objects.select_related("home_branch", "lead_manager").order_by(
        "name_sort", "id"
    )
    return HttpResponse(page.render(Context({"rows": rows[:ROWS]})))


urlpatterns = [path("floor/", floor_list)]
