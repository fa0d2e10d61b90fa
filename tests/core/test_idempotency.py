"""A form sent twice has one effect, whatever the form: every page that acts is tried."""

import datetime as dt
import itertools
import threading
import uuid

import pytest
from django.db import connections
from django.test import Client

from crm.core.clock import bank_today
from crm.core.idempotency import FIELD
from crm.core.models import AuditEvent, IdempotencyKey
from tests.matrix.forms import filled
from tests.matrix.routes import ACTS
from tests.matrix.subjects import STEPS_OF_THEIR_OWN
from tests.matrix.world import actions_of, widest, world_of

FORMS = [r for r in ACTS if not (r.transition and str(r.resource) in STEPS_OF_THEIR_OWN)]
# what holds from a day on, of which there is one a day
DAY_OF = {"config_admin.currencyrate": "on", "config_admin.parametervalue": "first_day"}
days = itertools.count(1)
# the first has none before it, and so does less than those that follow
ENDS_THE_ONE_BEFORE = {"config_admin:parametervalue_add"}
GARBAGE = ("", "x", "0", "None", "1" * 400, "\x00", "{0}-{0}")
AT_ONCE = 3


class Desk:
    """Somebody before a form, and what they are about to send."""

    def __init__(self, route):
        self.route, self.world = route, world_of(route.resource)
        world = self.world
        self.row = world.rows["mine"] = world.subject.row(world.branch, world.me)
        world.ready(self.row, route)
        world.give(actions_of(route.resource), world.branch, widest(route.resource))
        self.url, self.client = world.address(route), self.sit_down()
        self.page = self.client.get(self.url)
        self.data = self.fill()

    def sit_down(self):
        """A client signed in as the user."""
        client = Client()
        client.force_login(self.world.me.user)
        return client

    def fill(self):
        """What the form holds, with a change in it, under a fresh key."""
        page = self.client.get(self.url)
        data = filled(page, self.world.subject, self.world.branch)
        for name in ("city", "address", "reason"):
            if name in page.context["form"].fields:
                data[name] = f"测试{uuid.uuid4().hex[:6]}"
        if (day := DAY_OF.get(str(self.world.resource))) in page.context["form"].fields:
            # one figure a day: each form is about another day
            data[day] = bank_today() + dt.timedelta(days=next(days))
        return data

    def other_record(self):
        """The address of the same form about another record, if it is about one."""
        world = self.world
        if not self.route.is_row:
            return None
        world.rows["branch"] = world.subject.row(world.branch, world.me)
        world.ready(world.rows["branch"], self.route)
        return world.address(self.route, "branch")

    def send(self, **changes):
        """Send the form."""
        return self.client.post(self.url, self.data | changes)


def effects():
    """How much has ever happened."""
    return AuditEvent.objects.count()


def lead(answer):
    """Where an answer leads."""
    return answer.status_code, answer.headers.get("Location")


@pytest.fixture(params=FORMS, ids=str)
def desk(db, request):
    """Somebody before each form of the product in turn."""
    return Desk(request.param)


@pytest.mark.proves("SY-5")
def test_a_form_sent_again_gets_the_same_answer_and_has_one_effect(desk):
    other = desk.other_record()
    before = effects()
    first = desk.send()
    assert first.status_code == 302, first.context["form"].errors
    done = effects()
    assert done > before
    assert lead(desk.send()) == lead(desk.send()) == lead(first)
    # from another session of the user
    assert lead(desk.sit_down().post(desk.url, desk.data)) == lead(first)
    assert IdempotencyKey.objects.filter(key=desk.data[FIELD]).count() == 1
    # with other contents, or about another record
    others = [desk.send(anything="else")]
    if other:
        others.append(desk.client.post(other, desk.data))
    for answer in others:
        assert answer.status_code == 409
        assert "This form was sent before with other contents." in answer.content.decode()
    assert effects() == done


def test_only_a_valid_form_consumes_a_key_of_ours_which_says_nothing_about_that_of_another(desk):
    fields = desk.page.context["form"].fields.items()
    # what asks for nothing is always valid
    needed = [name for name, f in fields if f.required and not f.disabled][:1]
    held = desk.data.pop(FIELD)
    # no two forms show the same key
    assert held != desk.fill()[FIELD]
    before = effects()
    for sent in ({}, *({FIELD: garbage} for garbage in GARBAGE), {FIELD: f"{held}0"}):
        answer = desk.send(**sent)
        assert answer.status_code == 409, sent
        assert "This form is too old." in answer.content.decode()
    for name in needed:
        assert desk.send(**{name: "", FIELD: held}).status_code == 422
    assert effects() == before
    assert not IdempotencyKey.objects.filter(key=held).exists()
    IdempotencyKey.objects.create(
        user=desk.world.colleague.user, key=held, digest="x", target="/elsewhere/"
    )
    answer = desk.send(**{FIELD: held})
    assert answer.status_code == 302
    assert answer.headers["Location"] != "/elsewhere/"
    assert effects() > before


def at_once(desk):
    """The answers to the same form sent by several browsers at the same moment."""
    clients = [desk.sit_down() for _ in range(AT_ONCE)]
    for client in clients:
        client.get(desk.world.resource.url("list"))
    start, answers = threading.Barrier(AT_ONCE), []

    def send(client):
        try:
            start.wait()
            answers.append(lead(client.post(desk.url, desk.data)))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.slow
@pytest.mark.proves("SY-5")
@pytest.mark.django_db(transaction=True)
def test_forms_sent_at_the_same_moment_have_one_effect():
    for route in FORMS:
        if route.name in ENDS_THE_ONE_BEFORE:
            Desk(route).send()
        alone, desk = Desk(route), Desk(route)
        before = effects()
        alone.send()
        of_one = effects() - before
        before = effects()
        answers = at_once(desk)
        assert len(answers) == AT_ONCE, route.name
        assert len(set(answers)) == 1, (route.name, answers)
        assert answers[0][0] == 302, route.name
        assert effects() - before == of_one > 0, route.name
