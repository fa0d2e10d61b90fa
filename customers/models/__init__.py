"""What the bank keeps about its customers, one file for each aggregate."""

from .balances import HoldingYear, Transaction
from .conflicts import ConflictOfInterest
from .customer import Customer, SourceKey
from .feeds import FeedBatch
from .handover import HandedCustomer
from .holdings import Holding, HoldingParty
from .identity import ContactPoint, IdentityDocument, IdentityKey
from .imports import ImportFault, ImportMapping, ImportRun
from .life import LifeFact
from .links import Link, RelatedPerson
from .listing import ListedCustomer
from .ownership import Ownership, OwnershipPeriod
from .restriction import Restriction
from .search import SearchDue, SearchKey
from .timeline import TimelineEntry

__all__ = [
    "ConflictOfInterest",
    "ContactPoint",
    "Customer",
    "FeedBatch",
    "HandedCustomer",
    "Holding",
    "HoldingParty",
    "HoldingYear",
    "IdentityDocument",
    "IdentityKey",
    "ImportFault",
    "ImportMapping",
    "ImportRun",
    "LifeFact",
    "Link",
    "ListedCustomer",
    "Ownership",
    "OwnershipPeriod",
    "RelatedPerson",
    "Restriction",
    "SearchDue",
    "SearchKey",
    "SourceKey",
    "TimelineEntry",
    "Transaction",
]
