"""Contacts with customers: logged, corrected within a day, reviewed, kept in confidence."""

import datetime as dt

import pytest
from django.utils import timezone

from crm.core.acting import acting
from crm.core.clock import bank_today, clock_at, now
from crm.core.formats import moment
from crm.core.models import AuditEvent
from services.models import Contact, ContactNote, Promise, Task
from sysadmin.models import Grant, system_user
from tests.factories import (
    CustomerFactory,
    GrantFactory,
    RoleFactory,
    StaffMemberFactory,
)
from tests.factories_services.contacts import (
    ContactAttendeeFactory,
    ContactFactory,
    ContactNoteFactory,
    PromiseFactory,
)
from tests.matrix.subjects import enter_lines

SEE = ["customers.view_customer", "services.view_contact", "services.view_promise"]
WORK = [
    *SEE,
    "staff.view_staffmember",
    "services.add_contact",
    "services.correct_contact",
    "services.annotate_contact",
    "services.add_promise",
]
TRAIL = ["customers.history_customer", "core.view_auditevent"]
LOG = "/service/contacts/add/"
SECRET = "They are about to sell the company."


@pytest.fixture(autouse=True)
def dictionaries(db):
    enter_lines()


@pytest.fixture
def user(person, branch):
    return person(branch, *WORK)


@pytest.fixture
def client(signed_in, user):
    return signed_in(user)


@pytest.fixture
def customer(branch, user):
    return CustomerFactory(home_branch=branch, lead_manager=user.staff_member, latin_name="Hu Lan")


@pytest.fixture
def contact(customer, user):
    return ContactFactory(customer=customer, author=user.staff_member)


def typed(keyed, customer, **changes):
    return keyed(
        customer=customer.pk,
        summary="Asked about the maturing deposit.",
        kind="call",
        direction="outgoing",
        purpose="maturity",
        result="interested",
        at=(now() - dt.timedelta(minutes=5)).isoformat(),
        **changes,
    )


def corrected(keyed, contact, **changes):
    return typed(keyed, contact.customer, version=contact.version, **changes)


# --- logging --------------------------------------------------------------------------------------


@pytest.mark.proves("CS-4")
def test_from_the_customers_page_everything_but_the_words_is_filled_in(client, user, customer):
    ContactFactory(author=user.staff_member, purpose="retention")
    page = client.get(f"/customers/{customer.pk}/").content.decode()
    assert f'{LOG}?customer={customer.pk}"' in page
    form = client.get(f"{LOG}?customer={customer.pk}").context["form"]
    given = {name: form[name].value() for name in ("customer", "kind", "direction", "purpose")}
    assert given == {
        "customer": customer.pk,
        "kind": "call",
        "direction": "outgoing",
        "purpose": "retention",
    }
    assert form["customer"].is_hidden
    assert form["at"].value() is not None
    assert next(iter(form.visible_fields())).name == "summary"


@pytest.mark.proves("CS-4")
def test_the_last_contact_that_one_may_read_is_a_key_fact_of_the_customer(
    client, customer, contact, person, branch, signed_in
):
    colleague = StaffMemberFactory(branch=branch)
    ContactFactory(
        customer=customer, author=colleague, kind="visit", at=now() - dt.timedelta(days=40)
    )
    with acting(by=system_user()):
        Contact.objects.filter(pk=contact.pk).update(
            is_confidential=True, at=now() - dt.timedelta(days=3)
        )

    def fact(reader):
        page = reader.get(f"/customers/{customer.pk}/").content.decode()
        return page.partition("<dt>Last contact</dt>")[2].split("</div>")[0]

    assert "Call, 3 days ago" in fact(client)
    # who was not there and does not lead the customer knows of the one before
    assert "Visit, 40 days ago" in fact(signed_in(person(branch, *SEE)))
    assert fact(signed_in(person(branch, SEE[0]))) == ""


@pytest.mark.proves("CS-4")
def test_a_contact_is_logged_with_who_was_there_and_what_was_promised(
    client, user, customer, branch, keyed
):
    colleague = StaffMemberFactory(branch=branch)
    until = (now() + dt.timedelta(days=3)).date()
    data = typed(
        keyed,
        customer,
        colleague=colleague.pk,
        second_colleague=user.staff_member.pk,
        customer_side="Their accountant",
        next_step="Send the offer",
        next_on=until.isoformat(),
        promise="A written offer",
        until=until.isoformat(),
    )
    answer = client.post(LOG, data, headers={"HX-Request": "true", "HX-Target": "drawer"})
    assert answer.headers["HX-Redirect"] == f"/customers/{customer.pk}/"
    row = Contact.objects.get()
    assert (row.author, row.purpose, row.result) == (user.staff_member, "maturity", "interested")
    assert [one.member for one in row.colleagues] == [colleague]
    promise = Promise.objects.get()
    assert (promise.customer, promise.contact, promise.words) == (customer, row, "A written offer")
    assert (promise.owner, promise.due_on, promise.status) == (user.staff_member, until, "open")
    page = client.get(f"/service/contacts/{row.pk}/").content.decode()
    for words in ("Asked about the maturing", "Their accountant", "Send the offer", "A written"):
        assert words in page


@pytest.mark.proves("CS-4")
@pytest.mark.parametrize(
    ("changes", "field", "told"),
    [
        ({"summary": ""}, "summary", "This field is required."),
        ({"purpose": "nothing"}, "purpose", "Select a valid choice"),
        ({"next_on": "2030-01-01"}, "next_step", "Say what the next step is."),
        ({"promise": "An offer"}, "until", "Until when is it promised?"),
        ({"until": "2090-01-01"}, "promise", "Say what is promised until then."),
    ],
)
def test_what_is_missing_is_said_beside_its_field(client, customer, keyed, changes, field, told):
    answer = client.post(LOG, typed(keyed, customer) | changes)
    assert answer.status_code == 422
    assert told in answer.context["form"].errors[field][0]
    assert not Contact.objects.exists()


@pytest.mark.proves("CS-4")
def test_what_is_still_to_come_is_no_contact_and_a_promise_of_yesterday_none(
    client, customer, keyed
):
    tomorrow = (now() + dt.timedelta(days=1)).isoformat()
    answer = client.post(LOG, typed(keyed, customer) | {"at": tomorrow})
    told = ["This is still to come. Enter when it took place."]
    assert answer.context["form"].errors["at"] == told
    late = {"promise": "An offer", "until": "2020-01-01"}
    answer = client.post(LOG, typed(keyed, customer, **late))
    assert answer.status_code == 422
    assert "This day is over. Enter today or later." in answer.content.decode()
    assert not Contact.objects.exists()


def test_a_customer_out_of_reach_is_none_to_log_a_contact_with(
    client, customer, other_branch, keyed
):
    far = CustomerFactory(home_branch=other_branch)
    assert client.get(f"{LOG}?customer={far.pk}").status_code == 404
    assert client.post(LOG, typed(keyed, far)).status_code == 422
    assert not Contact.objects.exists()


# --- correcting and adding ------------------------------------------------------------------------


@pytest.mark.proves("CS-4")
def test_whoever_entered_it_corrects_it_within_a_day(client, contact, branch, keyed):
    wrong, right = StaffMemberFactory(branch=branch), StaffMemberFactory(branch=branch)
    ContactAttendeeFactory(contact=contact, member=wrong)
    address = f"/service/contacts/{contact.pk}/correct/"
    assert address in client.get(f"/service/contacts/{contact.pk}/").content.decode()
    data = corrected(keyed, contact, colleague=right.pk, is_confidential="on")
    assert client.post(address, data).status_code == 302
    contact = Contact.objects.get()
    assert (contact.summary, contact.is_confidential) == (data["summary"], True)
    assert [one.member for one in contact.colleagues] == [right]
    again = corrected(keyed, contact, colleague=wrong.pk)
    assert client.post(address, again).status_code == 302
    assert [one.member for one in Contact.objects.get().colleagues] == [wrong]


@pytest.mark.proves("CS-4")
def test_after_a_day_after_the_review_and_by_others_nothing_is_corrected(
    client, contact, person, branch, signed_in, keyed
):
    address, told = f"/service/contacts/{contact.pk}/correct/", "Add a note instead."
    other = signed_in(person(branch, *WORK))
    assert address not in other.get(f"/service/contacts/{contact.pk}/").content.decode()
    assert told in other.get(address).content.decode()
    answer = other.post(address, corrected(keyed, contact))
    assert answer.status_code == 422
    assert told in answer.content.decode()
    with clock_at(now() + dt.timedelta(hours=25)):
        assert address not in client.get(f"/service/contacts/{contact.pk}/").content.decode()
        assert client.post(address, corrected(keyed, contact)).status_code == 422
    reviewer = person(branch, *SEE, "services.review_contact")
    review = f"/service/contacts/{contact.pk}/review/"
    assert signed_in(reviewer).post(review, keyed(remark="Well done")).status_code == 302
    contact.refresh_from_db()
    assert client.post(address, corrected(keyed, contact)).status_code == 422
    assert Contact.objects.get().summary == contact.summary


def test_a_form_that_is_out_of_date_corrects_nothing(client, contact, keyed):
    address = f"/service/contacts/{contact.pk}/correct/"
    first, second = corrected(keyed, contact), corrected(keyed, contact)
    assert client.post(address, first | {"summary": "First words"}).status_code == 302
    assert client.post(address, second | {"summary": "Second words"}).status_code == 409
    assert Contact.objects.get().summary == "First words"


@pytest.mark.proves("CS-6")
def test_the_next_step_with_a_day_is_a_task_that_follows_the_contact(
    client, signed_in, person, branch, customer, keyed
):
    day = bank_today() + dt.timedelta(days=3)
    step = {"next_step": "Send the offer", "next_on": day.isoformat()}
    agent = person(branch, *WORK)
    signed_in(agent).post(LOG, typed(keyed, customer, **step))
    assert not Task.objects.exists()  # who sees no tasks would never find it
    author = person(branch, *WORK, "services.view_task")
    desk = signed_in(author)
    desk.post(LOG, typed(keyed, customer, **step))
    task = Task.objects.get()
    assert (task.title, task.due_on, task.customer) == ("Send the offer", day, customer)
    assert "Send the offer" in desk.get(f"/service/agenda/tasks/{task.pk}/").content.decode()
    address = f"/service/contacts/{task.contact_id}/correct/"
    later = {"next_on": (day + dt.timedelta(days=1)).isoformat(), "next_step": "Call again"}
    desk.post(address, corrected(keyed, task.contact, **later))
    task = Task.objects.get()
    assert (task.title, task.due_on) == ("Call again", day + dt.timedelta(days=1))
    desk.post(address, corrected(keyed, task.contact, is_confidential="on", **later))
    task = Task.objects.get()
    assert "Call again" not in task.title
    desk.post(address, corrected(keyed, task.contact, is_confidential="on"))
    assert Task.objects.get().status == "dropped"


@pytest.mark.proves("CS-4")
def test_promises_become_confidential_with_the_contact(client, contact, keyed):
    promise = PromiseFactory(contact=contact, customer=contact.customer)
    data = corrected(keyed, contact, is_confidential="on")
    client.post(f"/service/contacts/{contact.pk}/correct/", data)
    promise.refresh_from_db()
    assert promise.is_confidential


@pytest.mark.proves("CS-4")
def test_a_note_is_added_at_any_time(client, user, contact, keyed):
    with clock_at(now() + dt.timedelta(days=40)):
        address = f"/service/contacts/{contact.pk}/annotate/"
        answer = client.post(address, keyed(text="They have signed."))
    assert answer.status_code == 302
    note = ContactNote.objects.get()
    assert (note.text, note.by, note.customer) == ("They have signed.", user, contact.customer)
    assert "They have signed." in client.get(f"/service/contacts/{contact.pk}/").content.decode()


# --- review ---------------------------------------------------------------------------------------


@pytest.mark.proves("CS-4")
def test_the_head_reviews_a_contact_of_others_and_says_what_they_think(
    client, contact, person, branch, signed_in, keyed
):
    head = person(branch, *SEE, "services.review_contact")
    desk, address = signed_in(head), f"/service/contacts/{contact.pk}/review/"
    assert address in desk.get(f"/service/contacts/{contact.pk}/").content.decode()
    assert desk.post(address, keyed(remark="Ask for the due day")).status_code == 302
    contact.refresh_from_db()
    assert (contact.status, contact.reviewed_by) == ("reviewed", head)
    assert "Ask for the due day" in client.get(f"/service/contacts/{contact.pk}/").content.decode()
    again = desk.post(address, keyed(remark="Twice"))
    assert again.status_code == 422
    assert "This contact is reviewed already." in again.content.decode()


@pytest.mark.proves("CS-4")
@pytest.mark.parametrize("was", ["author", "attendee"])
def test_nobody_reviews_a_contact_in_which_they_took_part(
    contact, user, person, branch, signed_in, keyed, was
):
    head = person(branch, *SEE, "services.review_contact")
    if was == "attendee":
        ContactAttendeeFactory(contact=contact, member=head.staff_member)
    else:
        contact = ContactFactory(customer=contact.customer, author=head.staff_member)
    desk, address = signed_in(head), f"/service/contacts/{contact.pk}/review/"
    assert address not in desk.get(f"/service/contacts/{contact.pk}/").content.decode()
    answer = desk.post(address, keyed(remark="My own"))
    assert answer.status_code == 422
    assert "Nobody reviews a contact in which they took part." in answer.content.decode()
    assert Contact.objects.get(pk=contact.pk).status == "logged"


# --- confidence -----------------------------------------------------------------------------------


@pytest.fixture
def secret(customer, branch):
    """A confidential contact of somebody else with the user's customer, and what belongs to it."""
    author = StaffMemberFactory(branch=branch)
    row = ContactFactory(
        customer=customer, author=author, summary=SECRET, is_confidential=True, purpose="retention"
    )
    ContactNoteFactory(contact=row, text=f"{SECRET} Next month.")
    PromiseFactory(
        contact=row, customer=customer, owner=author, words=f"{SECRET} Silence.",
        is_confidential=True,
    )  # fmt: skip
    return row


def places_of(client, contact):
    """Where the words of a contact show to somebody, and how much is counted for them."""
    customer = contact.customer_id
    promise = contact.promises.get()
    event = AuditEvent.objects.filter(table_name="services_contact").latest("id")
    addresses = {
        "record": f"/service/contacts/{contact.pk}/",
        "list": "/service/contacts/",
        "panel": f"/service/contacts/panel/customer/{customer}/",
        "promise": f"/service/promises/{promise.pk}/",
        "promises": "/service/promises/",
        "promise panel": f"/service/promises/panel/customer/{customer}/",
        "history": f"/customers/{customer}/history/",
        "trail": f"/system/audit/{event.pk}/",
    }
    found = {name: client.get(url) for name, url in addresses.items()}
    counts = {
        name: client.get(f"/service/{name}/count/").context["count"].n
        for name in ("contacts", "promises")
    }
    shown = {name for name, answer in found.items() if SECRET in answer.content.decode()}
    return shown, set(found), counts


@pytest.fixture
def anybody(person, branch, signed_in):
    """Makes somebody of the branch with every right to look, and perhaps one more."""

    def make(*more):
        user = person(branch, *SEE, *more)
        trail = RoleFactory(actions=TRAIL)
        GrantFactory(user=user, role=trail, branch=branch, extent=Grant.Reach.BANK)
        return user, signed_in(user)

    return make


@pytest.mark.proves("CS-4")
def test_a_confidential_contact_shows_nowhere_to_those_who_were_not_there(anybody, secret):
    _user, client = anybody()
    shown, _all, counts = places_of(client, secret)
    assert shown == set()
    assert counts == {"contacts": 0, "promises": 0}
    tables = {"services_contact", "services_contactnote", "services_promise"}
    trail = client.get("/system/audit/", {"size": "100"}).context["table"]
    assert not tables & {row.record.table_name for row in trail.rows}


@pytest.mark.proves("CS-4")
@pytest.mark.parametrize("who", ["attendee", "lead manager", "by right"])
def test_it_shows_to_those_who_were_there_lead_the_customer_or_may_see_it(anybody, secret, who):
    user, client = anybody(*(["services.view_confidential_contact"] if who == "by right" else []))
    if who == "attendee":
        ContactAttendeeFactory(contact=secret, member=user.staff_member)
    elif who == "lead manager":
        with_lead(secret.customer, user)
    shown, everywhere, counts = places_of(client, secret)
    assert shown == everywhere
    assert counts == {"contacts": 1, "promises": 1}


def with_lead(customer, user):
    """Let the user lead the customer."""
    with acting(by=system_user()):
        type(customer).objects.filter(pk=customer.pk).update(lead_manager=user.staff_member)


@pytest.mark.proves("CS-4")
def test_the_right_to_see_them_goes_no_further_than_its_reach(
    anybody, secret, other_branch, signed_in
):
    user, client = anybody()
    role = RoleFactory(actions=["services.view_confidential_contact"])
    GrantFactory(user=user, role=role, branch=other_branch, extent=Grant.Reach.BRANCH)
    assert client.get(f"/service/contacts/{secret.pk}/").status_code == 404
    GrantFactory(user=user, role=role, branch=secret.customer.home_branch, extent="branch")
    assert client.get(f"/service/contacts/{secret.pk}/").status_code == 200


@pytest.mark.proves("CS-4")
def test_who_is_withdrawn_as_present_reads_it_no_more(anybody, secret):
    user, client = anybody()
    ContactAttendeeFactory(contact=secret, member=user.staff_member, is_withdrawn=True)
    assert client.get(f"/service/contacts/{secret.pk}/").status_code == 404


# --- lists ----------------------------------------------------------------------------------------


def test_the_views_show_ones_own_and_the_teams_contacts(client, user, contact, branch):
    report = StaffMemberFactory(branch=branch, supervisor=user.staff_member)
    theirs = ContactFactory(customer=contact.customer, author=report)
    old = ContactFactory(customer=contact.customer, author=report, at=now() - dt.timedelta(days=8))

    def listed(**asked):
        table = client.get("/service/contacts/", asked).context["table"]
        return {row.record for row in table.rows}

    assert listed(author="me") == {contact}
    assert listed(leader="me") == {theirs, old}
    assert listed(kind="visit") == set()
    assert listed(purpose="care", result="reached") == {contact, theirs, old}


def test_a_week_begins_on_monday_by_the_banks_clock(client, user, customer):
    def at(day, hour):
        when = dt.datetime(2026, 11, day, hour, tzinfo=timezone.get_default_timezone())
        return ContactFactory(customer=customer, author=user.staff_member, at=when)

    sunday, monday, thursday = at(22, 23), at(23, 0), at(26, 9)
    with clock_at(thursday.at):
        shown = {
            asked: {
                row.record
                for row in client.get("/service/contacts/", {"week": asked}).context["table"].rows
            }
            for asked in ("true", "false")
        }
    assert shown == {"true": {monday, thursday}, "false": {sunday}}


@pytest.mark.proves("CS-4")
def test_the_head_reviews_a_sample_that_changes_with_the_week(
    client, user, customer, person, branch, signed_in
):
    rows = ContactFactory.create_batch(20, customer=customer, author=user.staff_member)
    head = person(branch, *SEE, "services.review_contact")

    def sample(weeks):
        with clock_at(now() + dt.timedelta(weeks=weeks)):
            page = signed_in(head).get("/service/contacts/", {"sample": "true"})
            table = page.context["table"]
        return {row.record for row in table.rows}

    this, following = sample(0), sample(1)
    assert len(this) == len(following) == 2
    assert this & following == set()
    assert this | following <= set(rows)
    assert sample(5) == set()
    tab = "Sample to review"
    assert tab in signed_in(head).get("/service/contacts/").content.decode()
    assert tab not in client.get("/service/contacts/").content.decode()


def test_the_card_on_the_customers_page_has_the_last_five(client, user, customer):
    for days in range(7):
        ContactFactory(
            customer=customer,
            author=user.staff_member,
            at=now() - dt.timedelta(days=days),
            summary=f"Call number {days} of seven",
        )
    page = client.get(f"/service/contacts/panel/customer/{customer.pk}/").content.decode()
    assert [n for n in range(7) if f"Call number {n} of" in page] == [0, 1, 2, 3, 4]
    assert f'href="{LOG}?customer={customer.pk}"' in page
    assert "Log a contact" in page


def test_the_history_tells_of_a_contact_in_words(client, person, branch, contact, signed_in):
    reader = signed_in(person(branch, *SEE, "customers.history_customer"))
    page = reader.get(f"/customers/{contact.customer_id}/history/").content.decode()
    assert f"When: {moment(contact.at)}" in page
    assert "Purpose: Customer care" in page
