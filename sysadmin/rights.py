"""The grants in force today, read by one statement: each request begins with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection

from crm.core.clock import bank_today
from crm.core.formats import in_chinese
from crm.core.scope import LiveGrant

if TYPE_CHECKING:
    from .models import User

GRANTS = (
    "g.extent, g.branch_id, b.lft, b.rgt, r.actions, r.id, r.name, r.name_zh, r.needs_second_factor"
)
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
    rows = _read(f"{columns}, {GRANTS}", key)
    if not rows:
        return None
    count = len(fields)
    values = [
        field.from_db_value(value, None, connection) if hasattr(field, "from_db_value") else value
        for field, value in zip(fields, rows[0], strict=False)
    ]
    user = model.from_db("default", [field.attname for field in fields], values)
    user.held = _held(row[count:] for row in rows)
    return user


def held_by(key: int) -> list[Held]:
    """The grants of a user that are in force today."""
    return _held(_read(GRANTS, key))


def _read(columns: str, key: int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        # the columns are named by the model and by this module
        cursor.execute(f"select {columns} {FROM}", [bank_today(), key])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _held(rows: Iterable[Sequence[Any]]) -> list[Held]:
    return [
        Held(LiveGrant(frozenset(actions), extent, node, lft, rgt), *role)
        for extent, node, lft, rgt, actions, *role in rows
        if node is not None
    ]
