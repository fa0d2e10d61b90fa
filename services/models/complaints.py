"""Complaints, from receipt to the check that the cause has not come back."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config_admin.dictionaries.entries import EntryField
from config_admin.figures.currencies import currency_choices
from crm.core.classes import INTERNAL, PERSONAL
from crm.core.clock import bank_today, now
from crm.core.models import Move, Record, Workflow
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import Asker, InTree, Reach, Through
from customers.models import Customer, Holding
from staff.models import Branch, StaffMember

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class OfComplaint(InTree):
    """Rows tied to a branch, and their owner's, their reviewer's and their author's own.

    `reviewer` and `author` are the paths to the users who review and who entered a row,
    `author_leader` the one to the author's leader.
    """

    reviewer: str = ""
    author: str = ""
    author_leader: str = ""

    def arms(self, model: type[models.Model], reach: Reach, user: Asker) -> list[Q]:
        """The tree, those who work on the row, and who entered it."""
        arms = super().arms(model, reach, user)
        if reach.own:
            arms += [Q(**{self.reviewer: user.pk}), Q(**{self.author: user.pk})]
        if reach.team:
            arms.append(Q(**{self.author_leader: user.pk}))
        return arms


class ComplaintQuerySet(ScopedQuerySet["Complaint"]):
    """Complaints."""

    def closed_to(self, user: Asker) -> Q | None:
        """Those about the reader: nobody follows what is found out about them."""
        return Q(about__user=user.pk)

    def open(self) -> Self:
        """Those to which the bank owes an answer."""
        return self.filter(status__in=Complaint.OPEN)

    def overdue(self) -> Self:
        """Those that should have been answered."""
        return self.open().filter(due_on__lt=bank_today())

    def due_within(self, days: int) -> Self:
        """Those that are to be answered within some days, today among them."""
        today = bank_today()
        return self.open().filter(due_on__range=(today, today + days * DAY))

    def in_charge_of(self, user: Any) -> Self:
        """Those that a user is to answer now, first or after a review."""
        reviewed = Q(status__in=Complaint.UNDER_REVIEW)
        return self.filter(
            (reviewed & Q(reviewer__user=user.pk)) | (~reviewed & Q(handler__user=user.pk))
        )

    def to_recheck(self) -> Self:
        """Closed ones of which it is time to see whether the cause has come back."""
        return self.filter(
            status=Complaint.Status.CLOSED, recurred=None, recheck_on__lte=bank_today()
        )


class Complaint(Workflow):
    """A complaint about the bank, which is to be answered within the time that the rules give.

    `due_on` is the last day for the answer that is owed now: the first one, or that of the review.
    """

    class Status(models.TextChoices):
        RECEIVED = "received", pgettext_lazy("state of a complaint", "Received")
        ASSIGNED = "assigned", pgettext_lazy("complaint", "Assigned")
        INVESTIGATING = "investigating", pgettext_lazy("complaint", "Being investigated")
        ANSWERED = "answered", pgettext_lazy("complaint", "Answered")
        DISPUTED = "disputed", pgettext_lazy("complaint", "Answer disputed")
        IN_REVIEW = "in_review", pgettext_lazy("complaint", "In review")
        CLOSED = "closed", pgettext_lazy("complaint", "Closed")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Complainant(models.TextChoices):
        CUSTOMER = "customer", pgettext_lazy("complaint", "The customer")
        AGENT = "agent", pgettext_lazy("complaint", "An agent of the customer")
        HEIR = "heir", pgettext_lazy("complaint", "An heir")
        GROUP = "group", pgettext_lazy("complaint", "A group of customers")

    class Finding(models.TextChoices):
        UPHELD = "upheld", pgettext_lazy("complaint", "Justified")
        PARTLY = "partly", pgettext_lazy("complaint", "Justified in part")
        NOT_UPHELD = "not_upheld", pgettext_lazy("complaint", "Not justified")

    UNANSWERED = (Status.RECEIVED, Status.ASSIGNED, Status.INVESTIGATING)
    UNDER_REVIEW = (Status.DISPUTED, Status.IN_REVIEW)
    OPEN = UNANSWERED + UNDER_REVIEW
    _NOT_NOW = _("This can no longer be done with the complaint. Status now: %(status)s.")
    _NOT_YET = _("This cannot be done with the complaint yet. Status now: %(status)s.")
    MOVES = {
        "assign": Move(
            leaves=frozenset(UNANSWERED),
            enters=Status.ASSIGNED,
            label=pgettext_lazy("complaint", "Assign"),
            question=_("Who handles the complaint %(name)s?"),
            done=_("Complaint %(name)s is assigned."),
            refused=_NOT_NOW,
        ),
        "investigate": Move(
            leaves=frozenset({Status.ASSIGNED}),
            enters=Status.INVESTIGATING,
            label=pgettext_lazy("complaint", "Begin to investigate"),
            question=_("Begin to investigate the complaint %(name)s?"),
            done=_("Complaint %(name)s is being investigated."),
            refused=_("Only an assigned complaint can be taken up. Status now: %(status)s."),
        ),
        "establish": Move(
            leaves=frozenset({Status.INVESTIGATING, Status.IN_REVIEW}),
            label=pgettext_lazy("complaint", "Findings"),
            question=_("What was found out about the complaint %(name)s?"),
            done=_("The findings about %(name)s are saved."),
            refused=_("Findings are entered while somebody investigates or reviews."),
        ),
        "complicate": Move(
            leaves=frozenset(UNANSWERED),
            label=pgettext_lazy("complaint", "Mark as complex"),
            question=_("Mark the complaint %(name)s as complex?"),
            done=_("Complaint %(name)s is complex and has more time."),
            refused=_NOT_NOW,
        ),
        "extend": Move(
            leaves=frozenset(UNANSWERED),
            label=pgettext_lazy("complaint", "Extend the time"),
            question=_("Extend the time for the complaint %(name)s?"),
            done=_("The time for the complaint %(name)s is extended."),
            refused=_NOT_NOW,
        ),
        "compensate": Move(
            leaves=frozenset({Status.INVESTIGATING, Status.IN_REVIEW}),
            label=pgettext_lazy("complaint", "Compensate"),
            question=_("Compensate for the complaint %(name)s?"),
            done=_("The compensation for the complaint %(name)s is entered."),
            refused=_("Compensation is entered while somebody investigates or reviews."),
        ),
        "answer": Move(
            leaves=frozenset({Status.INVESTIGATING, Status.IN_REVIEW}),
            enters=Status.ANSWERED,
            label=pgettext_lazy("complaint", "Answer"),
            question=_("Answer the complaint %(name)s?"),
            done=_("Complaint %(name)s is answered."),
            refused=_("Only what is investigated or reviewed is answered. Status now: %(status)s."),
        ),
        "dispute": Move(
            leaves=frozenset({Status.ANSWERED, Status.CLOSED}),
            enters=Status.DISPUTED,
            label=pgettext_lazy("complaint", "Answer is disputed"),
            question=_("Does the complainant dispute the answer to %(name)s?"),
            done=_("The answer to %(name)s is disputed and goes to review."),
            refused=_NOT_YET,
        ),
        "review": Move(
            leaves=frozenset(UNDER_REVIEW),
            enters=Status.IN_REVIEW,
            label=pgettext_lazy("complaint", "Name the reviewer"),
            question=_("Who reviews the complaint %(name)s?"),
            done=_("Complaint %(name)s is in review."),
            refused=_("Only a disputed answer is reviewed. Status now: %(status)s."),
        ),
        "close": Move(
            leaves=frozenset({Status.ANSWERED}),
            enters=Status.CLOSED,
            label=pgettext_lazy("complaint", "Close"),
            question=_("Close the complaint %(name)s?"),
            done=_("Complaint %(name)s is closed."),
            refused=_("Only an answered complaint can be closed. Status now: %(status)s."),
        ),
        "withdraw": Move(
            leaves=frozenset(OPEN),
            enters=Status.WITHDRAWN,
            label=pgettext_lazy("complaint", "Withdrawn by the complainant"),
            question=_("Has the complainant withdrawn the complaint %(name)s?"),
            done=_("Complaint %(name)s is withdrawn."),
            refused=_NOT_NOW,
            grave=True,
        ),
        "recheck": Move(
            leaves=frozenset({Status.CLOSED}),
            label=pgettext_lazy("complaint", "Check for recurrence"),
            question=_("Has the cause of the complaint %(name)s come back?"),
            done=_("The check for the complaint %(name)s is entered."),
            refused=_("Only a closed complaint is checked. Status now: %(status)s."),
        ),
    }

    number = models.CharField(
        pgettext_lazy("complaint", "number"), max_length=32, unique=True, editable=False
    )
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="complaints", verbose_name=_("customer")
    )
    branch = models.ForeignKey(
        Branch,
        models.PROTECT,
        related_name="complaints",
        verbose_name=_("branch"),
        editable=False,
    )
    complainant = models.CharField(
        pgettext_lazy("complaint", "complainant"),
        max_length=12,
        choices=Complainant,
        default=Complainant.CUSTOMER,
    )
    complainant_name = models.CharField(
        pgettext_lazy("complaint", "name of the complainant"),
        max_length=120,
        blank=True,
        help_text=_("Only if it is not the customer."),
    )
    received_at = models.DateTimeField(pgettext_lazy("complaint", "received at"), default=now)
    received_by = models.ForeignKey(
        StaffMember,
        models.PROTECT,
        related_name="complaints_received",
        verbose_name=pgettext_lazy("complaint", "received by"),
        editable=False,
    )
    channel = EntryField(pgettext_lazy("complaint", "channel"), dictionary="received_by")
    business = EntryField(pgettext_lazy("complaint", "business"), dictionary="complaint_business")
    cause = EntryField(pgettext_lazy("complaint", "cause"), dictionary="complaint_cause")
    holding = models.ForeignKey(
        Holding,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="complaints",
        verbose_name=_("holding"),
    )
    description = models.TextField(
        pgettext_lazy("complaint", "what is complained of"), max_length=4000
    )
    expected = models.CharField(
        pgettext_lazy("complaint", "what the complainant expects"), max_length=500
    )
    about = models.ForeignKey(
        StaffMember,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="complaints_about",
        verbose_name=pgettext_lazy("complaint", "person complained of"),
    )
    is_legal = models.BooleanField(_("a court or a lawyer is involved"), default=False)
    is_regulator = models.BooleanField(_("the regulator is involved"), default=False)
    is_media = models.BooleanField(_("the media are involved"), default=False)
    is_vulnerable = models.BooleanField(_("the complainant needs special care"), default=False)
    status = models.CharField(
        _("status"), max_length=16, choices=Status, default=Status.RECEIVED, editable=False
    )
    due_on = models.DateField(pgettext_lazy("complaint", "to be answered by"), editable=False)
    is_complex = models.BooleanField(
        pgettext_lazy("complaint", "complex"), default=False, editable=False
    )
    complex_reason = models.CharField(
        pgettext_lazy("complaint", "why it is complex"), max_length=500, blank=True, editable=False
    )
    extension_reason = models.CharField(
        pgettext_lazy("complaint", "why it was extended"),
        max_length=500,
        blank=True,
        editable=False,
    )
    extension_told_on = models.DateField(
        pgettext_lazy("complaint", "complainant told of the extension on"),
        null=True,
        editable=False,
    )
    handler = models.ForeignKey(
        StaffMember,
        models.PROTECT,
        null=True,
        related_name="complaints_handled",
        verbose_name=pgettext_lazy("complaint", "handler"),
        editable=False,
    )
    finding = models.CharField(
        pgettext_lazy("complaint", "finding"),
        max_length=12,
        choices=Finding,
        blank=True,
        editable=False,
    )
    findings = models.TextField(
        pgettext_lazy("complaint", "what was found out"),
        max_length=4000,
        blank=True,
        editable=False,
    )
    remedy = models.CharField(
        pgettext_lazy("complaint", "remedy"), max_length=1000, blank=True, editable=False
    )
    compensation = models.DecimalField(
        pgettext_lazy("complaint", "compensation"),
        max_digits=18,
        decimal_places=2,
        null=True,
        editable=False,
    )
    compensation_currency = models.CharField(
        pgettext_lazy("complaint", "currency of the compensation"),
        max_length=3,
        choices=currency_choices,
        blank=True,
        editable=False,
    )
    root_cause = models.CharField(
        pgettext_lazy("complaint", "root cause"), max_length=1000, blank=True, editable=False
    )
    corrective_action = models.CharField(
        pgettext_lazy("complaint", "corrective action"),
        max_length=1000,
        blank=True,
        editable=False,
    )
    recheck_on = models.DateField(
        pgettext_lazy("complaint", "check for recurrence on"), null=True, editable=False
    )
    recurred = models.BooleanField(
        pgettext_lazy("complaint", "the cause has come back"), null=True, editable=False
    )
    recheck_note = models.CharField(
        pgettext_lazy("complaint", "what the check found"),
        max_length=1000,
        blank=True,
        editable=False,
    )
    answered_at = models.DateTimeField(
        pgettext_lazy("complaint", "answered at"), null=True, editable=False
    )
    disputed_at = models.DateTimeField(
        pgettext_lazy("complaint", "disputed at"), null=True, editable=False
    )
    dispute = models.CharField(
        pgettext_lazy("complaint", "what is disputed"), max_length=1000, blank=True, editable=False
    )
    reviewer = models.ForeignKey(
        StaffMember,
        models.PROTECT,
        null=True,
        related_name="complaints_reviewed",
        verbose_name=pgettext_lazy("complaint", "reviewer"),
        editable=False,
    )

    SCOPE = OfComplaint(
        "branch",
        owner="handler__user",
        leader="handler__supervisor__user",
        reviewer="reviewer__user",
        author="received_by__user",
        author_leader="received_by__supervisor__user",
    )
    NAMES_SUBJECT = True
    AUDIT_SUBJECT = "customer_id"
    CONFIDENTIAL = True
    TOLD = frozenset(
        {
            "due_on",
            "extension_told_on",
            "handler",
            "finding",
            "findings",
            "remedy",
            "compensation",
            "compensation_currency",
            "root_cause",
            "corrective_action",
            "recheck_on",
            "recurred",
            "recheck_note",
            "reviewer",
        }
    )
    CLASSES = dict.fromkeys(
        [
            "number",
            "customer",
            "branch",
            "complainant",
            "received_at",
            "received_by",
            "channel",
            "business",
            "cause",
            "holding",
            "is_legal",
            "is_regulator",
            "is_media",
            "due_on",
            "is_complex",
            "extension_told_on",
            "handler",
            "finding",
            "compensation_currency",
            "recheck_on",
            "recurred",
            "answered_at",
            "disputed_at",
            "reviewer",
        ],
        INTERNAL,
    ) | dict.fromkeys(
        [
            "complainant_name",
            "description",
            "expected",
            "about",
            "is_vulnerable",
            "complex_reason",
            "extension_reason",
            "findings",
            "remedy",
            "compensation",
            "root_cause",
            "corrective_action",
            "recheck_note",
            "dispute",
        ],
        PERSONAL,
    )
    TRIGGERS = {
        "services_complaint_recusal": _(
            "The person complained of, and whoever leads them, neither handle nor decide nor"
            " review. Choose somebody else."
        ),
        "services_complaint_conflict": _(
            "A conflict of interest with this customer is declared for this person. Choose another."
        ),
        "services_complaint_level": _(
            "A review is done one level above the handler. Choose somebody of a branch above."
        ),
        "services_complaint_holding": _("This holding belongs to another customer."),
    }
    objects = ComplaintQuerySet.as_manager()

    class Meta:
        verbose_name = _("complaint")
        verbose_name_plural = _("complaints")
        default_permissions = ("view", "add", "change")
        permissions = [
            ("assign_complaint", _("Assign a complaint")),
            ("investigate_complaint", _("Handle complaints")),
            ("establish_complaint", _("Enter findings about a complaint")),
            ("complicate_complaint", _("Mark a complaint as complex")),
            ("extend_complaint", _("Extend the time for a complaint")),
            ("compensate_complaint", _("Compensate for a complaint")),
            ("answer_complaint", _("Answer a complaint")),
            ("dispute_complaint", _("Enter that an answer is disputed")),
            ("review_complaint", _("Name who reviews a complaint")),
            ("close_complaint", _("Close a complaint")),
            ("withdraw_complaint", _("Enter that a complaint is withdrawn")),
            ("recheck_complaint", _("Check a complaint for recurrence")),
        ]
        indexes = [
            models.Index(fields=["branch", "due_on", "id"], name="services_complaint_by_branch"),
            models.Index(fields=["due_on", "id"], name="services_complaint_by_due_day"),
            models.Index(fields=["-received_at", "-id"], name="services_complaint_by_receipt"),
        ]
        constraints = [
            models.CheckConstraint(
                name="services_complaint_complainant_named",
                condition=Q(complainant="customer") | ~Q(complainant_name=""),
                violation_error_message=_("Enter the name of the complainant."),
            ),
            models.CheckConstraint(
                name="services_complaint_closed_with_cause",
                condition=~Q(status="closed")
                | ~Q(finding="")
                & ~Q(findings="")
                & ~Q(root_cause="")
                & Q(answered_at__isnull=False),
                violation_error_message=_(
                    "A complaint is closed with its findings, an answer and the root cause."
                ),
            ),
            models.CheckConstraint(
                name="services_complaint_compensation",
                condition=Q(compensation__isnull=True, compensation_currency="")
                | Q(compensation__gt=0) & ~Q(compensation_currency=""),
                violation_error_message=_("Compensation is an amount above zero in a currency."),
            ),
            models.CheckConstraint(
                name="services_complaint_extended_once_complex",
                condition=Q(extension_told_on__isnull=True, extension_reason="")
                | Q(is_complex=True, extension_told_on__isnull=False) & ~Q(extension_reason=""),
                violation_error_message=_(
                    "Only a complex complaint is extended, with a reason, and the complainant is"
                    " told."
                ),
            ),
            models.CheckConstraint(
                name="services_complaint_reviewed_by_another",
                condition=Q(reviewer__isnull=True) | ~Q(reviewer=F("handler")),
                violation_error_message=_("Nobody reviews their own answer."),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        """Whether the bank owes an answer."""
        return self.status in self.OPEN

    @property
    def is_extended(self) -> bool:
        """Whether the time has been extended."""
        return self.extension_told_on is not None

    @property
    def person_in_charge(self) -> StaffMember | None:
        """Who is to find out and to answer now."""
        return self.reviewer if self.status in self.UNDER_REVIEW else self.handler

    @property
    def is_overdue(self) -> bool:
        """Whether it should have been answered."""
        return self.status in self.OPEN and self.due_on < bank_today()

    @property
    def shown_complainant(self) -> str:
        """Who complains, in words."""
        if self.complainant == self.Complainant.CUSTOMER:
            return str(self.customer)
        return f"{self.complainant_name} · {self.get_complainant_display()}"

    shown_complainant.fget.label = pgettext_lazy(  # type: ignore[attr-defined]
        "complaint", "complainant"
    )


class ComplaintReplyQuerySet(ScopedQuerySet["ComplaintReply"]):
    """Answers to complaints."""

    def closed_to(self, user: Asker) -> Q | None:
        """Those to complaints about the reader."""
        return Q(complaint__about__user=user.pk)


class ComplaintReply(Record):
    """What the bank answered to a complaint, first or after its review, with the ways that remain.

    `due_on` is the day by which it was owed.
    """

    class Way(models.TextChoices):
        REVIEW = "review", _("Review by the unit above")
        MEDIATION = "mediation", _("Mediation by the body for financial disputes")
        REGULATOR = "regulator", _("Complaint to the regulator (12378)")

    complaint = models.ForeignKey(
        Complaint, models.PROTECT, related_name="replies", verbose_name=_("complaint")
    )
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="+", db_index=False, verbose_name=_("customer")
    )
    text = models.TextField(pgettext_lazy("complaint", "answer"), max_length=4000)
    ways = ArrayField(
        models.CharField(max_length=12, choices=Way),
        verbose_name=pgettext_lazy("complaint", "ways that remain"),
    )
    is_of_review = models.BooleanField(pgettext_lazy("complaint", "after a review"), default=False)
    due_on = models.DateField(pgettext_lazy("complaint", "to be answered by"))
    given_at = models.DateTimeField(pgettext_lazy("complaint", "answered at"), default=now)
    given_by = models.ForeignKey(
        StaffMember,
        models.PROTECT,
        related_name="complaint_replies",
        verbose_name=pgettext_lazy("complaint", "answered by"),
    )

    RIGHTS_OF = Complaint
    SCOPE = Through("complaint")
    AUDIT_SUBJECT = "customer_id"
    CONFIDENTIAL = True
    CLASSES = dict.fromkeys(
        ["complaint", "customer", "ways", "is_of_review", "due_on", "given_at", "given_by"],
        INTERNAL,
    ) | {"text": PERSONAL}
    TRIGGERS = Complaint.TRIGGERS
    objects = ComplaintReplyQuerySet.as_manager()

    class Meta:
        db_table = "services_complaint_reply"
        verbose_name = _("answer to a complaint")
        verbose_name_plural = _("answers to complaints")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["complaint", "is_of_review"],
                name="services_complaint_answered_once",
                violation_error_message=_("This complaint is answered already."),
            ),
            models.CheckConstraint(
                name="services_complaint_reply_names_ways",
                condition=Q(is_of_review=False, ways__contains=["review", "mediation", "regulator"])
                | Q(is_of_review=True, ways__contains=["mediation", "regulator"]),
                violation_error_message=_("Tell the complainant every way that remains."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.complaint}"

    @property
    def shown_ways(self) -> list[str]:
        """The ways that remain, in words."""
        labels: dict[Any, Any] = dict(self.Way.choices)
        return [str(labels[way]) for way in self.ways]
