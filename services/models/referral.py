"""Customers whom one member of staff points out to another."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config_admin.models import Product
from crm.core.classes import INTERNAL, PERSONAL
from crm.core.clock import bank_today
from crm.core.models import Move, Workflow
from crm.core.querysets import ScopedQuerySet
from customers.models import Customer
from services.referrals.reach import Referred, asked_of_all
from staff.models import Branch, StaffMember


class ReferralQuerySet(ScopedQuerySet["Referral"]):
    """Referrals."""

    def waiting(self) -> Self:
        """Those that nobody has answered."""
        return self.filter(status=Referral.Status.WAITING)

    def asked_of(self, user: Any) -> Self:
        """Those that ask a user, in person or as one of their branch."""
        return self.filter(Q(to_member__user=user.pk) | asked_of_all(user))


class Referral(Workflow):
    """A customer pointed out to a member of staff or a branch, to be accepted within a deadline."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        ACCEPTED = "accepted", pgettext_lazy("referral", "Accepted")
        REFUSED = "refused", pgettext_lazy("referral", "Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        EXPIRED = "expired", _("Expired")

    _OVER = _("This referral has been answered already. Status now: %(status)s.")
    MOVES = {
        "accept": Move(
            leaves=frozenset({Status.WAITING}),
            enters=Status.ACCEPTED,
            label=pgettext_lazy("referral", "Accept"),
            question=_("Accept the referral “%(name)s”? It becomes an opportunity of yours."),
            done=_("“%(name)s” is accepted, and is now an opportunity of yours."),
            refused=_OVER,
        ),
        "refuse": Move(
            leaves=frozenset({Status.WAITING}),
            enters=Status.REFUSED,
            label=pgettext_lazy("referral", "Refuse"),
            question=_("Refuse the referral “%(name)s”? Its author reads why."),
            done=_("“%(name)s” is refused."),
            refused=_OVER,
            grave=True,
        ),
        "withdraw": Move(
            leaves=frozenset({Status.WAITING}),
            enters=Status.WITHDRAWN,
            label=_("Withdraw"),
            question=_("Withdraw the referral “%(name)s”?"),
            done=_("“%(name)s” is withdrawn."),
            refused=_OVER,
            grave=True,
        ),
    }

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="referrals", verbose_name=_("customer")
    )
    product_kind = models.CharField(_("kind of product"), max_length=12, choices=Product.Kind)
    words = models.TextField(
        _("what it is about"),
        max_length=500,
        help_text=_("What the customer needs, and when they can best be reached."),
    )
    from_member = models.ForeignKey(
        StaffMember,
        models.PROTECT,
        related_name="referrals_made",
        verbose_name=_("referred by"),
        db_index=False,
        editable=False,
    )
    branch = models.ForeignKey(
        Branch,
        models.PROTECT,
        related_name="referrals_made",
        verbose_name=_("branch"),
        db_index=False,
        editable=False,
    )
    to_member = models.ForeignKey(
        StaffMember,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="referrals",
        verbose_name=_("member of staff"),
        db_index=False,
    )
    to_branch = models.ForeignKey(
        Branch,
        models.PROTECT,
        blank=True,
        related_name="referrals",
        verbose_name=_("branch asked"),
        db_index=False,
    )
    to_post = models.CharField(_("post"), max_length=40, choices=StaffMember.Post, blank=True)
    status = models.CharField(
        _("status"), max_length=16, choices=Status, default=Status.WAITING, editable=False
    )
    answer_by = models.DateField(pgettext_lazy("referral", "to be answered by"), editable=False)
    answered_by = models.ForeignKey(
        StaffMember,
        models.PROTECT,
        null=True,
        related_name="referrals_answered",
        verbose_name=_("answered by"),
        editable=False,
    )
    answered_at = models.DateTimeField(
        pgettext_lazy("referral", "answered"), null=True, editable=False
    )
    answer = models.CharField(_("answer"), max_length=500, blank=True, editable=False)

    SCOPE = Referred(
        "branch",
        owner="from_member__user",
        leader="from_member__supervisor__user",
        other="to_branch",
        other_owner="to_member__user",
        other_leader="to_member__supervisor__user",
        author="answered_by__user",
    )
    NAMES_SUBJECT = True
    AUDIT_SUBJECT = "customer_id"
    CONFIDENTIAL = True
    CLASSES = dict.fromkeys(
        [
            "customer",
            "product_kind",
            "from_member",
            "branch",
            "to_member",
            "to_branch",
            "to_post",
            "status",
            "answer_by",
            "answered_by",
            "answered_at",
        ],
        INTERNAL,
    ) | {"words": PERSONAL, "answer": PERSONAL}
    objects = ReferralQuerySet.as_manager()

    class Meta:
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        default_permissions = ("view", "add")
        permissions = [
            ("accept_referral", _("Accept a referral")),
            ("refuse_referral", _("Refuse a referral")),
            ("withdraw_referral", _("Withdraw a referral")),
        ]
        indexes = [
            models.Index(fields=["from_member", "-id"], name="services_referral_by_author"),
            models.Index(fields=["to_member", "-id"], name="services_referral_by_asked"),
            models.Index(fields=["branch", "-id"], name="services_referral_by_branch"),
            models.Index(fields=["to_branch", "-id"], name="services_referral_by_to"),
            models.Index(fields=["created_at"], name="services_referral_by_day"),
            models.Index(
                fields=["answer_by"],
                name="services_referral_expiry",
                condition=Q(status="waiting"),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "product_kind", "from_member"],
                condition=Q(status="waiting"),
                name="services_referral_once_waiting",
                violation_error_message=_(
                    "You have referred this customer for this kind of product already. Wait for "
                    "the answer, or withdraw that referral first."
                ),
            ),
            models.CheckConstraint(
                name="services_referral_between_two",
                condition=Q(to_member=None) | ~Q(to_member=F("from_member")),
                violation_error_message=_("Nobody refers to themselves. Choose somebody else."),
            ),
            models.CheckConstraint(
                name="services_referral_answered",
                condition=Q(status="waiting", answered_at__isnull=True)
                | ~Q(status="waiting") & Q(answered_at__isnull=False),
                violation_error_message=_("What is answered has the moment of its answer."),
            ),
            models.CheckConstraint(
                name="services_referral_accepted_by",
                condition=~Q(status="accepted") | Q(answered_by__isnull=False),
                violation_error_message=_("What is accepted names who accepted it."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer} · {self.get_product_kind_display()}"

    @property
    def shown_asked(self) -> str:
        """Whom it asks: a member of staff, or everybody of a branch, or of a post there."""
        if self.to_member:
            return str(self.to_member)
        return " · ".join(filter(None, [str(self.to_branch), str(self.get_to_post_display())]))

    shown_asked.fget.label = _("referred to")  # type: ignore[attr-defined]

    @property
    def shown_outcome(self) -> str:
        """How far the opportunity is that came of it; empty if none did."""
        found = getattr(self, "opportunity", None)
        return str(found.stage) if found else ""

    shown_outcome.fget.label = _("came of it")  # type: ignore[attr-defined]

    @property
    def is_late(self) -> bool:
        """Whether the deadline is over and nobody has answered."""
        return self.status == self.Status.WAITING and self.answer_by < bank_today()
