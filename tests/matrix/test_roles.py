"""The table of rights of the shipped roles, kept in the repository so that each change shows.

Write it anew with `pytest tests/matrix/test_roles.py --write-access` and read the difference.
"""

import itertools
from pathlib import Path

import pytest

from crm.ops.roles import ROLES
from crm.urls import RESOURCES
from sysadmin.models import Grant
from tests.factories import load_roles
from tests.matrix.clients import QuickClient
from tests.matrix.routes import ROUTES
from tests.matrix.subjects import every_action, subject_of
from tests.matrix.test_access import send
from tests.matrix.world import World, world_of

TABLE = Path(__file__).with_name("expected_access.txt")
REACHES = (Grant.Reach.BRANCH, Grant.Reach.BANK)
HEADING = """\
# What each shipped role gets from each page. Pages about a row are asked for one of another branch,
# with a grant for the whole bank, and the record's own page with one for one branch before.
# 200 page, 302 done and led on, 404 none within reach, 403 no such right, 405 no such method,
# 422 form incomplete. Written by: pytest tests/matrix/test_roles.py --write-access
"""


def worlds() -> dict[str, World]:
    """A world for each resource, with one row at another branch."""
    made = {}
    for resource in RESOURCES:
        world = world_of(resource)
        world.rows["elsewhere"] = world.subject.row(world.other, world.colleague)
        made[str(resource)] = world
    return made


def cell(clients, method, url, reaches) -> str:
    """What a role gets with each of these reaches."""
    return "/".join(str(send(clients[reach], method, url).status_code) for reach in reaches)


def table_of_rights() -> str:
    """The table as text: a line for each page and method, a column for each role."""
    roles, made = load_roles(), worlds()
    columns = {code: client_pair(roles[code]) for code in sorted(roles)}
    lines = []
    for route, method in itertools.product(ROUTES, ("GET", "POST")):
        if method in route.methods:
            url = made[str(route.resource)].address(route, "elsewhere")
            reaches = REACHES if route.is_record else REACHES[1:]
            cells = [cell(pair, method, url, reaches) for pair in columns.values()]
            lines.append(line(f"{method} {route}", cells))
    head = line("", columns)
    return HEADING + head + "".join(sorted(lines, key=lambda text: text.split()[1::-1]))


def line(first, cells) -> str:
    """One line of the table."""
    return (f"{first:<42}" + "".join(f"{one[:12]:<13}" for one in cells)).rstrip() + "\n"


def client_pair(role) -> dict[str, QuickClient]:
    """One client for each reach, whose user holds this role and nothing else."""
    pair = {}
    for reach in REACHES:
        world = World(RESOURCES[0], subject_of(RESOURCES[0].model))
        world.hold(role, reach)
        pair[reach] = QuickClient()
        pair[reach].force_login(world.me.user)
    return pair


@pytest.mark.slow
@pytest.mark.proves("SY-2")
def test_the_shipped_roles_open_what_the_table_of_rights_says(db, request):
    table = table_of_rights()
    if request.config.getoption("--write-access"):
        TABLE.write_text(table)
    assert table.splitlines() == TABLE.read_text().splitlines()


def test_shipped_roles_carry_only_actions_that_a_model_declares():
    assert {action for role in ROLES for action in role.actions} <= every_action()


def test_every_action_that_a_page_asks_for_is_declared_by_a_model():
    assert {route.action for route in ROUTES} <= every_action()
