"""Who may sign in, and what they may do where."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import ASCIIUsernameValidator
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models.functions import Lower
from django.utils.functional import cached_property
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm.core.acting import acting
from crm.core.classes import INTERNAL, SENSITIVE
from crm.core.clock import bank_today, now
from crm.core.formats import day
from crm.core.models import Move, Record
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import Extent, LiveGrant, Reach, System
from sysadmin import rights
from sysadmin.rights import Held

from .kept import KEPT

# the right to read in the administration site; only seeing, so that auditors may have it too
ADMINISTRATION = "sysadmin.view_administration"


class UserManager(BaseUserManager["User"]):
    """Finds users for sign-in; a user name is matched whatever its case."""

    def called(self, username: str) -> models.QuerySet[User]:
        """The user of that name, by the index that keeps names apart whatever their case."""
        return self.alias(lowered=Lower("username")).filter(lowered=username.lower())

    def get_by_natural_key(self, username: str | None) -> User:
        """The user of that name."""
        return self.called(username or "").get()


class User(AbstractBaseUser, Record):
    """A sign-in account; the person behind it is a member of staff."""

    class Theme(models.TextChoices):
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    class Density(models.TextChoices):
        COMPACT = "compact", _("Compact")
        COMFORTABLE = "comfortable", _("Comfortable")

    class Language(models.TextChoices):
        BROWSER = "", _("As the browser asks")
        ENGLISH = "en", "English"
        CHINESE = "zh-hans", "中文"

    last_login = None  # sign-ins stand in the access trail
    username = models.CharField(
        _("user name"),
        max_length=40,
        unique=True,
        validators=[ASCIIUsernameValidator()],
        error_messages={"unique": _("This user name is taken. Choose another one.")},
    )
    display_name = models.CharField(pgettext_lazy("person", "name"), max_length=80)
    latin_name = models.CharField(_("name in Latin letters"), max_length=80, blank=True)
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_system = models.BooleanField(_("is the system itself"), default=False, editable=False)
    language = models.CharField(_("language"), max_length=10, choices=Language, blank=True)
    theme = models.CharField(_("theme"), max_length=5, choices=Theme, default=Theme.LIGHT)
    density = models.CharField(
        _("density"), max_length=12, choices=Density, default=Density.COMPACT
    )
    # by list: which view opens first, and the user's own choice of tabs, {"first": …, "tabs": {…}}
    views = models.JSONField(_("views of lists"), default=dict, editable=False)
    # by kind of notification: when the user wants to be told, where it is not as usual
    deliveries = models.JSONField(_("notifications"), default=dict, editable=False)
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True, editable=False)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True, editable=False)

    # what waits for the user, as the session's request found it
    unread = 0
    has_announcements = False

    sessions_ended_at = models.DateTimeField(_("sessions ended"), null=True, editable=False)
    # until the user has chosen a password of their own: how long the one that they were given
    # holds, and who has seen it, if that was a person
    first_password_until = models.DateTimeField(
        _("first password holds until"), null=True, editable=False
    )
    first_password_by = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        related_name="passwords_given",
        verbose_name=_("first password given by"),
        editable=False,
    )
    factors_reset_at = models.DateTimeField(_("second factor reset"), null=True, editable=False)

    MOVES = {
        "disable": Move(
            label=_("Switch off"),
            question=_("Let %(name)s sign in no more? Open sessions end at once."),
            done=_("%(name)s may not sign in any more."),
            refused=_("This sign-in is switched off already."),
            grave=True,
        ),
        "enable": Move(
            label=_("Switch on again"),
            question=_("Let %(name)s sign in again?"),
            done=_("%(name)s may sign in again."),
            refused=_("This sign-in is not switched off."),
        ),
        "give_password": Move(
            label=_("Give a new password"),
            question=_(
                "Give %(name)s a new first password? Open sessions end at once; the second factor "
                "stays."
            ),
            done=_("%(name)s: the password before holds no more."),
            refused=_("This sign-in is switched off. Switch it on again first."),
            grave=True,
        ),
        "reset_factors": Move(
            label=_("Reset the second factor"),
            question=_(
                "Take away the second factor of %(name)s? A second person decides; a new one is "
                "set up at the next sign-in."
            ),
            done=_("The second factor of %(name)s is taken away."),
            refused=_("This sign-in is switched off. Switch it on again first."),
            grave=True,
        ),
        "end_sessions": Move(
            label=_("End sessions"),
            question=_("End the sessions of %(name)s?"),
            done=_("The sessions of %(name)s have ended."),
            refused=_("The sessions cannot be ended."),
            grave=True,
        ),
    }
    TRIGGERS = KEPT
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name"]
    SCOPE = System()
    CLASSES = (
        dict.fromkeys(
            [
                "username",
                "display_name",
                "latin_name",
                "is_active",
                "is_system",
                "sessions_ended_at",
                "first_password_until",
                "first_password_by",
                "factors_reset_at",
            ],
            INTERNAL,
        )
        | dict.fromkeys(
            ["language", "theme", "density", "views", "deliveries", "quiet_from", "quiet_until"],
            INTERNAL,
        )
        | {"password": SENSITIVE}
    )
    objects = UserManager()
    scoped = ScopedQuerySet["User"].as_manager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        permissions = [
            ("view_administration", _("Open the administration site")),
            ("view_sessions_user", _("See the sessions and sign-ins of a user")),
            ("end_sessions_user", _("End the sessions of a user")),
            ("disable_user", _("Switch off the sign-in of a user")),
            ("enable_user", _("Switch on the sign-in of a user again")),
            ("give_password_user", _("Give a user a new first password")),
            ("reset_factors_user", _("Take away the second factor of a user")),
            ("view_rights_user", _("See why somebody can or cannot do something")),
        ]
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="sysadmin_user_once_whatever_case",
                violation_error_message=_("This user name is taken. Choose another one."),
            )
        ]

    def __str__(self) -> str:
        return self.shown_name

    # --- the sign-in ------------------------------------------------------------------------------

    def can(self, verb: str) -> bool:
        """Whether the step suits a sign-in that is switched on, or off."""
        if verb == "end_sessions":
            return True
        return not self.is_system and self.is_active != (verb == "enable")

    @property
    def has_first_password(self) -> bool:
        """Whether the user has yet to choose a password of their own."""
        return self.first_password_until is not None

    @property
    def is_first_password_over(self) -> bool:
        """Whether the password that the user was given holds no more."""
        return self.first_password_until is not None and self.first_password_until <= now()

    def is_known_by(self, other: User) -> bool:
        """Whether somebody else has seen the password that the user still has."""
        return self.has_first_password and self.first_password_by_id == other.pk

    # --- rights: grants alone give anything --------------------------------------------------

    @cached_property
    def live_grants(self) -> tuple[LiveGrant, ...]:
        """The grants in force today, read once per request."""
        return tuple(held.grant for held in self.held)

    @cached_property
    def held(self) -> list[Held]:
        """The same with what is asked of their roles; with a request they come with its user."""
        return rights.held_by(self.pk)

    def reach(self, action: str) -> Reach | None:
        """How far the user may do this; None if no live grant carries the action."""
        known: dict[str, Reach | None] = self.__dict__.setdefault("_reaches", {})
        if action not in known:
            known[action] = Reach.of(g for g in self.live_grants if action in g.actions)
        return known[action]

    def has_action(self, action: str) -> bool:
        """Whether any live grant carries the action."""
        return self.is_active and self.reach(action) is not None

    @cached_property
    def role_ids(self) -> frozenset[int]:
        """The keys of the roles held today."""
        return frozenset(held.role_id for held in self.held)

    @property
    def needs_second_factor(self) -> bool:
        """Whether a role held today asks for a second factor."""
        return any(held.needs_second_factor for held in self.held)

    # --- what the framework and libraries ask ---------------------------------------------------

    @property
    def is_staff(self) -> bool:
        """Whether the administration site opens."""
        return self.has_action(ADMINISTRATION)

    is_superuser = False

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """The framework's question, answered by grants."""
        return self.has_action(perm)

    def has_module_perms(self, app_label: str) -> bool:
        """Whether any action of the module is granted."""
        return any(a.startswith(f"{app_label}.") for g in self.live_grants for a in g.actions)

    def check_password(self, raw_password: str | None) -> bool:
        """Compare, and renew the stored hash when the parameters have become stronger."""

        def renew(raw: str) -> None:
            self.password = make_password(raw)
            with acting(by=self):
                self.save(update_fields=["password"])

        return check_password(raw_password, self.password, renew)

    # --- how the user is shown --------------------------------------------------------------------

    @property
    def shown_name(self) -> str:
        """The name as pages in the active language show it."""
        chinese = (get_language() or "").startswith("zh")
        return self.display_name if chinese else self.latin_name or self.display_name

    @property
    def initials(self) -> str:
        """One character or two letters for the avatar, as the name is shown."""
        if (get_language() or "").startswith("zh"):
            return self.display_name[:1]
        words = (self.latin_name or self.display_name).split()
        return "".join(word[0] for word in words[:2]).upper()

    @property
    def role_label(self) -> str:
        """The first role held today."""
        return self.held[0].role_label if self.held else ""


# seeing a record and its history reads; revealing and exporting let something out
ONLY_READS = models.Func(
    models.F("actions"), function="sysadmin_only_reads", output_field=models.BooleanField()
)


class Role(Record):
    """A set of actions that a bank gives to a kind of post."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    name_zh = models.CharField(_("name in Chinese"), max_length=80)
    actions = ArrayField(models.CharField(max_length=80), verbose_name=_("actions"), default=list)
    needs_second_factor = models.BooleanField(_("needs a second factor"), default=True)
    is_read_only = models.BooleanField(
        _("only reads"),
        default=False,
        help_text=_("The database refuses such a role any action that changes something."),
    )

    TRIGGERS = KEPT
    SCOPE = System()
    CLASSES = dict.fromkeys(["code", "name", "name_zh", "actions"], INTERNAL) | dict.fromkeys(
        ["needs_second_factor", "is_read_only"], INTERNAL
    )
    objects = ScopedQuerySet["Role"].as_manager()

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="sysadmin_role_only_reads",
                condition=models.Q(is_read_only=False) | models.Q(ONLY_READS),
                violation_error_message=_("A role that only reads has no action that changes."),
            )
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The role's name in the active language."""
        return self.name_zh if (get_language() or "").startswith("zh") else self.name


class Grant(Record):
    """A role given to a user at a branch, as far as the reach goes, from one day to another."""

    class Reach(models.TextChoices):
        OWN = Extent.OWN, _("Own customers")
        TEAM = Extent.TEAM, _("Own and team's customers")
        BRANCH = Extent.NODE, _("The branch")
        BRANCHES_BELOW = Extent.SUBTREE, _("The branch and those below it")
        BANK = Extent.ALL, _("The whole bank")

    user = models.ForeignKey(User, models.PROTECT, related_name="grants", verbose_name=_("user"))
    role = models.ForeignKey(Role, models.PROTECT, related_name="grants", verbose_name=_("role"))
    branch = models.ForeignKey(
        "staff.Branch", models.PROTECT, related_name="grants", verbose_name=_("branch")
    )
    extent = models.CharField(_("reach"), max_length=16, choices=Reach)
    valid = DateRangeField(_("valid"))

    MOVES = {
        "end": Move(
            label=_("End grant"),
            question=_("End the grant %(name)s today?"),
            done=_("The grant %(name)s has ended."),
            refused=_("This grant has ended already."),
            grave=True,
        )
    }
    TRIGGERS = KEPT | {
        "sysadmin_grant_compatible": _(
            "The user has another role that nobody holds together with this one. End that grant "
            "first, or choose another role."
        )
    }
    SCOPE = System()
    CLASSES = dict.fromkeys(["user", "role", "branch", "extent", "valid"], INTERNAL)
    objects = ScopedQuerySet["Grant"].as_manager()

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        default_permissions = ("view", "add")
        permissions = [("end_grant", _("End a grant"))]
        constraints = [
            ExclusionConstraint(
                name="sysadmin_grant_not_twice",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("branch", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_(
                    "The user already has this role at this branch in that period."
                ),
            ),
            models.CheckConstraint(
                name="sysadmin_grant_not_empty",
                condition=models.Q(valid__isempty=False),
                violation_error_message=_("The grant must begin before it ends."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.role} · {self.branch}"

    def can(self, verb: str) -> bool:
        """Whether the grant could end sooner than it does."""
        return can_end(self.valid)

    @property
    def shown_period(self) -> str:
        """From which day until which."""
        last = day(self.valid.upper - dt.timedelta(days=1)) if self.valid.upper else ""
        if last:
            return _("%(first)s to %(last)s") % {"first": day(self.valid.lower), "last": last}
        return _("from %(first)s") % {"first": day(self.valid.lower)}

    shown_period.fget.label = _("valid")  # type: ignore[attr-defined]


def system_user() -> User:
    """The system itself as actor: for what no person does, such as nightly work."""
    return User.objects.get(is_system=True)


def period(first: dt.date, beyond: dt.date | None = None) -> Any:
    """The days from the first up to, and without, the one beyond; without end if None."""
    return DateRange(first, beyond)


def soonest_end(valid: Any) -> dt.date:
    """The day beyond the last one, if what is valid in these days ends today."""
    # what has not begun leaves no day on which it was valid, so its first day stays
    first: dt.date = valid.lower
    return max(bank_today(), first + dt.timedelta(days=1))


def can_end(valid: Any) -> bool:
    """Whether what is valid in these days could end sooner than it does."""
    return valid.upper is None or bool(valid.upper > soonest_end(valid))
