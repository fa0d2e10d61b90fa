"""Pages of this module."""

from .agenda.resources import task
from .appointments.resources import appointment
from .complaints.resources import RESOURCES as COMPLAINTS
from .contacts.resources import contact
from .promises.resources import promise
from .queues.resources import queue_member
from .requests.resources import request

RESOURCES = (request, *COMPLAINTS, contact, promise, task, appointment, queue_member)
