"""What the risk of a customer is made up of, each part for those who may see it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.core.formats import in_bank_zone
from crm.core.models import AuditEvent, Job, JobProgress
from risk.cases.resources import case
from risk.cases.tables import CaseTable
from risk.classification.resources import claim
from risk.classification.tables import ClaimTable
from risk.diligence.face import level_chip_of
from risk.models import Diligence, DiligenceLevel, ScreenedCustomer
from risk.screening.resources import hit
from risk.screening.run import SCREEN_ALL
from risk.screening.tables import HitTable

if TYPE_CHECKING:
    from django.db.models import Model

    from crm.core.models import Text
    from crm.core.registry import Chip
    from crm.core.resources import Resource
    from customers.models import Customer
    from sysadmin.models import User

ROWS, RATINGS = 8, 10
RATING = "risk.view_diligence"


@dataclass(frozen=True)
class Part:
    """Records of a customer that are a part of their risk, as a table of the first of them."""

    key: str
    resource: Resource
    table: type[Any]
    sort: tuple[str, ...]
    none: Text

    @property
    def label(self) -> str:
        """What the records are called."""
        return plural(self.resource.model)

    @property
    def action(self) -> str:
        """What one needs to see it."""
        return self.resource.permission("view")

    def shown(self, customer: Customer, request: Any) -> dict[str, Any]:
        """The first rows that the user may see, and where the others are."""
        rows = self.resource.model._default_manager.permitted(request.user)  # type: ignore[attr-defined]
        found = rows.filter(customer=customer).select_related(*self.resource.joins)
        listed = list(found.order_by(*self.sort)[: ROWS + 1])
        whole = f"{self.resource.url('list')}?customer={customer.pk}"
        return {
            "part": self,
            "count": len(listed[:ROWS]),
            "table": self.table(listed[:ROWS], request=request, exclude=("customer",)),
            "more": whole if len(listed) > ROWS else "",
        }


HITS = Part(
    "hits",
    hit,
    HitTable,
    ("-id",),
    _("No name on a list is like the customer's."),
)
CLAIMS = Part(
    "claims",
    claim,
    ClaimTable,
    ("-risk_class", "id"),
    _("The customer owes the bank nothing that is classified."),
)
CASES = Part(
    "cases",
    case,
    CaseTable,
    ("-opened_on", "-id"),
    _("There are none, or none within your reach."),
)
PARTS = (HITS, CLAIMS, CASES)
# one of them is enough to be offered the page
SEES = (RATING, *(part.action for part in PARTS))


def profile_page(customer: Customer) -> str:
    """The page of a customer's risk."""
    return reverse("risk:customer_risk", args=[customer.pk])


def plural(model: type[Model]) -> str:
    """What records of a model are called."""
    return str(model._meta.verbose_name_plural)


def unseen_by(user: User) -> list[str]:
    """What of a customer's risk a user has no right to see."""
    named = [(RATING, plural(Diligence)), *((part.action, part.label) for part in PARTS)]
    return [label for action, label in named if not user.has_action(action)]


def diligence_of(customer: Customer, user: User) -> Diligence | None:
    """How far due diligence has come with a customer, if the user may see it."""
    rows = Diligence.objects.permitted(user).filter(customer=customer)
    return rows.select_related("level", "rated_level", "rated_by").first()


@dataclass(frozen=True)
class Screened:
    """That a customer has been screened, and when all customers were last."""

    all_at: dt.datetime | None


def screened(customer: Customer) -> Screened | None:
    """When a customer was screened; None if nothing has yet."""
    ended = JobProgress.objects.filter(job__kind=SCREEN_ALL.name, job__status=Job.Status.DONE)
    rows = ScreenedCustomer.objects.filter(customer=customer)
    last = Subquery(ended.order_by("-job").values("ended_at")[:1])
    found = list(rows.values_list(last, flat=True))
    return Screened(found[0]) if found else None


# --- earlier ratings -----------------------------------------------------------------


@dataclass(frozen=True)
class Rated:
    """A rating or another change of the level or the next review, as the trail has it."""

    day: dt.date
    chip: Chip | None
    points: int | None
    due_on: dt.date | None
    cause: str
    by: str


def ratings_of(diligence: Diligence, levels: Mapping[int, DiligenceLevel]) -> list[Rated]:
    """What the level and the next review were, newest first; why is told by the history alone."""
    rows = AuditEvent.objects.filter(
        table_name=Diligence._meta.db_table,
        row_key=str(diligence.pk),
        subject_id=diligence.customer_id,
        after__has_any_keys=["level_id", "points", "due_on"],
    )
    events = rows.select_related("actor").order_by("-at", "-id")
    return [told(event, levels) for event in events[:RATINGS]]


def told(event: AuditEvent, levels: Mapping[int, DiligenceLevel]) -> Rated:
    """One change; what it left as it was is not said again."""
    after = event.after or {}
    level = levels.get(after.get("level_id") or 0)
    rated_on = day_in(after, "rated_on")
    return Rated(
        day=rated_on or in_bank_zone(event.at).date(),
        chip=level_chip_of(level, levels.values()) if level else None,
        points=after.get("points"),
        due_on=day_in(after, "due_on"),
        cause=str(dict(Diligence.Cause.choices).get(after.get("cause", ""), "")),
        by=event.actor.shown_name,
    )


def day_in(after: Mapping[str, Any], name: str) -> dt.date | None:
    """A day that a change has written."""
    written = after.get(name)
    return dt.date.fromisoformat(written) if written else None
