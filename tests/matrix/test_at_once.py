"""Two people who act on one record at the very same moment: one does it, the other is told."""

import threading
import time

import pytest
from django.db import connection, connections, transaction
from django.test import Client

from crm.core.models import AuditEvent, Workflow
from tests.factories import GrantFactory
from tests.matrix.forms import filled, text_field
from tests.matrix.routes import ACTS
from tests.matrix.subjects import STEPS_OF_THEIR_OWN
from tests.matrix.world import actions_of, widest, world_of

CHANGES = [route for route in ACTS if route.name.endswith("_change")]
MOVES = [r for r in ACTS if r.transition and str(r.resource) not in STEPS_OF_THEIR_OWN]
PATIENCE = 20


class Pair:
    """Two users with the same rights, each with the same form open about the same record."""

    def __init__(self, route):
        self.world = world = world_of(route.resource)
        self.row = world.rows["mine"] = world.subject.row(world.branch, world.me)
        world.ready(self.row, route)
        self.row.refresh_from_db()
        mine = world.give(actions_of(route.resource), world.branch, widest(route.resource))
        users = [world.me.user, world.colleague.user]
        GrantFactory(
            user=users[1], role=mine.role, branch=mine.branch, extent=mine.extent, valid=mine.valid
        )
        self.url, self.clients = world.address(route), [Client(), Client()]
        for client, user in zip(self.clients, users, strict=True):
            client.force_login(user)
            client.get(route.resource.url("list"))
        self.pages = [client.get(self.url) for client in self.clients]
        self.forms = [filled(page, world.subject, world.branch) for page in self.pages]

    def send(self, *changes):
        """What each gets when both have sent while the record was held, so that they meet there."""
        answers = [None, None]

        def post(place):
            try:
                data = self.forms[place] | changes[place]
                answers[place] = self.clients[place].post(self.url, data)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=post, args=[place]) for place in range(2)]
        with transaction.atomic():
            type(self.row)._base_manager.select_for_update().get(pk=self.row.pk)
            for thread in threads:
                thread.start()
            until(lambda: waiting() == 2)
        for thread in threads:
            thread.join()
        self.row.refresh_from_db()
        return answers


def until(condition):
    """Ask again and again, but not for ever."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline


def waiting():
    """How many connections to this database wait for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_stat_clear_snapshot()")
        cursor.execute(
            "select count(*) from pg_stat_activity"
            " where datname = current_database() and wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0]


def events_of(row):
    """How often the record has changed."""
    return AuditEvent.objects.filter(table_name=row._meta.db_table, row_key=str(row.pk)).count()


@pytest.mark.proves("SY-5")
@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_one_wins_and_the_other_compares_and_saves_again():
    for route in CHANGES:
        pair = Pair(route)
        name, row = text_field(pair.pages[0]), pair.row
        was, version, events = getattr(row, name), row.version, events_of(row)
        values = [was + "甲", was + "乙"]
        answers = pair.send(*({name: value} for value in values))
        codes = [answer.status_code for answer in answers]
        assert sorted(codes) == [302, 409], route.name
        winner, loser = codes.index(302), codes.index(409)
        assert getattr(row, name) == values[winner], route.name
        assert (row.version, events_of(row)) == (version + 1, events + 1), route.name
        told = answers[loser].content.decode()
        assert all(value in told for value in values), route.name
        again = filled(answers[loser], pair.world.subject, pair.world.branch)
        assert pair.clients[loser].post(pair.url, again).status_code == 302, route.name
        row.refresh_from_db()
        assert getattr(row, name) == values[loser], route.name


@pytest.mark.proves("SY-5")
@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_a_step_at_once_one_takes_it_and_the_other_is_told():
    for route in MOVES:
        pair = Pair(route)
        version, events = pair.row.version, events_of(pair.row)
        answers = pair.send({}, {})
        codes = sorted(answer.status_code for answer in answers)
        assert (pair.row.version, events_of(pair.row)) == (version + 1, events + 1), route.name
        if isinstance(pair.row, Workflow):
            # the second waits for the first, and then meets the state that it left
            assert codes == [302, 422], route.name
            refused = next(a for a in answers if a.status_code == 422).content.decode()
            assert pair.row.sentence(pair.row.MOVES[route.transition].refused) in refused
        else:
            assert codes in ([302, 409], [302, 422]), route.name
