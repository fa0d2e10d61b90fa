"""Bases of every record: dated, versioned, audited, and changed along declared moves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.core.classes import INTERNAL, DataClass
from crm.core.labels import Labelled
from crm.core.scope import Scope

Text = str | Promise


@dataclass(frozen=True)
class Move:
    """One step that may be taken with a record, and the sentences that speak of it.

    `leaves` and `enters` are states of a Workflow; a step of another record has none. `further` are
    states to which the step may lead on at once, so that it is done all the same. The sentences may
    hold %(name)s (the record) and %(status)s (its present state).
    """

    label: Text
    question: Text
    done: Text
    refused: Text
    leaves: frozenset[str] = frozenset()
    enters: str = ""
    further: frozenset[str] = frozenset()
    grave: bool = False


class Record(Labelled):
    """A business record: dated, versioned against lost updates, audited by the database."""

    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    SCOPE: ClassVar[Scope]
    # whoever sees a record of this kind reads on it whom it is about, though not more of them
    NAMES_SUBJECT: ClassVar[bool] = False
    MOVES: ClassVar[Mapping[str, Move]] = {}
    # what a trigger of the database refuses, by the name that it gives its rule
    TRIGGERS: ClassVar[Mapping[str, Text]] = {}
    CLASSES: ClassVar[Mapping[str, DataClass]] = {
        "id": INTERNAL,
        "created_at": INTERNAL,
        "updated_at": INTERNAL,
        "version": INTERNAL,
    }
    # the column that names the customer a row belongs to, for the trail
    AUDIT_SUBJECT: ClassVar[str] = ""
    # what the history tells besides what people enter in forms: fields that only operations set
    TOLD: ClassVar[frozenset[str]] = frozenset()
    # whether anybody may read what its rows are called, as they do wherever a row is used
    NAMED_TO_ALL: ClassVar[bool] = False
    # whether the customer's history tells of it only to those who may see such rows
    CONFIDENTIAL: ClassVar[bool] = False

    class Meta:
        abstract = True

    def full_clean(
        self,
        exclude: Iterable[str] | None = None,
        validate_unique: bool = True,  # noqa: FBT001, FBT002  (the framework's signature)
        validate_constraints: bool = False,  # noqa: FBT001, FBT002
    ) -> None:
        """Check the fields; constraints are the database's to judge, once, when it counts."""
        super().full_clean(exclude, validate_unique, validate_constraints)

    def can(self, verb: str) -> bool:
        """Whether the record's present state allows the step."""
        return verb in self.MOVES

    def sentence(self, text: Text) -> str:
        """A sentence of a move, filled in for this record."""
        status = getattr(self, "get_status_display", None)
        return str(text) % {"name": self, "status": status() if status else ""}


class Workflow(Record):
    """A record whose `status` changes only along MOVES."""

    status = models.CharField(_("status"), max_length=16, editable=False)

    CLASSES: ClassVar[Mapping[str, DataClass]] = {"status": INTERNAL}

    class Meta:
        abstract = True

    @classmethod
    def entered(cls) -> list[tuple[str, Text]]:
        """The states in which a record begins or that a move enters, with their names."""
        status: Any = cls._meta.get_field("status")
        found = {status.get_default(), *(move.enters for move in cls.MOVES.values())}
        return [(key, label) for key, label in status.flatchoices if key in found]

    def can(self, verb: str) -> bool:
        """Whether the present state allows the move."""
        return self.status in self.MOVES[verb].leaves


class Fed(Labelled):
    """A row that another system owns and feeds in bulk.

    The trail does not copy it row by row: the batch that brought it is a Record, with totals and
    checksum, and each fed row names its batch.
    """

    SCOPE: ClassVar[Scope]
    CLASSES: ClassVar[Mapping[str, DataClass]] = {"id": INTERNAL}
    # the column that names the customer a row belongs to, for the access trail
    AUDIT_SUBJECT: ClassVar[str] = ""

    class Meta:
        abstract = True


class Derived(Labelled):
    """What the database works out from records with each change of theirs; nobody writes it.

    `TABLES` are the tables in which it rests, if the model's own is a view of them.
    """

    TABLES: ClassVar[tuple[str, ...]] = ()

    class Meta:
        abstract = True


class Noted(Labelled):
    """What is noted of operations; what they changed is in the trail, with its values."""

    class Meta:
        abstract = True
