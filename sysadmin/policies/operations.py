"""Which operations wait for a second person, and for whom: even that may wait for one."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from crm.core.approvals import second_person
from crm.core.models import ApprovalPolicy
from crm.core.operations import operation, save_changes, save_new
from sysadmin.kept import refuse_without_deciders
from sysadmin.models import User


@second_person(
    "sysadmin.set_policy/1",
    label=gettext_lazy("Policy on approvals"),
    action="core.change_approvalpolicy",
    same=lambda policy: [policy.operation, str(policy.from_amount)],
)
@operation
def set_policy(
    policy: ApprovalPolicy, *, by: User, fields: list[str], version: int
) -> ApprovalPolicy:
    """Say which operation waits for whom, from which amount; what waits already goes on waiting."""
    if policy._state.adding:
        save_new(policy)
    else:
        save_changes(policy, fields, version=version)
    refuse_without_deciders(policy)
    return policy
