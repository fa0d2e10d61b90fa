"""The roles that a new installation begins with; a bank changes them as it likes."""

from __future__ import annotations

from dataclasses import dataclass

ASK = ("core.view_approval", "core.withdraw_approval")
DECIDE = (*ASK, "core.approve_approval", "core.send_back_approval", "core.reject_approval")
POLICIES = (
    "core.view_approvalpolicy",
    "core.add_approvalpolicy",
    "core.change_approvalpolicy",
)
DIRECTORY = ("staff.view_branch", "staff.view_staffmember")
LOOK = ("customers.view_customer", "customers.view_holding", *DIRECTORY)
HISTORY = ("customers.history_customer",)
SERVE = (
    *LOOK,
    *HISTORY,
    "customers.add_customer",
    "customers.change_customer",
    "customers.activate_customer",
    "customers.reveal_customer",
    *ASK,
)
LEAD = (
    *SERVE,
    "customers.make_dormant_customer",
    "customers.close_customer",
    "customers.reopen_customer",
)
JOBS = ("core.view_job", "core.cancel_job", "core.retry_job")
SHARE = ("core.share_savedview",)
ASSIGN = ("customers.assign_customer", *JOBS)
IMPORT = (
    "customers.import_customer",
    "customers.view_importrun",
    "customers.add_importrun",
    "customers.change_importrun",
    "customers.discard_importrun",
)
ORGANISE = (
    "staff.add_branch",
    "staff.change_branch",
    "staff.move_branch",
    "staff.close_branch",
)
TRAILS = ("core.view_auditevent", "core.view_accessevent")
ACCOUNTS = ("sysadmin.view_user", "sysadmin.view_role", "sysadmin.view_grant")


@dataclass(frozen=True)
class RoleSpec:
    """A role as it is shipped."""

    code: str
    name: str
    name_zh: str
    actions: tuple[str, ...]
    needs_second_factor: bool = True


ROLES = (
    RoleSpec("wealth_manager", "Wealth manager", "理财经理", SERVE),
    RoleSpec("corporate_manager", "Corporate relationship manager", "对公客户经理", SERVE),
    RoleSpec(
        "service_agent",
        "Service agent",
        "客服坐席",
        (*LOOK, "customers.change_customer", "customers.reveal_customer", *ASK),
    ),
    RoleSpec("branch_manager", "Branch manager", "支行行长", (*LEAD, *ASSIGN, *SHARE, *DECIDE)),
    RoleSpec("risk_officer", "Risk officer", "风险经理", (*LOOK, *HISTORY)),
    RoleSpec(
        "compliance_officer",
        "Compliance officer",
        "合规岗",
        (*LOOK, *HISTORY, "customers.reveal_customer", *TRAILS, *DECIDE),
    ),
    RoleSpec(
        "configuration_administrator",
        "Configuration administrator",
        "配置管理员",
        (*DIRECTORY, *POLICIES, "sysadmin.view_role"),
    ),
    RoleSpec(
        "staff_administrator",
        "Staff administrator",
        "人员管理员",
        (
            *DIRECTORY,
            *ORGANISE,
            "customers.view_customer",
            *ASSIGN,
            *SHARE,
            *DECIDE,
            *IMPORT,
            "customers.load_holding",
            "customers.add_customer",
            "customers.change_customer",
        ),
    ),
    RoleSpec(
        "system_administrator",
        "System administrator",
        "系统管理员",
        (
            *DIRECTORY,
            *ACCOUNTS,
            *JOBS,
            *SHARE,
            *DECIDE,
            "sysadmin.add_grant",
            "sysadmin.end_grant",
        ),
    ),
    RoleSpec(
        "auditor",
        "Auditor",
        "内部审计",
        (
            *LOOK,
            *HISTORY,
            *ACCOUNTS,
            *TRAILS,
            "core.view_job",
            "core.view_approval",
            "core.view_approvalpolicy",
            "customers.view_importrun",
        ),
    ),
)
