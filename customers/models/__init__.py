"""What the bank keeps about its customers, one file for each aggregate."""

from .customer import Customer, SourceKey
from .identity import ContactPoint, IdentityDocument, IdentityKey

__all__ = ["ContactPoint", "Customer", "IdentityDocument", "IdentityKey", "SourceKey"]
