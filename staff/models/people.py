"""The people who work for the bank."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config_admin.models import Skill
from crm.core.classes import INTERNAL, PERSONAL
from crm.core.clock import bank_today
from crm.core.models import Move, Record
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import Asker, BankWide

from .organisation import Branch, in_chinese


class StaffMemberQuerySet(ScopedQuerySet["StaffMember"]):
    """People who work for the bank."""

    def open_to(self, user: Asker, action: str) -> Self:
        """Members of the branches in which the user may do this."""
        within = Branch.objects.in_reach(user, action)
        return self.present().filter(branch__in=within)

    def present(self) -> Self:
        """Those whose last day is not over."""
        return self.filter(Q(leaves_on=None) | Q(leaves_on__gte=bank_today()))


class StaffMember(Record):
    """A person who works for the bank, with or without a sign-in."""

    class Post(models.TextChoices):
        WEALTH_MANAGER = "wealth_manager", _("Wealth manager")
        PRIVATE_BANKER = "private_banker", _("Private banker")
        CORPORATE_RM = "corporate_rm", _("Corporate relationship manager")
        SMALL_BUSINESS_RM = "small_business_rm", _("Small-business relationship manager")
        RETAIL_LOAN_RM = "retail_loan_rm", _("Retail-loan relationship manager")
        LOBBY_MANAGER = "lobby_manager", _("Lobby manager")
        TELLER = "teller", _("Teller")
        SUB_BRANCH_HEAD = "sub_branch_head", _("Head of sub-branch")
        BRANCH_HEAD = "branch_head", _("Head of branch")
        PRESIDENT = "president", _("President")
        AGENT = "agent", _("Service agent")
        TEAM_LEADER = "team_leader", _("Service team leader")
        RISK_MANAGER = "risk_manager", _("Risk manager")
        CREDIT_REVIEWER = "credit_reviewer", _("Credit reviewer")
        CREDIT_APPROVER = "credit_approver", _("Credit approver")
        AML_OFFICER = "aml_officer", _("Anti-money-laundering officer")
        COMPLIANCE = "compliance", _("Compliance officer")
        CONSUMER_PROTECTION = "consumer_protection_officer", _("Consumer-protection officer")
        PERFORMANCE_OFFICER = "performance_officer", _("Performance officer")
        INTERNAL_AUDITOR = "internal_auditor", _("Internal auditor")
        PERSONNEL = "personnel", _("Personnel officer")
        CONFIGURATION = "configuration", _("Configuration officer")
        SYSTEM_ADMINISTRATOR = "system_administrator", _("System administrator")
        SECURITY_ADMINISTRATOR = "security_administrator", _("Security administrator")
        AUDIT_ADMINISTRATOR = "audit_administrator", _("Audit administrator")

    number = models.CharField(
        _("staff number"),
        max_length=10,
        unique=True,
        validators=[RegexValidator(r"^[A-Z][0-9]{5,9}\Z", _("Enter a letter and five digits."))],
    )
    name = models.CharField(pgettext_lazy("person", "name"), max_length=80)
    latin_name = models.CharField(_("name in Latin letters"), max_length=80)
    branch = models.ForeignKey(
        Branch, models.PROTECT, related_name="staff", verbose_name=_("branch")
    )
    post = models.CharField(_("post"), max_length=40, choices=Post)
    supervisor = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reports",
        verbose_name=_("reports to"),
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="staff_member",
        verbose_name=_("sign-in"),
    )
    skills = ArrayField(
        models.CharField(max_length=40, choices=Skill),
        verbose_name=_("skills"),
        default=list,
        blank=True,
    )
    joined_on = models.DateField(_("joined on"))
    leaves_on = models.DateField(_("last day"), null=True, blank=True, editable=False)

    MOVES = {
        "open_sign_in": Move(
            label=_("Open a sign-in"),
            question=_("Open a sign-in for %(name)s? The rights of the post come with it."),
            done=_("%(name)s has a sign-in."),
            refused=_("%(name)s has a sign-in already, or has left the bank."),
        )
    }
    SCOPE = BankWide()
    CLASSES = dict.fromkeys(
        ["number", "branch", "post", "supervisor", "user", "skills", "joined_on", "leaves_on"],
        INTERNAL,
    ) | {
        "name": PERSONAL,
        "latin_name": PERSONAL,
    }
    objects = StaffMemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member of staff")
        verbose_name_plural = _("staff")
        ordering = ["number"]
        default_permissions = ("view", "add", "change")
        permissions = [
            ("move_staffmember", _("Give a member of staff another post or branch")),
            ("leave_staffmember", _("Enter that a member of staff leaves")),
            ("open_sign_in_staffmember", _("Open a sign-in for a member of staff")),
        ]
        constraints = [
            models.CheckConstraint(
                name="staff_member_not_own_supervisor",
                condition=Q(supervisor__isnull=True) | ~Q(supervisor=F("id")),
                violation_error_message=_("Nobody reports to themselves."),
            ),
            models.CheckConstraint(
                name="staff_member_leaves_after_joining",
                condition=Q(leaves_on__isnull=True) | Q(leaves_on__gte=F("joined_on")),
                violation_error_message=_("Nobody leaves before they join. Enter a later day."),
            ),
        ]

    def __str__(self) -> str:
        return self.shown_name

    def can(self, verb: str) -> bool:
        """Whether the member is at the bank and has no sign-in."""
        return self.user_id is None and not self.has_left

    @property
    def shown_name(self) -> str:
        """The name as pages in the active language show it."""
        return self.name if in_chinese() else self.latin_name

    @property
    def shown_skills(self) -> str:
        """The skills in words."""
        labels = dict(Skill.choices)
        return ", ".join(str(labels.get(skill, skill)) for skill in self.skills)

    shown_skills.fget.label = _("skills")  # type: ignore[attr-defined]

    @property
    def has_left(self) -> bool:
        """Whether the last day is over."""
        return self.leaves_on is not None and self.leaves_on < bank_today()
