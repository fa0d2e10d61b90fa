"""What waits for a second person, and the policies that ask for one."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from crm.core.classes import INTERNAL, PERSONAL, SENSITIVE
from crm.core.closed import closed_rows
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import Asker, BankWide, InTree

from .records import Move, Record, Workflow

ASKED_ALREADY = _(
    "The same is waiting for a second person already. Wait for the decision, or withdraw that "
    "request first."
)


class ApprovalPolicy(Record):
    """Which operation needs a second person, from which amount on, and who that person is."""

    operation = models.CharField(_("operation"), max_length=60)
    from_amount = models.DecimalField(
        _("from this amount"),
        max_digits=18,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_(
            "In the bank's own currency. Then only those decide whose limit reaches the amount. "
            "Left empty, every amount needs a second person, whatever their limit."
        ),
    )
    role = models.ForeignKey(
        "sysadmin.Role",
        models.PROTECT,
        related_name="approval_policies",
        verbose_name=_("decided by"),
    )
    days = models.PositiveSmallIntegerField(
        _("days to decide"),
        default=14,
        validators=[MinValueValidator(1), MaxValueValidator(366)],
        help_text=_("A request that nobody has decided by then expires."),
    )
    is_active = models.BooleanField(_("in force"), default=True)
    ground = models.CharField(
        _("ground"),
        max_length=200,
        blank=True,
        help_text=_("The rule of the bank or of the regulator that asks for it."),
    )

    SCOPE = BankWide()
    CLASSES = dict.fromkeys(
        ["operation", "from_amount", "role", "days", "is_active", "ground"], INTERNAL
    )
    objects = ScopedQuerySet["ApprovalPolicy"].as_manager()

    class Meta:
        db_table = "core_approval_policy"
        verbose_name = _("approval policy")
        verbose_name_plural = _("approval policies")
        default_permissions = ("view", "add", "change")
        constraints = [
            models.UniqueConstraint(
                fields=["operation", "from_amount"],
                nulls_distinct=False,
                condition=Q(is_active=True),
                name="core_approval_policy_once",
                violation_error_message=_(
                    "There is a policy in force for this operation and amount. Change that one."
                ),
            )
        ]

    def __str__(self) -> str:
        return self.shown_operation

    def clean(self) -> None:
        """A policy takes a role that can decide, and an amount only where one is at stake."""
        from crm.core.approvals import has_amount  # noqa: PLC0415  (operations know models)

        if self.role_id and "core.approve_approval" not in self.role.actions:
            raise ValidationError(
                {"role": _("Nobody with this role can approve. Choose a role that may.")}
            )
        if self.from_amount is not None and not has_amount(self.operation):
            raise ValidationError(
                {"from_amount": _("This operation has no amount. Leave the field empty.")}
            )

    @property
    def shown_operation(self) -> str:
        """The operation in words."""
        from crm.core.approvals import label_of  # noqa: PLC0415  (operations know models)

        return label_of(self.operation)

    shown_operation.fget.label = _("operation")  # type: ignore[attr-defined]

    def get_operation_display(self) -> str:
        """The operation in words, where its column is shown."""
        return self.shown_operation


class ApprovalQuerySet(ScopedQuerySet["Approval"]):
    """Requests for a second person."""

    def closed_to(self, user: Asker) -> models.Q | None:
        """Those about records that are closed to the reader: they would tell of these."""
        closed = models.Q(pk__in=[])
        for model, rows in closed_rows(user, apart=self.model):
            keys = model._base_manager.filter(rows).values("pk")
            closed |= models.Q(subject_model=model._meta.label_lower, subject_key__in=keys)
        return closed


class Approval(Workflow):
    """An operation that waits for a second person: what is to be done, asked by whom, and why.

    `arguments` are what the operation is run with, sealed values apart from them in `sealed`;
    `changes` are what a reader compares, and the facts that must not have moved meanwhile.
    """

    class Status(models.TextChoices):
        PENDING = "pending", _("Waiting")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        RETURNED = "returned", _("Sent back")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        EXPIRED = "expired", _("Expired")
        OVERTAKEN = "overtaken", _("Overtaken")

    _DECIDED = _("This request has been decided already. Status now: %(status)s.")
    MOVES = {
        "approve": Move(
            leaves=frozenset({Status.PENDING}),
            enters=Status.APPROVED,
            label=_("Approve"),
            question=_(
                "Approve “%(name)s”? It is entered at once; what names a later day takes effect "
                "then."
            ),
            done=_("“%(name)s”: approved and carried out."),
            refused=_DECIDED,
        ),
        "send_back": Move(
            leaves=frozenset({Status.PENDING}),
            enters=Status.RETURNED,
            label=_("Send back"),
            question=_("Send “%(name)s” back to be corrected?"),
            done=_("“%(name)s”: sent back."),
            refused=_DECIDED,
        ),
        "reject": Move(
            leaves=frozenset({Status.PENDING}),
            enters=Status.REJECTED,
            label=_("Reject"),
            question=_("Reject “%(name)s”?"),
            done=_("“%(name)s”: rejected."),
            refused=_DECIDED,
            grave=True,
        ),
        "withdraw": Move(
            leaves=frozenset({Status.PENDING}),
            enters=Status.WITHDRAWN,
            label=_("Withdraw"),
            question=_("Withdraw your request “%(name)s”?"),
            done=_("“%(name)s”: withdrawn."),
            refused=_DECIDED,
            grave=True,
        ),
    }

    operation = models.CharField(_("operation"), max_length=60, editable=False)
    target = models.CharField(_("about"), max_length=120, editable=False)
    subject_model = models.CharField(_("kind of record"), max_length=80, editable=False)
    subject_key = models.BigIntegerField(_("record key"), null=True, editable=False)
    subject_id = models.BigIntegerField(_("belongs to"), null=True, editable=False)
    branch = models.ForeignKey(
        "staff.Branch",
        models.PROTECT,
        null=True,
        related_name="approvals",
        verbose_name=_("branch"),
        editable=False,
    )
    status = models.CharField(
        _("status"), max_length=16, choices=Status, default=Status.PENDING, editable=False
    )
    arguments = models.JSONField(_("details"), default=dict, editable=False)
    sealed = models.BinaryField(_("sealed details"), null=True, editable=False)
    salt = models.BinaryField(_("salt"), null=True, editable=False)
    changes = models.JSONField(_("changes"), default=list, editable=False)
    amount = models.DecimalField(
        _("amount"), max_digits=18, decimal_places=2, null=True, editable=False
    )
    policy = models.ForeignKey(
        ApprovalPolicy,
        models.PROTECT,
        related_name="approvals",
        verbose_name=_("policy"),
        editable=False,
    )
    role = models.ForeignKey(
        "sysadmin.Role",
        models.PROTECT,
        related_name="approvals",
        verbose_name=_("decided by"),
        editable=False,
    )
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="approvals_asked",
        verbose_name=_("asked by"),
        editable=False,
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True, editable=False)
    checker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="approvals_decided",
        verbose_name=_("second person"),
        editable=False,
    )
    remark = models.CharField(_("remark"), max_length=500, blank=True, editable=False)
    decided_at = models.DateTimeField(_("decided"), null=True, editable=False)
    expires_at = models.DateTimeField(_("expires"), editable=False)

    # whether what needs no second person was saved with it; told once, to the one who asked
    rest_is_saved = False

    SCOPE = InTree("branch", owner="maker", leader="maker__staff_member__supervisor__user")
    AUDIT_SUBJECT = "subject_id"
    CLASSES = (
        dict.fromkeys(
            ["operation", "target", "subject_model", "subject_key", "subject_id", "branch"],
            INTERNAL,
        )
        | dict.fromkeys(["status", "amount", "policy", "role", "maker", "checker"], INTERNAL)
        | dict.fromkeys(["decided_at", "expires_at"], INTERNAL)
        | dict.fromkeys(["arguments", "changes", "reason", "remark"], PERSONAL)
        | dict.fromkeys(["sealed", "salt"], SENSITIVE)
    )
    # hidden where the record is out of the reader's reach, which the request's own page can tell
    # or, as the target, says by key what other fields say in words
    ON_OWN_PAGE = frozenset({"amount", "reason", "remark", "target"})
    objects = ApprovalQuerySet.as_manager()

    class Meta:
        db_table = "core_approval"
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        default_permissions = ("view",)
        permissions = [
            ("approve_approval", _("Approve a request")),
            ("send_back_approval", _("Send a request back")),
            ("reject_approval", _("Reject a request")),
            ("withdraw_approval", _("Withdraw one's own request")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["operation", "target"],
                condition=Q(status="pending"),
                name="core_approval_once_pending",
                violation_error_message=ASKED_ALREADY,
            ),
            models.CheckConstraint(
                name="core_approval_second_person",
                condition=Q(checker=None) | ~Q(checker=F("maker")),
                violation_error_message=_("Nobody decides on their own request."),
            ),
            models.CheckConstraint(
                name="core_approval_decided_by",
                condition=~Q(status__in=["approved", "rejected", "returned"])
                | Q(checker__isnull=False),
                violation_error_message=_("A decision names the person who took it."),
            ),
        ]
        indexes = [
            models.Index(fields=["branch", "-id"], name="core_approval_by_branch"),
            models.Index(fields=["maker", "-id"], name="core_approval_by_maker"),
            models.Index(fields=["subject_model", "subject_key"], name="core_approval_by_subject"),
            models.Index(
                fields=["expires_at"], condition=Q(status="pending"), name="core_approval_expiry"
            ),
        ]

    # the name of the record, where whoever reads it reaches that
    about = ""

    def __str__(self) -> str:
        return f"{self.shown_operation} · {self.about}" if self.about else self.shown_operation

    @property
    def shown_operation(self) -> str:
        """The operation in words."""
        from crm.core.approvals import label_of  # noqa: PLC0415  (operations know models)

        return label_of(self.operation)

    shown_operation.fget.label = _("operation")  # type: ignore[attr-defined]

    def get_operation_display(self) -> str:
        """The operation in words, where its column is shown."""
        return self.shown_operation

    def get_subject_model_display(self) -> str:
        """What kind of record it is about, in words."""
        return str(capfirst(apps.get_model(self.subject_model)._meta.verbose_name))

    def is_own(self, user: Any) -> bool:
        """Whether the user asked for it."""
        return bool(self.maker_id == user.pk)
