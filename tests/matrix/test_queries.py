"""How many questions a page asks the database: few, and no more for many rows than for one."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.core.scope import System
from sysadmin.models import Grant
from tests.matrix.routes import ROUTES
from tests.matrix.world import SUBTREE, actions_of, world_of

MANY = 12
LISTS, RECORDS = 8, 10
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
    return [sql for sql in said if not sql.startswith(("SAVEPOINT", "RELEASE SAVEPOINT"))]


@pytest.mark.parametrize("reaching", ["one grant", "grants of every reach"])
@pytest.mark.parametrize("route", READING, ids=str)
def test_a_page_asks_no_more_for_many_rows_than_for_one_and_stays_below_its_ceiling(
    db, route, reaching
):
    world = world_of(route.resource)
    bank_wide = isinstance(route.resource.model.SCOPE, System)
    extents = [Grant.Reach.BANK if bank_wide else SUBTREE]
    extents += list(Grant.Reach.values[:3]) if reaching != "one grant" else []
    for extent in extents:
        world.give(actions_of(route.resource), world.branch, extent)
    row = world.rows["mine"] = world.subject.row(world.branch, world.me)
    client = Client()
    client.force_login(world.me.user)
    url = world.address(route)
    client.get(url)  # a session's first request stores when it began
    one = asked(client, url)
    for _ in range(MANY - 1):
        world.subject.row(world.branch, world.me)
        for child in world.subject.children:
            child(row)
    many = asked(client, url)
    assert len(many) <= len(one), "\n".join(many)
    assert len(many) <= (RECORDS if route.is_row else LISTS), "\n".join(many)


def test_the_first_request_of_a_session_asks_little_more(world):
    world.give(actions_of(world.resource), world.branch)
    client = Client()
    client.force_login(world.me.user)
    first, second = (asked(client, world.resource.url("list")) for _ in range(2))
    assert len(first) <= len(second) + 4, "\n".join(first)
