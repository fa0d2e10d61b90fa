"""What the administrator did lately for people who sign in to the demonstration bank."""

from __future__ import annotations

from staff.models import StaffMember
from sysadmin.models import User
from sysadmin.signing_in import operations

ADMINISTRATOR = "wang.qiheng"


def help_out() -> None:
    """Give a teller who forgot theirs a new password, and switch another's sign-in off."""
    administrator = User.objects.get(username=ADMINISTRATOR)
    tellers = User.objects.filter(staff_member__post=StaffMember.Post.TELLER)
    forgot, away = tellers.order_by("-staff_member__number")[:2]
    operations.give_password(forgot, by=administrator, reason="Forgot the password · 忘记密码")
    operations.disable(away, by=administrator, reason="On leave for half a year · 离岗半年")
