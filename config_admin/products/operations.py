"""What happens to products."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from config_admin.models import Product
from crm.core.clock import bank_today
from crm.core.formats import day
from crm.core.operations import DomainError, move, operation, save_changes, save_new

from .catalogue import NAMES


@operation
def enter(product: Product, *, by: Any) -> Product:
    """Enter a product as a draft."""
    save_new(product)
    NAMES.forget()
    return product


@operation
def change(product: Product, *, by: Any, fields: Iterable[str], version: int) -> Product:
    """Change a product; code and kind stay, as holdings rest on them."""
    save_changes(product, set(fields) - {"code", "kind"}, version=version)
    NAMES.forget()
    return product


@operation
def launch(product: Product, *, by: Any, reason: str) -> None:
    """Put a draft on sale; from its first day on it stands on the shelf."""
    if product.can("launch"):
        if product.kind in Product.INVESTMENTS and not product.risk_level:
            raise DomainError(
                _("Investors must know the risk. Edit the product and give it a risk level first.")
            )
        if product.sold_until and product.sold_until < bank_today():
            raise DomainError(
                _("The last day of sale, %(day)s, is over. Edit the product and enter a later one.")
                % {"day": day(product.sold_until)}
            )
    move(product, "launch", by=by, reason=reason)


@operation
def withdraw(product: Product, *, by: Any, reason: str) -> None:
    """Sell a product no more; those who hold it keep it."""
    move(product, "withdraw", by=by, reason=reason)
