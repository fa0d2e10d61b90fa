"""A hundred and twenty members of staff: where they work, whom they report to, what they may do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from crm.ops.demo.branches import BranchSpec, branches
from crm.ops.demo.names import PersonName, person_name
from crm.ops.roles import POST_ROLES
from crm.ops.roles import ROLES as SHIPPED

SEED = "Lanjiang Bank staff"
MANAGER_POSTS = (
    "wealth_manager", "private_banker", "corporate_rm", "small_business_rm", "retail_loan_rm",
)  # fmt: skip
CORPORATE_POSTS = ("corporate_rm", "small_business_rm")
POSTS = {
    "wealth_manager": ("Wealth manager", "理财经理"),
    "private_banker": ("Private banker", "私人银行客户经理"),
    "corporate_rm": ("Corporate relationship manager", "对公客户经理"),
    "small_business_rm": ("Small-business relationship manager", "小微客户经理"),
    "retail_loan_rm": ("Retail-loan relationship manager", "个贷客户经理"),
    "lobby_manager": ("Lobby manager", "大堂经理"),
    "teller": ("Teller", "柜员"),
    "sub_branch_head": ("Sub-branch head", "支行行长"),
    "branch_head": ("Branch head", "分行行长"),
    "president": ("President", "行长"),
    "agent": ("Service agent", "客服坐席"),
    "team_leader": ("Service team leader", "客服班长"),
    "risk_manager": ("Risk manager", "风险经理"),
    "credit_reviewer": ("Credit reviewer", "授信审查岗"),
    "credit_approver": ("Credit approver", "授信审批人"),
    "aml_officer": ("AML officer", "反洗钱岗"),
    "compliance": ("Compliance officer", "合规岗"),
    "consumer_protection_officer": ("Consumer-protection officer", "消保岗"),
    "performance_officer": ("Performance officer", "绩效考核岗"),
    "internal_auditor": ("Internal auditor", "内审岗"),
    "personnel": ("Personnel officer", "人事岗"),
    "configuration": ("Configuration officer", "参数配置岗"),
    "system_administrator": ("System administrator", "系统管理员"),
    "security_administrator": ("Security administrator", "安全管理员"),
    "audit_administrator": ("Audit administrator", "审计管理员"),
}
ROLES = {role.code: (role.name, role.name_zh) for role in SHIPPED}
REACHES = ("own", "team", "branch", "branches_below", "bank")

# Managers by branch; at other outlets one manager, in turn of these posts.
_MANAGERS = {
    "0001": ("private_banker", "corporate_rm"),
    "branch": ("private_banker", "retail_loan_rm", "corporate_rm"),
    "managing_sub_branch": ("wealth_manager", "corporate_rm"),
}
_OUTLET_TURN = (
    "wealth_manager",
    "wealth_manager",
    "wealth_manager",
    "small_business_rm",
    "wealth_manager",
)
_HEADS_OF_OUTLETS = ("0016", "0017", "0020", "0026", "0027", "0032", "0036", "0037")
# Everyone after the customer managers: the post and the branches where it is filled.
_OTHERS = (
    ("president", ("0001",)),
    ("branch_head", ("0002", "0003", "0004", "0005", "0006")),
    ("sub_branch_head", tuple(f"{number:04d}" for number in range(7, 16)) + _HEADS_OF_OUTLETS),
    ("team_leader", ("0002", "0005")),
    ("agent", ("0002", "0002", "0003", "0004", "0005", "0006")),
    ("lobby_manager", ("0007", "0010", "0012", "0014")),
    ("teller", ("0007", "0017", "0027", "0036")),
    ("risk_manager", ("0001", "0002", "0003", "0004", "0005")),
    ("credit_reviewer", ("0001",)),
    ("credit_approver", ("0001",)),
    ("aml_officer", ("0001", "0001", "0005")),
    ("compliance", ("0001", "0006")),
    ("consumer_protection_officer", ("0001",)),
    ("performance_officer", ("0001",)),
    ("personnel", ("0001",)),
    ("configuration", ("0001", "0001")),
    ("internal_auditor", ("0001",)),
    ("system_administrator", ("0001",)),
    ("security_administrator", ("0001",)),
    ("audit_administrator", ("0001",)),
)
# The people whose homes a visitor of the demonstration sees: post and branch, name, gender.
_SIGN_INS = {
    ("wealth_manager", "0007"): (PersonName("林悦", "Lin Yue"), "F"),
    ("corporate_rm", "0007"): (PersonName("周敏行", "Zhou Minxing"), "M"),
    ("agent", "0002"): (PersonName("何晓棠", "He Xiaotang"), "F"),
    ("team_leader", "0002"): (PersonName("潘岚", "Pan Lan"), "F"),
    ("sub_branch_head", "0007"): (PersonName("沈志衡", "Shen Zhiheng"), "M"),
    ("risk_manager", "0001"): (PersonName("顾明川", "Gu Mingchuan"), "M"),
    ("aml_officer", "0001"): (PersonName("陆婉清", "Lu Wanqing"), "F"),
    ("configuration", "0001"): (PersonName("叶思屿", "Ye Siyu"), "F"),
    ("personnel", "0001"): (PersonName("方文岚", "Fang Wenlan"), "F"),
    ("system_administrator", "0001"): (PersonName("汪启恒", "Wang Qiheng"), "M"),
    ("security_administrator", "0001"): (PersonName("严守正", "Yan Shouzheng"), "M"),
    ("internal_auditor", "0001"): (PersonName("邵毅然", "Shao Yiran"), "M"),
}


@dataclass(frozen=True, slots=True)
class RoleSpec:
    """A role that a member of staff holds at a branch, and how far it reaches."""

    role: str
    reach: str
    branch: str


@dataclass(frozen=True, slots=True)
class StaffSpec:
    """One member of staff; those who sign in to the demonstration carry the name of their role."""

    number: str
    name_zh: str
    name_latin: str
    gender: str
    born_on: date
    branch: str
    post: str
    supervisor: str
    joined_on: date
    roles: tuple[RoleSpec, ...]
    user_name: str
    sign_in: bool = False
    label_en: str = ""
    label_zh: str = ""

    @property
    def is_manager(self) -> bool:
        """Whether customers are theirs to look after."""
        return self.post in MANAGER_POSTS


def _places(units: list[BranchSpec]) -> Iterator[tuple[str, str]]:
    """Post and branch of everyone in the order of their numbers."""
    outlets = 0
    # The first managing sub-branch comes first: its people open the demonstration.
    for unit in sorted(units, key=lambda unit: (unit.code != "0007", unit.code)):
        posts = _MANAGERS.get(unit.code) or _MANAGERS.get(unit.level)
        if posts is None:
            posts = (_OUTLET_TURN[outlets % len(_OUTLET_TURN)],)
            outlets += 1
        yield from ((post, unit.code) for post in posts)
    yield from ((post, code) for post, codes in _OTHERS for code in codes)


class _Heads:
    """Who leads which branch, and so who reports to whom."""

    def __init__(self, places: list[tuple[str, str]], units: list[BranchSpec]) -> None:
        self.parent = {unit.code: unit.parent for unit in units}
        self.head: dict[str, str] = {}
        self.leader: dict[str, str] = {}
        for index, (post, code) in enumerate(places, 1):
            if post in {"president", "branch_head", "sub_branch_head"}:
                self.head[code] = f"S{index:05d}"
            elif post == "team_leader":
                self.leader[code] = f"S{index:05d}"

    def above(self, number: str, post: str, code: str) -> str:
        """The nearest person above; nobody above the president."""
        if post == "agent" and code in self.leader:
            return self.leader[code]
        while code:
            if self.head.get(code, number) != number:
                return self.head[code]
            code = self.parent[code]
        return ""


def staff(today: date) -> list[StaffSpec]:
    """Everyone who works at the bank; S00001 to S00060 look after customers."""
    rng = Random(SEED)  # noqa: S311  names for a demonstration, not secrets
    units = branches(today)
    places = list(_places(units))
    opened = {unit.code: unit.opened_on for unit in units}
    heads = _Heads(places, units)
    waiting = dict(_SIGN_INS)
    logins: set[str] = {chosen.login for chosen, _gender in _SIGN_INS.values()}
    people = []
    for index, (post, code) in enumerate(places, 1):
        number = f"S{index:05d}"
        known = waiting.pop((post, code), None)
        gender = known[1] if known else rng.choice("MF")
        age = rng.randrange(41, 56) if number in heads.head.values() else rng.randrange(24, 50)
        name = known[0] if known else person_name(rng, gender, age)
        role, reach = _rights(post, code)
        people.append(
            StaffSpec(
                number=number,
                name_zh=name.zh,
                name_latin=name.latin,
                gender=gender,
                born_on=today - timedelta(days=age * 365 + rng.randrange(360)),
                branch=code,
                post=post,
                supervisor=heads.above(number, post, code),
                joined_on=_joined(rng, opened[code], today, age),
                roles=(RoleSpec(role, reach, code),),
                user_name=name.login if known else _login(name, logins),
                sign_in=known is not None,
                label_en=ROLES[role][0] if known else "",
                label_zh=ROLES[role][1] if known else "",
            )
        )
    return people


def _rights(post: str, code: str) -> tuple[str, str]:
    role, reach = POST_ROLES[post]
    return role, "bank" if post == "risk_manager" and code == "0001" else reach


def _joined(rng: Random, opened: date, today: date, age: int) -> date:
    longest = min((today - opened).days, (age - 22) * 365)
    return today - timedelta(days=rng.randrange(90, longest))


def _login(name: PersonName, taken: set[str]) -> str:
    login, count = name.login, 1
    while login in taken:
        count += 1
        login = f"{name.login}{count}"
    taken.add(login)
    return login
