"""The box that finds customers: by any part of a name, by pinyin, initials and numbers."""

import re
import threading

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.core.acting import acting
from crm.core.models import AccessEvent, StoredQuery
from customers import operations, search
from customers.models import Customer, SearchKey
from customers.search_views import ON_PAGE
from sysadmin.models import Grant
from tests.factories import (
    BranchFactory,
    ContactPointFactory,
    CustomerFactory,
    SourceKeyFactory,
    StaffMemberFactory,
    resident_id,
)

RIGHTS = ("customers.view_customer",)
HEAVEN = [chr(0x5929 + n) for n in range(60)]


@pytest.fixture
def clerk(person, branch):
    return person(branch, *RIGHTS)


@pytest.fixture
def desk(signed_in, clerk):
    return signed_in(clerk)


@pytest.fixture
def ouyang(branch):
    return CustomerFactory(home_branch=branch, name="欧阳晓月")


@pytest.fixture
def company(branch):
    return CustomerFactory(
        home_branch=branch,
        kind="organisation",
        name="杭州海岚机械有限公司",
        latin_name="Hangzhou Hailan Machinery Co., Ltd.",
    )


def hits(desk, text):
    """Keys of the customers that the results page shows for what was typed."""
    page = desk.post("/customers/search/", {"q": text}, follow=True)
    assert page.status_code == 200
    return [hit.customer.pk for hit in page.context["found"].hits]


def typed(desk, text):
    """What the box shows while somebody types."""
    answer = desk.post("/palette/", {"q": text})
    assert answer.status_code == 200
    return answer.content.decode()


# --- names ---------------------------------------------------------------------------


@pytest.mark.proves("CI-20")
@pytest.mark.parametrize(
    "text",
    ["欧阳晓月", "欧阳", "晓月", "阳晓", "月", "ouyang", "Ouyang Xiaoyue", "xiaoyue", "xiaoy", "xy",
     "oyxy", "oyx", "ouyangxiaoyue", "yangxiao", "OUYANG", "ｏｕｙａｎｇ", "欧阳 xiaoyue",
     " 晓月 "],
)  # fmt: skip
def test_a_person_is_found_by_any_part_of_the_name_in_either_script(desk, ouyang, text):
    CustomerFactory(home_branch=ouyang.home_branch, name="王建国")
    assert hits(desk, text) == [ouyang.pk]


@pytest.mark.proves("CI-20")
@pytest.mark.parametrize(
    "text",
    ["海岚", "机械", "hailan", "machinery", "Hailan Machinery", "hzhl", "jixie", "岚机械有限"],
)
def test_a_company_is_found_by_its_own_name_and_its_trade(desk, company, text):
    CustomerFactory(
        home_branch=company.home_branch,
        kind="organisation",
        name="宁波珂棠贸易有限公司",
        latin_name="Ningbo Ketang Trading",
    )
    assert hits(desk, text) == [company.pk]


@pytest.mark.proves("CI-20")
@pytest.mark.parametrize("text", ["欧阳明月", "月晓", "ouyangz", "xyoy", "王", "zz", "月月"])
def test_what_the_name_does_not_hold_finds_nobody(desk, ouyang, text):
    assert hits(desk, text) == []
    assert "No customer within your reach is found" in typed(desk, text)


def test_names_with_accents_are_found_without_them(desk, branch):
    jose = CustomerFactory(home_branch=branch, name="José Núñez", latin_name="José Núñez")
    assert hits(desk, "jose nunez") == hits(desk, "Núñez") == [jose.pk]


@pytest.mark.proves("CI-20")
@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("ÉLODIE ÖZGÜR", ["élodie", "ELODIE", "Élodie Özgür", "ozgur", "ÖZGÜR"]),
        ("Society ÉTÉ-ÎLES", ["été", "ete", "ÎLES", "iles", "society ete"]),
        ("Łukasz Żółć", ["lukasz", "łukasz", "ŁUKASZ", "zolc", "ŻÓŁĆ"]),
        ("ØYSTEIN Straße", ["oystein", "øystein", "ØYSTEIN", "strasse", "straße"]),
        ("ÖSTERREICHISCHE SPARKASSE", ["österreichische", "osterreichische", "ÖSTERREICHISCHE"]),
    ],
)
def test_accents_and_capitals_neither_hide_a_name_nor_are_needed(desk, branch, name, texts):
    CustomerFactory(home_branch=branch, name="Anna Berg")
    wanted = CustomerFactory(home_branch=branch, name=name)
    assert {text: hits(desk, text) for text in texts} == {text: [wanted.pk] for text in texts}


def test_whoever_bears_exactly_the_name_comes_first(desk, branch):
    longer = CustomerFactory(home_branch=branch, name="张伟明")
    inside = CustomerFactory(home_branch=branch, name="王张伟")
    closed = CustomerFactory(home_branch=branch, name="张伟", status=Customer.Status.CLOSED)
    exact = CustomerFactory(home_branch=branch, name="张伟")
    assert hits(desk, "张伟") == [exact.pk, closed.pk, longer.pk, inside.pk]


# --- numbers -------------------------------------------------------------------------


@pytest.mark.proves("CI-20")
def test_a_customer_is_found_by_the_customer_number_whole_or_begun(desk, ouyang):
    whole = ouyang.number
    for text in (whole, ouyang.shown_number, whole[:6]):
        assert hits(desk, text) == [ouyang.pk]
    assert "Customer number" in typed(desk, whole)


@pytest.mark.proves("CI-20")
def test_a_customer_is_found_by_whole_numbers_that_pages_never_show(desk, branch, system):
    identity = resident_id()
    customer = CustomerFactory(home_branch=branch)
    CustomerFactory(home_branch=branch)
    with acting(by=system):
        operations.add_document(
            customer, by=system, facts=operations.DocumentFacts("resident_id", identity)
        )
        operations.add_document(
            customer,
            by=system,
            facts=operations.DocumentFacts("passport", "AB1234567", country="FR"),
        )
        for kind, value in (("mobile", "13957112233"), ("email", "wei@example.com")):
            operations.add_contact(customer, by=system, facts=operations.ContactFacts(kind, value))
    SourceKeyFactory(customer=customer, key="C0099887")
    for text in (
        identity, identity.lower(), f"{identity[:6]} {identity[6:]}", "AB1234567", "ab-1234567",
        "13957112233", "+86 139 5711 2233", "139-5711-2233", "2233", "WEI@example.com", "C0099887",
    ):  # fmt: skip
        assert hits(desk, text) == [customer.pk], text
        assert identity not in typed(desk, text).replace(f'value="{text}"', "")


@pytest.mark.parametrize("text", ["330106", "1395711", "957112233", "AB12345"])
def test_a_part_of_a_sealed_number_finds_nobody(desk, branch, system, text):
    customer = CustomerFactory(home_branch=branch)
    with acting(by=system):
        for kind, value in (("mobile", "13957112233"),):
            operations.add_contact(customer, by=system, facts=operations.ContactFacts(kind, value))
    assert hits(desk, text) == []


# --- reach ---------------------------------------------------------------------------


@pytest.mark.proves("CI-20")
def test_nothing_of_a_customer_out_of_reach_shows_or_counts(desk, other_branch, system):
    canary = CustomerFactory(home_branch=other_branch, name="金丝雀", latin_name="Jin Siquexyz")
    with acting(by=system):
        operations.add_contact(
            canary, by=system, facts=operations.ContactFacts("mobile", "13957112244")
        )
    for text in ("金丝雀", "丝", "siquexyz", "jsq", canary.number, "13957112244", "2244"):
        assert hits(desk, text) == []
        page = typed(desk, text)
        for secret in ("金丝雀", "Siquexyz", canary.shown_number, f"/customers/{canary.pk}/"):
            assert secret not in page.replace(f'value="{text}"', "")
        assert canary.name not in desk.post(
            "/customers/find/", {"q": text}, follow=True
        ).content.decode().replace(f'value="{text}"', "")


@pytest.mark.parametrize("extent", Grant.Reach.values)
def test_hits_are_the_customers_that_the_list_would_hold(signed_in, person, bank, extent):
    branch, other = BranchFactory(parent=bank), BranchFactory(parent=bank)
    below = BranchFactory(parent=branch)
    user = person(branch, *RIGHTS, extent=extent)
    me = user.staff_member
    report = StaffMemberFactory(branch=branch, supervisor=me)
    for place, manager in (
        (branch, me),
        (branch, report),
        (branch, None),
        (below, None),
        (other, None),
    ):
        CustomerFactory(home_branch=place, lead_manager=manager, name="同名者")
    wanted = set(Customer.objects.permitted(user).values_list("pk", flat=True))
    assert set(hits(signed_in(user), "同名")) == wanted


def test_who_sees_no_customers_finds_none(signed_in, person, branch, ouyang):
    client = signed_in(person(branch, "staff.view_branch"))
    assert client.post("/palette/", {"q": "欧阳"}).content.strip() == b""
    assert client.get("/customers/search/").status_code == 403
    assert client.post("/customers/search/", {"q": "欧阳"}).status_code == 403


# --- kept by the database ------------------------------------------------------------


def test_keys_follow_every_change_of_the_customer(desk, clerk, ouyang, other_branch, system):
    with acting(by=system):
        Customer.objects.filter(pk=ouyang.pk).update(
            name="司马晓月", latin_name="Sima Xiaoyue", name_sort="si1司ma3马xiao3晓yue4月"
        )
    assert hits(desk, "欧阳") == []
    assert hits(desk, "司马") == hits(desk, "smxy") == [ouyang.pk]
    with acting(by=system):
        Customer.objects.filter(pk=ouyang.pk).update(home_branch=other_branch)
    assert hits(desk, "司马") == []


def test_keys_follow_the_contact_points(desk, ouyang, system):
    point = ContactPointFactory(customer=ouyang)
    tail = point.mask[-4:]
    assert hits(desk, tail) == [ouyang.pk]
    with acting(by=system):
        point.delete()
    assert f"t{tail}" not in SearchKey.objects.get(pk=ouyang.pk).keys


def ask(statement, *values):
    """One value, asked for as the application."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0]


def waiting():
    """How many pages of keys were waiting beside the index; none do afterwards."""
    return ask("select customers_sort_in_search_keys()")


@pytest.mark.proves("CI-20")
def test_many_customers_of_one_statement_are_found_at_once_and_nothing_waits(desk, branch, system):
    customers = [CustomerFactory.build(home_branch=branch, name=f"欧阳晓{c}") for c in HEAVEN]
    for serial, customer in enumerate(customers):
        customer.number, customer.salt = f"99{serial:08}", b"s" * 16
        operations.tidy_names(customer)
    waiting()
    with acting(by=system):
        Customer.objects.bulk_create(customers)
    assert waiting() == 0
    assert len(hits(desk, "欧阳晓")) == len(hits(desk, "oyx")) == ON_PAGE
    assert hits(desk, customers[7].number) == [customers[7].pk]
    one_by_one = "select customers_write_search_of_few(array[%s]::bigint[])"
    assert {ask(one_by_one, customer.pk) for customer in customers} == {0}


def test_keys_of_single_customers_wait_and_are_found_while_they_do(desk, branch):
    waiting()
    ouyang = CustomerFactory(home_branch=branch, name="欧阳晓月")
    assert hits(desk, "欧阳") == [ouyang.pk]
    assert waiting() > 0
    assert hits(desk, "欧阳") == [ouyang.pk]
    assert waiting() == 0


def test_every_customer_has_exactly_one_row_of_keys(desk, ouyang, company):
    assert SearchKey.objects.count() == Customer.objects.count()


# --- recorded, kept out of addresses, limited ----------------------------------------


@pytest.mark.proves("CI-20")
def test_a_search_is_recorded_and_its_words_stand_in_no_address(desk, clerk, ouyang):
    before = AccessEvent.objects.filter(kind="search", actor=clerk).count()
    answer = desk.post("/customers/search/", {"q": "欧阳晓月"})
    assert re.fullmatch(r"/customers/search/\?v=[0-9a-f-]{36}", answer.headers["Location"])
    page = desk.get(answer.headers["Location"]).content.decode()
    assert "欧阳晓月" in page
    typed(desk, "欧")
    assert AccessEvent.objects.filter(kind="search", actor=clerk).count() == before + 2
    assert not AccessEvent.objects.filter(purpose__contains="欧").exists()
    typed(desk, "310101199003071234")
    lines = AccessEvent.objects.filter(kind="search", actor=clerk).order_by("-id")[:3]
    assert [(line.field, line.purpose) for line in lines] == [
        ("by_number", "found:0"),
        ("by_name", "found:1"),
        ("by_name", "found:1"),
    ]


def test_the_words_of_another_user_open_within_ones_own_reach(
    desk, signed_in, person, other_branch, ouyang
):
    answer = desk.post("/customers/search/", {"q": "欧阳晓月"})
    other = signed_in(person(other_branch, *RIGHTS))
    page = other.get(answer.headers["Location"])
    assert page.context["found"].hits == []
    assert StoredQuery.objects.get().text == "欧阳晓月"


@pytest.mark.proves("CI-20")
def test_searching_has_a_limit_by_the_hour(desk, ouyang, monkeypatch):
    monkeypatch.setattr("customers.search_views.SEARCHES_PER_HOUR", 2)
    assert typed(desk, "欧阳")
    assert typed(desk, "欧阳")
    answer = desk.post("/palette/", {"q": "欧阳"})
    assert answer.status_code == 409
    assert "You have searched 2 times within an hour." in answer.content.decode()


# --- odd input, cost -----------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["", " ", "\x00", "%", "_", "'", "';--", "x", "1", "12", "😀", "・", "a" * 10_000,
     "王" * 10_000, "1" * 10_000, "^王", "@@1", "i:ab", "#001", "{a,b}", "\\", "٣٤٥",
     "a b c d e f g h i j k l m n", "@", "a@", "@b.c", "\u202e月", "²²²²"],
)  # fmt: skip
def test_odd_words_are_no_fault_and_find_nobody(desk, ouyang, text):
    assert hits(desk, text) in ([], [ouyang.pk])
    typed(desk, text)


def test_words_by_which_nobody_can_be_found_say_what_to_type(desk, ouyang):
    page = desk.post("/customers/search/", {"q": "x"}, follow=True).content.decode()
    assert "Type at least two letters, one Chinese character, or three digits." in page
    assert "Type a part of a name" in desk.get("/customers/search/").content.decode()


def test_a_name_that_many_bear_is_cut_and_says_so(desk, branch, monkeypatch):
    monkeypatch.setattr(search, "CANDIDATES", 5)
    for _ in range(6):
        CustomerFactory(home_branch=branch, name="王小明")
    page = desk.post("/customers/search/", {"q": "王"}, follow=True)
    assert page.context["found"].is_cut
    assert "Many customers fit." in page.content.decode()


def test_a_search_asks_as_much_for_many_hits_as_for_one(desk, branch, ouyang):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            typed(desk, "欧阳")
        return len(queries)

    asked()
    one = asked()
    for _ in range(5):
        CustomerFactory(home_branch=branch, name="欧阳晓月")
    assert asked() == one <= 10


@pytest.mark.django_db(transaction=True)
def test_the_limit_holds_for_searches_at_once(person, monkeypatch):
    """Parallel searches may pass by one each, never without end."""
    monkeypatch.setattr("customers.search_views.SEARCHES_PER_HOUR", 4)
    user = person(BranchFactory(), *RIGHTS)
    codes = []

    def ask():
        client = Client()
        client.force_login(user)
        try:
            codes.extend(client.post("/palette/", {"q": "王五"}).status_code for _ in range(4))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes.count(200) <= 4 + len(threads)
    assert codes.count(409) >= 12 - 4 - len(threads)


def test_a_whole_number_is_looked_up_by_one_statement(desk, ouyang):
    typed(desk, "110101199003074258")
    with CaptureQueriesContext(connection) as queries:
        typed(desk, "110101199003074258")
    looked = [query["sql"] for query in queries if "customers_identitykey" in query["sql"]]
    assert len(looked) == 1
    assert all(table in looked[0] for table in ("customers_sourcekey", "customers_holding"))
