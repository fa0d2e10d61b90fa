"""A branch with very much below it moves in the background, in one transaction as always."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core import jobs
from crm.core.operations import operation
from crm.core.registry import ties_of

from . import operations
from .models import Branch

if TYPE_CHECKING:
    from crm.core.models import Job
    from sysadmin.models import User


def is_long(branch: Branch) -> bool:
    """Whether more stands below a branch than anybody counts, so that nobody should wait."""
    return any(tie.count([branch], None)[0].capped for tie in ties_of("staff.branch"))


@operation
def move_later(branch: Branch, *, by: User, parent: Branch, version: int, reason: str) -> Job:
    """Start a job that moves a branch with everything below it."""
    arguments = {"branch": branch.pk, "parent": parent.pk, "version": version}
    return jobs.start(MOVE, by=by, arguments=arguments, reason=reason)


def chunk(run: jobs.Run) -> jobs.Step:
    """Move the branch, all at once: half a tree is none."""
    operations.move_branch(
        Branch.objects.get(pk=run.arguments["branch"]),
        by=run.by,
        parent=Branch.objects.get(pk=run.arguments["parent"]),
        version=run.arguments["version"],
        reason=run.job.reason,
    )
    return jobs.Step(done=1, changed=1, total=1, is_last=True)


def about(job: Job) -> str:
    """Which branch goes where."""
    keys = [job.arguments["branch"], job.arguments["parent"]]
    found = Branch.objects.in_bulk(keys)
    names = {"branch": found.get(keys[0]), "parent": found.get(keys[1])}
    return _("%(branch)s, below %(parent)s") % names


MOVE = jobs.Kind("staff.move_branch", gettext_lazy("Move a branch"), chunk, about=about)
