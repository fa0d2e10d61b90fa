"""Early warnings about customers, and the cases in which people decide on them."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.classes import INTERNAL, PERSONAL
from crm.core.clock import bank_today, now
from crm.core.models import Move, Record, Workflow
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import Asker, Through
from customers.models import Customer
from staff.models import StaffMember

SEE_RESTRICTED = "risk.view_restricted_alertcase"


class Level(models.IntegerChoices):
    """How grave a warning is; each level has cut-offs, time and an owner of its own."""

    LOW = 1, pgettext_lazy("warning", "Low")
    MEDIUM = 2, pgettext_lazy("warning", "Medium")
    HIGH = 3, pgettext_lazy("warning", "High")


class Family(models.TextChoices):
    """What warnings are about; of each, a customer has one open case at most."""

    ARREARS = "arrears", pgettext_lazy("warning", "Arrears")
    LIQUIDITY = "liquidity", pgettext_lazy("warning", "Liquidity")
    UTILISATION = "utilisation", pgettext_lazy("warning", "Use of limits")
    GUARANTEE = "guarantee", pgettext_lazy("warning", "Guarantors")


def closed_to_outsiders(user: Asker, path: str = "") -> Q | None:
    """Cases referred for a report, and what belongs to them: compliance, audit, who works on one.

    Nobody else may learn of them, in whatever list, count or trail: that would tip off.
    """
    reach = user.reach(SEE_RESTRICTED)
    if reach is not None and reach.everything:
        return None
    restricted = Q(**{f"{path}is_restricted": True})
    return restricted & ~Q(**{f"{path}officer__user": user.pk})


class CaseQuerySet(ScopedQuerySet["AlertCase"]):
    """Alert cases."""

    def closed_to(self, user: Asker) -> Q | None:
        """Those referred for a report."""
        return closed_to_outsiders(user)

    def open(self) -> Self:
        """Those that are not decided."""
        return self.exclude(status=AlertCase.Status.CLOSED)

    def overdue(self) -> Self:
        """Those whose next day is over: nobody has decided, or answered what one waits for."""
        return self.open().filter(next_day__lt=bank_today())


class AlertCase(Workflow):
    """What is found out and decided about the warnings of one family about a customer."""

    class Status(models.TextChoices):
        NEW = "new", pgettext_lazy("alert case", "New")
        INVESTIGATING = "investigating", pgettext_lazy("alert case", "Being investigated")
        WAITING = "waiting", pgettext_lazy("alert case", "Waiting for information")
        ESCALATED = "escalated", pgettext_lazy("alert case", "Escalated")
        PROPOSED = "proposed", pgettext_lazy("alert case", "Waiting for approval")
        CLOSED = "closed", pgettext_lazy("alert case", "Closed")

    _NOT_NOW = _("This cannot be done with the case now. Status: %(status)s.")
    MOVES = {
        "assign": Move(
            leaves=frozenset({Status.NEW, Status.INVESTIGATING}),
            enters=Status.INVESTIGATING,
            label=pgettext_lazy("alert case", "Assign"),
            question=_("Who investigates the case %(name)s?"),
            done=_("The case %(name)s is assigned."),
            refused=_NOT_NOW,
        ),
        "ask": Move(
            leaves=frozenset({Status.INVESTIGATING}),
            enters=Status.WAITING,
            label=_("Ask for information"),
            question=_("What is to be found out about the case %(name)s, and by when?"),
            done=_("The case %(name)s waits for information; its time stands."),
            refused=_NOT_NOW,
        ),
        "answer": Move(
            leaves=frozenset({Status.WAITING}),
            enters=Status.INVESTIGATING,
            label=_("Give information"),
            question=_("What is the answer to the question about %(name)s?"),
            done=_("The answer about %(name)s is entered; its time runs again."),
            refused=_("Nobody waits for information about this case. Status: %(status)s."),
        ),
        "escalate": Move(
            leaves=frozenset({Status.INVESTIGATING}),
            enters=Status.ESCALATED,
            label=_("Escalate"),
            question=_("Escalate the case %(name)s?"),
            done=_("The case %(name)s is escalated."),
            refused=_NOT_NOW,
        ),
        "propose": Move(
            leaves=frozenset({Status.INVESTIGATING, Status.ESCALATED}),
            enters=Status.PROPOSED,
            label=_("Propose a decision"),
            question=_("What do you propose for the case %(name)s?"),
            done=_("The proposal for %(name)s waits for a second person."),
            refused=_NOT_NOW,
        ),
        "approve": Move(
            leaves=frozenset({Status.PROPOSED}),
            enters=Status.CLOSED,
            label=pgettext_lazy("alert case", "Approve"),
            question=_("Approve what is proposed, and close the case %(name)s?"),
            done=_("The case %(name)s is closed."),
            refused=_("Nothing is proposed for this case now. Status: %(status)s."),
        ),
        "send_back": Move(
            leaves=frozenset({Status.PROPOSED}),
            enters=Status.INVESTIGATING,
            label=pgettext_lazy("alert case", "Send back"),
            question=_("What is missing in the proposal for %(name)s?"),
            done=_("The proposal for %(name)s is sent back."),
            refused=_("Nothing is proposed for this case now. Status: %(status)s."),
        ),
        "reopen": Move(
            leaves=frozenset({Status.CLOSED}),
            enters=Status.INVESTIGATING,
            label=pgettext_lazy("alert case", "Reopen"),
            question=_("Open the case %(name)s again? What was decided stays on record."),
            done=_("The case %(name)s is open again."),
            refused=_("Only a closed case is opened again. Status: %(status)s."),
            grave=True,
        ),
    }

    number = models.CharField(
        pgettext_lazy("alert case", "number"), max_length=32, unique=True, editable=False
    )
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="alert_cases", verbose_name=_("customer")
    )
    family = models.CharField(
        pgettext_lazy("alert case", "about"), max_length=12, choices=Family, editable=False
    )
    status = models.CharField(
        _("status"), max_length=16, choices=Status, default=Status.NEW, editable=False
    )
    level = models.PositiveSmallIntegerField(_("severity"), choices=Level, editable=False)
    opened_on = models.DateField(
        pgettext_lazy("alert case", "opened on"), default=bank_today, editable=False
    )
    due_on = models.DateField(pgettext_lazy("alert case", "to be decided by"), editable=False)
    waits_since = models.DateField(_("its time stands since"), null=True, editable=False)
    diary_on = models.DateField(_("information expected by"), null=True, editable=False)
    # while a case waits, what is awaited is the answer and not yet the decision
    next_day = models.GeneratedField(
        expression=Coalesce("diary_on", "due_on"),
        output_field=models.DateField(),
        db_persist=True,
        verbose_name=pgettext_lazy("alert case", "due next"),
    )
    officer = models.ForeignKey(
        StaffMember,
        models.PROTECT,
        null=True,
        related_name="alert_cases",
        verbose_name=pgettext_lazy("alert case", "officer"),
        editable=False,
    )
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("last worked on by"),
        editable=False,
    )
    is_restricted = models.BooleanField(_("restricted"), default=False, editable=False)
    silent_until = models.DateField(_("silent until"), null=True, editable=False)

    SCOPE = Through("customer")
    NAMES_SUBJECT = True
    AUDIT_SUBJECT = "customer_id"
    CONFIDENTIAL = True
    TOLD = frozenset({"level", "due_on", "diary_on", "officer", "silent_until"})
    CLASSES = dict.fromkeys(
        [
            "number",
            "customer",
            "family",
            "level",
            "opened_on",
            "due_on",
            "waits_since",
            "diary_on",
            "next_day",
            "officer",
            "edited_by",
            "is_restricted",
            "silent_until",
        ],
        INTERNAL,
    )
    TRIGGERS = {
        "risk_case_level_rises": _("The severity of a case only rises."),
        "risk_case_closed_by_another": _(
            "A case is closed by a second person: not by who proposed the decision, nor by who"
            " worked on it last."
        ),
        "risk_case_unchanged": _(
            "The case has changed since the decision was proposed. Send it back first."
        ),
        "risk_case_reopened_by_another": _(
            "A case is opened again by somebody who did not decide on it."
        ),
        "risk_case_conflict": _(
            "A conflict of interest with this customer is declared for this person. Choose another."
        ),
    }
    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert case")
        verbose_name_plural = _("alert cases")
        default_permissions = ("view",)
        permissions = [
            ("assign_alertcase", _("Assign an alert case")),
            ("ask_alertcase", _("Ask for information about an alert case")),
            ("answer_alertcase", _("Give information about an alert case")),
            ("escalate_alertcase", _("Escalate an alert case")),
            ("propose_alertcase", _("Propose a decision on an alert case")),
            ("approve_alertcase", _("Approve a decision on an alert case")),
            ("send_back_alertcase", _("Send back a decision on an alert case")),
            ("reopen_alertcase", _("Open an alert case again")),
            ("view_restricted_alertcase", _("See alert cases referred for a report")),
        ]
        indexes = [
            models.Index(fields=["next_day", "id"], name="risk_case_by_next_day"),
            models.Index(fields=["-level", "next_day", "id"], name="risk_case_by_grave_day"),
            models.Index(fields=["-opened_on", "-id"], name="risk_case_by_age"),
            # what there is to do is asked for every day, and closed cases grow for ever
            models.Index(
                fields=["next_day", "id"],
                condition=~Q(status="closed"),
                name="risk_case_open_by_next_day",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "family"],
                condition=~Q(status="closed"),
                name="risk_case_open_once",
                violation_error_message=_("The customer has an open case about this already."),
            ),
            models.CheckConstraint(
                name="risk_case_in_hands",
                condition=Q(status="new") | Q(officer__isnull=False),
                violation_error_message=_("Assign the case first."),
            ),
            models.CheckConstraint(
                name="risk_case_waits",
                condition=Q(status="waiting", waits_since__isnull=False, diary_on__isnull=False)
                | ~Q(status="waiting") & Q(waits_since__isnull=True, diary_on__isnull=True),
                violation_error_message=_("A case waits for information until a day."),
            ),
            models.CheckConstraint(
                name="risk_case_silent_once_closed",
                condition=Q(silent_until__isnull=True) | Q(status="closed"),
                violation_error_message=_("Only what is decided is silent."),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        """Whether the case is not decided."""
        return self.status != self.Status.CLOSED

    @property
    def is_overdue(self) -> bool:
        """Whether the day of the decision is over, or of the answer that the case waits for."""
        return self.is_open and self.next_day < bank_today()

    @property
    def proposal(self) -> CaseProposal | None:
        """What was proposed last; None before the first proposal."""
        return self.proposals.order_by("-pk").first()

    @property
    def is_referred(self) -> bool:
        """Whether a second person has approved to refer the case for a report."""
        report, approved = CaseProposal.Outcome.REPORT, CaseProposal.Decision.APPROVED
        return self.proposals.filter(outcome=report, decision=approved).exists()


class PartQuerySet(ScopedQuerySet[Any]):
    """What belongs to alert cases."""

    def closed_to(self, user: Asker) -> Q | None:
        """What belongs to cases referred for a report."""
        return closed_to_outsiders(user, "case__")


class Alert(Record):
    """A warning that a rule has made: the measures, the cut-offs and the version behind it."""

    case = models.ForeignKey(
        AlertCase, models.PROTECT, related_name="alerts", verbose_name=_("alert case")
    )
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="+", db_index=False, verbose_name=_("customer")
    )
    rule = models.CharField(pgettext_lazy("warning", "rule"), max_length=24)
    rule_version = models.CharField(pgettext_lazy("warning", "version of the rule"), max_length=16)
    level = models.PositiveSmallIntegerField(_("severity"), choices=Level)
    measures = models.JSONField(_("measures"))
    cut_offs = models.JSONField(_("cut-offs"))
    raised_on = models.DateField(pgettext_lazy("warning", "raised on"), default=bank_today)
    # since when the cause is gone of which a closed case had decided
    gone_on = models.DateField(pgettext_lazy("warning", "gone on"), null=True, editable=False)

    RIGHTS_OF = AlertCase
    SCOPE = Through("customer")
    AUDIT_SUBJECT = "customer_id"
    CONFIDENTIAL = True
    CLASSES = dict.fromkeys(
        ["case", "customer", "rule", "rule_version", "level", "cut_offs", "raised_on", "gone_on"],
        INTERNAL,
    ) | {"measures": PERSONAL}
    objects: Any = PartQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("warning", "alert")
        verbose_name_plural = pgettext_lazy("warning", "alerts")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["case", "rule", "level"],
                name="risk_alert_once",
                violation_error_message=_("This warning stands in the case already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case} · {self.rule}"


class CaseQuestion(Record):
    """What was asked about a case, and the answer."""

    case = models.ForeignKey(
        AlertCase, models.PROTECT, related_name="questions", verbose_name=_("alert case")
    )
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="+", db_index=False, verbose_name=_("customer")
    )
    text = models.TextField(pgettext_lazy("alert case", "question"), max_length=2000)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=pgettext_lazy("alert case", "asked by"),
    )
    asked_at = models.DateTimeField(pgettext_lazy("alert case", "asked"), default=now)
    reply = models.TextField(pgettext_lazy("alert case", "answer"), max_length=2000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=pgettext_lazy("alert case", "answered by"),
    )
    answered_at = models.DateTimeField(pgettext_lazy("alert case", "answered"), null=True)

    RIGHTS_OF = AlertCase
    SCOPE = Through("customer")
    AUDIT_SUBJECT = "customer_id"
    CONFIDENTIAL = True
    CLASSES = dict.fromkeys(
        ["case", "customer", "asked_by", "asked_at", "answered_by", "answered_at"], INTERNAL
    ) | dict.fromkeys(["text", "reply"], PERSONAL)
    objects: Any = PartQuerySet.as_manager()

    class Meta:
        db_table = "risk_case_question"
        verbose_name = _("question about a case")
        verbose_name_plural = _("questions about cases")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(answered_at__isnull=True),
                name="risk_case_asked_once",
                violation_error_message=_("A question about this case waits already."),
            ),
            models.CheckConstraint(
                name="risk_case_question_answered",
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, reply="")
                | Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(reply=""),
                violation_error_message=_("An answer has words, and somebody who gives it."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case}"


class CaseProposal(Record):
    """A decision that somebody proposed for a case, and what a second person said to it."""

    class Outcome(models.TextChoices):
        TRUE_MATCH = "true_match", _("True match")
        FALSE_POSITIVE = "false_positive", pgettext_lazy("alert case", "False positive")
        CONFIRMED = "confirmed", _("Confirmed risk")
        ACCEPTED = "accepted", _("Risk accepted")
        DUPLICATE = "duplicate", pgettext_lazy("alert case", "Duplicate")
        REPORT = "report", _("Referred for report")

    class Decision(models.TextChoices):
        OPEN = "open", pgettext_lazy("proposal", "Waiting")
        APPROVED = "approved", pgettext_lazy("proposal", "Approved")
        SENT_BACK = "sent_back", pgettext_lazy("proposal", "Sent back")

    case = models.ForeignKey(
        AlertCase, models.PROTECT, related_name="proposals", verbose_name=_("alert case")
    )
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="+", db_index=False, verbose_name=_("customer")
    )
    outcome = models.CharField(
        pgettext_lazy("alert case", "decision"), max_length=16, choices=Outcome
    )
    reason = models.CharField(_("reason"), max_length=500)
    evidence = models.TextField(_("evidence"), max_length=2000)
    silent_until = models.DateField(_("silent until"), null=True, blank=True)
    case_version = models.PositiveIntegerField(_("version of the case"))
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=pgettext_lazy("proposal", "proposed by"),
    )
    proposed_at = models.DateTimeField(pgettext_lazy("proposal", "proposed"), default=now)
    decision = models.CharField(
        pgettext_lazy("proposal", "what became of it"),
        max_length=12,
        choices=Decision,
        default=Decision.OPEN,
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=pgettext_lazy("proposal", "decided by"),
    )
    decided_at = models.DateTimeField(pgettext_lazy("proposal", "decided"), null=True)
    remark = models.CharField(pgettext_lazy("proposal", "remark"), max_length=500, blank=True)

    RIGHTS_OF = AlertCase
    SCOPE = Through("customer")
    AUDIT_SUBJECT = "customer_id"
    CONFIDENTIAL = True
    CLASSES = dict.fromkeys(
        [
            "case",
            "customer",
            "outcome",
            "silent_until",
            "case_version",
            "proposed_by",
            "proposed_at",
            "decision",
            "decided_by",
            "decided_at",
        ],
        INTERNAL,
    ) | dict.fromkeys(["reason", "evidence", "remark"], PERSONAL)
    TRIGGERS = {"risk_proposal_kept": _("What was proposed and decided stays as it is.")}
    objects: Any = PartQuerySet.as_manager()

    class Meta:
        db_table = "risk_case_proposal"
        verbose_name = _("proposal for a case")
        verbose_name_plural = _("proposals for cases")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(decision="open"),
                name="risk_case_proposed_once",
                violation_error_message=_("A proposal for this case waits already."),
            ),
            models.CheckConstraint(
                name="risk_proposal_by_two",
                condition=Q(decision="open", decided_by__isnull=True, decided_at__isnull=True)
                | ~Q(decision="open")
                & Q(decided_by__isnull=False, decided_at__isnull=False)
                & ~Q(decided_by=F("proposed_by")),
                violation_error_message=_(
                    "A second person decides: not the one who made the proposal."
                ),
            ),
            models.CheckConstraint(
                name="risk_proposal_accepted_until",
                condition=~Q(outcome="accepted") | Q(silent_until__isnull=False),
                violation_error_message=_("A risk is accepted until a day."),
            ),
            models.CheckConstraint(
                name="risk_proposal_founded",
                condition=~Q(reason="") & ~Q(evidence=""),
                violation_error_message=_("A decision has a reason and evidence."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case} · {self.get_outcome_display()}"
