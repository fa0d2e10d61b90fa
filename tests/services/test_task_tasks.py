"""Tasks: given, ranked, put off, done by one click and opened again, reminded of, handed over."""

import datetime as dt
import json

import pytest

from crm.core.acting import acting
from crm.core.clock import bank_today, clock_at, now
from services.agenda.operations import next_week, tomorrow
from services.models import Task
from sysadmin.models import Grant, system_user
from tests.factories import CustomerFactory, HoldingFactory, StaffMemberFactory
from tests.factories_services.agenda import AppointmentFactory, TaskFactory
from tests.factories_services.complaints import ComplaintFactory, prepare

RIGHTS = (
    "services.view_task",
    "services.add_task",
    "services.change_task",
    "services.finish_task",
    "services.drop_task",
    "services.reopen_task",
    "services.view_appointment",
    "customers.view_customer",
    "staff.view_staffmember",
)
TODAY, LIST = "/service/agenda/", "/service/agenda/tasks/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def me(person, branch):
    """A manager who reaches what is their own."""
    return person(branch, *RIGHTS, extent=Grant.Reach.OWN)


@pytest.fixture
def desk(me, signed_in):
    """The manager at work."""
    return signed_in(me)


@pytest.fixture
def colleague(branch):
    """Somebody at the same branch."""
    return StaffMemberFactory(branch=branch)


@pytest.fixture
def mine(me):
    """Makes a task of the manager."""

    def make(days=0, **values):
        due = bank_today() + dt.timedelta(days=days)
        return TaskFactory(member=me.staff_member, author=me, due_on=due, **values)

    return make


def customer_with(assets, **values):
    """A customer who has so much with the bank."""
    customer = CustomerFactory(**values)
    HoldingFactory(customer=customer, kind="deposit", balance_base=assets)
    return customer


def texts(page):
    """The tasks of the list of today, in the order in which they stand there."""
    return [task.title for _name, tasks in page.context["today"].groups for task in tasks]


def stored(task):
    """The task as the database holds it now."""
    return Task.objects.get(pk=task.pk)


@pytest.mark.proves("CS-6")
def test_a_task_is_given_to_a_colleague_of_the_branch_who_sees_who_gave_it(
    desk, me, colleague, keyed, person, branch, signed_in
):
    other = person(branch, *RIGHTS, extent=Grant.Reach.OWN)
    sent = {"title": "Ask for the new statement", "due_on": bank_today().isoformat()}
    given = keyed(**sent, member=other.staff_member.pk, priority=2)
    assert desk.post(f"{LIST}add/", given).status_code == 302
    task = Task.objects.get()
    assert (task.member, task.author) == (other.staff_member, me)
    page = signed_in(other).get(TODAY).content.decode()
    assert "Ask for the new statement" in page
    assert f"from {me.shown_name}" in page
    # the one who gave it follows it, and does not have it among their own
    assert desk.get(f"{LIST}{task.pk}/").status_code == 200
    assert texts(desk.get(TODAY)) == []
    assert task.title in desk.get(LIST, {"for_others": "true"}).content.decode()


@pytest.mark.proves("CS-6")
def test_a_task_of_a_day_that_is_over_is_refused_beside_the_field(desk, me, keyed):
    yesterday = bank_today() - dt.timedelta(days=1)
    sent = keyed(title="Do this", due_on=yesterday, priority=2, member=me.staff_member.pk)
    answer = desk.post(f"{LIST}add/", sent)
    assert answer.status_code == 422
    said = ["This day is over. Enter today or later."]
    assert answer.context["form"].errors["due_on"] == said
    assert not Task.objects.exists()


@pytest.mark.proves("CS-6")
def test_nobody_gives_tasks_to_those_at_another_branch(desk, other_branch, keyed):
    stranger = StaffMemberFactory(branch=other_branch)
    sent = keyed(title="Do this", due_on=bank_today(), priority=2, member=stranger.pk)
    answer = desk.post(f"{LIST}add/", sent)
    assert answer.status_code == 422
    assert answer.context["form"].errors["member"] == ["Choose one of the entries offered."]
    assert not Task.objects.exists()


@pytest.mark.proves("CS-6")
def test_the_list_of_today_is_ranked_by_delay_priority_and_the_customers_assets(
    desk, me, mine, branch
):
    member = me.staff_member
    small, large = (
        customer_with(assets, home_branch=branch, lead_manager=member)
        for assets in (900, 5_000_000)
    )
    mine(title="of a small customer", customer=small)
    mine(title="of a large customer", customer=large)
    mine(title="of nobody")
    mine(title="with a time", customer=small, due_at=dt.time(10))
    mine(title="urgent", priority=Task.Priority.HIGH)
    mine(title="late", days=-1)
    mine(title="late and urgent", days=-1, priority=Task.Priority.HIGH)
    mine(title="later", days=1)
    mine(title="done", status=Task.Status.DONE)
    page = desk.get(TODAY)
    assert texts(page) == [
        "late and urgent",
        "late",
        "urgent",
        "of a large customer",
        "with a time",
        "of a small customer",
        "of nobody",
    ]
    assert large.shown_name in page.content.decode()


def test_a_customer_out_of_reach_is_not_named_beside_the_task(desk, mine, other_branch):
    stranger = CustomerFactory(home_branch=other_branch, name="阮星河")
    task = mine(title="about somebody", customer=stranger)
    for url in (TODAY, LIST, f"{LIST}{task.pk}/", f"{LIST}{task.pk}/change/"):
        page = desk.get(url).content.decode()
        assert "about somebody" in page
        assert stranger.shown_name not in page
        assert stranger.number not in page


@pytest.mark.proves("CS-6")
def test_a_task_is_done_by_one_click_and_this_is_undone_from_the_message(desk, mine, keyed):
    task = mine(title="Ring up")
    answer = desk.post(f"{LIST}{task.pk}/finish/", keyed(), headers=HTMX)
    assert answer.status_code == 204
    told = json.loads(answer.headers["HX-Trigger"])
    assert told["crm:saved"]["message"] == "“Ring up” is done."
    assert "crm:tasks" in told
    assert stored(task).status == "done"
    assert texts(desk.get(TODAY)) == []
    undo = told["crm:saved"]
    answer = desk.post(undo["undo"], {"idempotency_key": undo["key"]}, headers=HTMX)
    assert answer.status_code == 204
    assert stored(task).status == "open"
    assert texts(desk.get(TODAY)) == ["Ring up"]


def test_who_comes_too_late_to_finish_a_task_is_told(desk, mine, keyed):
    task = mine(status=Task.Status.DROPPED)
    answer = desk.post(f"{LIST}{task.pk}/finish/", keyed(), headers=HTMX)
    assert answer.status_code == 422
    assert answer.headers["HX-Retarget"] == "#confirm"
    assert "Status" in answer.content.decode()
    assert stored(task).status == "dropped"


def test_without_scripts_a_task_is_done_all_the_same(desk, mine, keyed):
    task = mine()
    answer = desk.post(f"{LIST}{task.pk}/finish/", keyed())
    assert answer.headers["Location"] == f"{LIST}{task.pk}/"
    assert stored(task).status == "done"


def test_a_task_is_dropped_for_a_reason(desk, mine, keyed):
    task = mine()
    assert desk.post(f"{LIST}{task.pk}/drop/", keyed()).status_code == 422
    assert desk.post(f"{LIST}{task.pk}/drop/", keyed(reason="moved away")).status_code == 302
    assert stored(task).status == "dropped"


@pytest.mark.proves("CS-6")
def test_a_task_is_put_off_with_its_reminder(desk, mine, keyed):
    task = mine(days=-3, due_at=dt.time(15))
    url = f"{LIST}{task.pk}/"
    changed = {"title": task.title, "member": task.member_id, "priority": 2, "version": 1}
    sent = keyed(**changed, due_on=task.due_on, due_at="15:00", remind_before=60)
    assert desk.post(f"{url}change/", sent).status_code == 302
    assert stored(task).remind_at == stored(task).due - dt.timedelta(hours=1)
    for to, day in (("tomorrow", tomorrow()), ("next_week", next_week())):
        if stored(task).due_on < day:
            assert desk.post(f"{url}put-off/", keyed(to=to)).status_code == 302
            assert stored(task).due_on == day
            assert stored(task).remind_at == stored(task).due - dt.timedelta(hours=1)
    refused = desk.post(f"{url}put-off/", keyed(to="tomorrow"))
    assert refused.status_code == 422
    assert "to a later day than its own" in refused.content.decode()


@pytest.mark.proves("CS-6")
def test_putting_off_is_undone_in_the_message_unless_something_happened_since(desk, mine, keyed):
    task = mine(-2)
    was = task.due_on

    def put_off():
        answer = desk.post(f"{LIST}{task.pk}/put-off/", keyed(to="tomorrow"), headers=HTMX)
        task.refresh_from_db()
        assert task.due_on == tomorrow()
        return json.loads(answer.headers["HX-Trigger"])["crm:saved"]

    said = put_off()
    answer = desk.post(said["undo"], {"idempotency_key": said["key"]}, headers=HTMX)
    assert answer.status_code == 204
    task.refresh_from_db()
    assert task.due_on == was
    said = put_off()
    with acting(by=system_user()):
        Task.objects.filter(pk=task.pk).update(title="Another one", version=task.version + 1)
    refused = desk.post(said["undo"], {"idempotency_key": said["key"]}, headers=HTMX)
    assert refused.status_code == 409
    task.refresh_from_db()
    assert task.due_on == tomorrow()
    forged = f"{LIST}{task.pk}/put-off/?due_on=yesterday&version={task.version}"
    assert desk.post(forged, keyed()).status_code == 422


@pytest.mark.proves("CS-6")
def test_the_list_of_today_names_complaints_that_are_to_be_answered_soon(
    signed_in, person, branch, colleague
):
    prepare()
    me = person(branch, *RIGHTS, "services.view_complaint")
    today, day = bank_today(), dt.timedelta(days=1)
    customer = CustomerFactory(home_branch=branch)
    shown = {"status": "investigating", "handler": me.staff_member, "customer": customer}
    late, soon, later = (
        ComplaintFactory(**shown, due_on=today + days * day) for days in (-1, 3, 4)
    )
    theirs = ComplaintFactory(**shown | {"handler": colleague}, due_on=today)
    page = signed_in(me).get(TODAY).content.decode()
    for complaint, is_named in ((late, True), (soon, True), (later, False), (theirs, False)):
        assert (complaint.number in page) == is_named
    mark = signed_in(me).get("/reminders/").content.decode()
    assert "2 reminders" in mark


def test_what_is_done_is_not_put_off(desk, mine, keyed):
    task = mine(days=-1, status=Task.Status.DONE)
    answer = desk.post(f"{LIST}{task.pk}/put-off/", keyed(to="tomorrow"))
    assert answer.status_code == 422
    assert stored(task).due_on == task.due_on
    assert f"{LIST}{task.pk}/put-off/" not in desk.get(f"{LIST}{task.pk}/").content.decode()


@pytest.mark.proves("CS-6")
def test_a_reminder_shows_at_the_top_from_its_moment_until_it_is_seen(desk, mine, keyed):
    task = mine(days=5, remind_before=4320, remind_at=now() + dt.timedelta(minutes=5))
    assert "reminder" not in desk.get("/reminders/").content.decode()
    with clock_at(now() + dt.timedelta(minutes=6)):
        assert 'aria-label="1 reminder"' in desk.get("/reminders/").content.decode()
        assert texts(desk.get(TODAY)) == [task.title]
        seen = desk.post(f"{LIST}{task.pk}/put-off/", keyed(to="seen"))
        assert seen.status_code == 302
        assert "reminder" not in desk.get("/reminders/").content.decode()
        assert texts(desk.get(TODAY)) == []
    assert stored(task).due_on == task.due_on


def test_reminders_are_for_those_who_do_the_task_alone(person, branch, signed_in, mine):
    mine(remind_before=0, remind_at=now())
    head = signed_in(person(branch, *RIGHTS))
    assert "reminder" not in head.get("/reminders/").content.decode()
    assert signed_in(person(branch, "staff.view_branch")).get("/reminders/").status_code == 200


@pytest.mark.proves("CS-6")
def test_week_and_month_show_tasks_and_appointments_on_their_days(desk, me, mine):
    noon = dt.datetime(2031, 5, 14, 4, tzinfo=dt.UTC)
    AppointmentFactory(member=me.staff_member, begins_at=noon, ends_at=noon + dt.timedelta(hours=1))
    TaskFactory(member=me.staff_member, due_on=dt.date(2031, 5, 14), title="Prepare papers")
    TaskFactory(member=me.staff_member, due_on=dt.date(2031, 5, 31), title="Month's end")
    week = desk.get(f"{TODAY}week/", {"day": "2031-05-15"})
    shown = {str(day.day): len(day.items) for day in week.context["days"]}
    assert shown == {f"2031-05-{n}": 2 if n == 14 else 0 for n in range(12, 19)}
    text = week.content.decode()
    assert text.index("12:00–13:00") < text.index("Prepare papers")
    assert 'href="?day=2031-05-11" data-key="k"' in text
    assert 'href="?day=2031-05-19" data-key="j"' in text
    month = desk.get(f"{TODAY}month/", {"month": "2031-05"})
    held = [day for line in month.context["weeks"] for day in line if day.items]
    assert [(day.day.day, len(day.items)) for day in held] == [(14, 2), (31, 1)]
    assert 'href="?month=2031-04" data-key="k"' in month.content.decode()


@pytest.mark.parametrize("day", ["", "x", "2031-13-01", "0001-01-01", "9999-12-31", "20310514"])
def test_a_day_that_is_none_shows_a_week_all_the_same(desk, day):
    assert len(desk.get(f"{TODAY}week/", {"day": day}).context["days"]) == 7


def test_a_full_day_shows_three_and_leads_to_the_rest(desk, mine):
    for _ in range(5):
        mine()
    page = desk.get(f"{TODAY}month/").content.decode()
    assert "2 more" in page
    assert f"/service/agenda/week/?day={bank_today()}" in page


@pytest.mark.proves("CS-6")
def test_the_customers_page_shows_open_tasks_and_enters_another_one(desk, me, mine, branch, keyed):
    customer = CustomerFactory(home_branch=branch, lead_manager=me.staff_member)
    mine(customer=customer, title="still open")
    mine(customer=customer, title="done long ago", status=Task.Status.DONE)
    card = desk.get(f"{LIST}panel/customer/{customer.pk}/").content.decode()
    assert "still open" in card
    assert "done long ago" not in card
    assert 'data-key="t"' in card
    drawer = HTMX | {"HX-Target": "drawer"}
    form = desk.get(f"{LIST}add/?customer={customer.pk}", headers=drawer).context["form"]
    assert form.initial["customer"] == customer.pk
    assert form.initial["member"] == me.staff_member.pk
    here = f"/customers/{customer.pk}/"
    sent = keyed(
        title="another one",
        due_on=bank_today(),
        priority=2,
        member=me.staff_member.pk,
        customer=customer.pk,
    )
    answer = desk.post(
        f"{LIST}add/", sent, headers=drawer | {"HX-Current-URL": f"http://testserver{here}"}
    )
    assert answer.headers["HX-Redirect"] == here


def test_a_leader_sees_and_changes_the_tasks_of_the_team(person, branch, signed_in, mine, me):
    leader = person(branch, *RIGHTS, extent=Grant.Reach.TEAM)
    task = mine(title="of the team")
    assert signed_in(leader).get(f"{LIST}{task.pk}/").status_code == 404
    with acting(by=system_user()):
        me.staff_member.supervisor = leader.staff_member
        me.staff_member.save()
    assert signed_in(leader).get(f"{LIST}{task.pk}/").status_code == 200
