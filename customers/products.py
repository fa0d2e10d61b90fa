"""What a bank sells, by stable codes: kinds of holding, and the products of each kind."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config_admin.figures import currencies
from config_admin.products.catalogue import product_names


class HoldingKind(models.TextChoices):
    """What a holding is to the bank."""

    DEPOSIT = "deposit", _("Deposits")
    INVESTMENT = "investment", _("Investments")
    LOAN = "loan", _("Loans")
    CARD = "card", _("Cards")


# what makes up assets under management; loans and cards do not
ASSETS = (HoldingKind.DEPOSIT, HoldingKind.INVESTMENT)
# what the customer owes: a balance here is a debt
DEBTS = (HoldingKind.LOAN, HoldingKind.CARD)

PRODUCTS: dict[HoldingKind, dict[str, str | Promise]] = {
    HoldingKind.DEPOSIT: {
        "current_deposit": _("Current account"),
        "time_deposit": _("Time deposit"),
        "instalment_deposit": _("Instalment deposit"),
        "call_deposit": _("Call deposit"),
        "large_cd": _("Large certificate of deposit"),
        "structured_deposit": _("Structured deposit"),
        "corporate_current": _("Corporate current account"),
        "agreed_rate_deposit": _("Agreed-rate deposit"),
        "margin_deposit": _("Margin deposit"),
    },
    HoldingKind.INVESTMENT: {
        "cash_management": _("Cash management"),
        "fixed_income": _("Fixed-income wealth product"),
        "mixed": _("Mixed wealth product"),
        "equity": _("Equity wealth product"),
        "commodity_derivatives": _("Commodity and derivatives product"),
        "fund": _("Mutual fund"),
        "insurance": pgettext_lazy("product", "Insurance"),
        "trust": pgettext_lazy("product", "Trust"),
        "asset_management_plan": _("Asset-management plan"),
        "savings_bond": _("Savings bond"),
        "precious_metals": _("Precious metals"),
    },
    HoldingKind.LOAN: {
        "housing_loan": _("Housing loan"),
        "consumer_loan": _("Consumer loan"),
        "car_loan": _("Car loan"),
        "business_loan": _("Personal business loan"),
        "student_loan": _("Student loan"),
        "working_capital_loan": _("Working-capital loan"),
        "fixed_asset_loan": _("Fixed-asset loan"),
        "project_finance": _("Project finance"),
        "syndicated_loan": _("Syndicated loan"),
        "merger_loan": _("Merger and acquisition loan"),
        "trade_finance": _("Trade finance"),
        "bill_discounting": _("Bill discounting"),
        "factoring": _("Factoring"),
        "overdraft": _("Corporate overdraft"),
    },
    HoldingKind.CARD: {
        "debit_card": _("Debit card"),
        "credit_card": _("Credit card"),
        "supplementary_card": _("Supplementary card"),
        "corporate_settlement_card": _("Corporate settlement card"),
        "official_card": _("Official card"),
    },
}
KIND_OF = {code: kind for kind, products in PRODUCTS.items() for code in products}
# the currencies in which accounts are kept
CURRENCIES = frozenset(currencies.CURRENCIES)


def product_choices() -> Iterator[tuple[str, str | Promise]]:
    """Every product that holdings may have, with its usual name."""
    for products in PRODUCTS.values():
        yield from products.items()


def product_name(code: str) -> str:
    """What the catalogue calls a product, or its usual name where it does not stand there."""
    named = product_names().get(code)
    return str(named or dict(product_choices()).get(code, code))


def named_choices() -> Iterator[tuple[str, str]]:
    """Every product that holdings may have, as the bank's catalogue calls it."""
    for code, _usual in product_choices():
        yield code, product_name(code)
