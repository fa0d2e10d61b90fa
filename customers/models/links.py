"""Who stands behind customers and beside them: owners, controllers, representatives, relatives."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.core.classes import INTERNAL, PERSONAL, SENSITIVE
from crm.core.formats import exact
from crm.core.models import Record
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import Through
from crm.core.sealed import SealedField
from customers.countries import country_choices

from .customer import Customer
from .identity import IdentityDocument
from .ownership import Dated

PERSONS_DOCUMENTS = [
    choice
    for choice in IdentityDocument.Kind.choices
    if choice[0] not in IdentityDocument.FOR_ORGANISATIONS
]


class RelatedPerson(Record):
    """A person who stands behind or beside a customer and need not be one; the number is sealed."""

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="related_people", verbose_name=_("customer")
    )
    name = models.CharField(pgettext_lazy("customer", "name"), max_length=120)
    born_on = models.DateField(_("date of birth"), null=True, blank=True)
    country = models.CharField(
        _("nationality"), max_length=2, choices=country_choices, default="CN"
    )
    document_kind = models.CharField(
        _("document"), max_length=24, choices=PERSONS_DOCUMENTS, blank=True
    )
    number = SealedField(_("document number"), null=True, blank=True)
    mask = models.CharField(_("document number"), max_length=60, blank=True, editable=False)
    index = models.BinaryField(null=True, editable=False)
    became = models.ForeignKey(
        Customer,
        models.PROTECT,
        null=True,
        related_name="known_before_as",
        verbose_name=_("is now the customer"),
        editable=False,
    )

    SCOPE = Through("customer")
    AUDIT_SUBJECT = "customer_id"
    CLASSES = (
        dict.fromkeys(["customer", "country", "document_kind", "became"], INTERNAL)
        | dict.fromkeys(["name", "born_on", "mask"], PERSONAL)
        | dict.fromkeys(["number", "index"], SENSITIVE)
    )
    objects = ScopedQuerySet["RelatedPerson"].as_manager()

    class Meta:
        db_table = "customers_related_person"
        verbose_name = _("related person")
        verbose_name_plural = _("related people")
        default_permissions = ("view",)
        indexes = [models.Index(fields=["index"], name="customers_related_index")]
        constraints = [
            models.CheckConstraint(
                name="customers_related_named",
                condition=~Q(name=""),
                violation_error_message=_("Enter the person's name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def shown_name(self) -> str:
        """The name as it was told."""
        return self.name


class Link(Dated, Record):
    """Who stands behind or beside a customer, and as what, from one day to another."""

    class Kind(models.TextChoices):
        OWNER = "owner", pgettext_lazy("link", "Owner")
        CONTROLLER = "controller", _("Actual controller")
        LEGAL_REPRESENTATIVE = "legal_representative", _("Legal representative")
        DIRECTOR = "director", _("Director, supervisor or executive")
        FINANCE_HEAD = "finance_head", _("Head of finance")
        AGENT = "agent", _("Authorised agent")
        CONTACT = "contact", pgettext_lazy("link", "Contact person")
        GUARDIAN = "guardian", _("Guardian")
        SPOUSE = "spouse", _("Spouse")
        PARENT = "parent", pgettext_lazy("link", "Parent")
        SIBLING = "sibling", pgettext_lazy("link", "Sibling")

    # through these an organisation is owned and ruled
    POWERS = (Kind.OWNER, Kind.CONTROLLER)
    OF_ORGANISATIONS = frozenset(
        {*POWERS, Kind.LEGAL_REPRESENTATIVE, Kind.DIRECTOR, Kind.FINANCE_HEAD}
    )
    OF_PERSONS = frozenset({Kind.GUARDIAN, Kind.SPOUSE, Kind.PARENT, Kind.SIBLING})
    BY_ORGANISATIONS = frozenset({*POWERS, Kind.GUARDIAN})

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="links", verbose_name=_("customer")
    )
    kind = models.CharField(pgettext_lazy("link", "is"), max_length=24, choices=Kind)
    party = models.ForeignKey(
        Customer,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="links_elsewhere",
        verbose_name=_("who is a customer"),
    )
    person = models.ForeignKey(
        RelatedPerson,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="links",
        verbose_name=_("who is no customer"),
    )
    share = models.DecimalField(
        _("share in per cent"), max_digits=7, decimal_places=4, null=True, blank=True
    )
    evidence = models.CharField(_("evidence"), max_length=200)

    SCOPE = Through("customer")
    AUDIT_SUBJECT = "customer_id"
    CLASSES = dict.fromkeys(["customer", "kind", "party", "person", "share", "valid"], INTERNAL) | {
        "evidence": PERSONAL
    }
    objects = ScopedQuerySet["Link"].as_manager()

    class Meta:
        verbose_name = _("relationship")
        verbose_name_plural = _("relationships")
        default_permissions = ("view",)
        constraints = [
            *(
                ExclusionConstraint(
                    name=f"customers_link_{who}_once",
                    expressions=[
                        ("customer", RangeOperators.EQUAL),
                        (who, RangeOperators.EQUAL),
                        ("kind", RangeOperators.EQUAL),
                        ("valid", RangeOperators.OVERLAPS),
                    ],
                    violation_error_message=_(
                        "This relationship is entered already. End it first."
                    ),
                )
                for who in ("party", "person")
            ),
            models.CheckConstraint(
                name="customers_link_of_one",
                condition=Q(party=None, person__isnull=False) | Q(party__isnull=False, person=None),
                violation_error_message=_("Choose a customer, or name a person."),
            ),
            models.CheckConstraint(
                name="customers_link_not_self",
                condition=Q(party=None) | ~Q(party=F("customer")),
                violation_error_message=_("Nobody stands behind themselves. Choose another."),
            ),
            models.CheckConstraint(
                name="customers_link_share",
                condition=Q(kind="owner", share__gt=0, share__lte=100)
                | ~Q(kind="owner") & Q(share=None),
                violation_error_message=_("An owner has a share above 0 and up to 100 per cent."),
            ),
            models.CheckConstraint(
                name="customers_link_not_empty",
                condition=Q(valid__isempty=False, valid__startswith__isnull=False),
                violation_error_message=_("The last day is before the first. Enter a later day."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.who.shown_name} · {self.as_what}"

    @property
    def who(self) -> Customer | RelatedPerson:
        """The customer or the person; a person who became a customer is that customer."""
        if self.party is not None:
            return self.party
        person: RelatedPerson = self.person  # type: ignore[assignment]  # one of the two is there
        return person.became or person

    @property
    def is_of_customer(self) -> bool:
        """Whether who stands there is a customer."""
        return isinstance(self.who, Customer)

    @property
    def as_what(self) -> str:
        """As what, with the share of an owner."""
        kind = str(self.get_kind_display())
        return kind if self.share is None else f"{kind} {exact(self.share, 0)} %"
