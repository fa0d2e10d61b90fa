"""The shelf: what can be sold today, by kind."""

from __future__ import annotations

from config_admin.models import Product
from crm.core.clock import bank_today
from crm.core.pages import Page

from .catalogue import by_kind, on_shelf


class ShelfPage(Page):
    """What can be sold today, by kind, with its risk and for whom it is."""

    page = "list"
    template = "shelf"

    def get(self, request):
        today = bank_today()
        products = on_shelf(self.rows(), today).order_by("code")
        return self.show(kinds=list(by_kind(products)), today=today, model=Product)
