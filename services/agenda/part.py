"""Open tasks about customers as a part of a handover: they go with their customers."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.core.clock import now
from crm.core.keyset import Count, capped_count
from customers.handover.part import about, about_moved
from services.models import Task
from staff.handover.parts import MOVED, HandoverPart, Outcome, add_part
from staff.models import Handover, StaffMember


def open_of(member: StaffMember) -> QuerySet[Task]:
    """The open tasks about customers that somebody has."""
    return Task.objects.open().filter(member=member, customer__isnull=False)


def in_words(count: Count) -> str:
    """So many open tasks."""
    return ngettext("%(shown)s open task", "%(shown)s open tasks", count.n) % {"shown": count}


def move(handover: Handover, _by: Any) -> Outcome:
    """Give the successor the open tasks about the customers who have just moved."""
    rows = about_moved(handover, open_of(handover.from_member))
    n = rows.update(member=handover.to_member_id, version=F("version") + 1, updated_at=now())
    return {MOVED: n}


def facts(handover: Handover, user: Any) -> list[tuple[str, str]]:
    """How many open tasks would move."""
    if not handover.is_undecided or not user.has_action("services.view_task"):
        return []
    count = capped_count(about(handover, open_of(handover.from_member)))
    return [(_("Open tasks"), str(count))] if count.n else []


TASKS = HandoverPart(
    key="services.task",
    label=gettext_lazy("Tasks"),
    moves=frozenset({"services.task.member"}),
    open=open_of,
    in_words=in_words,
    move=move,
    facts=facts,
)


def register() -> None:
    """Let tasks be handed over."""
    add_part(TASKS)
