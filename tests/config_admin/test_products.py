"""Products: drafts, on sale, withdrawn; the shelf; names that holdings are shown with."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config_admin.models import Product
from crm.core.clock import bank_today
from crm.ops.roles import CONFIGURE
from customers.products import PRODUCTS
from sysadmin.models import Grant
from tests.factories import (
    CustomerFactory,
    DictionaryEntryFactory,
    DictionaryFactory,
    HoldingFactory,
    ProductFactory,
)

ADD = "/configuration/products/add/"
SHELF = "/configuration/products/shelf/"
DAY = dt.timedelta(days=1)


@pytest.fixture
def client(signed_in, person, bank):
    """Somebody who configures."""
    return signed_in(person(bank, *CONFIGURE, extent=Grant.Reach.BANK))


@pytest.fixture
def risks(db):
    levels = DictionaryFactory(code="product_risk")
    return [DictionaryEntryFactory(dictionary=levels, code=f"R{n}", name=f"R{n}") for n in (1, 2)]


def new_product(**values):
    return {
        "code": "steady_growth",
        "name": "Steady growth",
        "name_zh": "稳健增长",
        "kind": "wealth",
        "owner": "Wealth Management",
        "sold_from": bank_today().isoformat(),
        "sold_until": "",
        "currency": "CNY",
        "risk_level": "R2",
        "eligibility": "C2 and above",
    } | values


def page_of(product, page=""):
    return f"/configuration/products/{product.pk}/{page}"


def shelf(client):
    """What the shelf shows: products by kind."""
    kinds = client.get(SHELF).context["kinds"]
    return {str(kind): [product.name for product in held] for kind, held in kinds}


@pytest.mark.proves("BC-2")
def test_a_product_is_entered_put_on_sale_and_withdrawn(client, keyed, risks):
    assert client.post(ADD, keyed(**new_product())).status_code == 302
    product = Product.objects.get()
    assert shelf(client) == {}
    assert client.post(page_of(product, "launch/"), keyed(reason="approved")).status_code == 302
    assert shelf(client) == {"Wealth products": ["Steady growth"]}
    assert "C2 and above" in client.get(SHELF).content.decode()
    assert client.post(page_of(product, "withdraw/"), keyed(reason="end")).status_code == 302
    assert shelf(client) == {}
    assert "Nothing is on sale today." in client.get(SHELF).content.decode()


@pytest.mark.proves("BC-2")
def test_a_product_for_investors_without_its_risk_is_not_put_on_sale(client, keyed, risks):
    client.post(ADD, keyed(**new_product(risk_level="")))
    product = Product.objects.get()
    answer = client.post(page_of(product, "launch/"), keyed(reason="approved"))
    assert answer.status_code == 422
    assert "give it a risk level first" in answer.content.decode()
    product.refresh_from_db()
    assert product.status == "draft"


@pytest.mark.proves("BC-2")
@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"sold_until": "2001-01-01"}, "sold_until", "Enter a later day"),
        ({"currency": "cny"}, "currency", "three capital letters"),
        ({"currency": "ZZZ"}, "currency", "the code of a currency"),
        ({"risk_level": "R9"}, "risk_level", "Select a valid choice"),
        ({"owner": ""}, "owner", "Enter the department"),
        ({"code": "稳健"}, "code", "letters without accents"),
    ],
)
def test_what_makes_no_sense_is_refused_beside_its_field(client, keyed, risks, values, field, said):
    answer = client.post(ADD, keyed(**new_product(**values)))
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {field}
    assert said in answer.context["form"].errors[field][0]
    assert not Product.objects.exists()


@pytest.mark.proves("BC-2")
def test_a_product_whose_days_are_over_is_not_put_on_sale(client, keyed):
    product = ProductFactory(sold_from=bank_today() - 9 * DAY, sold_until=bank_today() - DAY)
    answer = client.post(page_of(product, "launch/"), keyed(reason="approved"))
    assert answer.status_code == 422
    assert "is over" in answer.content.decode()


@pytest.mark.proves("BC-2")
def test_the_shelf_holds_what_is_sold_today_and_asks_no_more_for_many(client):
    today = bank_today()
    for n, (first, last) in enumerate(
        [(today, None), (today, today), (today + DAY, None), (today - 9 * DAY, today - DAY)]
    ):
        ProductFactory(
            code=f"deposit_{n}",
            name=f"Deposit {n}",
            status="on_sale",
            sold_from=first,
            sold_until=last,
        )
    client.get(SHELF)
    with CaptureQueriesContext(connection) as few:
        assert shelf(client) == {"Deposits": ["Deposit 0", "Deposit 1"]}
    for _n in range(9):
        ProductFactory(status="on_sale", sold_from=today)
    with CaptureQueriesContext(connection) as many:
        client.get(SHELF)
    assert len(many) == len(few)
    listed = client.get("/configuration/products/", {"sold_today": "false"})
    assert [row.record.name for row in listed.context["table"].rows] == ["Deposit 2", "Deposit 3"]


@pytest.mark.proves("BC-2")
def test_an_entry_in_use_says_by_how_many_products(client, risks):
    for _n in range(3):
        ProductFactory(kind="wealth", risk_level="R1")
    page = client.get(f"/configuration/entries/{risks[0].pk}/")
    assert [(use.records, str(use.count)) for use in page.context["uses"]] == [("products", "3")]


@pytest.mark.proves("BC-1")
def test_a_product_keeps_a_retired_risk_level_and_no_other_gets_it(client, keyed, risks):
    client.post(ADD, keyed(**new_product()))
    product = Product.objects.get()
    client.post(f"/configuration/entries/{risks[1].pk}/retire/", keyed(reason="merged"))
    answer = client.post(ADD, keyed(**new_product(code="another")))
    assert set(answer.context["form"].errors) == {"risk_level"}
    values = new_product(name="Renamed", version=product.version)
    assert client.post(page_of(product, "change/"), keyed(**values)).status_code == 302
    product.refresh_from_db()
    assert (product.name, product.risk_level) == ("Renamed", "R2")


@pytest.mark.proves("BC-2")
def test_holdings_are_shown_with_the_names_of_the_catalogue(signed_in, person, bank, branch):
    holding = HoldingFactory(customer=CustomerFactory(home_branch=branch))
    client = signed_in(
        person(
            bank, "customers.view_holding", "customers.view_customer", "config_admin.view_product"
        )
    )
    page = f"/customers/holdings/{holding.pk}/"
    assert "Time deposit" in client.get(page).content.decode()
    ProductFactory(code="time_deposit", name="Fixed-term saver", name_zh="定期宝")
    assert "Fixed-term saver" in client.get(page).content.decode()
    client.post("/language/", {"language": "zh-hans"})
    assert "定期宝" in client.get(page).content.decode()


@pytest.mark.proves("BC-2")
def test_the_first_catalogue_has_every_product_that_holdings_come_with(db):
    call_command("first_values", verbosity=0)
    codes = {code for products in PRODUCTS.values() for code in products}
    assert codes <= set(Product.objects.values_list("code", flat=True))
    unsold = Product.objects.exclude(status="on_sale")
    assert not unsold.exists()
    risky = Product.objects.filter(kind__in=Product.INVESTMENTS)
    assert not risky.filter(risk_level="").exists()


@pytest.mark.proves("BC-2")
def test_those_who_sell_are_led_to_the_shelf_and_those_who_keep_it_to_the_catalogue(
    client, signed_in, person, branch
):
    shelf_link, catalogue_link = f'href="{SHELF}"', 'href="/configuration/products/"'
    seller = signed_in(person(branch, "config_admin.view_product", "staff.view_branch"))
    page = seller.get("/organisation/branches/").content.decode()
    assert shelf_link in page
    assert catalogue_link not in page
    page = client.get("/configuration/dictionaries/").content.decode()
    assert shelf_link in page
    assert catalogue_link in page
