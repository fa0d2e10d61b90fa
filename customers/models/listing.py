"""The list of customers as it is filtered and sorted: a narrow read model."""

from __future__ import annotations

from django.db import models

from crm.core.classes import INTERNAL, PERSONAL
from crm.core.models import Derived
from crm.core.querysets import ScopedQuerySet
from customers.ownership.reach import ListedInHands
from staff.models import Branch, StaffMember

from .customer import Customer


class ListedCustomer(Derived):
    """What the list of customers filters and sorts by; written by the database, see crm/decisions.

    `assets` are assets under management in the bank's base currency; `name_key` is the beginning of
    the key by which names are sorted.
    """

    customer = models.OneToOneField(
        Customer,
        models.DO_NOTHING,
        primary_key=True,
        db_column="id",
        db_constraint=False,
        related_name="+",
    )
    lft = models.BigIntegerField()
    home_branch = models.ForeignKey(
        Branch, models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    lead_manager = models.ForeignKey(
        StaffMember, models.DO_NOTHING, null=True, db_constraint=False, related_name="+"
    )
    kind = models.CharField(max_length=12, choices=Customer.Kind)
    status = models.CharField(max_length=16, choices=Customer.Status)
    opened_on = models.DateField()
    name_key = models.CharField(max_length=60)
    assets = models.DecimalField(max_digits=18, decimal_places=2)

    # whoever may see a customer may see the line of the list, and nobody else
    RIGHTS_OF = Customer
    UNSHOWN = "the customers themselves are shown"
    SCOPE = ListedInHands(
        "home_branch",
        owner="lead_manager__user",
        leader="lead_manager__supervisor__user",
        position="lft",
    )
    TABLES = (
        "customers_listing_a",
        "customers_listing_b",
        "customers_listing_changed",
        "customers_listing_state",
    )
    CLASSES = dict.fromkeys(
        ["customer", "lft", "home_branch", "lead_manager", "kind", "status", "opened_on"], INTERNAL
    ) | {"name_key": PERSONAL, "assets": PERSONAL}
    objects = ScopedQuerySet["ListedCustomer"].as_manager()

    class Meta:
        managed = False  # two tables behind a view; made by a migration in SQL
        db_table = "customers_listing"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.customer_id}"
