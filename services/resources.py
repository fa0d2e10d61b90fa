"""Pages of this module."""

from .contacts.resources import contact
from .promises.resources import promise
from .queues.resources import queue_member
from .requests.resources import request

RESOURCES = (request, contact, promise, queue_member)
