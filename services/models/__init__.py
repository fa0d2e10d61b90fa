"""What customers ask for, and what the bank hopes to sell them."""

from .clock import ClockStop
from .conversation import RequestCheck, RequestEntry
from .opportunity import Opportunity, OpportunityQuerySet, OpportunityStage
from .queues import QueueMember
from .referral import Referral, ReferralQuerySet
from .requests import ServiceRequest

__all__ = [
    "ClockStop",
    "Opportunity",
    "OpportunityQuerySet",
    "OpportunityStage",
    "QueueMember",
    "Referral",
    "ReferralQuerySet",
    "RequestCheck",
    "RequestEntry",
    "ServiceRequest",
]
