"""What the bank does with and for its customers, who does it, and by when."""

from .agenda import CalendarFeed, Task
from .appointments import Appointment
from .clock import ClockStop
from .complaints import Complaint, ComplaintReply
from .contacts import Contact, ContactAttendee, ContactNote
from .conversation import RequestCheck, RequestEntry
from .opportunity import Opportunity, OpportunityQuerySet, OpportunityStage
from .promises import Promise
from .queues import QueueMember
from .referral import Referral, ReferralQuerySet
from .requests import ServiceRequest

__all__ = [
    "Appointment",
    "CalendarFeed",
    "ClockStop",
    "Complaint",
    "ComplaintReply",
    "Contact",
    "ContactAttendee",
    "ContactNote",
    "Opportunity",
    "OpportunityQuerySet",
    "OpportunityStage",
    "Promise",
    "QueueMember",
    "Referral",
    "ReferralQuerySet",
    "RequestCheck",
    "RequestEntry",
    "ServiceRequest",
    "Task",
]
