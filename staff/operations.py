"""What happens in the organisation: branches are opened, renamed, moved and closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from crm.core.clock import bank_today
from crm.core.operations import DomainError, Stale, operation, save_changes, save_new, write
from crm.core.registry import what_ties

from . import tree
from .models import Branch

if TYPE_CHECKING:
    from sysadmin.models import User


@operation
def open_branch(branch: Branch, *, by: User) -> Branch:
    """Open a branch below another."""
    tree.alone()
    assert branch.parent is not None  # noqa: S101  (the form asks for it)
    parent = Branch.objects.get(pk=branch.parent.pk)
    _refuse_below(parent, branch.level)
    branch.lft, branch.rgt = tree.leaf_below(parent)
    save_new(branch)
    return branch


@operation
def rename(branch: Branch, *, by: User, fields: list[str], version: int) -> Branch:
    """Change what a branch is called and where it is found, if nobody else did since `version`."""
    _refuse_outside(branch, by, "change")
    save_changes(branch, fields, version=version)
    return branch


@operation
def move_branch(branch: Branch, *, by: User, parent: Branch, version: int, reason: str) -> None:
    """Let a branch, with everything below it, belong to another one from now on."""
    tree.alone()
    branch.refresh_from_db()
    if branch.version != version:
        raise Stale
    _refuse_outside(branch, by, "move")
    parent = Branch.objects.get(pk=parent.pk)
    if branch.parent_id is None:
        raise DomainError(_("The head office stays at the top of the tree."))
    if branch.is_closed:
        raise DomainError(_("This branch is closed and stays where it is."))
    if branch.parent_id == parent.pk:
        raise DomainError(_("The branch belongs there already. Choose another one."), "parent")
    if branch.lft <= parent.lft <= branch.rgt:
        raise DomainError(
            _("A branch cannot belong to itself or to one below it. Choose another one."), "parent"
        )
    _refuse_below(parent, branch.level)
    tree.settle(branch, parent)
    branch.parent = parent
    write(branch, ["parent"], version=version)
    branch.refresh_from_db(fields=["lft", "rgt"])


@operation
def close_branch(branch: Branch, *, by: User, reason: str) -> None:
    """Close a branch today, if nothing is left below it or in it; it is never deleted."""
    tree.alone()
    branch.refresh_from_db()
    if not branch.can("close"):
        raise DomainError(branch.sentence(Branch.MOVES["close"].refused))
    _refuse_outside(branch, by, "close")
    refuse_left(branch)
    branch.closed_on = bank_today()
    write(branch, ["closed_on"], version=branch.version)


def refuse_left(branch: Branch) -> None:
    """Refuse to close a branch in which or below which something is left."""
    if left := what_ties(branch):
        raise DomainError(
            _("This is still left: %(left)s. Move or end it first, then close the branch.")
            % {"left": _(", ").join(left)}
        )


def _refuse_below(parent: Branch, level: str) -> None:
    if parent.is_closed:
        raise DomainError(_("That branch is closed. Choose an open one."), "parent")
    if not parent.stands_above(level):
        raise DomainError(
            _("This level cannot belong to one of level “%(level)s”. Choose a higher one.")
            % {"level": parent.get_level_display()},
            "parent",
        )


def _refuse_outside(branch: Branch, by: User, action: str) -> None:
    """Everybody sees the whole tree; changing it ends where the reach of the action ends."""
    if not Branch.objects.in_reach(by, f"staff.{action}_branch").filter(pk=branch.pk).exists():
        raise DomainError(_("This branch is outside your reach. Ask an administrator above it."))
