"""What happens to announcements: published, heeded, taken down."""

from __future__ import annotations

from crm.core.acting import acting
from crm.core.clock import now
from crm.core.operations import lock_for, operation, refuse_past, save_new, write
from sysadmin.models import Acknowledgement, Announcement, User


@operation
def publish(announcement: Announcement, *, by: User) -> Announcement:
    """Make something known to those at a branch and below it, from one day to another."""
    announcement.author = by
    refuse_over(announcement)
    save_new(announcement)
    return announcement


def refuse_over(announcement: Announcement) -> None:
    """Refuse to make known what nobody would see any more."""
    refuse_past(announcement.last_day, "last_day")


@operation
def end(announcement: Announcement, *, by: User, reason: str) -> None:
    """Take an announcement down; nobody sees it from now on."""
    lock_for(announcement, "end")
    announcement.ended_at = now()
    write(announcement, ["ended_at"], version=announcement.version)


def heed(announcement: Announcement, *, by: User) -> None:
    """Dismiss an announcement or acknowledge it; the same again changes nothing."""
    with acting(by=by):
        Acknowledgement.objects.bulk_create(
            [Acknowledgement(announcement=announcement, user=by)], ignore_conflicts=True
        )
