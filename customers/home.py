"""What this module shows on homes: what matures for a manager's customers, and the portfolio."""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

from crm.core.home import Part, add_parts
from crm.core.today import Todo, add_todos

from .holdings.resources import holding
from .portfolio.reports import ACTION, HOLDINGS, portfolio_chart
from .products import product_name

WAITING = (
    Todo(
        holding,
        "lead_manager=me&status=active&matures_after={today}&matures_before={soon}&sort=matures_on",
        pgettext_lazy("home", "Matures"),
        "product_code",
        "matures_on",
        product_name,
        action="customers.activate_customer",
    ),
)
PARTS = (Part("portfolio", 30, (ACTION, HOLDINGS), portfolio_chart),)


def register() -> None:
    """Show all of it on homes."""
    add_todos(WAITING)
    add_parts(PARTS)
