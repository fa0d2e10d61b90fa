"""What this module tells of: requests for a second person, and what a morning collects."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from crm.core import approvals
from crm.core.clock import bank_today
from crm.core.models import Approval, TrailCheck
from crm.core.seals.verifying import found_something
from sysadmin.models import Grant, Importance, User
from sysadmin.signing_in.operations import sign_in_changed

from .kinds import Kind, add_kinds
from .operations import DIGEST_KIND, News, nothing_waits, tell, tell_of

# more people than that find a request in the inbox, as each of them would wait for another
FEW = 5
APPROVE = "core.approve_approval"
DECIDED = Kind(
    "core.approval_decided",
    _("Your request was decided"),
    _("Your request “%(name)s” has ended."),
    {
        Approval.Status.APPROVED: _("Your request “%(name)s” was approved by %(by)s."),
        Approval.Status.RETURNED: _("Your request “%(name)s” was sent back by %(by)s."),
        Approval.Status.REJECTED: _("Your request “%(name)s” was rejected by %(by)s."),
        Approval.Status.EXPIRED: _("Your request “%(name)s” has expired undecided."),
    },
    icon="stamp",
    importance=Importance.WARN,
)
TO_DECIDE = Kind(
    "core.approval_asked",
    _("A request waits for your decision"),
    _("%(by)s asks for your decision: “%(name)s”."),
    icon="stamp",
)
READ_TRAIL = "core.view_auditevent"
FOUND = Kind(
    "core.trail_findings",
    _("The trails are not as they were sealed"),
    _("A check of the seals has found something. Look at “Seals of the trails”."),
    icon="badge-check",
    importance=Importance.BAD,
    must_come=True,
    leads_to=reverse_lazy("sysadmin:seals"),
)
SIGN_IN = Kind(
    "sysadmin.sign_in_changed",
    _("Somebody changed your sign-in"),
    _("%(by)s gave you a new password."),
    {"reset_factors": _("Your second factor was taken away. %(by)s decided it.")},
    icon="key-round",
    importance=Importance.WARN,
    must_come=True,
    leads_to=reverse_lazy("mfa_index"),
)


def register() -> None:
    """Tell of requests for a second person as they are asked and decided, and of broken seals."""
    add_kinds(DIGEST_KIND, DECIDED, TO_DECIDE, FOUND, SIGN_IN)
    sign_in_changed.connect(tell_user, dispatch_uid="sysadmin.sign_in_changed")
    found_something.connect(tell_auditors, dispatch_uid="sysadmin.found_something")
    approvals.asked.connect(tell_deciders, dispatch_uid="sysadmin.asked")
    approvals.settled.connect(tell_maker, dispatch_uid="sysadmin.settled")


def tell_maker(request: Approval, by: Any, **_signal: Any) -> None:
    """Tell whoever asked what became of their request; nobody is asked to decide any more."""
    nothing_waits(request, TO_DECIDE.code)
    tell_of(request, DECIDED.code, request.maker_id, by=by, code=request.status)


def tell_deciders(request: Approval, by: Any, **_signal: Any) -> None:
    """Tell the few who may decide on a request; where they are many it waits in the inbox."""
    deciders = User.objects.filter(is_active=True, grants__in=grants_at(request))
    found = list(deciders.exclude(pk=request.maker_id).distinct()[: FEW + 1])
    if len(found) <= FEW:
        allowed = [user.pk for user in found if may_decide(user, request)]
        tell_of(request, TO_DECIDE.code, *allowed, by=by)


def grants_at(request: Approval) -> Any:
    """The grants of the role that decides, in force at the branch of a request."""
    return reaching(request.branch).filter(role=request.role_id)


def reaching(place: Any) -> QuerySet[Grant]:
    """The grants in force that reach a branch; without one, those for the whole bank."""
    there = Q(extent=Grant.Reach.BANK)
    if place is not None:
        above = Q(branch__lft__lte=place.lft, branch__rgt__gte=place.rgt)
        there |= Q(branch=place.pk) | Q(above, extent=Grant.Reach.BRANCHES_BELOW)
    return Grant.objects.filter(there, valid__contains=bank_today())


def may_decide(user: User, request: Approval) -> bool:
    """Whether a user reaches a request, and nothing speaks against their decision."""
    reached = Approval.objects.within(user, APPROVE).filter(pk=request.pk).exists()
    return reached and not approvals.why_not(request, user)


def tell_user(user: User, by: Any, what: str, **_signal: Any) -> None:
    """Tell somebody that another person has changed by what they sign in."""
    tell_of(user, SIGN_IN.code, user.pk, by=by, code=what)


def tell_auditors(check: TrailCheck, **_signal: Any) -> None:
    """Tell those who read the whole trail that a check of its seals has found something."""
    held = reaching(None).filter(role__actions__contains=[READ_TRAIL], user__is_active=True)
    about = (FOUND.code, TrailCheck._meta.label_lower, check.pk)
    tell(News(user, *about) for user in held.values_list("user", flat=True).distinct())
