"""Who stands behind and beside customers: entered, refused, ended, and added up to owners."""

import datetime as dt
import uuid
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import connection, transaction

from crm.core.acting import acting
from crm.core.clock import bank_today
from crm.core.idempotency import FIELD
from customers.links.operations import connect
from customers.models import Link, RelatedPerson
from customers.operations import DocumentFacts, register
from staff.tree import LOCK
from sysadmin.models import system_user
from tests.factories import CustomerFactory, LinkFactory, resident_id

SERVE = (
    "customers.view_customer",
    "customers.change_customer",
    "customers.reveal_customer",
)


@pytest.fixture
def desk(person, branch, signed_in):
    return signed_in(person(branch, *SERVE))


@pytest.fixture
def organisation(branch):
    """Makes an organisation of the branch."""

    def make(name):
        return CustomerFactory(home_branch=branch, kind="organisation", name=name)

    return make


def entered(desk, customer, **facts):
    """What comes of entering who stands behind or beside a customer."""
    sent = {
        "kind": "owner",
        "country": "CN",
        "first_day": "2024-01-01",
        "evidence": "register extract",
        FIELD: str(uuid.uuid4()),
    }
    return desk.post(f"/customers/{customer.pk}/links/add/", sent | facts)


def refused(answer):
    """The fields beside which a form is refused, and what is said there."""
    assert answer.status_code == 422
    return {name: str(errors[0]) for name, errors in answer.context["form"].errors.items()}


@pytest.mark.proves("CI-5")
def test_beneficial_owners_are_found_through_the_chain(desk, organisation, branch):
    works, holding, fund = (organisation(name) for name in ("江南机械", "江南控股", "远山基金"))
    wang = CustomerFactory(home_branch=branch, name="王大为")
    for customer, facts in (
        (works, {"party": holding.pk, "share": "60"}),
        (works, {"party": fund.pk, "share": "40"}),
        (holding, {"party": wang.pk, "share": "50"}),
        (holding, {"name": "李小川", "share": "20"}),
        (fund, {"name": "赵掌门", "kind": "controller"}),
        (fund, {"name": "孙四海", "share": "60"}),
        (fund, {"name": "赵掌门", "share": "40"}),
    ):
        answer = entered(desk, customer, **facts)
        assert answer.status_code == 302, answer.context["form"].errors

    page = desk.get(f"/customers/{works.pk}/links/")

    found = {o.who.shown_name: (o.share, o.rules, o.through) for o in page.context["behind"].owners}
    assert found == {
        "赵掌门": (40, False, [fund.shown_name]),
        wang.shown_name: (30, False, [holding.shown_name]),
    }
    text = page.content.decode()
    assert "<svg" in text
    assert "2 beneficial owners" in text
    assert "李小川" in text
    elsewhere = desk.get(f"/customers/{wang.pk}/links/").content.decode()
    assert holding.shown_name in elsewhere


@pytest.mark.proves("CI-5")
@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"party": "self", "share": "10"}, "party"),
        ({"party": "below", "share": "10"}, "party"),
        ({"party": "below", "kind": "controller"}, "party"),
        ({"name": "李小川", "share": "60"}, "share"),
        ({"name": "李小川"}, "share"),
        ({"name": "李小川", "kind": "director", "share": "10"}, "share"),
        ({"name": "李小川", "kind": "spouse"}, "kind"),
        ({"party": "below", "kind": "director"}, "party"),
        ({"share": "10"}, "party"),
        ({"name": "李小川", "share": "10", "first_day": "2999-01-01"}, "first_day"),
        ({"name": "李小川", "share": "10", "evidence": ""}, "evidence"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(desk, organisation, facts, field):
    top, below, lowest = (organisation(name) for name in ("顶层", "中层", "底层"))
    LinkFactory(customer=below, party=top, person=None, kind="owner", share=100)
    LinkFactory(customer=lowest, party=below, person=None, kind="owner", share=100)
    LinkFactory(customer=top, kind="owner", share=50)
    known = {"self": top.pk, "below": lowest.pk}

    said = refused(entered(desk, top, **facts | {"party": known.get(facts.get("party"), "")}))

    assert list(said) == [field]
    assert Link.objects.count() == 3


def test_a_share_is_free_again_when_its_owner_has_ended(desk, organisation):
    company = organisation("江南机械")
    link = LinkFactory(customer=company, kind="owner", share=80)
    address = f"/customers/{company.pk}/links/{link.pk}/end/"
    sent = {"last_day": "2024-06-30", "reason": "sold", "version": link.version}
    before = desk.post(address, sent | {FIELD: str(uuid.uuid4())})
    assert "last_day" in refused(before)
    yesterday = bank_today() - dt.timedelta(days=1)
    sent["last_day"] = str(yesterday)

    assert desk.post(address, sent | {FIELD: str(uuid.uuid4())}).status_code == 302

    assert entered(desk, company, name="新股东", share="90", first_day="").status_code == 422
    later = entered(desk, company, name="新股东", share="90", first_day=str(bank_today()))
    assert later.status_code == 302
    earlier = refused(entered(desk, company, name="旧股东", share="30"))
    assert list(earlier) == ["share"]


def test_a_link_of_another_customer_is_not_ended_here(desk, organisation):
    one, other = organisation("一号公司"), organisation("二号公司")
    link = LinkFactory(customer=other)
    assert desk.get(f"/customers/{one.pk}/links/{link.pk}/end/").status_code == 404


@pytest.mark.proves("CI-27")
def test_a_related_person_is_sealed_and_becomes_the_customer_with_that_number(
    desk, organisation, branch, system
):
    company, number = organisation("江南机械"), resident_id()
    document = {"document_kind": "resident_id", "document_number": number}
    for kind, share in (("owner", "70"), ("director", "")):
        answer = entered(desk, company, name="王大为", kind=kind, share=share, **document)
        assert answer.status_code == 302, answer.context["form"].errors
    person = RelatedPerson.objects.get()
    page = desk.get(f"/customers/{company.pk}/links/").content.decode()
    assert number not in page
    assert person.mask in page
    shown = desk.post(f"/customers/{company.pk}/reveal/related/{person.pk}/", {"purpose": "cdd"})
    assert shown.status_code in {200, 422}

    with acting(by=system):
        customer = CustomerFactory.build(name="王大为", home_branch=branch)
        register(customer, by=system, documents=[DocumentFacts("resident_id", number)])

    person.refresh_from_db()
    assert person.became == customer
    owners = desk.get(f"/customers/{company.pk}/links/").context["behind"].owners
    assert [(o.who, o.share) for o in owners] == [(customer, 70)]


@pytest.mark.proves("CI-27")
def test_a_wrong_number_of_a_related_person_is_refused(desk, organisation):
    company = organisation("江南机械")
    facts = {"name": "王大为", "share": "70", "document_number": "110101199001011234"}
    assert list(refused(entered(desk, company, **facts))) == ["document_kind"]
    facts["document_kind"] = "resident_id"
    assert list(refused(entered(desk, company, **facts))) == ["document_number"]
    assert not RelatedPerson.objects.exists()


def test_a_long_chain_costs_no_more_queries(
    desk, organisation, django_assert_max_num_queries, branch
):
    chain = [organisation(f"第{place}层") for place in range(6)]
    for below, above in pairwise(chain):
        LinkFactory(customer=below, party=above, person=None, kind="owner", share=90)
    LinkFactory(customer=chain[-1], kind="owner", share=100)
    desk.get(f"/customers/{chain[-1].pk}/links/")
    with django_assert_max_num_queries(24) as short:
        desk.get(f"/customers/{chain[-1].pk}/links/")
    with django_assert_max_num_queries(len(short.captured_queries)):
        page = desk.get(f"/customers/{chain[0].pk}/links/")
    (owner,) = page.context["behind"].owners
    assert round(owner.share, 2) == Decimal("59.05")
    assert owner.rules


@pytest.mark.django_db(transaction=True)
def test_a_relationship_does_not_wait_for_who_writes_at_branches(super_connection):
    owned, owner = CustomerFactory.create_batch(2, kind="organisation")
    super_connection.execute("select pg_advisory_xact_lock_shared(%s)", [LOCK])

    link = Link(customer=owned, party=owner, kind=Link.Kind.CONTROLLER, evidence="the articles")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set local lock_timeout = '2s'")
        connect(link, by=system_user(), first_day=bank_today())

    assert Link.objects.get() == link
