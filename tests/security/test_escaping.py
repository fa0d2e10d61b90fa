"""What people type comes back as text: on lists, pages, forms, histories and look-ups."""

import re

import pytest

from crm.ops.roles import ROLES
from customers.models import Customer
from sysadmin.models import Grant
from tests.customers.entries import change_form, person_form
from tests.factories import BranchFactory, StaffMemberFactory, UserFactory

MARKERS = [
    "<script>alert(7)</script>",
    "\"'><img src=x onerror=alert(7)>",
    "{{7*7}}{%debug%}",
    "</title></textarea><svg/onload=alert(7)>",
    "javascript:alert(7)",
    "${7*7}#{7*7}<!--",
]
TYPED = ["name", "latin_name", "city", "address", "document_number", "mobile", "email"]
# what would run, or change the page, if a marker came back as it was typed
ALIVE = re.compile(
    r"<script>alert|<img src=x|<svg/onload|</title></textarea>"
    r"|(href|src|action)=\"javascript:|\b49\b.*debug"
)


@pytest.fixture
def client(signed_in, person, bank):
    actions = {action for role in ROLES for action in role.actions}
    return signed_in(person(bank, *actions, extent=Grant.Reach.BANK))


def dead(answer, marker, *, shown=True):
    """The page shows the marker as text, and nothing of it is alive."""
    text = answer.content.decode()
    assert not ALIVE.search(text)
    assert marker not in text or not set(marker) & set("<>\"'&")
    if shown:
        assert escaped(marker) in text
    return True


def escaped(text):
    for raw, safe in (
        ("&", "&amp;"),
        ("<", "&lt;"),
        (">", "&gt;"),
        ('"', "&quot;"),
        ("'", "&#x27;"),
    ):
        text = text.replace(raw, safe)
    return text


@pytest.mark.parametrize("marker", MARKERS)
def test_what_is_typed_wrongly_stays_text(client, branch, marker):
    refused = client.post("/customers/add/", person_form(branch, **dict.fromkeys(TYPED, marker)))
    assert refused.status_code == 422
    assert dead(refused, marker)
    odd = {"kind": marker, "country": marker, "home_branch": marker, "born_on": marker}
    assert dead(client.post("/customers/add/", person_form(branch, **odd)), marker)


@pytest.fixture(params=MARKERS)
def marked(request, client, branch):
    """A customer all of whose texts are a marker, and the marker."""
    form = person_form(branch, **dict.fromkeys(TYPED[:4], request.param))
    assert client.post("/customers/add/", form).status_code == 302
    customer = Customer.objects.get()
    assert customer.address == request.param
    return customer, request.param


def test_what_is_typed_about_a_customer_stays_text(client, branch, marked):
    customer, marker = marked
    at = f"/customers/{customer.pk}/"
    for page in (at, f"{at}history/", f"{at}change/", f"{at}close/", f"{at}documents/add/"):
        assert dead(client.get(page), marker)
    assert dead(client.get("/customers/"), marker)
    assert dead(client.post("/customers/find/", {"q": marker}, follow=True), marker)
    wrong = {"kind": "email", "value": marker, **key(branch)}
    assert dead(client.post(f"{at}contacts/add/", wrong), marker)


def test_what_is_typed_in_a_step_or_a_conflict_stays_text(client, branch, marked):
    customer, marker = marked
    at = f"/customers/{customer.pk}/"
    done = client.post(f"{at}activate/", {"reason": marker, **key(branch)}, follow=True)
    assert dead(done, marker)
    assert dead(client.get(f"{at}history/"), f"Reason: {marker}")
    again = client.post(f"{at}activate/", {"reason": marker, **key(branch)})
    assert again.status_code == 422
    assert dead(again, marker)
    customer.refresh_from_db()
    client.post(f"{at}change/", change_form(customer, city=marker + "1"))
    stale = client.post(f"{at}change/", change_form(customer, city=marker + "2"))
    assert stale.status_code == 409
    assert dead(stale, marker + "1")
    assert dead(stale, marker + "2")


def key(branch):
    return {"idempotency_key": person_form(branch)["idempotency_key"]}


@pytest.mark.parametrize("marker", MARKERS)
def test_names_of_branches_staff_and_users_stay_text(client, bank, marker):
    user = UserFactory(display_name=marker, latin_name=marker)
    place = BranchFactory(parent=bank, name=marker, name_en=marker, city=marker)
    member = StaffMemberFactory(branch=place, name=marker, latin_name=marker, user=user)
    for path in (
        "/organisation/branches/",
        f"/organisation/branches/{place.pk}/",
        "/organisation/branches/lookup/?q=" + place.code,
        "/organisation/staff/",
        f"/organisation/staff/{member.pk}/",
        "/organisation/staff/lookup/?q=" + member.number,
        "/system/users/",
        f"/system/users/{user.pk}/",
        "/system/users/lookup/?q=" + user.username,
    ):
        assert dead(client.get(path), marker), path
    client.force_login(user)
    assert dead(client.get("/account/factors/"), marker)


@pytest.mark.parametrize("marker", MARKERS)
def test_what_stands_in_an_address_stays_text(client, marker):
    for path in (
        "/customers/", "/customers/filter/", "/organisation/branches/", "/system/audit/",
        "/system/access/", "/customers/add/", "/account/login/", "/system/users/lookup/",
    ):  # fmt: skip
        names = ["sort", "kind", "status", "home_branch", "opened_after", "table_name", "name", "q",
                 "next", "v", "after", "username", marker]  # fmt: skip
        answer = client.get(path, dict.fromkeys(names, marker))
        assert dead(answer, marker, shown=False)
    assert dead(client.get("/nowhere/" + marker), marker, shown=False)
    assert dead(client.get("/", headers={"host": "x" + marker}), marker, shown=False)


@pytest.mark.parametrize("marker", MARKERS)
def test_a_user_name_comes_back_as_text(client, marker):
    client.post("/account/logout/")
    answer = client.post("/account/login/", {"login": marker, "password": marker, "next": marker})
    assert dead(answer, marker, shown=False)


def test_pages_hold_no_script_or_handler_of_their_own(client, branch):
    client.post("/customers/add/", person_form(branch))
    customer = Customer.objects.get()
    for path in ("/customers/", "/customers/add/", f"/customers/{customer.pk}/", "/system/audit/"):
        text = client.get(path).content.decode()
        assert not re.search(r"<[^>]+\s(on[a-z]+|style)=", text)
        scripts = re.findall(r"<script([^>]*)>", text)
        assert scripts
        assert all("src=" in kind or 'type="application/json"' in kind for kind in scripts)
        assert not re.search(r"(src|href|action)=\"(https?:)?//", text)
