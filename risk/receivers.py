"""What this module does when customers are entered or change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from customers.models import Link

from .diligence.operations import review_now
from .models import Diligence
from .screening.identity import COMPARED
from .screening.run import AT_ONCE
from .screening.screened import BEHIND
from .screening.ties import TIES, follow_ties

if TYPE_CHECKING:
    from customers.models import Customer, RelatedPerson
    from sysadmin.models import User


def screen_new(sender: Any, *, customer: Customer, **_more: Any) -> None:
    """Have a new customer screened once the entry is committed."""
    screen_later([customer.pk])


def screen_changed(sender: Any, *, customer: Customer, fields: list[str], **_more: Any) -> None:
    """Have a customer screened again whose identity has changed."""
    if not set(COMPARED).isdisjoint(fields):
        screen_later([customer.pk])


def screen_loaded(sender: Any, *, keys: list[int], **_more: Any) -> None:
    """Have the customers of a file screened, some at a time."""
    for at in range(0, len(keys), AT_ONCE):
        screen_later(keys[at : at + AT_ONCE])


def screen_later(keys: list[int]) -> None:
    """Put the screening of some customers into the queue, with the transaction."""
    from .tasks import screen_customers  # noqa: PLC0415  (the queue loads after the models)

    screen_customers.defer(customer_ids=keys)


def screen_behind(sender: Any, *, link: Link, **_more: Any) -> None:
    """Have a person screened who stands behind a customer from now on, or does so no longer."""
    if link.person_id is not None and link.kind in BEHIND:
        screen_person_later(link.person_id)


def screen_corrected(sender: Any, *, person: RelatedPerson, **_more: Any) -> None:
    """Have a person behind a customer screened again whose identity was put right."""
    screen_person_later(person.pk)


def screen_person_later(key: int) -> None:
    """Put the screening of a person behind a customer into the queue, with the transaction."""
    from .tasks import screen_people  # noqa: PLC0415  (the queue loads after the models)

    screen_people.defer(person_ids=[key])


def tie_changed(sender: Any, *, link: Link, by: User, **_more: Any) -> None:
    """Stop service for whoever is tied to a statutory match from now on, or is no longer."""
    if link.kind in TIES:
        follow_ties(by=by)


def review_owned(sender: Any, *, link: Link, **_more: Any) -> None:
    """Call for a review at once where it has changed who owns or rules a customer."""
    if link.kind in Link.POWERS:
        review_now([link.customer_id], Diligence.Cause.OWNERSHIP)
