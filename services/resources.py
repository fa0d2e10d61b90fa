"""Pages of this module."""

from .opportunities.resources import RESOURCES as OPPORTUNITIES
from .queues.resources import queue_member
from .referrals.resources import RESOURCES as REFERRALS
from .requests.resources import request

RESOURCES = (
    request,
    queue_member,
    *OPPORTUNITIES,
    *REFERRALS,
)
