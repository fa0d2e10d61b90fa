"""The customer master: persons and organisations known to the bank, in one list."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm.core.classes import INTERNAL, PERSONAL, SENSITIVE
from crm.core.clock import bank_today
from crm.core.models import Move, Record, Text, Workflow
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import Through
from customers.countries import country_choices
from customers.numbers import format_number
from customers.ownership.reach import InHands
from customers.querysets import CustomerQuerySet
from staff.models import Branch, StaffMember

EARLIEST_BIRTH = dt.date(1880, 1, 1)
EARLIEST_FOUNDING = dt.date(1000, 1, 1)
CUSTOMER_SCOPE = InHands(
    node="home_branch", owner="lead_manager__user", leader="lead_manager__supervisor__user"
)


class Customer(Workflow):
    """A person or an organisation known to the bank."""

    class Kind(models.TextChoices):
        PERSON = "person", _("Personal")
        ORGANISATION = "organisation", _("Corporate")

    class Status(models.TextChoices):
        PROSPECT = "prospect", _("Prospect")
        ACTIVE = "active", _("Active")
        DORMANT = "dormant", _("Dormant")
        CLOSED = "closed", _("Closed")
        MERGED = "merged", _("Merged")

    # those whose relationship with the bank has not ended
    OPEN = (Status.PROSPECT, Status.ACTIVE, Status.DORMANT)

    class Gender(models.TextChoices):
        FEMALE = "F", _("Female")
        MALE = "M", _("Male")

    MOVES = {
        "activate": Move(
            leaves=frozenset({Status.PROSPECT, Status.DORMANT}),
            enters=Status.ACTIVE,
            label=_("Activate"),
            question=_("Activate %(name)s?"),
            done=_("%(name)s is active."),
            refused=_(
                "Only a prospect or a dormant customer can be activated. Status now: %(status)s."
            ),
        ),
        "make_dormant": Move(
            leaves=frozenset({Status.ACTIVE}),
            enters=Status.DORMANT,
            label=_("Make dormant"),
            question=_("Make %(name)s dormant?"),
            done=_("%(name)s is dormant."),
            refused=_("Only an active customer can become dormant. Status now: %(status)s."),
        ),
        "close": Move(
            leaves=frozenset({Status.PROSPECT, Status.ACTIVE, Status.DORMANT}),
            enters=Status.CLOSED,
            label=_("Close relationship"),
            question=_("Close the relationship with %(name)s?"),
            done=_("The relationship with %(name)s is closed."),
            refused=_("This relationship cannot be closed. Status now: %(status)s."),
            grave=True,
        ),
        "reopen": Move(
            leaves=frozenset({Status.CLOSED}),
            enters=Status.PROSPECT,
            label=_("Reopen"),
            question=_("Take up the relationship with %(name)s again?"),
            done=_("%(name)s is a prospect again."),
            refused=_("Only a closed relationship can be reopened. Status now: %(status)s."),
        ),
    }

    number = models.CharField(_("customer number"), max_length=12, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    name = models.CharField(pgettext_lazy("customer", "name"), max_length=120)
    latin_name = models.CharField(
        _("name in Latin letters"),
        max_length=160,
        blank=True,
        help_text=_("Left empty, a Chinese name is put into pinyin."),
    )
    name_sort = models.CharField(max_length=200, editable=False, db_collation="C")
    status = models.CharField(
        _("status"), max_length=16, choices=Status, default=Status.PROSPECT, editable=False
    )
    born_on = models.DateField(_("date of birth"), null=True, blank=True)
    founded_on = models.DateField(_("founded on"), null=True, blank=True)
    gender = models.CharField(_("gender"), max_length=1, choices=Gender, blank=True)
    country = models.CharField(
        _("nationality or country of registration"),
        max_length=2,
        choices=country_choices,
        default="CN",
    )
    # files of customers do not bring these two
    occupation = models.CharField(
        _("occupation"), max_length=80, blank=True, default="", db_default=""
    )
    business_scope = models.CharField(
        _("business scope"), max_length=300, blank=True, default="", db_default=""
    )
    city = models.CharField(_("city"), max_length=60, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    home_branch = models.ForeignKey(
        Branch, models.PROTECT, related_name="customers", verbose_name=_("managing branch")
    )
    lead_manager = models.ForeignKey(
        StaffMember,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="lead_customers",
        verbose_name=_("lead manager"),
    )
    managed_since = models.DateField(_("in these hands since"), default=bank_today, editable=False)
    opened_on = models.DateField(_("customer since"))
    salt = models.BinaryField(editable=False)

    SCOPE = CUSTOMER_SCOPE
    AUDIT_SUBJECT = "id"
    CLASSES = (
        dict.fromkeys(
            [
                "number",
                "kind",
                "status",
                "country",
                "home_branch",
                "lead_manager",
                "managed_since",
                "opened_on",
            ],
            INTERNAL,
        )
        | dict.fromkeys(
            [
                "name",
                "latin_name",
                "name_sort",
                "born_on",
                "founded_on",
                "gender",
                "occupation",
                "business_scope",
                "city",
                "address",
            ],
            PERSONAL,
        )
        | {"salt": SENSITIVE}
    )
    objects = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        default_permissions = ("view", "add", "change")
        permissions = [
            ("activate_customer", _("Activate a customer")),
            ("make_dormant_customer", _("Make a customer dormant")),
            ("close_customer", _("Close the relationship with a customer")),
            ("reopen_customer", _("Reopen the relationship with a customer")),
            ("reveal_customer", _("Reveal sealed values of a customer")),
            ("history_customer", _("See the history of a customer")),
            ("import_customer", _("Import customers")),
            ("assign_customer", _("Give customers another lead manager")),
            ("hand_over_customer", _("Hand customers over to a successor")),
            ("portfolio_customer", _("See what the customers of a manager add up to")),
        ]
        indexes = [
            models.Index(fields=["name_sort", "id"], name="customers_by_name"),
            models.Index(fields=["home_branch", "name_sort", "id"], name="customers_by_branch"),
            models.Index(fields=["lead_manager", "name_sort", "id"], name="customers_by_manager"),
            models.Index(fields=["opened_on", "id"], name="customers_by_opening"),
        ]
        constraints = [
            models.CheckConstraint(
                name="customers_birth_of_persons_only",
                condition=Q(kind="person", founded_on__isnull=True)
                | Q(kind="organisation", born_on__isnull=True, gender=""),
                violation_error_message=_(
                    "A person has a date of birth, an organisation a date of founding."
                ),
            ),
            models.CheckConstraint(
                name="customers_name_not_empty",
                condition=~Q(name=""),
                violation_error_message=_("Enter the customer's name."),
            ),
        ]

    def __str__(self) -> str:
        return self.shown_name

    def clean(self) -> None:
        """Refuse days that contradict each other or no life, each beside its field."""
        began = self.born_on or self.founded_on
        faults: dict[str, Text] = {}
        if self.born_on and self.born_on < EARLIEST_BIRTH:
            faults["born_on"] = _("Nobody born on this day is alive. Check the year.")
        if self.founded_on and self.founded_on < EARLIEST_FOUNDING:
            faults["founded_on"] = _("This day is too long ago. Check the year.")
        opened: dt.date | None = self.opened_on  # an unfinished form leaves it empty
        if began and opened and opened < began:
            faults["opened_on"] = _("The relationship cannot begin before the customer was there.")
        if faults:
            raise ValidationError(faults)

    @property
    def shown_name(self) -> str:
        """The name as pages in the active language show it."""
        chinese = (get_language() or "").startswith("zh")
        return self.name if chinese else self.latin_name or self.name

    @property
    def other_name(self) -> str:
        """The name in the other script, where it has one."""
        other = self.latin_name if self.shown_name == self.name else self.name
        return "" if other == self.shown_name else other

    @property
    def listed_assets(self) -> Decimal | None:
        """Assets under management as the list keeps them; None on rows that no list has read."""
        line = self.__dict__.get("line")
        return line.assets if line else None

    @property
    def shown_number(self) -> str:
        """The customer number in groups, as people read it out."""
        return format_number(self.number)

    @property
    def is_person(self) -> bool:
        """Whether the customer is a natural person."""
        return self.kind == self.Kind.PERSON

    @property
    def is_organisation(self) -> bool:
        """Whether the customer is an organisation."""
        return self.kind == self.Kind.ORGANISATION


class SourceKey(Record):
    """The number that a source system has for a customer."""

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="source_keys", verbose_name=_("customer")
    )
    system = models.SlugField(_("source system"), max_length=20)
    key = models.CharField(_("key in the source system"), max_length=40)

    SCOPE = Through("customer")
    AUDIT_SUBJECT = "customer_id"
    CLASSES = dict.fromkeys(["customer", "system", "key"], INTERNAL)
    objects = ScopedQuerySet["SourceKey"].as_manager()

    class Meta:
        verbose_name = _("source key")
        verbose_name_plural = _("source keys")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["system", "key"], name="customers_source_key_once")
        ]

    def __str__(self) -> str:
        return f"{self.system}: {self.key}"
