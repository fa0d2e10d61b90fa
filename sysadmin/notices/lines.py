"""Notifications as their recipient reads them: the words, and where they lead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from crm.core.formats import day
from sysadmin.models import Notification, User
from sysadmin.subjects import subjects_of

from .kinds import Kind, kind_of


@dataclass(frozen=True)
class Line:
    """One notification in the reader's words; without name and address for what is out of reach."""

    notice: Notification
    kind: Kind | None
    words: str
    address: str


def lines_of(notices: Sequence[Notification], user: User) -> list[Line]:
    """Notifications in the words of their recipient, with what they may see of each record."""
    subjects = subjects_of(notices, user)
    return [line_of(one, subjects.get((one.subject_model, one.subject_key))) for one in notices]


def line_of(notice: Notification, subject: tuple[object, str] | None) -> Line:
    """One notification; `subject` is the record and its address, if the reader reaches it."""
    kind = kind_of(notice.kind)
    name, address = subject or (_("a record outside your reach"), "")
    if kind is None:
        return Line(notice, None, str(name), address)
    words = str(kind.said(notice.code)) % {
        "name": name,
        "by": notice.author or _("the system"),
        "day": day(notice.day),
    }
    return Line(notice, kind, words, str(kind.leads_to) or address)
