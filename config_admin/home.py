"""What this module shows on homes: what is drafted and not yet offered."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.core.today import Todo, add_todos

from .languages import column_of_language
from .products.resources import product
from .services.resources import service_type

WAITING = (
    Todo(
        product,
        "status=draft",
        _("Product to put on sale"),
        column_of_language,
        "sold_from",
        action="config_admin.launch_product",
    ),
    Todo(
        service_type,
        "status=draft",
        _("Service to offer"),
        column_of_language,
        "updated_at",
        waits=True,
        action="config_admin.offer_servicetype",
    ),
)


def register() -> None:
    """Show what waits on homes."""
    add_todos(WAITING)
