"""What other modules ask of the catalogue: names of products, and what is on the shelf."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Q

from config_admin.editions import Kept
from config_admin.languages import column_of_language


@dataclass(frozen=True)
class ProductName:
    """A product as labels need it."""

    name: str
    name_zh: str

    def __str__(self) -> str:
        return str(getattr(self, column_of_language()))


def _read() -> dict[str, ProductName]:
    rows = apps.get_model("config_admin.Product")._base_manager.order_by("code")
    return {
        code: ProductName(name, name_zh)
        for code, name, name_zh in rows.values_list("code", "name", "name_zh")
    }


NAMES = Kept(_read, "config_admin.Product")


def product_names() -> dict[str, ProductName]:
    """Every product of the catalogue by its code, withdrawn ones too: customers still hold them."""
    return NAMES.get()


def on_shelf(products: Any, day: dt.date) -> Any:
    """Those of the products that are sold on this day."""
    begun = products.filter(status="on_sale", sold_from__lte=day)
    return begun.filter(Q(sold_until__isnull=True) | Q(sold_until__gte=day))


def by_kind(products: Any) -> Iterator[tuple[str, list[Any]]]:
    """Products under the name of their kind, kinds in the order of the catalogue."""
    kinds = apps.get_model("config_admin.Product").Kind
    held = list(products)
    for kind in kinds:
        if found := [product for product in held if product.kind == kind]:
            yield str(kind.label), found
