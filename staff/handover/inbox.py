"""What waits for a successor's answer, said wherever they start."""

from __future__ import annotations

from typing import Any

from django.db import connection

ANSWER = "staff.accept_handover"
# asked for every page: as a plain statement, which costs less than one put together
AWAITED = """
select count(*) from staff_staffmember m join staff_handover h on h.to_member_id = m.id
where m.user_id = %s and h.status = 'proposed'
"""


def awaited(user: Any) -> int:
    """How many handovers wait for a user's answer; none for those who may not accept any."""
    if not user.has_action(ANSWER):
        return 0
    with connection.cursor() as cursor:
        cursor.execute(AWAITED, [user.pk])
        (count,) = cursor.fetchone()
    return int(count)
