"""What customers ask for, and who does it by when."""

from .clock import ClockStop
from .conversation import RequestCheck, RequestEntry
from .queues import QueueMember
from .requests import ServiceRequest

__all__ = ["ClockStop", "QueueMember", "RequestCheck", "RequestEntry", "ServiceRequest"]
