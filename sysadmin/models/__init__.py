"""Who may sign in, what they may do where, and what nobody may do beside something else."""

from .duties import IncompatibleDuties
from .users import Grant, Role, User, UserManager, can_end, period, soonest_end, system_user

__all__ = [
    "Grant",
    "IncompatibleDuties",
    "Role",
    "User",
    "UserManager",
    "can_end",
    "period",
    "soonest_end",
    "system_user",
]
