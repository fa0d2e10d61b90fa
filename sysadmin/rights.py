"""The grants in force today and what waits for the user, read by one statement.

Each request begins with it, so that the bell and the announcements of a page cost no other one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection

from crm.core.clock import bank_today, now
from crm.core.formats import in_chinese
from crm.core.scope import LiveGrant

if TYPE_CHECKING:
    from .models import User

GRANTS = (
    "g.extent, g.branch_id, b.lft, b.rgt, r.actions, r.id, r.name, r.name_zh, r.needs_second_factor"
)
# of an announcement it is asked for each grant whether it is meant for that
NEWS = """
(select count(*) from (
  select from sysadmin_notification n
  where n.recipient_id = u.id and n.read_at is null and not n.in_digest and n.shown_from <= %s
  limit 10) few),
exists (
  select from sysadmin_announcement a
  join staff_branch ab on ab.id = a.branch_id
  where a.last_day >= %s and a.first_day <= %s and a.ended_at is null and a.author_id <> u.id
    and b.lft between ab.lft and ab.rgt and (a.role_id is null or a.role_id = g.role_id)
    and not exists (
      select from sysadmin_acknowledgement k
      where k.announcement_id = a.id and k.user_id = u.id))
"""
FROM = """
from sysadmin_user u
left join (
  sysadmin_grant g
  join sysadmin_role r on r.id = g.role_id
  join staff_branch b on b.id = g.branch_id
) on g.user_id = u.id and g.valid @> %s::date
where u.id = %s order by g.id
"""


@dataclass(frozen=True)
class Held:
    """A grant in force, with what is asked of its role."""

    grant: LiveGrant
    role_id: int
    name: str
    name_zh: str
    needs_second_factor: bool

    @property
    def role_label(self) -> str:
        """The role's name in the active language."""
        return self.name_zh if in_chinese() else self.name


def user_with_rights(model: type[User], key: int) -> User | None:
    """The user with this key, and with the grants in force today."""
    fields = model._meta.concrete_fields
    columns = ", ".join(f'u."{field.column}"' for field in fields)
    today = bank_today()
    rows = _read(f"{columns}, {NEWS}, {GRANTS}", key, now(), today, today)
    if not rows:
        return None
    count = len(fields)
    values = [
        field.from_db_value(value, None, connection) if hasattr(field, "from_db_value") else value
        for field, value in zip(fields, rows[0], strict=False)
    ]
    user = model.from_db("default", [field.attname for field in fields], values)
    user.unread = rows[0][count]
    user.has_announcements = any(row[count + 1] for row in rows)
    user.held = _held(row[count + 2 :] for row in rows)
    return user


def held_by(key: int) -> list[Held]:
    """The grants of a user that are in force today."""
    return _held(_read(GRANTS, key))


def _read(columns: str, key: int, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        # the columns are named by the model and by this module
        cursor.execute(f"select {columns} {FROM}", [*values, bank_today(), key])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _held(rows: Iterable[Sequence[Any]]) -> list[Held]:
    return [
        Held(LiveGrant(frozenset(actions), extent, node, lft, rgt), *role)
        for extent, node, lft, rgt, actions, *role in rows
        if node is not None
    ]
