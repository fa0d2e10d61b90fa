"""Who may sign in, what they may do where and never together, and what they are told."""

from .announcements import Acknowledgement, Announcement
from .duties import IncompatibleDuties
from .notices import Delivery, Importance, Notification
from .sign_ins import LastSignIn
from .users import Grant, Role, User, UserManager, can_end, period, soonest_end, system_user

__all__ = [
    "Acknowledgement",
    "Announcement",
    "Delivery",
    "Grant",
    "Importance",
    "IncompatibleDuties",
    "LastSignIn",
    "Notification",
    "Role",
    "User",
    "UserManager",
    "can_end",
    "period",
    "soonest_end",
    "system_user",
]
