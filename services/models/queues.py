"""Who works which queue."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config_admin.models import ServiceQueue
from crm.core.classes import INTERNAL
from crm.core.clock import bank_today
from crm.core.models import Record
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import InTree
from customers.models.ownership import Dated
from staff.models import StaffMember

if TYPE_CHECKING:
    from .requests import ServiceRequest


class QueueMemberQuerySet(ScopedQuerySet["QueueMember"]):
    """Those who work queues."""

    def on(self, date: dt.date) -> Self:
        """Those in force on a day, whose last day at the bank is not over."""
        return self.filter(
            Q(member__leaves_on=None) | Q(member__leaves_on__gte=date), valid__contains=date
        )

    def fit_for(self, request: ServiceRequest) -> Self:
        """Those who work the queue of a request, with the skill that its service needs."""
        skill = request.service.skill
        working = self.working(request)
        return working.filter(member__skills__contains=[skill]) if skill else working

    def working(self, request: ServiceRequest) -> Self:
        """Those who work the queue of a request today, for its branch or one above it."""
        branch = request.branch
        return self.on(bank_today()).filter(
            queue=request.queue_id,
            member__branch__lft__lte=branch.lft,
            member__branch__rgt__gte=branch.rgt,
        )


class QueueMember(Dated, Record):
    """A member of staff who works a queue, for their branch and those below it, for some days."""

    queue = models.ForeignKey(
        ServiceQueue, models.PROTECT, related_name="members", verbose_name=_("queue")
    )
    member = models.ForeignKey(
        StaffMember, models.PROTECT, related_name="queues", verbose_name=_("member of staff")
    )

    SCOPE = InTree("member__branch")
    CLASSES = dict.fromkeys(["queue", "member", "valid"], INTERNAL)
    objects = QueueMemberQuerySet.as_manager()

    class Meta:
        db_table = "services_queue_member"
        verbose_name = _("member of a queue")
        verbose_name_plural = _("members of queues")
        default_permissions = ("view", "add")
        permissions = [("end_queuemember", _("End that somebody works a queue"))]
        constraints = [
            ExclusionConstraint(
                name="services_queue_member_once",
                expressions=[
                    ("queue", RangeOperators.EQUAL),
                    ("member", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("This member of staff works the queue already."),
            ),
            models.CheckConstraint(
                name="services_queue_member_not_empty",
                condition=Q(valid__isempty=False, valid__startswith__isnull=False),
                violation_error_message=_("The last day is before the first. Enter a later day."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.queue} · {self.member}"

    def can(self, verb: str) -> bool:
        """Whether it can still get a last day."""
        return verb == "end" and not self.is_over
