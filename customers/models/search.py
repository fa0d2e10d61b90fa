"""What customers are found by."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from crm.core.classes import INTERNAL, PERSONAL
from crm.core.models import Derived
from staff.models import Branch

from .customer import Customer


class SearchKey(Derived):
    """The pieces of a customer's name and number, and where the customer is kept.

    Written by the database with each change of the customer; see crm/decisions.
    """

    customer = models.OneToOneField(
        Customer, models.CASCADE, primary_key=True, related_name="search_key"
    )
    keys = ArrayField(models.TextField())
    text = models.TextField()

    CLASSES = {"customer": INTERNAL, "keys": PERSONAL, "text": PERSONAL}
    UNSHOWN = "by which the search finds; the customers themselves are shown"

    class Meta:
        db_table = "customers_search_key"
        default_permissions = ()
        indexes = [GinIndex(fields=["keys"], name="customers_search_keys", fastupdate=True)]

    def __str__(self) -> str:
        return f"{self.customer_id}"


class SearchDue(Derived):
    """A branch that has moved, whose customers' keys do not name the branches above it yet.

    `move` counts its moves, so that one that comes while keys follow is not overlooked.
    """

    branch = models.OneToOneField(
        Branch, models.PROTECT, primary_key=True, related_name="search_due"
    )
    move = models.PositiveIntegerField(db_default=1)

    CLASSES = dict.fromkeys(["branch", "move"], INTERNAL)
    UNSHOWN = "work of the nightly job"

    class Meta:
        db_table = "customers_search_due"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.branch_id}"
