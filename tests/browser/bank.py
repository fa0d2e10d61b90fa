"""A small bank with one person for each kind of work, and what they open."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from crm.core.acting import acting
from crm.core.clock import bank_today
from crm.core.sealed import open_field
from customers import operations
from customers.models import Customer
from staff.models import Branch, StaffMember
from sysadmin.models import Grant, User, system_user
from tests.factories import (
    BranchFactory,
    CustomerFactory,
    GrantFactory,
    RoleFactory,
    StaffMemberFactory,
    UserFactory,
    load_roles,
)
from tests.matrix.subjects import every_action

PHRASE = "a long enough phrase"


@dataclass
class Bank:
    """Who works here, and the customers they look after."""

    head_office: Branch
    branch: Branch
    manager: User
    leader: User
    administrator: User
    auditor: User
    newcomer: User
    everyone: User
    lead: StaffMember
    person: Customer
    organisation: Customer
    grant: Grant

    def document_number(self) -> str:
        """The person's identity number, which pages hide behind a mask."""
        document = self.person.documents.get(is_primary=True)
        return open_field(document, "number", bytes(self.person.salt))


def build() -> Bank:
    """Enter the bank."""
    roles = load_roles()
    head_office = BranchFactory(name_en="Head Office")
    branch = BranchFactory(parent=head_office, name_en="Lakeside Sub-branch", code="2001")
    BranchFactory(parent=head_office, name_en="Hillside Sub-branch", code="2002")

    def employ(username: str, role: str, place: Branch, extent: str) -> tuple[StaffMember, Grant]:
        user = UserFactory(username=username, latin_name=username.replace(".", " ").title())
        member = StaffMemberFactory(user=user, branch=place, latin_name=user.latin_name)
        return member, GrantFactory(user=user, role=roles[role], branch=place, extent=extent)

    leader, _ = employ("shen.zhiheng", "branch_manager", branch, Grant.Reach.BRANCHES_BELOW)
    lead, _ = employ("lin.yue", "wealth_manager", branch, Grant.Reach.BRANCH)
    administrator, grant = employ(
        "wang.qiheng", "system_administrator", head_office, Grant.Reach.BANK
    )
    auditor, _ = employ("shao.yiran", "auditor", head_office, Grant.Reach.BANK)
    everyone = employ_for_everything(head_office)
    place = {"home_branch": branch, "lead_manager": lead}
    person = CustomerFactory(name="欧阳晓月", **place)
    organisation = CustomerFactory(
        name="杭州测试科技有限公司",
        latin_name="Hangzhou Test Technology",
        kind="organisation",
        **place,
    )
    CustomerFactory(name="王建国", **place)
    soon = operations.DocumentFacts(
        "passport", "E98765432", valid_until=bank_today() + dt.timedelta(days=10)
    )
    with acting(by=system_user()):
        operations.add_document(person, by=system_user(), facts=soon)
    return Bank(
        head_office=head_office,
        branch=branch,
        manager=lead.user,
        leader=leader.user,
        administrator=administrator.user,
        auditor=auditor.user,
        newcomer=UserFactory(),
        everyone=everyone,
        lead=lead,
        person=person,
        organisation=organisation,
        grant=grant,
    )


def employ_for_everything(place: Branch) -> User:
    """Somebody who may open every page of the bank."""
    user = StaffMemberFactory(branch=place, latin_name="Every Body").user
    role = RoleFactory(name="Everything", name_zh="全部权限", actions=sorted(every_action()))
    GrantFactory(user=user, role=role, branch=place, extent=Grant.Reach.BANK)
    return user
