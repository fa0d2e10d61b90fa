"""How the bank knows that a customer is who they say, and how to reach them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.core.classes import INTERNAL, PERSONAL, SENSITIVE
from crm.core.models import Record
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import Through
from crm.core.sealed import SealedField
from customers.countries import country_choices

from .customer import Customer


class IdentityDocument(Record):
    """A document that proves who a customer is; its number rests sealed."""

    class Kind(models.TextChoices):
        RESIDENT_ID = "resident_id", _("Resident identity card")
        TEMPORARY_ID = "temporary_id", _("Temporary identity card")
        HOUSEHOLD_REGISTER = "household_register", _("Household register")
        HMT_RESIDENCE_PERMIT = (
            "hmt_residence_permit",
            _("Residence permit for Hong Kong, Macao and Taiwan residents"),
        )
        PERMANENT_RESIDENT = "permanent_resident", _("Foreign permanent resident card")
        HM_TRAVEL_PERMIT = "hm_travel_permit", _("Travel permit for Hong Kong and Macao residents")
        TAIWAN_TRAVEL_PERMIT = "taiwan_travel_permit", _("Travel permit for Taiwan residents")
        PASSPORT = "passport", _("Passport")
        MILITARY = "military", _("Military identity document")
        ARMED_POLICE = "armed_police", _("Armed police identity document")
        BUSINESS_LICENCE = "uscc", _("Business licence (unified social credit code)")
        FOREIGN_REGISTRATION = "foreign_registration", _("Foreign registration document")
        LEI = "lei", _("Legal entity identifier")

    FOR_ORGANISATIONS = frozenset({Kind.BUSINESS_LICENCE, Kind.FOREIGN_REGISTRATION, Kind.LEI})

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="documents", verbose_name=_("customer")
    )
    kind = models.CharField(_("document"), max_length=24, choices=Kind)
    country = models.CharField(
        _("issuing country"), max_length=2, choices=country_choices, default="CN"
    )
    number = SealedField(_("document number"))
    mask = models.CharField(_("document number"), max_length=60, editable=False)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    is_long_term = models.BooleanField(_("long-term"), default=False)
    is_primary = models.BooleanField(_("main document"), default=False)

    SCOPE = Through("customer")
    AUDIT_SUBJECT = "customer_id"
    CLASSES = dict.fromkeys(
        ["customer", "kind", "country", "valid_until", "is_long_term", "is_primary"], INTERNAL
    ) | {"number": SENSITIVE, "mask": PERSONAL}
    objects = ScopedQuerySet["IdentityDocument"].as_manager()

    class Meta:
        verbose_name = _("identity document")
        verbose_name_plural = _("identity documents")
        default_permissions = ("view", "add", "change")
        constraints = [
            models.UniqueConstraint(
                fields=["customer"],
                condition=Q(is_primary=True),
                name="customers_document_one_primary",
            ),
            models.CheckConstraint(
                name="customers_document_validity",
                condition=Q(is_long_term=False) | Q(valid_until__isnull=True),
                violation_error_message=_(
                    "A long-term document has no last day. Clear one of the two."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.mask}"


class IdentityKey(Record):
    """The look-up that allows each identity number once: number family, country, blind index."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="identity_keys")
    document = models.OneToOneField(
        IdentityDocument, models.PROTECT, related_name="identity_key", null=True
    )
    family = models.CharField(max_length=24)
    country = models.CharField(max_length=2, blank=True)
    index = models.BinaryField()

    SCOPE = Through("customer")
    AUDIT_SUBJECT = "customer_id"
    CLASSES = dict.fromkeys(["customer", "document", "family", "country"], INTERNAL) | {
        "index": SENSITIVE
    }
    UNSHOWN = "keeps a document from being entered twice; the documents themselves are shown"
    objects = ScopedQuerySet["IdentityKey"].as_manager()

    class Meta:
        verbose_name = _("identity key")
        verbose_name_plural = _("identity keys")
        default_permissions = ()
        indexes = [models.Index(fields=["index"], name="customers_identity_index")]
        constraints = [
            models.UniqueConstraint(
                fields=["family", "country", "index"], name="customers_identity_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.family} {self.country}"


class ContactPoint(Record):
    """A way to reach a customer; the value rests sealed and only its tail is shown."""

    class Kind(models.TextChoices):
        MOBILE = "mobile", _("Mobile")
        PHONE = "phone", _("Telephone")
        EMAIL = "email", _("E-mail")

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="contact_points", verbose_name=_("customer")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    value = SealedField(_("value"))
    index = models.BinaryField(editable=False)
    mask = models.CharField(_("value"), max_length=120, editable=False)
    is_primary = models.BooleanField(_("preferred"), default=False)

    SCOPE = Through("customer")
    AUDIT_SUBJECT = "customer_id"
    CLASSES = dict.fromkeys(["customer", "kind", "is_primary"], INTERNAL) | {
        "value": SENSITIVE,
        "index": SENSITIVE,
        "mask": PERSONAL,
    }
    objects = ScopedQuerySet["ContactPoint"].as_manager()

    class Meta:
        verbose_name = _("contact point")
        verbose_name_plural = _("contact points")
        default_permissions = ("view", "add", "change")
        indexes = [models.Index(fields=["index"], name="customers_contact_index")]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "kind", "index"], name="customers_contact_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.mask}"
