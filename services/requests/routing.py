"""Who can do a request: those who work its queue for its branch and have the skill it needs."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from crm.core.clock import bank_today
from services.models import QueueMember, ServiceRequest
from staff.models import StaffMember


def queues_of(user: Any) -> list[int]:
    """The keys of the queues that a user works today; with them the planner knows how many."""
    rows = QueueMember.objects.on(bank_today()).filter(member__user=user.pk)
    return list(rows.values_list("queue", flat=True))


def for_user(user: Any) -> Q:
    """The requests of a user's queues, as far as the user has the skill that they need."""
    own = StaffMember.objects.filter(user=user.pk)
    skilled = Exists(own.filter(skills__contains=[OuterRef("service__skill")]))
    return Q(queue__in=queues_of(user)) & (Q(service__skill="") | Q(skilled))


def fit_for(request: ServiceRequest) -> list[StaffMember]:
    """Those who can do a request, the nearest branch first."""
    keys = QueueMember.objects.fit_for(request).values("member")
    return list(StaffMember.objects.filter(pk__in=keys).order_by("-branch__lft", "number"))


def works(member: StaffMember, request: ServiceRequest) -> bool:
    """Whether somebody can do a request today."""
    return QueueMember.objects.fit_for(request).filter(member=member).exists()


def is_worked(request: ServiceRequest) -> bool:
    """Whether anybody can do a request today."""
    return QueueMember.objects.fit_for(request).exists()


def works_queue(member: StaffMember, request: ServiceRequest) -> bool:
    """Whether somebody works the queue of a request for its branch, with the skill or without."""
    return QueueMember.objects.working(request).filter(member=member).exists()


def stands_in(member: StaffMember, request: ServiceRequest) -> bool:
    """Whether somebody works a queue in which nobody has the skill that the request needs."""
    return works_queue(member, request) and not is_worked(request)


def why_unfit(member: StaffMember, request: ServiceRequest) -> str:
    """Why somebody cannot do a request; empty if they can."""
    if works(member, request):
        return ""
    if not works_queue(member, request):
        return _("%(name)s does not work this queue for this branch.") % {"name": member}
    return _("%(name)s does not have the skill that the service needs. %(who)s") % {
        "name": member,
        "who": who_can(request),
    }


def who_can(request: ServiceRequest) -> str:
    """Who has the skill that a request needs; where nobody has it, what is to be done."""
    skill = request.service.get_skill_display()
    if names := ", ".join(str(member) for member in fit_for(request)):
        return _("Needs %(skill)s, which these have: %(names)s.") % {
            "skill": skill,
            "names": names,
        }
    return _(
        "Needs %(skill)s, which nobody has who works the queue “%(queue)s” for %(branch)s. Let"
        " somebody with this skill work the queue, or let a team leader assign it all the same."
    ) % {"skill": skill, "queue": request.queue, "branch": request.branch}
