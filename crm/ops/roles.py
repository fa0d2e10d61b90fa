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
SHELF = ("config_admin.view_product",)
LOOK = (
    "customers.view_customer",
    "customers.view_holding",
    "customers.view_ownership",
    *SHELF,
    *DIRECTORY,
)
HISTORY = ("customers.history_customer",)
PORTFOLIO = ("customers.portfolio_customer",)
JOBS = ("core.view_job", "core.cancel_job", "core.retry_job")
REQUESTS = (
    "services.view_servicerequest",
    "services.add_servicerequest",
    "services.change_servicerequest",
    "services.converse_servicerequest",
    "services.check_servicerequest",
    "services.take_servicerequest",
    "services.hand_back_servicerequest",
    "services.start_servicerequest",
    "services.wait_servicerequest",
    "services.resume_servicerequest",
    "services.resolve_servicerequest",
    "services.close_servicerequest",
    "services.reopen_servicerequest",
)
QUEUES = (
    "services.assign_servicerequest",
    "services.view_queuemember",
    "services.add_queuemember",
    "services.end_queuemember",
    *JOBS,
)
SEE_CONTACTS = ("services.view_contact", "services.view_promise")
CONTACTS = (
    *SEE_CONTACTS,
    "services.add_contact",
    "services.correct_contact",
    "services.annotate_contact",
    "services.add_promise",
    "services.keep_promise",
    "services.pass_on_promise",
    "services.withdraw_promise",
)
REVIEW = ("services.review_contact",)
CONFIDENTIAL = (*SEE_CONTACTS, "services.view_confidential_contact")
# opportunities and referrals
PIPELINE = (
    "services.view_opportunity",
    "services.view_opportunitystage",
    "services.view_referral",
)
REFER = (
    "services.view_referral",
    "services.add_referral",
    "services.withdraw_referral",
)
SELL = (
    *PIPELINE,
    *REFER,
    "services.add_opportunity",
    "services.change_opportunity",
    "services.move_opportunity",
    "services.accept_referral",
    "services.refuse_referral",
)
STAGES = (
    "services.view_opportunitystage",
    "services.add_opportunitystage",
    "services.change_opportunitystage",
    "services.retire_opportunitystage",
    "services.restore_opportunitystage",
)
DESK = (
    *LOOK,
    *REQUESTS,
    *CONTACTS,
    *REFER,
    "services.desk_servicerequest",
    "customers.change_customer",
    "customers.reveal_customer",
    *ASK,
)
TASKS = (
    "services.view_task",
    "services.add_task",
    "services.change_task",
    "services.finish_task",
    "services.drop_task",
    "services.reopen_task",
)
APPOINTMENTS = (
    "services.view_appointment",
    "services.add_appointment",
    "services.change_appointment",
    "services.hold_appointment",
    "services.miss_appointment",
    "services.cancel_appointment",
)
SERVE = (
    *LOOK,
    "risk.view_diligence",
    "risk.rate_diligence",
    *CONTACTS,
    *HISTORY,
    *PORTFOLIO,
    *REQUESTS,
    "customers.add_customer",
    "customers.change_customer",
    "customers.activate_customer",
    "customers.reveal_customer",
    *ASK,
    *TASKS,
    *APPOINTMENTS,
    *SELL,
)
LEAD = (
    *SERVE,
    "customers.make_dormant_customer",
    "customers.close_customer",
    "customers.reopen_customer",
)
CONFLICTS = (
    "customers.view_conflictofinterest",
    "customers.add_conflictofinterest",
    "customers.end_conflictofinterest",
)
RECEIVE_COMPLAINTS = (
    "services.view_complaint",
    "services.add_complaint",
    "services.change_complaint",
    "services.dispute_complaint",
    "services.withdraw_complaint",
)
HANDLE_COMPLAINTS = (
    "services.investigate_complaint",
    "services.establish_complaint",
    "services.complicate_complaint",
    "services.extend_complaint",
    "services.compensate_complaint",
    "services.answer_complaint",
    "services.recheck_complaint",
)
DECIDE_COMPLAINTS = ("services.assign_complaint", "services.close_complaint")
REVIEW_COMPLAINTS = ("services.review_complaint",)
COMPLAINTS = (*RECEIVE_COMPLAINTS, *HANDLE_COMPLAINTS, *DECIDE_COMPLAINTS)
SEE_SCREENING = ("risk.view_screeninghit", "risk.view_watchlist")
DECIDE_HITS = (
    *SEE_SCREENING,
    "risk.confirm_screeninghit",
    "risk.dismiss_screeninghit",
    "risk.reopen_screeninghit",
)
SEE_CASES = ("risk.view_alertcase",)
ANSWER_CASES = (*SEE_CASES, "risk.answer_alertcase")
# the lead manager begins with what is light
WORK_CASES = (
    *ANSWER_CASES,
    "risk.ask_alertcase",
    "risk.escalate_alertcase",
    "risk.propose_alertcase",
)
DECIDE_CASES = (
    *WORK_CASES,
    "risk.assign_alertcase",
    "risk.approve_alertcase",
    "risk.send_back_alertcase",
    "risk.reopen_alertcase",
    # many are assigned by a job
    "core.view_job",
)
SEE_CLAIMS = ("risk.view_claim",)
PROPOSE_CLASS = (*SEE_CLAIMS, "risk.propose_claim")
REVIEW_CLASS = (*PROPOSE_CLASS, "risk.review_claim", "risk.send_back_claim")
APPROVE_CLASS = (*SEE_CLAIMS, "risk.approve_claim", "risk.send_back_claim")
RATE = ("risk.view_diligence", "risk.rate_diligence", "risk.override_diligence")
CHASE_REVIEWS = ("risk.view_diligence", "risk.chase_diligence")
DILIGENCE_RULES = ("risk.view_diligenceband", "risk.view_diligencelevel")
CONFIGURE_DILIGENCE = (
    *DILIGENCE_RULES,
    "risk.add_diligenceband",
    "risk.add_diligencelevel",
    "risk.change_diligencelevel",
)
SHARE = ("core.share_savedview",)
ENGAGE = (
    "customers.view_ownership",
    "customers.add_ownership",
    "customers.end_ownership",
    "customers.withdraw_ownership",
)
ASSIGN = ("customers.assign_customer", *ENGAGE, *JOBS)
TAKE_OVER = ("staff.accept_handover", "staff.refuse_handover")
HAND_OVER = ("customers.hand_over_customer", "staff.view_handover", "staff.withdraw_handover")
IMPORT = (
    "customers.import_customer",
    "customers.view_importrun",
    "customers.add_importrun",
    "customers.change_importrun",
    "customers.discard_importrun",
)
LIMITS = ("staff.view_authoritylimit",)
ORGANISE = (
    "staff.add_branch",
    "staff.change_branch",
    "staff.move_branch",
    "staff.close_branch",
    "staff.add_staffmember",
    "staff.change_staffmember",
    "staff.move_staffmember",
    "staff.leave_staffmember",
    "staff.view_staffassignment",
    "staff.change_staffassignment",
    "staff.withdraw_staffassignment",
    "staff.view_licence",
    "staff.add_licence",
    "staff.change_licence",
    "staff.view_postrole",
    *LIMITS,
    "staff.add_authoritylimit",
    "staff.end_authoritylimit",
)
TRAILS = ("core.view_auditevent", "core.view_accessevent")
CODES = ("config_admin.view_dictionary", "config_admin.view_dictionaryentry")
TIMES = (
    "config_admin.view_calendar",
    "config_admin.view_workingweek",
    "config_admin.view_calendarday",
)
CATALOGUE = (
    "config_admin.view_servicetype",
    "config_admin.view_servicecategory",
    "config_admin.view_servicequeue",
    "config_admin.view_servicedeadline",
    "config_admin.view_servicefield",
    "config_admin.view_checklistitem",
    "config_admin.view_replytemplate",
)
FIGURES = (
    "config_admin.view_currencyrate",
    "config_admin.view_parametervalue",
    "config_admin.view_numberseries",
)
CONFIGURE = (
    *FIGURES,
    "config_admin.add_currencyrate",
    "config_admin.change_currencyrate",
    "config_admin.add_parametervalue",
    "config_admin.add_numberseries",
    "config_admin.change_numberseries",
    *CODES,
    *TIMES,
    *CATALOGUE,
    "config_admin.add_servicetype",
    "config_admin.change_servicetype",
    "config_admin.offer_servicetype",
    "config_admin.retire_servicetype",
    "config_admin.add_servicecategory",
    "config_admin.change_servicecategory",
    "config_admin.retire_servicecategory",
    "config_admin.restore_servicecategory",
    "config_admin.add_servicequeue",
    "config_admin.change_servicequeue",
    "config_admin.retire_servicequeue",
    "config_admin.restore_servicequeue",
    "config_admin.add_servicedeadline",
    "config_admin.change_servicedeadline",
    "config_admin.publish_servicetype",
    "config_admin.add_servicefield",
    "config_admin.change_servicefield",
    "config_admin.add_checklistitem",
    "config_admin.change_checklistitem",
    "config_admin.add_replytemplate",
    "config_admin.change_replytemplate",
    "config_admin.add_calendar",
    "config_admin.change_calendar",
    "config_admin.retire_calendar",
    "config_admin.restore_calendar",
    "config_admin.add_workingweek",
    "config_admin.change_workingweek",
    "config_admin.add_calendarday",
    "config_admin.change_calendarday",
    "config_admin.add_dictionary",
    "config_admin.change_dictionary",
    "config_admin.add_dictionaryentry",
    "config_admin.change_dictionaryentry",
    "config_admin.retire_dictionaryentry",
    "config_admin.restore_dictionaryentry",
    *SHELF,
    "config_admin.add_product",
    "config_admin.change_product",
    "config_admin.launch_product",
    "config_admin.withdraw_product",
)
DUTIES = ("sysadmin.view_incompatibleduties",)
KEEP_APART = (
    *DUTIES,
    "sysadmin.add_incompatibleduties",
    "sysadmin.end_incompatibleduties",
)
ANNOUNCE = (
    "sysadmin.view_announcement",
    "sysadmin.add_announcement",
    "sysadmin.end_announcement",
)
ACCOUNTS = (
    "sysadmin.view_user",
    "sysadmin.view_rights_user",
    "sysadmin.view_sessions_user",
    "sysadmin.view_role",
    "sysadmin.view_grant",
    "sysadmin.view_administration",
)
STOP_SIGN_INS = ("sysadmin.end_sessions_user", "sysadmin.disable_user")
SIGN_INS = (
    *STOP_SIGN_INS,
    "sysadmin.enable_user",
    "sysadmin.give_password_user",
    "sysadmin.reset_factors_user",
    "staff.open_sign_in_staffmember",
)
# what has no page of its own: to be seen in the administration site
PARTS = (
    "customers.view_identitydocument",
    "customers.view_contactpoint",
    "customers.view_sourcekey",
    "customers.view_restriction",
    "customers.view_relatedperson",
    "customers.view_lifefact",
    "customers.view_link",
    "customers.view_feedbatch",
)


@dataclass(frozen=True)
class RoleSpec:
    """A role as it is shipped."""

    code: str
    name: str
    name_zh: str
    actions: tuple[str, ...]
    needs_second_factor: bool = True
    is_read_only: bool = False


ROLES = (
    RoleSpec(
        "wealth_manager",
        "Wealth manager",
        "理财经理",
        (*SERVE, *WORK_CASES, "staff.view_handover", *TAKE_OVER, *PROPOSE_CLASS),
    ),
    RoleSpec(
        "corporate_manager",
        "Corporate relationship manager",
        "对公客户经理",
        (*SERVE, *WORK_CASES, "staff.view_handover", *TAKE_OVER, *PROPOSE_CLASS),
    ),
    RoleSpec(
        "service_agent",
        "Service agent",
        "客服坐席",
        (*DESK, *RECEIVE_COMPLAINTS, *HANDLE_COMPLAINTS, *TASKS, *APPOINTMENTS),
    ),
    RoleSpec(
        "service_team_leader",
        "Service team leader",
        "客服班长",
        (*DESK, *QUEUES, *SHARE, *COMPLAINTS, *TASKS, *APPOINTMENTS),
    ),
    RoleSpec(
        "branch_manager",
        "Branch manager",
        "支行行长",
        (
            *LEAD,
            *REVIEW,
            *ASSIGN,
            *QUEUES,
            *SHARE,
            *DECIDE,
            *HAND_OVER,
            *TAKE_OVER,
            *COMPLAINTS,
            *REVIEW_COMPLAINTS,
            *ANNOUNCE,
            *SEE_CASES,
            *APPROVE_CLASS,
            *CHASE_REVIEWS,
        ),
    ),
    RoleSpec(
        "risk_officer",
        "Risk officer",
        "风险经理",
        (
            *LOOK,
            *SEE_CONTACTS,
            *HISTORY,
            *TASKS,
            *DECIDE_HITS,
            *DECIDE_CASES,
            *REVIEW_CLASS,
            *RATE,
            *DILIGENCE_RULES,
        ),
    ),
    RoleSpec(
        "compliance_officer",
        "Compliance officer",
        "合规岗",
        (
            *LOOK,
            *CONFIDENTIAL,
            *HISTORY,
            "customers.reveal_customer",
            "services.view_servicerequest",
            *CONFLICTS,
            *TRAILS,
            *DECIDE,
            *COMPLAINTS,
            *REVIEW_COMPLAINTS,
            *TASKS,
            *DECIDE_HITS,
            *DECIDE_CASES,
            "risk.view_restricted_alertcase",
            *RATE,
            *CHASE_REVIEWS,
            *DILIGENCE_RULES,
            "risk.release_screeninghit",
            "risk.lift_screeninghit",
            "risk.load_watchlist",
        ),
    ),
    RoleSpec(
        "configuration_administrator",
        "Configuration administrator",
        "配置管理员",
        (
            *DIRECTORY,
            *POLICIES,
            *CONFIGURE,
            *STAGES,
            *CONFIGURE_DILIGENCE,
            *ASK,
            "sysadmin.view_role",
        ),
    ),
    RoleSpec(
        "staff_administrator",
        "Staff administrator",
        "人员管理员",
        (
            *DIRECTORY,
            *ORGANISE,
            "customers.view_customer",
            *PORTFOLIO,
            *CONFLICTS,
            *ASSIGN,
            *HAND_OVER,
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
            *ANNOUNCE,
            "core.view_health_job",
            *SIGN_INS,
            "sysadmin.add_grant",
            "sysadmin.end_grant",
            *KEEP_APART,
            "staff.view_staffassignment",
            "staff.view_postrole",
            "staff.add_postrole",
            "staff.change_postrole",
        ),
    ),
    RoleSpec(
        "security_administrator",
        "Security administrator",
        "安全管理员",
        (
            *DIRECTORY,
            *ACCOUNTS,
            *KEEP_APART,
            *DECIDE,
            "core.view_health_job",
            *STOP_SIGN_INS,
            "sysadmin.add_role",
            "sysadmin.change_role",
        ),
    ),
    RoleSpec(
        "auditor",
        "Auditor",
        "内部审计",
        (
            *LOOK,
            *CONFIDENTIAL,
            *HISTORY,
            *ACCOUNTS,
            *DUTIES,
            *TRAILS,
            "sysadmin.view_announcement",
            *CODES,
            *TIMES,
            *CATALOGUE,
            *FIGURES,
            *PIPELINE,
            "staff.view_handover",
            *LIMITS,
            "core.view_job",
            "core.view_approval",
            "core.view_approvalpolicy",
            "customers.view_importrun",
            "customers.view_conflictofinterest",
            "staff.view_licence",
            *PARTS,
            "services.view_servicerequest",
            "services.view_queuemember",
            "services.view_complaint",
            "services.view_task",
            "services.view_appointment",
            *SEE_SCREENING,
            *SEE_CASES,
            "risk.view_restricted_alertcase",
            *SEE_CLAIMS,
            "risk.view_diligence",
            *DILIGENCE_RULES,
        ),
        is_read_only=True,
    ),
)
THREE_APART = "System, security and audit administration are apart · 系统、安全、审计三员分立"
AUDIT_ALONE = "Who audits does nothing that is audited · 审计人员不经办被审计业务"
TWO_PERSONS = "Who asks and who decides are two persons · 经办与复核分离"
# Pairs of roles that nobody holds together, and why.
APART = (
    ("system_administrator", "security_administrator", THREE_APART),
    ("system_administrator", "auditor", THREE_APART),
    ("security_administrator", "auditor", THREE_APART),
    *(
        ("auditor", code, AUDIT_ALONE)
        for code in (
            "staff_administrator",
            "configuration_administrator",
            "branch_manager",
            "wealth_manager",
            "corporate_manager",
            "service_agent",
            "service_team_leader",
            "compliance_officer",
        )
    ),
    ("system_administrator", "staff_administrator", TWO_PERSONS),
    ("configuration_administrator", "compliance_officer", TWO_PERSONS),
    ("staff_administrator", "compliance_officer", TWO_PERSONS),
    ("wealth_manager", "branch_manager", TWO_PERSONS),
    ("corporate_manager", "branch_manager", TWO_PERSONS),
)
# Who decides on what is never done by one person alone, and why.
TWO_PERSONS_ALWAYS = {"sysadmin.reset_factors/1": ("security_administrator", TWO_PERSONS)}
# Roles that let somebody change what others may do or see: no post gives them of itself.
BY_HAND = {
    "staff_administrator",
    "configuration_administrator",
    "system_administrator",
    "security_administrator",
    "auditor",
}
# The role that comes with a post, and how far it reaches.
POST_ROLES = {
    "wealth_manager": ("wealth_manager", "own"),
    "private_banker": ("wealth_manager", "own"),
    "retail_loan_rm": ("wealth_manager", "own"),
    "corporate_rm": ("corporate_manager", "own"),
    "small_business_rm": ("corporate_manager", "own"),
    "lobby_manager": ("service_agent", "branch"),
    "teller": ("service_agent", "branch"),
    "agent": ("service_agent", "branches_below"),
    "team_leader": ("service_team_leader", "branches_below"),
    "sub_branch_head": ("branch_manager", "branches_below"),
    "branch_head": ("branch_manager", "branches_below"),
    "president": ("branch_manager", "bank"),
    "risk_manager": ("risk_officer", "branches_below"),
    "credit_reviewer": ("risk_officer", "bank"),
    "credit_approver": ("risk_officer", "bank"),
    "aml_officer": ("compliance_officer", "bank"),
    "compliance": ("compliance_officer", "bank"),
    "consumer_protection_officer": ("compliance_officer", "bank"),
    "performance_officer": ("staff_administrator", "bank"),
    "personnel": ("staff_administrator", "bank"),
    "configuration": ("configuration_administrator", "bank"),
    "internal_auditor": ("auditor", "bank"),
    "audit_administrator": ("auditor", "bank"),
    "system_administrator": ("system_administrator", "bank"),
    "security_administrator": ("security_administrator", "bank"),
}
