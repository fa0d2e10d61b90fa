"""The audit trail and the access trail, as the auditor reads them and as nobody else does."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.core.models import AccessEvent, AuditEvent
from crm.core.trail import record_access
from crm.ops.roles import ROLES
from sysadmin.models import Grant
from tests.customers.entries import change_form
from tests.factories import CustomerFactory, GrantFactory, RoleFactory, UserFactory

ROLE = {role.code: role.actions for role in ROLES}
TRAILS = ["/system/audit/", "/system/access/"]


@pytest.fixture
def auditor(signed_in, person, bank):
    return signed_in(person(bank, *ROLE["auditor"], extent=Grant.Reach.BANK))


@pytest.fixture
def manager(person, branch):
    return person(branch, *ROLE["branch_manager"])


@pytest.fixture
def changed(signed_in, manager, branch):
    """A customer that somebody looked at and changed."""
    customer = CustomerFactory(home_branch=branch, city="杭州")
    client = signed_in(manager, REMOTE_ADDR="10.1.2.3")
    client.get(f"/customers/{customer.pk}/")
    client.post(f"/customers/{customer.pk}/change/", change_form(customer, city="宁波"))
    return customer


def rows(answer):
    return [row.record for row in answer.context["table"].rows]


@pytest.mark.proves("SY-5")
def test_the_auditor_reads_who_changed_what_from_where(auditor, manager, changed):
    page = auditor.get("/system/audit/")
    event = rows(page)[0]
    assert (event.actor, event.table_name, event.operation) == (manager, "customers_customer", "U")
    assert manager.shown_name in page.content.decode()
    detail = auditor.get(f"/system/audit/{event.pk}/").content.decode()
    for told in ("杭州", "宁波", "10.1.2.3", event.request_id, "meridian_app"):
        assert told in detail


@pytest.mark.proves("SY-5")
def test_the_auditor_reads_the_name_beside_the_key_of_another_record(
    auditor, signed_in, person, bank, branch, changed
):
    event = AuditEvent.objects.get(table_name="customers_customer", operation="I")
    detail = auditor.get(f"/system/audit/{event.pk}/").content.decode()
    assert f"{branch.name_en} (№ {branch.pk})" in detail
    blind = signed_in(person(bank, "core.view_auditevent", extent=Grant.Reach.BANK))
    detail = blind.get(f"/system/audit/{event.pk}/").content.decode()
    assert f"outside your reach (№ {branch.pk})" in detail
    assert branch.name_en not in detail


@pytest.mark.proves("SY-5")
def test_the_auditor_reads_who_looked_at_whom(auditor, manager, changed):
    page = auditor.get("/system/access/", {"kind": "view"})
    event = rows(page)[0]
    assert (event.actor, event.subject_id, event.address) == (manager, changed.pk, "10.1.2.3")
    assert manager.shown_name in page.content.decode()
    assert f"{changed} (№ {changed.pk})" in page.content.decode()


@pytest.mark.proves("SY-5")
def test_who_may_not_see_a_customer_does_not_read_the_name_in_the_trail(
    signed_in, person, bank, changed
):
    blind = signed_in(person(bank, "core.view_accessevent", extent=Grant.Reach.BANK))
    page = blind.get("/system/access/", {"kind": "view"})
    assert rows(page)[0].subject_id == changed.pk
    assert changed.name not in page.content.decode()
    assert changed.latin_name not in page.content.decode()


WORDS = {
    "en": [
        ["Reveal", "Identity document", "Document number", "Identify the customer"],
        ["View", "Customer", "Holdings", "–"],
        ["Denial", "Role · List", "Opening the page", "–"],
        ["Denial", "Customer · Close relationship", "Sending the form", "–"],
        ["Denial", "Customer · See the history of a customer", "Opening the page", "–"],
        ["Denial", "Customer", "Opening the page", "–"],
        ["Denial", "some_page", "–", "–"],
        ["Denial", "gone:page_list", "PUT", "a purpose of old"],
        ["View", "gone.model", "of old", "–"],
        ["View", "Customer", "of old", "–"],
    ],
    "zh-hans": [
        ["明文查看", "证件", "证件号码", "核实客户身份"],
        ["查看", "客户", "持有产品", "–"],
        ["拒绝访问", "角色 · 列表", "打开页面", "–"],
    ],
}


@pytest.mark.proves("SY-5")
@pytest.mark.parametrize("language", list(WORDS))
def test_the_auditor_reads_words_and_no_codes(auditor, language):
    seen = [
        ("reveal", "customers.identitydocument", "number", "identify"),
        ("view", "customers.customer", "holdings", ""),
        ("denial", "sysadmin:role_list", "GET", ""),
        ("denial", "customers:customer_close", "POST", ""),
        ("denial", "customers:customer_history", "GET", ""),
        ("denial", "customers:customer_document", "GET", ""),
        ("denial", "some_page", "", ""),
        ("denial", "gone:page_list", "PUT", "a purpose of old"),
        ("view", "gone.model", "of old", ""),
        ("view", "customers.customer", "of old", ""),
    ]
    actor = UserFactory()
    for kind, model, field, purpose in seen:
        record_access(kind, by=actor, model=model, field=field, purpose=purpose)
    auditor.post("/language/", {"language": language})
    page = auditor.get("/system/access/", {"sort": "newest"}).content.decode()
    rows_shown = re.findall(r"<tr.*?</tr>", page, re.DOTALL)[1:]
    cells = [[re.sub("<[^>]+>", "", cell) for cell in row.split("</td>")] for row in rows_shown]
    shown = [
        [kind, model, field, purpose]
        for _at, by, kind, model, _key, field, purpose, *_rest in cells
        if by in {actor.latin_name, actor.display_name}
    ]
    assert shown[::-1][: len(WORDS[language])] == WORDS[language]


def test_the_trail_of_a_refused_page_names_the_page(auditor, signed_in, person, bank):
    signed_in(person(bank)).get("/system/roles/")
    page = auditor.get("/system/access/").content.decode()
    assert "Role · List" in page
    assert "sysadmin:role_list" not in page


@pytest.mark.proves("SY-5")
@pytest.mark.parametrize("path", TRAILS)
@pytest.mark.parametrize(
    "role", sorted(code for code, actions in ROLE.items() if "core.view_auditevent" not in actions)
)
def test_no_other_role_reads_a_trail(signed_in, person, bank, role, path):
    client = signed_in(person(bank, *ROLE[role], extent=Grant.Reach.BANK))
    assert client.get(path).status_code == 403
    assert path not in client.get("/", follow=True).content.decode()


@pytest.mark.parametrize("path", TRAILS)
def test_a_trail_needs_a_grant_over_the_whole_bank(signed_in, person, bank, changed, path):
    client = signed_in(person(bank, *ROLE["auditor"], extent=Grant.Reach.BRANCHES_BELOW))
    assert rows(client.get(path)) == []
    event = AuditEvent.objects.latest("id")
    assert client.get(f"/system/audit/{event.pk}/").status_code == 404


@pytest.mark.parametrize("path", TRAILS)
def test_nothing_in_a_trail_can_be_changed(auditor, changed, path):
    event = AuditEvent.objects.latest("id")
    for page in ("add/", f"{event.pk}/change/", f"{event.pk}/delete/", "find/"):
        assert auditor.get(path + page).status_code == 404
        assert auditor.post(path + page).status_code == 404
    assert auditor.post(path).status_code == 405


def test_trails_are_filtered_by_kind_and_table(auditor, changed):
    updates = rows(auditor.get("/system/audit/", {"operation": "U"}))
    assert {event.operation for event in updates} == {"U"}
    of_table = rows(auditor.get("/system/audit/", {"table_name": "customers_identity_document"}))
    other = rows(auditor.get("/system/audit/", {"table_name": "customers_identitydocument"}))
    form = auditor.get("/system/audit/filter/").content.decode()
    assert '<option value="customers_identitydocument">Identity document</option>' in form
    by = AuditEvent.objects.latest("id").actor
    done = rows(auditor.get("/system/audit/", {"actor": by.pk}))
    assert done
    assert {event.actor_id for event in done} == {by.pk}
    assert {event.table_name for event in of_table + other} == {"customers_identitydocument"}
    looks = rows(auditor.get("/system/access/", {"kind": ["view", "search"]}))
    assert {event.kind for event in looks} == {"view"}
    assert rows(auditor.get("/system/access/", {"kind": "nonsense"})) == []


def test_no_page_of_a_trail_shows_a_password_hash_a_salt_or_a_blind_index(auditor, changed):
    user = UserFactory()
    secrets = [
        user.password,
        bytes(changed.salt).hex(),
        bytes(changed.identity_keys.get().index).hex(),
        bytes(changed.contact_points.get().index).hex(),
    ]
    events = AuditEvent.objects.order_by("-id")
    tables = {
        "sysadmin_user",
        "customers_customer",
        "customers_identitykey",
        "customers_contactpoint",
    }
    seen = set()
    for event in events.filter(table_name__in=tables):
        page = auditor.get(f"/system/audit/{event.pk}/").content.decode()
        seen.add(event.table_name)
        for secret in secrets:
            assert secret not in page
    assert seen == tables


def test_each_kind_of_event_has_a_name_in_both_languages(auditor, changed, manager):
    for kind in AccessEvent.Kind:
        AccessEvent.objects.create(kind=kind, actor=manager, at=changed.created_at)
    english = auditor.get("/system/access/").content.decode()
    auditor.post("/language/", {"language": "zh-hans"})
    chinese = auditor.get("/system/access/").content.decode()
    assert "Failed sign-in" in english
    assert "Failed sign-in" not in chinese
    assert re.search('lang="zh-Hans"', chinese)


@pytest.mark.proves("SY-5")
def test_trails_name_the_record_where_the_reader_may_see_it(auditor, signed_in, person, bank):
    role = RoleFactory(name="Teller", name_zh="柜员")
    record_access("view", by=UserFactory(), obj=role)
    event = AuditEvent.objects.get(table_name="sysadmin_role", row_key=role.pk)
    pages = ("/system/audit/", f"/system/audit/{event.pk}/", "/system/access/")
    everything = ("core.view_auditevent", "core.view_accessevent")
    blind = signed_in(person(bank, *everything, extent=Grant.Reach.BANK))
    sees = signed_in(person(bank, *everything, "sysadmin.view_role", extent=Grant.Reach.BANK))
    for page in pages:
        assert "Teller" in sees.get(page).content.decode(), page
    assert f"Teller (№ {role.pk})" in sees.get("/system/access/").content.decode()
    assert "Teller" not in blind.get("/system/audit/").content.decode()
    assert "Teller" not in blind.get("/system/access/").content.decode()


def test_names_in_a_trail_cost_the_same_for_more_lines(person, signed_in, bank):
    rights = ("core.view_auditevent", "sysadmin.view_grant")
    desk = signed_in(person(bank, *rights, extent=Grant.Reach.BANK))
    counted = []
    desk.get("/system/audit/")
    for more in (1, 8):
        for _n in range(more):
            GrantFactory(branch=bank)
        with CaptureQueriesContext(connection) as queries:
            page = desk.get("/system/audit/", {"table_name": "sysadmin_grant"})
        assert page.content.decode().count("(№ ") == len(page.context["table"].rows)
        counted.append(len(queries))
    assert counted[0] == counted[1]


@pytest.mark.proves("SY-5")
def test_who_looked_is_found_by_user_customer_address_and_kind(auditor, manager, changed):
    record_access("sign_in_failed", by=UserFactory())
    seen = "/system/access/"
    mine = rows(auditor.get(seen, {"actor": manager.pk, "kind": ["view", "reveal"]}))
    assert {(event.actor, event.kind) for event in mine} == {(manager, "view")}
    assert {e.subject_id for e in rows(auditor.get(seen, {"subject_id": changed.pk}))} == {
        changed.pk
    }
    of_customer = auditor.get("/system/audit/", {"subject_id": changed.pk})
    assert {e.subject_id for e in rows(of_customer)} == {changed.pk}
    # the address holds the key alone, the chip the name
    assert f"<b>{changed}</b>" in of_customer.content.decode()
    assert {e.address for e in rows(auditor.get(seen, {"address": "10.1.2.3"}))} == {"10.1.2.3"}
    page = auditor.get(seen, {"actor": manager.pk}).content.decode()
    assert f'<a href="/system/users/{manager.pk}/">{manager.shown_name}</a>' in page
    assert f'<a href="/customers/{changed.pk}/">{changed} (№ {changed.pk})</a>' in page
    views = auditor.get(seen).content.decode()
    assert "kind=sign_in&amp;kind=sign_in_failed" in views


@pytest.mark.proves("SY-5")
def test_a_trail_leads_nowhere_that_its_reader_may_not_go(signed_in, person, bank, changed):
    blind = signed_in(person(bank, "core.view_accessevent", extent=Grant.Reach.BANK))
    page = blind.get("/system/access/", {"kind": "view"}).content.decode()
    assert f'href="/customers/{changed.pk}/"' not in page
    assert 'href="/system/users/' not in page


@pytest.mark.proves("SY-5")
def test_a_search_reads_by_what_and_how_many_were_found_and_never_what_was_typed(
    auditor, signed_in, manager, branch
):
    CustomerFactory(home_branch=branch, name="欧阳晓月")
    client = signed_in(manager)
    client.post("/palette/", {"q": "欧阳晓月"})
    client.post("/customers/find/", {"q": "欧阳晓月"})
    page = auditor.get("/system/access/", {"kind": "search"}).content.decode()
    body = page[page.index("<tbody") :]
    for said in (">By name</td>", ">1 found</td>", ">Within a list</td>"):
        assert said in body
    assert "欧阳晓月" not in page
