"""Pages of this module."""

from .agenda.resources import task
from .appointments.resources import appointment
from .complaints.resources import RESOURCES as COMPLAINTS
from .contacts.resources import contact
from .opportunities.resources import RESOURCES as OPPORTUNITIES
from .promises.resources import promise
from .queues.resources import queue_member
from .referrals.resources import RESOURCES as REFERRALS
from .requests.resources import request

RESOURCES = (
    request,
    *COMPLAINTS,
    contact,
    promise,
    task,
    appointment,
    *OPPORTUNITIES,
    *REFERRALS,
    queue_member,
)
