"""A customer's request, from its entry to its closing, with the moments by which it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config_admin.models import ServiceDeadline, ServiceQueue, ServiceType
from crm.core.classes import INTERNAL, PERSONAL
from crm.core.models import Move, Workflow
from customers.models import Customer
from services.answers import AnswersField
from services.querysets import AboutCustomers, ServiceRequestQuerySet
from staff.models import Branch, StaffMember

if TYPE_CHECKING:
    from services.clock.face import Face

Unit = ServiceDeadline.Unit
# what the indexes of a desk hold: of all requests there ever were few are still open
AT_WORK = Q(status__in=["queued", "assigned", "in_progress", "waiting"])


class ServiceRequest(Workflow):
    """Something that a customer asks the bank for or suggests."""

    class Status(models.TextChoices):
        QUEUED = "queued", pgettext_lazy("request", "In the queue")
        ASSIGNED = "assigned", pgettext_lazy("request", "Assigned")
        IN_PROGRESS = "in_progress", pgettext_lazy("request", "In progress")
        WAITING = "waiting", pgettext_lazy("request", "Waiting for the customer")
        RESOLVED = "resolved", pgettext_lazy("request", "Resolved")
        CLOSED = "closed", pgettext_lazy("request", "Closed")

    class Channel(models.TextChoices):
        OUTLET = "outlet", _("Outlet")
        HOTLINE = "hotline", pgettext_lazy("channel", "Hotline")
        MOBILE = "mobile", pgettext_lazy("channel", "Mobile or online bank")
        LETTER = "letter", pgettext_lazy("channel", "Letter or e-mail")
        MANAGER = "manager", pgettext_lazy("channel", "Through the manager")

    class Pressure(models.TextChoices):
        NONE = "", pgettext_lazy("deadline", "In time")
        AT_RISK = "at_risk", pgettext_lazy("deadline", "At risk")
        BREACHED = "breached", pgettext_lazy("deadline", "Breached")

    Priority = ServiceDeadline.Priority
    IN_HANDS = (Status.ASSIGNED, Status.IN_PROGRESS, Status.WAITING)
    AT_WORK = (Status.QUEUED, *IN_HANDS)
    DONE = (Status.RESOLVED, Status.CLOSED)
    _NOT_NOW = _("This can no longer be done, or not yet. Status now: %(status)s.")
    MOVES = {
        "take": Move(
            leaves=frozenset({Status.QUEUED}),
            enters=Status.ASSIGNED,
            label=pgettext_lazy("request", "Take"),
            question=_("Take %(name)s?"),
            done=_("%(name)s is yours."),
            refused=_("Somebody has taken it, or it is done. Status now: %(status)s."),
        ),
        "assign": Move(
            leaves=frozenset(AT_WORK),
            enters=Status.ASSIGNED,
            further=frozenset({Status.IN_PROGRESS, Status.WAITING}),
            label=pgettext_lazy("request", "Assign"),
            question=_("Assign %(name)s to somebody who works its queue?"),
            done=_("%(name)s is assigned."),
            refused=_NOT_NOW,
        ),
        "hand_back": Move(
            leaves=frozenset({Status.ASSIGNED, Status.IN_PROGRESS}),
            enters=Status.QUEUED,
            label=pgettext_lazy("request", "Hand back"),
            question=_("Hand %(name)s back to its queue?"),
            done=_("%(name)s waits in its queue."),
            refused=_NOT_NOW,
        ),
        "start": Move(
            leaves=frozenset({Status.ASSIGNED}),
            enters=Status.IN_PROGRESS,
            label=pgettext_lazy("request", "Start"),
            question=_("Start with %(name)s?"),
            done=_("%(name)s is in progress."),
            refused=_NOT_NOW,
        ),
        "wait": Move(
            leaves=frozenset({Status.ASSIGNED, Status.IN_PROGRESS}),
            enters=Status.WAITING,
            label=pgettext_lazy("request", "Wait for the customer"),
            question=_("Stop the clock of %(name)s until the customer has done their part?"),
            done=_("%(name)s waits for the customer; its clock stands."),
            refused=_NOT_NOW,
        ),
        "resume": Move(
            leaves=frozenset({Status.WAITING}),
            enters=Status.IN_PROGRESS,
            label=pgettext_lazy("request", "Go on"),
            question=_("Go on with %(name)s, so that its clock runs again?"),
            done=_("%(name)s is in progress; its clock runs."),
            refused=_NOT_NOW,
        ),
        "resolve": Move(
            leaves=frozenset({Status.ASSIGNED, Status.IN_PROGRESS}),
            enters=Status.RESOLVED,
            label=pgettext_lazy("request", "Resolve"),
            question=_("Is what the customer wanted with %(name)s done?"),
            done=_("%(name)s is resolved."),
            refused=_NOT_NOW,
        ),
        "close": Move(
            leaves=frozenset({Status.RESOLVED}),
            enters=Status.CLOSED,
            label=pgettext_lazy("request", "Close"),
            question=_("Close %(name)s?"),
            done=_("%(name)s is closed."),
            refused=_("Only a request that is resolved can be closed. Status now: %(status)s."),
        ),
        "reopen": Move(
            leaves=frozenset(DONE),
            enters=Status.ASSIGNED,
            further=frozenset({Status.QUEUED}),
            label=pgettext_lazy("request", "Reopen"),
            question=_("Reopen %(name)s, because the customer is not helped yet?"),
            done=_("%(name)s is open again."),
            refused=_("Only a request that is done can be reopened. Status now: %(status)s."),
        ),
    }

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    customer = models.ForeignKey(
        Customer,
        models.PROTECT,
        related_name="requests",
        verbose_name=_("customer"),
        db_index=False,
    )
    service = models.ForeignKey(
        ServiceType,
        models.PROTECT,
        related_name="requests",
        verbose_name=pgettext_lazy("catalogue", "service"),
    )
    channel = models.CharField(_("received by"), max_length=12, choices=Channel)
    priority = models.CharField(
        _("priority"), max_length=8, choices=Priority, default=Priority.NORMAL
    )
    subject = models.CharField(_("subject"), max_length=120)
    description = models.TextField(_("what the customer wants"), max_length=4000, blank=True)
    answers = AnswersField(_("what the service asks for"), default=dict, editable=False)
    queue = models.ForeignKey(
        ServiceQueue,
        models.PROTECT,
        related_name="requests",
        verbose_name=_("queue"),
        editable=False,
    )
    owner = models.ForeignKey(
        StaffMember,
        models.PROTECT,
        null=True,
        related_name="requests",
        verbose_name=pgettext_lazy("request", "handled by"),
        editable=False,
    )
    branch = models.ForeignKey(
        Branch,
        models.PROTECT,
        related_name="requests",
        verbose_name=_("branch"),
        db_index=False,
        editable=False,
    )
    status = models.CharField(
        _("status"), max_length=16, choices=Status, default=Status.QUEUED, editable=False
    )
    status_since = models.DateTimeField(_("in this state since"), editable=False)
    outcome = models.TextField(_("outcome"), max_length=1000, blank=True, editable=False)
    received_at = models.DateTimeField(_("received"), editable=False)
    # what was promised when it was entered, whatever the catalogue says later
    response_amount = models.PositiveIntegerField(_("time to answer"), editable=False)
    response_unit = models.CharField(
        _("time to answer counted in"), max_length=16, choices=Unit, editable=False
    )
    resolution_amount = models.PositiveIntegerField(_("time to resolve"), editable=False)
    resolution_unit = models.CharField(
        _("time to resolve counted in"), max_length=16, choices=Unit, editable=False
    )
    response_due_at = models.DateTimeField(_("to be answered by"), editable=False)
    resolution_due_at = models.DateTimeField(_("to be resolved by"), editable=False)
    responded_at = models.DateTimeField(_("answered"), null=True, editable=False)
    resolved_at = models.DateTimeField(_("resolved"), null=True, editable=False)
    # the next of the two deadlines, and when most of its time is used
    due_at = models.DateTimeField(_("due"), editable=False)
    risk_at = models.DateTimeField(_("at risk from"), editable=False)
    pressure = models.CharField(
        _("deadline"), max_length=8, choices=Pressure, blank=True, default="", editable=False
    )
    stopped_at = models.DateTimeField(_("clock stands since"), null=True, editable=False)

    SCOPE = AboutCustomers(
        "branch",
        owner="customer__lead_manager__user",
        leader="customer__lead_manager__supervisor__user",
    )
    NAMES_SUBJECT = True
    AUDIT_SUBJECT = "customer_id"
    TOLD = frozenset({"answers"})
    CLASSES = dict.fromkeys(
        [
            "number",
            "customer",
            "service",
            "channel",
            "priority",
            "queue",
            "owner",
            "branch",
            "status_since",
            "received_at",
            "response_amount",
            "response_unit",
            "resolution_amount",
            "resolution_unit",
            "response_due_at",
            "resolution_due_at",
            "responded_at",
            "resolved_at",
            "due_at",
            "risk_at",
            "pressure",
            "stopped_at",
        ],
        INTERNAL,
    ) | dict.fromkeys(["subject", "description", "answers", "outcome"], PERSONAL)
    objects = ServiceRequestQuerySet.as_manager()

    class Meta:
        db_table = "services_request"
        verbose_name = _("service request")
        verbose_name_plural = _("service requests")
        default_permissions = ("view", "add", "change")
        permissions = [
            ("desk_servicerequest", _("Work at the service desk")),
            ("converse_servicerequest", _("Write in the conversation of a request")),
            ("check_servicerequest", _("Tick the checklist of a request")),
            ("take_servicerequest", _("Take a request from its queue")),
            ("assign_servicerequest", _("Assign requests to those who work a queue")),
            ("hand_back_servicerequest", _("Hand a request back to its queue")),
            ("start_servicerequest", _("Start with a request")),
            ("wait_servicerequest", _("Stop the clock of a request")),
            ("resume_servicerequest", _("Let the clock of a request run again")),
            ("resolve_servicerequest", _("Resolve a request")),
            ("close_servicerequest", _("Close a request")),
            ("reopen_servicerequest", _("Reopen a request")),
        ]
        indexes = [
            models.Index(fields=["customer", "-id"], name="services_request_customer"),
            models.Index(fields=["branch", "-id"], name="services_request_branch"),
            models.Index(
                fields=["owner", "due_at", "id"],
                name="services_request_in_hand",
                condition=AT_WORK,
            ),
            models.Index(
                fields=["branch", "due_at", "id"],
                name="services_request_open",
                condition=AT_WORK,
            ),
            models.Index(
                fields=["queue", "due_at", "id"],
                name="services_request_queue",
                condition=Q(status="queued"),
            ),
            models.Index(
                fields=["due_at", "id"],
                name="services_request_due",
                condition=AT_WORK,
            ),
            models.Index(
                fields=["risk_at"],
                name="services_request_risk",
                condition=Q(status__in=["queued", "assigned", "in_progress"], pressure=""),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="services_request_in_hands",
                condition=Q(status="queued", owner__isnull=True)
                | Q(status__in=["assigned", "in_progress", "waiting"], owner__isnull=False)
                | Q(status__in=["resolved", "closed"], owner__isnull=False),
                violation_error_message=_("A request that is at work is in somebody's hands."),
            ),
            models.CheckConstraint(
                name="services_request_clock_stands",
                condition=Q(status="waiting", stopped_at__isnull=False)
                | (~Q(status="waiting") & Q(stopped_at__isnull=True)),
                violation_error_message=_("The clock stands exactly while a request waits."),
            ),
            models.CheckConstraint(
                name="services_request_done_at",
                condition=Q(status__in=["resolved", "closed"], resolved_at__isnull=False)
                | (~Q(status__in=["resolved", "closed"]) & Q(resolved_at__isnull=True)),
                violation_error_message=_("A request that is done has the moment of its end."),
            ),
            models.CheckConstraint(
                name="services_request_subject",
                condition=~Q(subject=""),
                violation_error_message=_("Enter a subject."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} · {self.subject}"

    @property
    def is_at_work(self) -> bool:
        """Whether something is still to be done."""
        return self.status in self.AT_WORK

    @property
    def face(self) -> Face:
        """What its clock shows now."""
        from services.clock.face import face_of  # noqa: PLC0415  (the clock knows the model)

        return face_of(self)

    @property
    def category(self) -> str:
        """Where its service stands in the catalogue."""
        return str(self.service.category)

    category.fget.label = _("category")  # type: ignore[attr-defined]

    def is_in_hands_of(self, user: Any) -> bool:
        """Whether this user is the one who handles it."""
        return self.owner is not None and bool(self.owner.user_id == user.pk)
