"""What the customer master promises and refuses, page by page."""

import base64
import datetime as dt
import re
import threading

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from crm.core.acting import acting
from crm.core.clock import clock_at
from crm.core.models import AccessEvent, AuditEvent
from crm.core.trail import Kind, record_access
from customers.models import ContactPoint, Customer, IdentityDocument
from customers.operations import REVEALS_PER_HOUR
from sysadmin.models import Grant, system_user
from tests.customers.entries import change_form, organisation_form, person_form
from tests.factories import CustomerFactory, StaffMemberFactory, credit_code, resident_id
from tests.factories_risk import RestrictionFactory

VERBS = (
    "view",
    "add",
    "change",
    "activate",
    "make_dormant",
    "close",
    "reopen",
    "reveal",
    "history",
)
ALL = [f"customers.{verb}_customer" for verb in VERBS]
MOBILE, EMAIL = "13912345678", "weilin.chen@mail.example.com"
ADD = "/customers/add/"


@pytest.fixture
def user(person, branch):
    return person(branch, *ALL)


@pytest.fixture
def client(signed_in, user):
    return signed_in(user)


@pytest.fixture
def customer(branch):
    return CustomerFactory(home_branch=branch)


def faults(answer):
    return set(answer.context["form"].errors)


def stored_text():
    """All rows of all tables and trails as text; bytes are hexadecimal there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select oid::regclass::text from pg_class where relnamespace = 'public'::regnamespace"
            " and relkind in ('r', 'p') and not relispartition"
            " and has_table_privilege(oid, 'select')"
        )
        tables = [name for (name,) in cursor.fetchall()]
        assert {"customers_customer", "core_audit_event", "django_session"} <= set(tables)
        rows = []
        for table in tables:
            cursor.execute(f"select to_jsonb(t)::text from {table} t")
            rows += [row for (row,) in cursor.fetchall()]
    return "\n".join(rows).casefold()


def forms_of(value):
    """A value as it could rest somewhere by mistake."""
    plain = value.encode()
    return {value, plain.hex(), base64.b64encode(plain).decode(), value[:-1], value[3:]}


# --- registering ----------------------------------------------------------------------------------


@pytest.mark.proves("CI-1")
def test_no_sealed_value_rests_in_the_clear_in_any_table_or_trail(client, branch):
    form = organisation_form(branch, mobile=MOBILE, email=EMAIL)
    client.post(ADD, form)
    customer = Customer.objects.get()
    lei = "5493001KJTIIGC8Y1R12"
    for part, sent in (
        ("documents", {"document_kind": "lei", "document_number": lei, "document_country": "DE"}),
        ("contacts", {"kind": "phone", "value": "0571 8765 4321"}),
    ):
        fresh = {"idempotency_key": person_form(branch)["idempotency_key"]}
        assert client.post(f"/customers/{customer.pk}/{part}/add/", sent | fresh).status_code == 302
    point = customer.contact_points.get(kind="mobile")
    client.post(f"/customers/{customer.pk}/reveal/contact/{point.pk}/", {"purpose": "contact"})
    stored = stored_text()
    assert customer.number in stored
    for value in (form["document_number"], MOBILE, EMAIL, lei, "57187654321"):
        for spelled in forms_of(value):
            assert spelled.casefold() not in stored, value
    salt = bytes(customer.salt)
    events = AuditEvent.objects.filter(subject_id=customer.pk)
    assert salt.hex() not in repr(
        list(events.values())
    )  # destroying it erases what the trail holds
    keys = [bytes(key.index).hex() for key in customer.identity_keys.all()]
    assert keys
    assert not any(key in repr(list(events.values())) for key in keys)


@pytest.mark.proves("CI-1")
def test_one_number_series_serves_persons_and_organisations(client, branch):
    for form in (person_form(branch), organisation_form(branch), person_form(branch)):
        assert client.post(ADD, form).status_code == 302
    numbers = list(Customer.objects.order_by("pk").values_list("number", flat=True))
    serials = [int(number[:-1]) for number in numbers]
    assert serials == list(range(serials[0], serials[0] + 3))
    assert {len(number) for number in numbers} == {10}


@pytest.mark.proves("CI-1")
@pytest.mark.parametrize(
    ("first", "again", "taken"),
    [
        (("passport", "X1234567", "US"), ("passport", "x 1234-567", "US"), True),
        (("passport", "X1234567", "US"), ("passport", "X1234567", "GB"), False),
        (("resident_id", "", "CN"), ("temporary_id", "", "US"), True),
        (("hm_travel_permit", "H12345678", "HK"), ("hm_travel_permit", "H1234567802", "CN"), True),
        (("military", "南字第1234567号", "CN"), ("armed_police", "南字第1234567号", "CN"), False),
    ],
)
def test_an_identity_is_its_number_family_and_country(client, branch, first, again, taken):
    same = resident_id()
    for kind, number, country in (first, again):
        form = person_form(
            branch,
            document_kind=kind,
            document_number=number or same,
            document_country=country,
        )
        answer = client.post(ADD, form)
    assert answer.status_code == (422 if taken else 302)
    assert Customer.objects.count() == (1 if taken else 2)
    if taken:
        assert faults(answer) == {"document_number"}


@pytest.mark.proves("CI-1")
def test_one_credit_code_on_two_papers_is_one_identity(client, branch):
    code = credit_code()
    client.post(ADD, organisation_form(branch, document_number=code))
    for spelled in (code, code.lower(), f"{code[:9]} {code[9:]}"):
        form = organisation_form(branch, document_kind="business_licence", document_number=spelled)
        if "business_licence" not in IdentityDocument.Kind.values:
            form["document_kind"] = "uscc"
        answer = client.post(ADD, form)
        assert (answer.status_code, faults(answer)) == (422, {"document_number"})
    assert Customer.objects.count() == 1


@pytest.mark.proves("CI-1")
def test_an_identity_out_of_reach_is_refused_without_telling_whose_it_is(
    client, branch, other_branch, signed_in, person
):
    number = resident_id()
    theirs = signed_in(person(other_branch, *ALL))
    theirs.post(ADD, person_form(other_branch, name="欧阳晓月", document_number=number))
    owner = Customer.objects.get()
    answer = client.post(ADD, person_form(branch, document_number=number))
    assert faults(answer) == {"document_number"}
    page = answer.content.decode()
    for told in (owner.name, owner.latin_name, owner.number, owner.shown_number):
        assert told not in page
    # nor can the document be hung onto another customer
    mine = CustomerFactory(home_branch=branch)
    sent = {name: value for name, value in person_form(branch).items() if "document" in name}
    sent |= {"document_number": number, "idempotency_key": person_form(branch)["idempotency_key"]}
    added = client.post(f"/customers/{mine.pk}/documents/add/", sent)
    assert (added.status_code, faults(added)) == (422, {"document_number"})


@pytest.mark.proves("CI-1")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("document_number", "330106198506150008"),
        ("document_number", "330106850615000"),
        ("document_number", "33010619850615000"),
        ("document_number", "330106198502300003"),
        ("document_number", "a" * 60),
        ("mobile", "12345678901"),
        ("mobile", "057187654321"),
        ("mobile", "13912345678 ext 2"),
        ("mobile", "一三九"),
        ("email", "weilin"),
        ("email", "a@b"),
        ("email", "a b@mail.example.com"),
        ("email", "a@mail.example.com\nBcc: x@evil.example"),
        ("email", '"x"@mail.example.com'),
        ("document_kind", "uscc"),
        ("document_kind", "driving_licence"),
        ("document_country", "XX"),
        ("country", "ZZ"),
        ("gender", "X"),
        ("name", "陈\u202e维林"),
        ("name", "x" * 121),
        ("city", "x" * 61),
        ("home_branch", "0"),
        ("lead_manager", "999999"),
    ],
)
def test_a_wrong_value_is_refused_beside_its_field(client, branch, field, value):
    answer = client.post(ADD, person_form(branch, **{field: value}))
    assert (answer.status_code, faults(answer)) == (422, {field})
    assert not Customer.objects.exists()
    assert not ContactPoint.objects.exists()


@pytest.mark.proves("CI-1")
def test_what_is_untidy_but_right_is_tidied(client, branch):
    number = resident_id()
    wide = "".join(chr(ord(c) + 0xFEE0) for c in number)
    form = person_form(
        branch,
        name="  ＣＨＥＮ　Weilin ",
        document_number=wide,
        mobile="+86 (0)139-1234 5678",
        email="Weilin.CHEN@Mail.Example.com",
    )
    form["mobile"] = "0086 139 1234 5678"
    answer = client.post(ADD, form)
    assert answer.status_code == 302
    customer = Customer.objects.get()
    assert customer.name == "CHEN Weilin"
    shown = {}
    for point in customer.contact_points.all():
        page = client.post(
            f"/customers/{customer.pk}/reveal/contact/{point.pk}/", {"purpose": "contact"}
        )
        shown[point.kind] = page.context["value"]
    assert shown == {"mobile": "+8613912345678", "email": EMAIL}


@pytest.mark.proves("CI-1")
def test_a_form_sent_twice_registers_one_customer(client, branch):
    form = person_form(branch)
    first, second = (client.post(ADD, form) for _turn in range(2))
    assert (first.status_code, second.status_code) == (302, 302)
    assert first.headers["Location"] == second.headers["Location"]
    assert Customer.objects.count() == 1
    assert client.post(ADD, form | {"name": "王其他"}).status_code == 409
    assert Customer.objects.count() == 1


# --- changing -------------------------------------------------------------------------------------


@pytest.mark.proves("CI-1")
def test_a_change_is_kept_and_one_made_meanwhile_is_not_overwritten(client, customer):
    path = f"/customers/{customer.pk}/change/"
    mine, theirs = change_form(customer, city="宁波"), change_form(customer, city="温州")
    assert client.post(path, theirs).status_code == 302
    answer = client.post(path, mine)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "宁波" in page
    assert "温州" in page
    customer.refresh_from_db()
    assert customer.city == "温州"


@pytest.mark.proves("CI-1")
def test_states_are_left_only_along_their_moves(client, branch):
    client.post(ADD, person_form(branch))
    customer = Customer.objects.get()

    def move(verb, reason="the customer asked for it"):
        key = person_form(branch)["idempotency_key"]
        sent = {"reason": reason, "idempotency_key": key}
        status = client.post(f"/customers/{customer.pk}/{verb}/", sent).status_code
        customer.refresh_from_db()
        return status, customer.status

    assert move("make_dormant") == (422, "prospect")
    assert move("reopen") == (422, "prospect")
    assert move("activate", reason="") == (422, "prospect")
    assert move("activate") == (302, "active")
    assert move("activate") == (422, "active")
    assert move("make_dormant") == (302, "dormant")
    assert move("activate") == (302, "active")
    assert move("close") == (302, "closed")
    assert move("close") == (422, "closed")
    assert move("make_dormant") == (422, "closed")
    assert move("reopen") == (302, "prospect")
    events = AuditEvent.objects.filter(table_name="customers_customer", operation="U")
    told = [(e.before["status"], e.after["status"], e.reason) for e in events.order_by("id")]
    assert told[0] == ("prospect", "active", "the customer asked for it")
    assert [after for _before, after, _reason in told] == [
        "active", "dormant", "active", "closed", "prospect",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "verb", ["activate", "make_dormant", "close", "reopen", "change", "reveal"]
)
def test_each_step_asks_for_its_own_action(signed_in, person, customer, branch, verb):
    others = [action for action in ALL if action != f"customers.{verb}_customer"]
    client = signed_in(person(branch, *others))
    point = customer.contact_points.get()
    path = {"reveal": f"reveal/contact/{point.pk}"}.get(verb, verb)
    for answer in (client.get, client.post):
        assert answer(f"/customers/{customer.pk}/{path}/").status_code == 403
    assert AccessEvent.objects.filter(kind="denial").count() == 2
    assert (
        f"/customers/{customer.pk}/{path}/"
        not in client.get(f"/customers/{customer.pk}/").content.decode()
    )


@pytest.mark.proves("CI-1")
def test_a_document_and_a_contact_point_are_added(client, branch, customer):
    key = lambda: person_form(branch)["idempotency_key"]  # noqa: E731
    form = {name: value for name, value in person_form(branch).items() if "document" in name}
    passport = {"document_kind": "passport", "document_number": "E12345678"}
    answer = client.post(
        f"/customers/{customer.pk}/documents/add/", form | passport | {"idempotency_key": key()}
    )
    assert answer.headers["Location"] == f"/customers/{customer.pk}/"
    sent = {"kind": "email", "value": EMAIL, "idempotency_key": key()}
    assert client.post(f"/customers/{customer.pk}/contacts/add/", sent).status_code == 302
    page = client.get(f"/customers/{customer.pk}/").content.decode()
    assert "Passport" in page
    assert "E12345678" not in page
    assert EMAIL not in page
    assert customer.documents.filter(is_primary=True).count() == 1
    twice = client.post(
        f"/customers/{customer.pk}/contacts/add/", sent | {"idempotency_key": key()}
    )
    assert twice.status_code == 422
    assert customer.contact_points.count() == 2
    wrong = {"document_kind": "uscc", "document_number": credit_code(), "idempotency_key": key()}
    answer = client.post(f"/customers/{customer.pk}/documents/add/", form | wrong)
    assert (answer.status_code, faults(answer)) == (422, {"document_kind"})


# --- out of reach ---------------------------------------------------------------------------------

PAGES = ["", "change/", "close/", "history/", "documents/add/", "contacts/add/",
         "reveal/contact/1/", "mask/contact/1/"]  # fmt: skip


@pytest.mark.proves("SY-2")
@pytest.mark.parametrize("part", PAGES)
def test_out_of_reach_answers_as_missing_does_and_is_recorded(client, user, other_branch, part):
    theirs = CustomerFactory(home_branch=other_branch)
    bodies = []
    for key in (theirs.pk, theirs.pk + 1_000_000):
        for ask in (client.get, client.post):
            answer = ask(f"/customers/{key}/{part}")
            if answer.status_code == 405:
                continue
            assert answer.status_code in {404, 409}
            text = answer.content.decode().replace(answer.headers["X-Request-ID"], "")
            bodies.append(
                re.sub(r"\w{64}|[0-9a-f]{16}", "", text.replace(f"/customers/{key}/", ""))
            )
    half = len(bodies) // 2
    assert bodies[:half] == bodies[half:]
    denied = AccessEvent.objects.filter(kind="denial", actor=user)
    assert set(denied.values_list("row_key", flat=True)) == {theirs.pk, theirs.pk + 1_000_000}


# --- revealing ------------------------------------------------------------------------------------


@pytest.mark.proves("SY-4")
def test_a_mask_shows_no_more_than_the_last_four(client, branch):
    number = resident_id()
    client.post(ADD, person_form(branch, document_number=number, mobile=MOBILE, email=EMAIL))
    customer = Customer.objects.get()
    seen = ""
    for path in ("", "history/", "change/"):
        seen += client.get(f"/customers/{customer.pk}/{path}").content.decode()
    for point in customer.contact_points.all():
        seen += client.get(f"/customers/{customer.pk}/mask/contact/{point.pk}/").content.decode()
    document = customer.documents.get()
    seen += client.get(f"/customers/{customer.pk}/mask/document/{document.pk}/").content.decode()
    seen += client.get("/customers/").content.decode()
    for value in (number, MOBILE):
        assert value[-4:] in seen
        assert value[-5:] not in seen
        assert value[:6] not in seen
    assert EMAIL.partition("@")[0] not in seen
    assert "weilin" not in seen


@pytest.mark.proves("SY-4")
def test_asking_alone_reveals_and_records_nothing(client, customer):
    point = customer.contact_points.get()
    path = f"/customers/{customer.pk}/reveal/contact/{point.pk}/"
    for answer in (
        client.get(path),
        client.get(path, {"purpose": "contact"}),
        client.get(path, HTTP_HX_REQUEST="true"),
        client.post(path, {}),
        client.post(path, {"purpose": "curiosity"}),
        client.post(path, {}, query_params={"purpose": "contact"}),
    ):
        assert "+86138" not in answer.content.decode().replace(" ", "")
        assert answer.status_code in {200, 422}
    assert not AccessEvent.objects.filter(kind="reveal").exists()


@pytest.mark.proves("SY-4")
def test_a_value_of_another_customer_is_not_revealed_through_ones_own(
    client, customer, other_branch
):
    theirs = CustomerFactory(home_branch=other_branch)
    point = theirs.contact_points.get()
    for key in (customer.pk, theirs.pk):
        path = f"/customers/{key}/reveal/contact/{point.pk}/"
        assert client.post(path, {"purpose": "contact"}).status_code == 404
    assert not AccessEvent.objects.filter(kind="reveal").exists()


@pytest.mark.proves("SY-4")
def test_the_trail_of_a_reveal_holds_no_value(client, user, customer):
    document = customer.documents.get()
    path = f"/customers/{customer.pk}/reveal/document/{document.pk}/"
    answer = client.post(path, {"purpose": "check"})
    value = answer.context["value"]
    assert value in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    event = AccessEvent.objects.get(kind="reveal")
    assert (event.model, event.row_key) == ("customers.identitydocument", document.pk)
    assert (event.subject_id, event.field, event.purpose) == (customer.pk, "number", "check")
    assert event.request_id == answer.headers["X-Request-ID"]
    assert value not in repr(AccessEvent.objects.values())


@pytest.mark.django_db(transaction=True)
@pytest.mark.proves("SY-4")
def test_parallel_requests_do_not_pass_the_limit_of_reveals(signed_in, user, customer):
    for _turn in range(REVEALS_PER_HOUR - 3):
        record_access(Kind.REVEAL, by=user)
    path = f"/customers/{customer.pk}/reveal/contact/{customer.contact_points.get().pk}/"
    clients = [signed_in(user) for _number in range(8)]
    together, answers = threading.Barrier(len(clients)), []

    def ask(client):
        together.wait()
        answers.append(client.post(path, {"purpose": "contact"}).status_code)
        connections.close_all()

    threads = [threading.Thread(target=ask, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] * 3 + [422] * 5
    assert AccessEvent.objects.filter(kind="reveal").count() == REVEALS_PER_HOUR
    assert AccessEvent.objects.filter(kind="denial", purpose="contact").count() == 5


def test_the_limit_of_one_user_is_not_anothers(client, user, signed_in, person, branch, customer):
    for _turn in range(REVEALS_PER_HOUR):
        record_access(Kind.REVEAL, by=user)
    path = f"/customers/{customer.pk}/reveal/contact/{customer.contact_points.get().pk}/"
    assert client.post(path, {"purpose": "contact"}).status_code == 422
    colleague = signed_in(person(branch, *ALL))
    assert colleague.post(path, {"purpose": "contact"}).status_code == 200


@pytest.mark.parametrize(("language", "said"), [("en", "No expiry date"), ("zh-hans", "长期")])
def test_a_document_without_a_last_day_says_so(client, customer, language, said):
    with acting(by=system_user()):
        document = customer.documents.get()
        document.is_long_term, document.valid_until = True, None
        document.save()
    client.post("/language/", {"language": language})
    text = client.get(f"/customers/{customer.pk}/").content.decode()
    facts = text[text.index('<dl class="facts">') : text.index("</dl>")]
    assert f">{said}</small>" in facts
    assert "without end" not in text


@pytest.mark.parametrize("kind", ["person", "organisation"])
def test_a_new_customer_is_one_since_today_unless_something_else_is_entered(client, kind):
    with clock_at(dt.datetime(2026, 12, 9, 23, 30, tzinfo=dt.UTC)):  # in the bank the next day
        text = client.get(ADD, {"kind": kind}).content.decode()
    field = re.search(r'<input[^>]*name="opened_on"[^>]*>', text)[0]
    assert 'value="2026-12-10"' in field


def test_a_change_shows_since_when_the_customer_is_one(client, customer):
    text = client.get(f"/customers/{customer.pk}/change/").content.decode()
    field = re.search(r'<input[^>]*name="opened_on"[^>]*>', text)[0]
    assert f'value="{customer.opened_on}"' in field


# --- history and languages ------------------------------------------------------------------------


@pytest.mark.proves("SY-5")
def test_the_history_shows_old_and_new_values_and_never_a_sealed_one(client, user, branch):
    number = resident_id()
    client.post(ADD, person_form(branch, document_number=number, mobile=MOBILE, city="杭州"))
    customer = Customer.objects.get()
    client.post(f"/customers/{customer.pk}/change/", change_form(customer, city="宁波"))
    page = client.get(f"/customers/{customer.pk}/history/")
    text = page.content.decode()
    assert re.search(r"City:\s*杭州\s*→\s*宁波", text)
    assert user.shown_name in text
    for value in (number, MOBILE, bytes(customer.salt).hex(), "\\\\x01"):
        assert value not in text


def handed_over(customer, *members):
    """The customer, led by one member of staff after the other."""
    for member in members:
        with acting(by=system_user()):
            customer.lead_manager = member
            customer.save()


@pytest.mark.proves("SY-5")
def test_a_history_names_the_branch_and_the_manager_rather_than_their_keys(
    signed_in, person, branch
):
    first, second = StaffMemberFactory(branch=branch), StaffMemberFactory(branch=branch)
    customer = CustomerFactory(home_branch=branch, lead_manager=first)
    handed_over(customer, second)
    client = signed_in(person(branch, *ALL, "staff.view_branch", "staff.view_staffmember"))
    text = client.get(f"/customers/{customer.pk}/history/").content.decode()
    assert re.search(rf"Lead manager:\s*{first.latin_name}\s*→\s*{second.latin_name}", text)
    assert f"Managing branch: {branch.name_en}" in text
    assert "№" not in text
    client.post("/language/", {"language": "zh-hans"})
    chinese = client.get(f"/customers/{customer.pk}/history/").content.decode()
    assert re.search(rf"{first.name}\s*→\s*{second.name}", chinese)
    assert branch.name in chinese


@pytest.mark.proves("SY-2")
def test_a_history_names_nobody_whom_the_reader_may_not_see(client, branch):
    first, second = StaffMemberFactory(branch=branch), StaffMemberFactory(branch=branch)
    customer = CustomerFactory(home_branch=branch, lead_manager=first)
    handed_over(customer, second)
    text = client.get(f"/customers/{customer.pk}/history/").content.decode()
    assert re.search(r"Lead manager:\s*outside your reach\s*→\s*outside your reach", text)
    for name in (first.latin_name, second.latin_name, branch.name_en):
        assert name not in text


def test_a_history_asks_as_much_for_many_names_as_for_one(signed_in, person, branch):
    customer = CustomerFactory(home_branch=branch, lead_manager=StaffMemberFactory(branch=branch))
    client = signed_in(person(branch, *ALL, "staff.view_branch", "staff.view_staffmember"))
    asked = []
    for count in (1, 6):
        handed_over(customer, *(StaffMemberFactory(branch=branch) for _ in range(count)))
        client.get(f"/customers/{customer.pk}/history/")
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/customers/{customer.pk}/history/")
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 10


@pytest.mark.proves("SY-5")
def test_a_history_asks_for_its_action(signed_in, person, branch, customer):
    client = signed_in(person(branch, "customers.view_customer", "customers.change_customer"))
    assert client.get(f"/customers/{customer.pk}/history/").status_code == 403
    assert (
        f"/customers/{customer.pk}/history/"
        not in client.get(f"/customers/{customer.pk}/").content.decode()
    )


@pytest.mark.proves("XX-2")
def test_pages_speak_the_language_of_the_user(client, user, customer):
    before = client.get(f"/customers/{customer.pk}/")
    assert 'lang="en"' in before.content.decode()
    assert customer.latin_name in before.content.decode()
    client.post("/language/", {"language": "zh-hans"})
    for path, word in (
        ("/customers/", "客户"),
        (f"/customers/{customer.pk}/", "证件"),
        (ADD, "证件"),
    ):
        answer = client.get(path, HTTP_ACCEPT_LANGUAGE="en")
        text = answer.content.decode()
        assert 'lang="zh-Hans"' in text
        assert answer.headers["Content-Language"] == "zh-hans"
        assert word in text
    assert customer.name in client.get("/customers/").content.decode()
    refused = client.post(ADD, person_form(customer.home_branch, name=""))
    assert "Enter the customer" not in refused.content.decode()
    client.post("/language/", {"language": "fr"})
    user.refresh_from_db()
    assert user.language == "zh-hans"


@pytest.mark.proves("XX-2")
def test_the_denial_page_speaks_chinese_too(signed_in, person, branch):
    user = person(branch)
    with acting(by=system_user()):
        user.language = "zh-hans"
        user.save()
    text = signed_in(user).get("/customers/").content.decode()
    assert 'lang="zh-Hans"' in text
    assert "not allowed" not in text


@pytest.mark.proves("ST-1")
def test_the_tree_of_branches_walls_customers(signed_in, person, bank, branch, other_branch):
    mine, theirs = CustomerFactory(home_branch=branch), CustomerFactory(home_branch=other_branch)
    for node, extent, seen in (
        (branch, Grant.Reach.BRANCH, {mine}),
        (other_branch, Grant.Reach.BRANCHES_BELOW, {theirs}),
        (bank, Grant.Reach.BRANCHES_BELOW, {mine, theirs}),
        (bank, Grant.Reach.BRANCH, set()),
        (bank, Grant.Reach.BANK, {mine, theirs}),
        (branch, Grant.Reach.OWN, set()),
    ):
        client = signed_in(person(node, "customers.view_customer", extent=extent))
        for customer in (mine, theirs):
            status = client.get(f"/customers/{customer.pk}/").status_code
            assert status == (200 if customer in seen else 404)
        rows = client.get("/customers/").context["table"].rows
        assert {row.record for row in rows} == seen


# --- filters of the list -------------------------------------------------------------------------


@pytest.mark.proves("CI-22")
def test_the_list_narrows_to_customers_without_a_manager(signed_in, person, branch):
    client = signed_in(person(branch, "customers.view_customer"))
    led = CustomerFactory(home_branch=branch, lead_manager=StaffMemberFactory(branch=branch))
    free = CustomerFactory(home_branch=branch)
    for answer, expected in {"yes": [free.pk], "no": [led.pk], "": [free.pk, led.pk]}.items():
        page = client.get("/customers/", {"pool": answer})
        assert sorted(row.record.pk for row in page.context["table"].rows) == sorted(expected)


def test_only_states_that_a_customer_can_enter_are_offered_as_a_filter(signed_in, person, branch):
    client = signed_in(person(branch, "customers.view_customer"))
    page = client.get("/customers/filter/")
    offered = [key for key, _label in page.context["filter"].form.fields["status"].choices]
    assert offered == ["prospect", "active", "dormant", "closed"]
    assert "Merged" not in page.content.decode()


@pytest.mark.proves("RM-10")
def test_what_stops_service_is_said_on_every_section_of_the_customer(person, branch, signed_in):
    rights = ("view_customer", "history_customer", "view_holding")
    desk = signed_in(person(branch, *(f"customers.{right}" for right in rights)))
    customer = CustomerFactory(home_branch=branch)
    sections = ("", "holdings/", "timeline/", "managers/", "links/", "history/")

    def said():
        pages = [desk.get(f"/customers/{customer.pk}/{section}") for section in sections]
        assert {page.status_code for page in pages} == {200}
        return ["Service is stopped since" in page.content.decode() for page in pages]

    assert not any(said())
    RestrictionFactory(customer=customer)
    assert all(said())
