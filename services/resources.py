"""Pages of this module."""

from .queues.resources import queue_member
from .requests.resources import request

RESOURCES = (request, queue_member)
