"""Pages of this module."""

from .complaints.resources import RESOURCES as COMPLAINTS
from .contacts.resources import contact
from .promises.resources import promise
from .queues.resources import queue_member
from .requests.resources import request

RESOURCES = (request, *COMPLAINTS, contact, promise, queue_member)
