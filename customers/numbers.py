"""Numbers of customers and of their documents and contact points: the one door to `identity`."""

from .identity.contacts import is_mobile, normalise_email, normalise_phone
from .identity.documents import Number, normalise_document, resident_facts
from .identity.masks import mask, mask_email, mask_phone
from .identity.series import (
    customer_number,
    format_number,
    is_customer_number,
    read_customer_number,
)

__all__ = [
    "Number",
    "customer_number",
    "format_number",
    "is_customer_number",
    "is_mobile",
    "mask",
    "mask_email",
    "mask_phone",
    "normalise_document",
    "normalise_email",
    "normalise_phone",
    "read_customer_number",
    "resident_facts",
]
