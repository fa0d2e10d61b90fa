"""Who stands behind an organisation, as a picture."""

from __future__ import annotations

from collections.abc import Hashable
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.core.formats import exact
from crm.core.graphs import Arrow, Node, layered
from customers.models import Customer, Link

from .behind import WHOLE, Behind, identity

if TYPE_CHECKING:
    from crm.core.models import Text


def drawn(customer: Customer, found: Behind) -> SafeString:
    """The organisation at the right, and everybody behind it in columns to the left."""
    beneficial = {identity(owner.who): owner for owner in found.owners}
    nodes = {identity(customer): Node(identity(customer), customer.shown_name)}
    powers: dict[tuple[Hashable, Hashable], list[str]] = {}
    for link in found.links:
        key = identity(link.who)
        owner = beneficial.get(key)
        note = _("beneficial owner") if owner else ""
        nodes.setdefault(key, Node(key, link.who.shown_name, note, is_marked=owner is not None))
        powers.setdefault((key, identity(link.customer)), []).append(str(power(link)))
    arrows = [Arrow(start, end, " · ".join(held)) for (start, end), held in powers.items()]
    count = len(found.owners)
    title = ngettext(
        "%(count)d beneficial owner of %(name)s", "%(count)d beneficial owners of %(name)s", count
    ) % {"count": count, "name": customer.shown_name}
    return layered(title, list(nodes.values()), arrows, towards=identity(customer))


def power(link: Link) -> Text:
    """What somebody has in an organisation: a share, or control."""
    return _("controls") if link.share is None else shown_share(link.share)


def shown_share(share: Decimal) -> str:
    """A share in per cent, as people write it."""
    return f"{exact(min(round(share, 2), WHOLE), 0)} %"
