"""Pages of products."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config_admin.models import Product
from crm.core.resources import Resource, Section, Transition
from crm.core.saved_views import View

from . import operations
from .filters import ProductFilter
from .forms import ProductForm
from .tables import ProductTable

product = Resource(
    Product,
    route="products/",
    table=ProductTable,
    sorts={
        "code": ("code",),
        "sold_from": ("-sold_from", "id"),
        "sold_until": ("sold_until", "id"),
    },
    filterset=ProductFilter,
    form=ProductForm,
    sections=(
        Section(_("Product"), ("code", "name", "name_zh", "kind", "owner")),
        Section(_("Sale"), ("sold_from", "sold_until", "currency", "risk_level", "eligibility")),
    ),
    transitions=(
        Transition("launch", operations.launch),
        Transition("withdraw", operations.withdraw),
    ),
    search=("code", "name", "name_zh"),
    views=(
        View("shelf", pgettext_lazy("products", "Sold today"), "sold_today=true"),
        View("drafts", pgettext_lazy("products", "Drafts"), "status=draft"),
        View("withdrawn", pgettext_lazy("products", "Withdrawn"), "status=withdrawn"),
    ),
)
RESOURCES = (product,)
