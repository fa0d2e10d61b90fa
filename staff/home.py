"""What this module shows on homes: handovers to be accepted, and licences that end."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.core.formats import in_chinese
from crm.core.today import Todo, add_todos

from .resources import handover, licence


def leaver() -> str:
    """The column with the name of who hands over, in the active language."""
    return f"from_member__{name_column()}"


def holder() -> str:
    """The column with the name of who holds a licence, in the active language."""
    return f"member__{name_column()}"


def name_column() -> str:
    """The column with the name of a member of staff, in the active language."""
    return "name" if in_chinese() else "latin_name"


WAITING = (
    Todo(
        handover,
        "to_member=me&status=proposed&sort=effective_on",
        _("Handover to accept"),
        leaver,
        "effective_on",
        action="staff.accept_handover",
    ),
    Todo(
        licence,
        "expires=soon",
        _("Licence that ends soon"),
        holder,
        "expires_on",
        action="staff.change_licence",
    ),
)


def register() -> None:
    """Show what waits on homes."""
    add_todos(WAITING)
