"""What the demonstration bank announces, and which of its notifications have been read."""

from __future__ import annotations

import datetime as dt

from django.db.models import F

from crm.core.clock import now
from staff.models import Branch
from sysadmin.announcements import operations
from sysadmin.models import Announcement, Importance, Notification, User

READ_AFTER = dt.timedelta(days=2)
HEEDED = 4


def enter(today: dt.date) -> None:
    """Announce to the bank and to a sub-branch, and let most of what is older be read."""
    announce(today)
    rows = Notification.objects.filter(at__lt=now() - READ_AFTER)
    rows.update(read_at=F("at"))


def announce(today: dt.date) -> None:
    """Make known what stops on Saturday, and a rule that everybody has to acknowledge."""
    administrator = User.objects.get(username="wang.qiheng")
    head = User.objects.select_related("staff_member__branch").get(username="shen.zhiheng")
    stops = Announcement(
        title="The systems stop on Saturday from 22:00 to 24:00",
        title_zh="本周六 22:00 至 24:00 系统停机维护",
        text="Save what you are working on before 22:00.",
        text_zh="请在 22:00 前保存正在处理的内容。",
        branch=Branch.objects.get(parent=None),
        importance=Importance.WARN,
        first_day=today,
        last_day=today + dt.timedelta(days=(5 - today.weekday()) % 7),
    )
    operations.publish(stops, by=administrator)
    rule = Announcement(
        title="Cash of 50,000 and more is registered",
        title_zh="5万元及以上现金业务须登记",
        text="Ask for the source or the use of the cash, and enter it with the transaction.",
        text_zh="请询问现金来源或用途，并随业务一并登记。",
        branch=head.staff_member.branch,
        must_acknowledge=True,
        first_day=today,
        last_day=today + dt.timedelta(days=14),
    )
    operations.publish(rule, by=head)
    readers = User.objects.filter(
        is_active=True, staff_member__branch=head.staff_member.branch
    ).exclude(username__in=["lin.yue", head.username])
    for user in readers.order_by("pk")[:HEEDED]:
        operations.heed(rule, by=user)
