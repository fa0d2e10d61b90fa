"""How many questions a page asks the database: few, and no more for many rows than for one."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.core.scope import System
from sysadmin.models import Grant
from tests.matrix.routes import ROUTES
from tests.matrix.world import SUBTREE, actions_of

MANY = 6
LISTS, RECORDS = 8, 10
# a handover asks one question of each module that has a part in it; a customer is shown with
# documents, contact points, relationships, life and capacity, restrictions and requests; the health
# page reads each of its figures from a table of its own
CEILINGS = {
    "staff:handover_view": 13,
    "customers:customer_view": 12,
    "risk:alertcase_view": 11,
    "sysadmin:health": 12,
}
# of every row of a page, which pages show it
READING = [route for route in ROUTES if "GET" in route.methods and not route.acts]


def asked(client, url):
    """Every query of one request, the session's and the user's among them."""
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = client.get(url)
    assert answer.status_code in {200, 404}
    said = [query["sql"] for query in queries.captured_queries]
    # outside a test these begin and end the transaction itself
    said = [sql for sql in said if not sql.startswith(("SAVEPOINT", "RELEASE SAVEPOINT"))]
    return [sql for sql in said if not is_kept(sql)]


def is_kept(sql):
    """Whether a whole table of configuration is read, which a process does once.

    In a test each request reads it again, as its transaction may yet be undone.
    """
    whole = " WHERE " not in sql and " LIMIT " not in sql
    return sql.startswith('SELECT "config_admin_') and whole


@pytest.mark.parametrize("reaching", ["one grant", "grants of every reach"])
def test_pages_ask_no_more_for_many_rows_than_for_one_and_stay_below_their_ceiling(world, reaching):
    bank_wide = isinstance(world.resource.model.SCOPE, System)
    extents = [Grant.Reach.BANK if bank_wide else SUBTREE]
    extents += list(Grant.Reach.values[:3]) if reaching != "one grant" else []
    for extent in extents:
        world.give(actions_of(world.resource), world.branch, extent)
    row = world.rows["mine"] = world.subject.row(world.branch, world.me)
    client = Client()
    client.force_login(world.me.user)
    urls = {route: world.address(route) for route in READING if route.resource is world.resource}
    for child in world.subject.children:
        child(row)
    client.get(world.resource.url("list"))  # a session's first request stores when it began
    one = {route: asked(client, url) for route, url in urls.items()}
    for _ in range(MANY - 1):
        world.subject.row(world.branch, world.me)
        for child in world.subject.children:
            child(row)
    for route, url in urls.items():
        many = asked(client, url)
        assert len(many) <= len(one[route]), "\n".join([str(route), *many])
        ceiling = CEILINGS.get(route.name, RECORDS if route.is_row else LISTS)
        assert len(many) <= ceiling, "\n".join([str(route), *many])


def test_the_first_request_of_a_session_asks_little_more(world):
    world.give(actions_of(world.resource), world.branch)
    client = Client()
    client.force_login(world.me.user)
    first, second = (asked(client, world.resource.url("list")) for _ in range(2))
    assert len(first) <= len(second) + 4, "\n".join(first)
