"""What customer service tells of: deadlines, what is given, referrals, promises, appointments."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from crm.core.clock import bank_today
from services.models import (
    Appointment,
    Complaint,
    Promise,
    QueueMember,
    Referral,
    ServiceRequest,
)
from staff.models import StaffMember
from sysadmin.models import Grant, Importance
from sysadmin.notices.kinds import Kind, add_kinds
from sysadmin.notices.operations import News, nothing_waits, tell, tell_of
from sysadmin.notices.told import reaching

if TYPE_CHECKING:
    from django.db.models import Model

    from services.models.complaints import ComplaintQuerySet
    from sysadmin.models import User

# where more are asked, each would wait for another: they find it in their lists
FEW = 10
ASSIGN_COMPLAINT = "services.assign_complaint"
GIVEN = Kind(
    "services.given",
    _("Something was given to you"),
    _("%(by)s gave you: %(name)s."),
    icon="user-check",
)
AT_RISK = Kind(
    "services.request_at_risk",
    _("The deadline of a request is at risk"),
    _("The deadline of %(name)s is at risk."),
    icon="timer",
    importance=Importance.WARN,
)
BREACHED = Kind(
    "services.request_breached",
    _("The deadline of a request is breached"),
    _("The deadline of %(name)s is breached."),
    icon="alarm-clock",
    importance=Importance.BAD,
)
TO_ASSIGN = Kind(
    "services.complaint_to_assign",
    _("A complaint is to be assigned"),
    _("The complaint %(name)s is to be assigned."),
    icon="megaphone",
    importance=Importance.WARN,
)
COMPLAINT_DUE = Kind(
    "services.complaint_due",
    _("A complaint is to be answered soon"),
    _("The complaint %(name)s is to be answered by %(day)s."),
    icon="timer",
    importance=Importance.WARN,
)
# the regulator counts these days, so nobody can say that they were not told
COMPLAINT_OVERDUE = Kind(
    "services.complaint_overdue",
    _("A complaint was not answered in time"),
    _("The complaint %(name)s was to be answered by %(day)s."),
    icon="alarm-clock",
    importance=Importance.BAD,
    must_come=True,
)
REFERRED = Kind(
    "services.referral_asked",
    _("A customer is referred to you"),
    _("%(by)s refers a customer to you: %(name)s."),
    icon="waypoints",
)
ANSWERED = Kind(
    "services.referral_answered",
    _("Your referral was answered"),
    _("%(by)s has accepted your referral: %(name)s."),
    {
        Referral.Status.REFUSED: _("%(by)s has refused your referral: %(name)s."),
        Referral.Status.EXPIRED: _("Your referral was not answered in time: %(name)s."),
    },
    icon="waypoints",
)
PROMISE_DUE = Kind(
    "services.promise_due",
    _("A promise is due today"),
    _("You promised this by %(day)s: %(name)s."),
    icon="handshake",
    importance=Importance.WARN,
)
APPOINTMENT = Kind(
    "services.appointment_changed",
    _("Somebody changed your appointments"),
    _("%(by)s has changed your appointment: %(name)s."),
    {
        "booked": _("%(by)s has booked an appointment for you: %(name)s."),
        "passed_on": _("%(by)s has given your appointment to somebody else: %(name)s."),
        Appointment.Status.CANCELLED: _("%(by)s has cancelled your appointment: %(name)s."),
    },
    icon="calendar-clock",
)


def register() -> None:
    """Let people be told of what happens here."""
    add_kinds(
        GIVEN,
        AT_RISK,
        BREACHED,
        TO_ASSIGN,
        COMPLAINT_DUE,
        COMPLAINT_OVERDUE,
        REFERRED,
        ANSWERED,
        PROMISE_DUE,
        APPOINTMENT,
    )


# --- given, referred, booked -------------------------------------------------------------


def given(subject: Model, member: StaffMember | None, *, by: User) -> None:
    """Tell a member of staff that something is theirs now."""
    tell_of(subject, GIVEN.code, member.user_id if member else None, by=by)


def referred(referral: Referral, *, by: User) -> None:
    """Tell the one who is asked, or those at the branch if they are few."""
    asked = [referral.to_member] if referral.to_member else everybody_asked(referral)
    tell_of(referral, REFERRED.code, *(one.user_id for one in asked), by=by)


def everybody_asked(referral: Referral) -> list[StaffMember]:
    """Those at the branch whom a referral asks, or nobody if they are many."""
    members = StaffMember.objects.present().filter(branch=referral.to_branch_id, user__isnull=False)
    if referral.to_post:
        members = members.filter(post=referral.to_post)
    found = list(members[: FEW + 1])
    return found if len(found) <= FEW else []


def answered(referral: Referral, *, by: User) -> None:
    """Tell the author of a referral what became of it; nobody is asked for an answer any more."""
    nothing_waits(referral, REFERRED.code)
    tell_of(referral, ANSWERED.code, referral.from_member.user_id, by=by, code=referral.status)


def received(complaint: Complaint, *, by: User) -> None:
    """Tell those who may assign a complaint that nobody has it yet."""
    tell_of(complaint, TO_ASSIGN.code, *assigners_of(complaint), by=by)


def assigners_of(complaint: Complaint) -> set[int]:
    """The users nearest to the branch who may assign a complaint, or nobody if they are many.

    Whoever keeps away from the complaint is none of them.
    """
    from services.complaints.rules import kept_away  # noqa: PLC0415  (operations tell of these)

    rows = reaching(complaint.branch).filter(role__actions__contains=[ASSIGN_COMPLAINT])
    # what nobody has is out of reach of those who reach their own
    whole = rows.exclude(extent__in=(Grant.Reach.OWN, Grant.Reach.TEAM))
    open_to = whole.filter(user__is_active=True).exclude(
        user__staff_member__in=kept_away(complaint)
    )
    found = [
        ((extent != Grant.Reach.BANK, place), user)
        for extent, place, user in open_to.values_list("extent", "branch__lft", "user")
    ]
    nearest = max((how_near for how_near, _user in found), default=None)
    users = {user for how_near, user in found if how_near == nearest}
    return users if len(users) <= FEW else set()


def assigned(complaint: Complaint, handler: StaffMember, *, by: User) -> None:
    """Tell whoever handles a complaint; nobody is asked to assign it any more."""
    no_longer_to_assign(complaint)
    given(complaint, handler, by=by)


def no_longer_to_assign(complaint: Complaint) -> None:
    """Note that nobody is asked to assign a complaint any more."""
    nothing_waits(complaint, TO_ASSIGN.code)


def expired(referrals: Iterable[tuple[int, int | None]]) -> None:
    """Tell authors, by the keys of their users, that nobody answered their referrals."""
    model = Referral._meta.label_lower
    tell(News(user, ANSWERED.code, model, key, Referral.Status.EXPIRED) for key, user in referrals)


def changed(appointment: Appointment, *, by: User, code: str = "") -> None:
    """Tell whoever keeps an appointment what somebody else did with it."""
    tell_of(appointment, APPOINTMENT.code, appointment.member.user_id, by=by, code=code)


# --- deadlines ----------------------------------------------------------------------------


def pressed(keys: list[int], pressure: str) -> None:
    """Tell those who handle requests that time runs out; once it is over, who leads them too."""
    kind = BREACHED if pressure == ServiceRequest.Pressure.BREACHED else AT_RISK
    rows = ServiceRequest.objects.filter(pk__in=keys).select_related("branch", "owner__supervisor")
    requests = list(rows)
    leaders = leaders_of(requests) if kind is BREACHED else {}
    model = ServiceRequest._meta.label_lower
    tell(
        News(user, kind.code, model, request.pk)
        for request in requests
        for user in {request.owner and request.owner.user_id, *leaders.get(request.pk, ())}
    )


def leaders_of(requests: Iterable[ServiceRequest]) -> dict[int, set[int | None]]:
    """The users who lead those who handle requests or, of what waits, those who work the queue."""
    found: dict[int, set[int | None]] = {}
    waiting: list[ServiceRequest] = []
    for request in requests:
        if request.owner is None:
            waiting.append(request)
        elif request.owner.supervisor:
            found[request.pk] = {request.owner.supervisor.user_id}
    queues = {request.queue_id for request in waiting}
    rows = QueueMember.objects.on(bank_today()).filter(queue__in=queues)
    columns = ("queue", "member__branch__lft", "member__branch__rgt", "member__supervisor__user")
    workers = list(rows.values_list(*columns)) if queues else []
    for request in waiting:
        place = request.branch.lft
        found[request.pk] = {
            user
            for queue, low, high, user in workers
            if queue == request.queue_id and low <= place <= high
        }
    return found


def watch_complaints(rows: ComplaintQuerySet, kind: Kind) -> None:
    """Tell of complaints, once for each of their last days, those who are to answer them."""
    joins = ("handler", "reviewer", "received_by")
    known = rows.select_related("about", *(f"{name}__supervisor" for name in joins))
    model = Complaint._meta.label_lower
    tell(
        News(member.user_id, kind.code, model, complaint.pk, day=complaint.due_on)
        for complaint in known
        for member in answerable(complaint, kind)
    )


def answerable(complaint: Complaint, kind: Kind) -> list[StaffMember]:
    """Who is to answer a complaint and, once it is late, who leads them; never who keeps away."""
    from services.complaints.rules import kept_away  # noqa: PLC0415  (operations tell of these)

    charge = complaint.person_in_charge or complaint.received_by
    leader = charge.supervisor if kind is COMPLAINT_OVERDUE else None
    away = kept_away(complaint)
    return [member for member in (charge, leader) if member and member.pk not in away]


def promises_due() -> None:
    """Tell those who keep promises which of them are due today, once."""
    today = bank_today()
    rows = Promise.objects.filter(status=Promise.Status.OPEN, due_on=today)
    model = Promise._meta.label_lower
    tell(
        News(user, PROMISE_DUE.code, model, key, day=today)
        for key, user in rows.values_list("pk", "owner__user")
    )
