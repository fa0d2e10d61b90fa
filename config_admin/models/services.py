"""The service catalogue: what customers ask for, who does it, by when and how."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config_admin.figures.own import LONGEST_DEADLINE
from config_admin.figures.values import value_of
from config_admin.services import placeholders
from crm.core.classes import INTERNAL
from crm.core.models import Move, Record, Workflow
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import BankWide

from .calendars import Calendar
from .names import Bilingual, Retirable, RetirableQuerySet, code_field, named_once
from .skills import Skill

MINUTES_OF_DAY = 24 * 60


def position_field() -> models.PositiveIntegerField[int, int]:
    """Where something stands among its like."""
    return models.PositiveIntegerField(
        pgettext_lazy("entry", "position"),
        default=0,
        validators=[MaxValueValidator(1_000_000)],
        help_text=_("Entries with smaller numbers come first."),
    )


class ServiceQueue(Bilingual, Retirable):
    """Where cases wait for those who do them; its calendar counts their deadlines."""

    code = code_field(unique=True, error_messages={"unique": _("Another queue has this code.")})
    calendar = models.ForeignKey(
        Calendar, models.PROTECT, related_name="queues", verbose_name=_("calendar")
    )

    SCOPE = BankWide()
    CLASSES = dict.fromkeys(["code", "calendar", "status"], INTERNAL)
    objects = RetirableQuerySet["ServiceQueue"].as_manager()

    class Meta:
        db_table = "config_admin_service_queue"
        verbose_name = _("queue")
        verbose_name_plural = _("queues")
        ordering = ["code"]
        default_permissions = ("view", "add", "change")
        permissions = [
            ("retire_servicequeue", _("Retire a queue")),
            ("restore_servicequeue", _("Take a queue into use again")),
        ]


class ServiceCategory(Bilingual, Retirable):
    """A place in the tree by which services are found."""

    code = code_field(unique=True, error_messages={"unique": _("Another category has this code.")})
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=pgettext_lazy("entry", "belongs under"),
    )
    position = position_field()

    SCOPE = BankWide()
    CLASSES = dict.fromkeys(["code", "parent", "position", "status"], INTERNAL)
    objects = RetirableQuerySet["ServiceCategory"].as_manager()

    class Meta:
        db_table = "config_admin_service_category"
        verbose_name = _("service category")
        verbose_name_plural = _("service categories")
        ordering = ["position", "id"]
        default_permissions = ("view", "add", "change")
        permissions = [
            ("retire_servicecategory", _("Retire a service category")),
            ("restore_servicecategory", _("Take a service category into use again")),
        ]
        constraints = [
            models.CheckConstraint(
                name="config_admin_category_not_below_itself",
                condition=models.Q(parent__isnull=True) | ~models.Q(parent=models.F("id")),
                violation_error_message=_("A category cannot stand below itself."),
            ),
            *named_once("category", "parent"),
        ]


class ServiceType(Bilingual, Workflow):
    """A kind of case, such as a lost card or a complaint about fees."""

    class Kind(models.TextChoices):
        ENQUIRY = "enquiry", _("Enquiry")
        REQUEST = "request", pgettext_lazy("service", "Request")
        COMPLAINT = "complaint", _("Complaint")
        SUGGESTION = "suggestion", _("Suggestion")
        PRAISE = "praise", _("Praise")

    class Status(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("service", "Draft")
        OFFERED = "offered", pgettext_lazy("service", "Offered")
        RETIRED = "retired", pgettext_lazy("service", "Retired")

    MOVES = {
        "offer": Move(
            leaves=frozenset({Status.DRAFT, Status.RETIRED}),
            enters=Status.OFFERED,
            label=pgettext_lazy("service", "Offer"),
            question=_("Offer %(name)s for new cases?"),
            done=_("%(name)s is offered for new cases."),
            refused=_("%(name)s is offered already."),
        ),
        "retire": Move(
            leaves=frozenset({Status.OFFERED}),
            enters=Status.RETIRED,
            label=pgettext_lazy("service", "Retire"),
            question=_("Retire %(name)s, so that new cases cannot have it?"),
            done=_("%(name)s is retired."),
            refused=_("Only a service that is offered can be retired. Status now: %(status)s."),
        ),
    }

    code = code_field(unique=True, error_messages={"unique": _("Another service has this code.")})
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    category = models.ForeignKey(
        ServiceCategory, models.PROTECT, related_name="types", verbose_name=_("category")
    )
    queue = models.ForeignKey(
        ServiceQueue, models.PROTECT, related_name="types", verbose_name=_("queue")
    )
    skill = models.CharField(
        _("skill"),
        max_length=40,
        choices=Skill,
        blank=True,
        help_text=_("Requests are offered to those who work the queue and have it."),
    )
    status = models.CharField(
        _("status"), max_length=16, choices=Status, default=Status.DRAFT, editable=False
    )

    SCOPE = BankWide()
    CLASSES = dict.fromkeys(["code", "kind", "category", "queue", "skill", "status"], INTERNAL)
    objects = ScopedQuerySet["ServiceType"].as_manager()

    class Meta:
        db_table = "config_admin_service_type"
        verbose_name = pgettext_lazy("catalogue", "service")
        verbose_name_plural = pgettext_lazy("catalogue", "services")
        ordering = ["code"]
        default_permissions = ("view", "add", "change")
        permissions = [
            ("offer_servicetype", _("Offer a service")),
            ("retire_servicetype", _("Retire a service")),
            ("publish_servicetype", _("Publish the fields of a service")),
        ]


class ServiceDeadline(Record):
    """By when a step of a service is done, for one priority."""

    class Step(models.TextChoices):
        RESPONSE = "response", _("First response")
        RESOLUTION = "resolution", _("Resolution")

    class Priority(models.TextChoices):
        LOW = "low", pgettext_lazy("priority", "Low")
        NORMAL = "normal", pgettext_lazy("priority", "Normal")
        HIGH = "high", pgettext_lazy("priority", "High")
        URGENT = "urgent", pgettext_lazy("priority", "Urgent")

    class Unit(models.TextChoices):
        WORKING_MINUTES = "working_minutes", _("Working minutes")
        CALENDAR_DAYS = "calendar_days", _("Calendar days")

    service = models.ForeignKey(
        ServiceType,
        models.PROTECT,
        related_name="deadlines",
        verbose_name=pgettext_lazy("catalogue", "service"),
    )
    step = models.CharField(pgettext_lazy("service", "step"), max_length=12, choices=Step)
    priority = models.CharField(_("priority"), max_length=8, choices=Priority)
    amount = models.PositiveIntegerField(
        pgettext_lazy("deadline", "how long"),
        validators=[MinValueValidator(1, _("A deadline needs some time. Enter 1 or more."))],
    )
    unit = models.CharField(pgettext_lazy("deadline", "counted in"), max_length=16, choices=Unit)
    note = models.CharField(pgettext_lazy("deadline", "note"), max_length=120, blank=True)

    SCOPE = BankWide()
    CLASSES = dict.fromkeys(["service", "step", "priority", "amount", "unit", "note"], INTERNAL)
    objects = ScopedQuerySet["ServiceDeadline"].as_manager()

    class Meta:
        db_table = "config_admin_service_deadline"
        verbose_name = _("deadline")
        verbose_name_plural = _("deadlines")
        ordering = ["service", "step", "priority"]
        default_permissions = ("view", "add", "change")
        constraints = [
            models.UniqueConstraint(
                fields=["service", "step", "priority"],
                name="config_admin_deadline_once",
                violation_error_message=_(
                    "The service has a deadline for this step and priority already."
                    " Change it there."
                ),
            ),
            models.CheckConstraint(
                name="config_admin_deadline_takes_time",
                condition=models.Q(amount__gte=1),
                violation_error_message=_("A deadline needs some time. Enter 1 or more."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} · {self.get_step_display()} · {self.get_priority_display()}"

    def clean(self) -> None:
        """Refuse deadlines that lie beyond any promise."""
        days = int(value_of(LONGEST_DEADLINE))
        most = days if self.unit == self.Unit.CALENDAR_DAYS else days * MINUTES_OF_DAY
        if self.amount and self.amount > most:
            raise ValidationError(
                {"amount": _("This is too long. Enter %(n)d at most.") % {"n": most}}
            )
        same = ServiceDeadline.objects.filter(
            service=self.service_id, priority=self.priority, unit=self.unit
        )
        other = same.exclude(step=self.step).first()
        if not self.amount or other is None:
            return
        is_first = self.step == self.Step.RESPONSE
        if (self.amount > other.amount) if is_first else (self.amount < other.amount):
            raise ValidationError(
                {"amount": _("Nobody is answered later than helped. Compare the other deadline.")}
            )


class ChecklistItem(Bilingual, Record):
    """Something to be checked before a service is done."""

    service = models.ForeignKey(
        ServiceType,
        models.PROTECT,
        related_name="checklist",
        verbose_name=pgettext_lazy("catalogue", "service"),
    )
    position = position_field()
    is_required = models.BooleanField(_("must be ticked"), default=True)
    is_live = models.BooleanField(pgettext_lazy("checklist", "in use"), default=True)

    SCOPE = BankWide()
    CLASSES = dict.fromkeys(["service", "position", "is_required", "is_live"], INTERNAL)
    objects = ScopedQuerySet["ChecklistItem"].as_manager()

    class Meta:
        db_table = "config_admin_checklist_item"
        verbose_name = _("checklist item")
        verbose_name_plural = _("checklist items")
        ordering = ["service", "position", "id"]
        default_permissions = ("view", "add", "change")


class ReplyTemplate(Bilingual, Record):
    """A reply to customers in both languages, with placeholders for what differs."""

    service = models.ForeignKey(
        ServiceType,
        models.PROTECT,
        related_name="templates",
        verbose_name=pgettext_lazy("catalogue", "service"),
    )
    text = models.TextField(_("text in English"), max_length=4000, validators=[placeholders.check])
    text_zh = models.TextField(
        _("text in Chinese"), max_length=4000, validators=[placeholders.check]
    )
    is_live = models.BooleanField(pgettext_lazy("template", "in use"), default=True)

    SCOPE = BankWide()
    CLASSES = dict.fromkeys(["service", "text", "text_zh", "is_live"], INTERNAL)
    objects = ScopedQuerySet["ReplyTemplate"].as_manager()

    class Meta:
        db_table = "config_admin_reply_template"
        verbose_name = _("reply template")
        verbose_name_plural = _("reply templates")
        ordering = ["service", "id"]
        default_permissions = ("view", "add", "change")
