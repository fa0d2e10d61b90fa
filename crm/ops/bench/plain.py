"""The floor of the list: the rows of its first page by one plain statement of PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.db import OperationalError, connection

from .people import Persona

# one constant a reach, as somebody who knows the data would write it by hand
OWN = "c.lead_manager_id = %(member)s"
BRANCH = "c.home_branch_id = %(branch)s"
BELOW = "b.lft between %(low)s and %(high)s"
CONDITIONS = {"own": OWN, "branch": BRANCH, "city": BELOW, "province": BELOW, "bank": "true"}
HEAD = """
select c.id, c.number, c.name, c.latin_name, c.kind, c.status, b.name, m.name, c.city, c.opened_on
from customers_customer c
join staff_branch b on b.id = c.home_branch_id
left join staff_staffmember m on m.id = c.lead_manager_id
where """
TAIL = " order by c.name_sort, c.id limit 26"


def plain_lists(personas: list[Persona]) -> Iterator[tuple[str, Callable[[], int]]]:
    """The same rows as the list's first page, for each reach."""
    for persona in personas:
        yield f"sql {persona.reach}", reader(persona)


def reader(persona: Persona) -> Callable[[], int]:
    """Reads the rows; 200 stands for rows that came, 500 for a statement that was stopped."""
    statement = HEAD + CONDITIONS[persona.reach] + TAIL
    values = {
        "member": persona.member,
        "branch": persona.branch.pk,
        "low": persona.branch.lft,
        "high": persona.branch.rgt,
    }

    def read() -> int:
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, values)
                return 200 if cursor.fetchall() else 404
        except OperationalError:
            return 500

    return read
