"""Pages of this module."""

from django.utils.translation import gettext_lazy as _

from crm.core.resources import Resource, Section, Transition
from crm.core.saved_views import View

from . import operations, search, views
from .conflicts.resources import conflict
from .filters import CustomerFilter
from .forms import CustomerForm
from .holdings.resources import holding
from .imports.resources import import_run
from .models import Customer, ListedCustomer
from .ownership.resources import ownership
from .tables import CustomerTable

customer = Resource(
    Customer,
    table=CustomerTable,
    sorts={
        "name": ("name_key", "pk"),
        "assets": ("-assets", "-pk"),
        "opened_on": ("-opened_on", "-pk"),
    },
    filterset=CustomerFilter,
    form=CustomerForm,
    sections=(
        Section(
            _("Details"),
            ("kind", "born_on", "founded_on", "gender", "country", "city", "address"),
        ),
    ),
    transitions=(
        Transition("activate", operations.activate),
        Transition("make_dormant", operations.make_dormant),
        Transition("close", operations.close),
        Transition("reopen", operations.reopen),
    ),
    joins=("home_branch", "lead_manager"),
    search=("number",),
    find=search.found_in,
    listing=ListedCustomer,
    views=(
        View("mine", _("My customers"), "lead_manager=me", near=True),
        View("prospects", _("Prospects"), "status=prospect"),
        View("dormant", _("Dormant"), "status=dormant"),
    ),
    recorded=True,
    in_drawer=False,
    overrides={
        "list": views.CustomerList,
        "lookup": views.CustomerLookup,
        "panel": views.CustomerPanel,
        "view": views.CustomerPage,
        "add": views.NewCustomerPage,
    },
)
RESOURCES = (customer, holding, import_run, ownership, conflict)
