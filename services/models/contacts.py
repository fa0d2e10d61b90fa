"""Contacts with customers: what was talked about, by whom, and what is next."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config_admin.dictionaries.entries import EntryField
from crm.core.classes import INTERNAL, PERSONAL
from crm.core.clock import now
from crm.core.formats import moment
from crm.core.models import Move, Record, Workflow
from crm.core.querysets import ScopedQuerySet
from crm.core.scope import Through
from customers.models import Customer
from staff.models import StaffMember

if TYPE_CHECKING:
    from crm.core.scope import Asker

PURPOSES, RESULTS = "contact_purpose", "contact_result"
# who may read confidential contacts, and the promises made in them, without having taken part
OPEN_CONFIDENTIAL = "services.view_confidential_contact"
CORRECTABLE = dt.timedelta(hours=24)
LONGEST_SUMMARY = 2000


def confidential_to(user: Asker, took_part: Q) -> Q | None:
    """What is confidential to a user who neither took part, nor leads the customer, nor may."""
    reach = user.reach(OPEN_CONFIDENTIAL)
    if reach is not None and reach.everything:
        return None
    led = Customer.objects.filter(lead_manager__user=user.pk)
    is_open = took_part | Q(customer__in=led.values("pk"))
    if reach is not None:
        within = Customer.objects.within(user, OPEN_CONFIDENTIAL)
        is_open |= Q(customer__in=within.values("pk"))
    return Q(is_confidential=True) & ~is_open


def taken_part(user: Asker) -> Any:
    """The keys of the contacts at which a user was present."""
    rows = ContactAttendee.objects.filter(member__user=user.pk, is_withdrawn=False)
    return rows.values("contact")


def own_member(user: Asker) -> Any:
    """The key of the user's own entry among the staff."""
    return StaffMember.objects.filter(user=user.pk).values("pk")


class ContactQuerySet(ScopedQuerySet["Contact"]):
    """Contacts with customers."""

    def closed_to(self, user: Asker) -> Q | None:
        """Confidential ones, for those who were not there and do not lead the customer."""
        present = Q(author__in=own_member(user)) | Q(pk__in=taken_part(user))
        return confidential_to(user, present)


class Contact(Workflow):
    """A call, a visit, a meeting or a message between the bank and a customer."""

    class Kind(models.TextChoices):
        CALL = "call", _("Call")
        VISIT = "visit", _("Visit")
        MEETING = "meeting", _("Branch meeting")
        MESSAGE = "message", _("Message")

    class Direction(models.TextChoices):
        OUTGOING = "outgoing", _("The bank")
        INCOMING = "incoming", _("The customer")

    class Status(models.TextChoices):
        LOGGED = "logged", _("Not reviewed")
        REVIEWED = "reviewed", _("Reviewed")

    MOVES = {
        "correct": Move(
            leaves=frozenset({Status.LOGGED}),
            label=_("Correct"),
            question=_("What is wrong in “%(name)s”?"),
            done=_("“%(name)s” is corrected."),
            refused=_("What is reviewed is not corrected any more. Add a note instead."),
        ),
        "review": Move(
            leaves=frozenset({Status.LOGGED}),
            enters=Status.REVIEWED,
            label=_("Review"),
            question=_("What do you say of “%(name)s”?"),
            done=_("“%(name)s” is reviewed."),
            refused=_("This contact is reviewed already."),
        ),
        "annotate": Move(
            leaves=frozenset({Status.LOGGED, Status.REVIEWED}),
            label=_("Add a note"),
            question=_("What is to be added to “%(name)s”?"),
            done=_("The note is added to “%(name)s”."),
            refused=_("Nothing can be added to this contact."),
        ),
    }

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="contacts", verbose_name=_("customer")
    )
    author = models.ForeignKey(
        StaffMember,
        models.PROTECT,
        related_name="contacts",
        verbose_name=pgettext_lazy("contact", "by"),
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.CALL)
    direction = models.CharField(
        _("initiated by"), max_length=12, choices=Direction, default=Direction.OUTGOING
    )
    at = models.DateTimeField(_("when"), default=now)
    purpose = EntryField(pgettext_lazy("contact", "purpose"), dictionary=PURPOSES)
    result = EntryField(pgettext_lazy("contact", "result"), dictionary=RESULTS)
    summary = models.TextField(_("what was said"), max_length=LONGEST_SUMMARY)
    customer_side = models.CharField(
        _("present for the customer"),
        max_length=200,
        blank=True,
        help_text=_("Names and functions, if it was not the customer alone."),
    )
    next_step = models.CharField(_("next step"), max_length=200, blank=True)
    next_on = models.DateField(_("next step on"), null=True, blank=True)
    is_confidential = models.BooleanField(
        _("confidential"),
        default=False,
        help_text=_("Only those present, the lead manager and compliance read it."),
    )
    entered_at = models.DateTimeField(_("entered"), default=now, editable=False)
    status = models.CharField(
        _("status"), max_length=16, choices=Status, default=Status.LOGGED, editable=False
    )
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("reviewed by"),
    )
    reviewed_at = models.DateTimeField(_("reviewed"), null=True, editable=False)
    review = models.CharField(_("remark of the review"), max_length=500, blank=True, editable=False)

    SCOPE = Through("customer")
    AUDIT_SUBJECT = "customer_id"
    CLASSES = dict.fromkeys(
        [
            "customer",
            "author",
            "kind",
            "direction",
            "at",
            "purpose",
            "result",
            "next_on",
            "is_confidential",
            "entered_at",
            "reviewed_by",
            "reviewed_at",
        ],
        INTERNAL,
    ) | dict.fromkeys(["summary", "customer_side", "next_step", "review"], PERSONAL)
    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        default_permissions = ("view", "add")
        permissions = [
            ("correct_contact", _("Correct one's own contact")),
            ("review_contact", _("Review a contact")),
            ("annotate_contact", _("Add a note to a contact")),
            ("view_confidential_contact", _("See confidential contacts")),
        ]
        indexes = [
            models.Index(fields=["-at", "-id"], name="services_contact_by_time"),
            models.Index(fields=["customer", "-at", "-id"], name="services_contact_by_customer"),
            models.Index(fields=["author", "-at", "-id"], name="services_contact_by_author"),
        ]
        constraints = [
            models.CheckConstraint(
                name="services_contact_reviewed_by_somebody",
                condition=Q(status="reviewed", reviewed_by__isnull=False)
                | Q(status="logged", reviewed_by__isnull=True),
                violation_error_message=_("A review names who reviewed."),
            ),
            models.CheckConstraint(
                name="services_contact_next_step_with_day",
                condition=Q(next_on__isnull=True) | ~Q(next_step=""),
                violation_error_message=_("Say what the next step is."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {moment(self.at)}"

    @cached_property
    def colleagues(self) -> list[ContactAttendee]:
        """The colleagues who were there, beside whoever had the contact."""
        rows = self.attendees.filter(is_withdrawn=False)
        return list(rows.select_related("member").order_by("pk"))

    def is_correctable_by(self, user: Any) -> bool:
        """Whether a user wrote this, less than a day ago, and nobody has reviewed it since."""
        is_fresh = now() - self.entered_at < CORRECTABLE
        return is_fresh and self.status == self.Status.LOGGED and self.author.user_id == user.pk


class ContactPartQuerySet(ScopedQuerySet["ContactAttendee"]):
    """What belongs to contacts; confidential with the contact."""

    def closed_to(self, user: Asker) -> Q | None:
        """What belongs to contacts that are closed to a user."""
        closed = Contact.objects.all().closed_to(user)
        if closed is None:
            return None
        return Q(contact__in=Contact.objects.filter(closed).values("pk"))


class ContactPart(Record):
    """Something that belongs to a contact with a customer."""

    RIGHTS_OF = Contact
    SCOPE = Through("customer")
    AUDIT_SUBJECT = "customer_id"
    objects: Any = ContactPartQuerySet.as_manager()

    class Meta:
        abstract = True


class ContactAttendee(ContactPart):
    """A colleague who took part in a contact."""

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="+", verbose_name=_("customer")
    )
    contact = models.ForeignKey(
        Contact, models.PROTECT, related_name="attendees", verbose_name=_("contact")
    )
    member = models.ForeignKey(
        StaffMember, models.PROTECT, related_name="+", verbose_name=_("member of staff")
    )

    is_withdrawn = models.BooleanField(_("withdrawn"), default=False)

    CLASSES = dict.fromkeys(["customer", "contact", "member", "is_withdrawn"], INTERNAL)

    class Meta:
        verbose_name = _("attendee")
        verbose_name_plural = _("attendees")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["contact", "member"], name="services_attendee_once")
        ]

    def __str__(self) -> str:
        return str(self.member)


class ContactNote(ContactPart):
    """What was added to a contact later."""

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="+", verbose_name=_("customer")
    )
    contact = models.ForeignKey(
        Contact, models.PROTECT, related_name="notes", verbose_name=_("contact")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("when"), default=now)
    text = models.CharField(_("note"), max_length=500)

    CLASSES = dict.fromkeys(["customer", "contact", "by", "at"], INTERNAL) | {"text": PERSONAL}

    class Meta:
        verbose_name = _("note on a contact")
        verbose_name_plural = _("notes on contacts")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.contact} · {moment(self.at)}"
