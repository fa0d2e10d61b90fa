"""What is checked before a request is carried out, each with its result, for whoever decides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.translation import gettext as _

from . import approvals
from .authority import is_limited, why_beyond
from .clock import now
from .models import Approval, Text


@dataclass(frozen=True)
class Check:
    """One thing that is checked, as it should be, and what stands against it if it is not so."""

    label: Text
    refusal: str = ""


def checks_of(request: Approval, user: Any) -> list[Check]:
    """Everything that is checked of a waiting request if this user decides on it."""
    found = [*of_person(request, user), *of_facts(request)]
    refusal = approvals.why_not(request, user)
    if refusal and refusal not in {check.refusal for check in found}:
        found.append(Check(_("May decide"), refusal))
    return found


def of_person(request: Approval, user: Any) -> Iterator[Check]:
    """Whether this user is the second person that the policy asks for."""
    own = _("Nobody decides on their own request.") if request.is_own(user) else ""
    yield Check(_("Somebody else asked for it"), own)
    is_held = request.role_id in user.role_ids
    yield Check(
        _("You hold the role “%(role)s”") % {"role": request.role},
        "" if is_held else _("This is decided by: %(role)s.") % {"role": request.role},
    )
    if is_limited(request):
        yield Check(_("The amount is within your limit"), why_beyond(request, user))


def of_facts(request: Approval) -> Iterator[Check]:
    """Whether the request can still be carried out as it was asked for."""
    checked = approvals.checked_by(request.operation)
    subject = seen_subject(request)
    moved = checked is None or subject is None or approvals.has_moved(request, subject)
    yield Check(
        _("The facts are still those that were seen when it was asked for"),
        _("The facts have changed. Approving closes the request as overtaken.") if moved else "",
    )
    if checked is not None and subject is not None:
        yield Check(
            _("%(name)s may still do this") % {"name": request.maker},
            approvals.why_maker_may_not(request, checked, subject),
        )
    is_late = request.expires_at <= now()
    yield Check(
        _("It has not expired"),
        _("This request has expired. Let it be asked for anew.") if is_late else "",
    )


def seen_subject(request: Approval) -> Any:
    """The record that a request is about as it is now; a new one if it is to be entered."""
    model = apps.get_model(request.subject_model)
    if request.subject_key is None:
        return model()
    return model._base_manager.filter(pk=request.subject_key).first()


def earlier(request: Approval, user: Any) -> models.QuerySet[Approval]:
    """What else was asked for about the same record, as far as the user sees it, newest first."""
    rows = Approval.objects.permitted(user).filter(
        subject_model=request.subject_model, subject_key=request.subject_key
    )
    if request.subject_key is None:
        rows = rows.none()
    return rows.exclude(pk=request.pk).select_related("maker", "checker").order_by("-id")
