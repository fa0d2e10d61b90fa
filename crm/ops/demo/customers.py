"""The customers of the demonstration bank: people and companies with everything a bank asks for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from math import ceil
from random import Random

from crm.ops.demo import numbers
from crm.ops.demo.branches import BranchSpec, branches
from crm.ops.demo.names import FOREIGN_COUNTRIES, company_name, foreign_name, person_name
from crm.ops.demo.people import CORPORATE_POSTS, StaffSpec, staff

SEED = "Lanjiang Bank customers"
FIRST_KEY = 10_000_001
LEADING_MANAGER = "S00001"
LEADING_SHARE = 80 / 3_000
FEWEST, MOST = 22 / 3_000, 88 / 3_000
PERSONS = 0.8
STATUSES = (("active", 80), ("dormant", 9), ("prospect", 7), ("closed", 4))
IN_POOL = {"active": 0.035, "dormant": 0.06, "prospect": 0.2, "closed": 0.1}
CHANNELS = ("mobile_bank", "phone", "branch", "message", "email")
_PERSON_CHANNELS = (46, 22, 18, 12, 2)
_COMPANY_CHANNELS = (14, 40, 26, 4, 16)
OCCUPATIONS = {
    "official": ("Head of an office or enterprise", "机关企事业单位负责人"),
    "professional": ("Professional or technician", "专业技术人员"),
    "clerk": ("Clerk", "办事人员"),
    "service": ("Commerce and services", "商业服务业人员"),
    "farming": ("Farming, forestry, fishery", "农林牧渔业人员"),
    "production": ("Production and transport", "生产运输人员"),
    "self_employed": ("Self-employed", "个体经营者"),
    "student": ("Student", "学生"),
    "retired": ("Retired", "退休人员"),
    "other": ("Other", "其他"),
}
_WORKING = (
    "official",
    "professional",
    "clerk",
    "service",
    "farming",
    "production",
    "self_employed",
)
_WORKING_WEIGHTS = (5, 27, 19, 24, 3, 12, 10)
# section of GB/T 4754 in which people of these occupations mostly work
_SECTIONS = {
    "official": "SCKJ", "professional": "IPQMJC", "clerk": "SCLJ", "service": "FHOGR",
    "farming": "A", "production": "CEGD", "self_employed": "FHO",
}  # fmt: skip
_ELSEWHERE = (
    "340104", "410105", "420106", "370202", "350203", "360103", "440305", "110105", "610103",
    "430102", "320102", "330302", "330402", "330602", "330702",
)  # fmt: skip
_STREETS = (
    "人民路", "建设路", "解放路", "中山路", "文化路", "滨江大道", "和平街", "新华路", "体育场路",
    "学院路", "迎宾大道", "青年路", "环城北路", "长兴街", "望湖路", "枫林路",
)  # fmt: skip
_ESTATES = ("澜庭", "翠苑", "江南里", "紫荆花园", "云栖苑", "锦绣家园", "桂语", "和风雅园")
_MAIL_HOSTS = ("example.com", "example.net", "example.org")


@dataclass(frozen=True, slots=True)
class CustomerSpec:
    """One customer; the key is that of the source system, an empty manager means the pool."""

    source_key: str
    kind: str
    status: str
    name: str
    name_latin: str
    document_type: str
    document_number: str
    document_valid_until: date | None
    country: str
    birth_or_founding_date: date
    gender: str
    mobile: str
    email: str
    city: str
    address: str
    occupation: str
    industry: str
    home_branch: str
    manager: str
    opened_on: date
    preferred_channel: str

    @property
    def document_is_long_term(self) -> bool:
        """Whether the identity document never expires."""
        return self.document_valid_until is None


@dataclass(frozen=True, slots=True)
class _Identity:
    """Who the customer is, as far as the document says it."""

    name: str
    latin: str
    login: str
    document_type: str
    number: str
    country: str
    born: date
    gender: str
    occupation: str
    industry: str
    long_term: float


def customers(today: date, n: int = 3_000) -> Iterator[CustomerSpec]:
    """The customers in the order of their keys, the same for the same day and number."""
    return _Maker(today, n).all()


class _Maker:
    """Draws the customers one after the other from a single source of chance."""

    def __init__(self, today: date, n: int) -> None:
        self.today = today
        self.n = n
        self.rng = Random(SEED)  # noqa: S311  a demonstration, not secrets
        self.units = {unit.code: unit for unit in branches(today)}
        self.below: dict[str, list[BranchSpec]] = {}
        for unit in self.units.values():
            self.below.setdefault(unit.parent, []).append(unit)
        self.outlets = [unit for unit in self.units.values() if unit.level.endswith("sub_branch")]
        self.used: set[str] = set()
        self.used_names: set[str] = set()

    def all(self) -> Iterator[CustomerSpec]:
        """Kind, status and manager are dealt like cards, so that the shares come out exactly."""
        persons = round(self.n * PERSONS)
        kinds = ["person"] * persons + ["organisation"] * (self.n - persons)
        self.rng.shuffle(kinds)
        statuses = self.statuses()
        pooled = [self.rng.random() < IN_POOL[status] for status in statuses]
        decks = {
            kind: self.deck(
                kind, sum(k == kind and not p for k, p in zip(kinds, pooled, strict=True))
            )
            for kind in ("person", "organisation")
        }
        for index, (kind, status) in enumerate(zip(kinds, statuses, strict=True)):
            manager = None if pooled[index] else decks[kind].pop()
            yield self.customer(index, kind, status, manager)

    def statuses(self) -> list[str]:
        """Every status in its share, in random order."""
        dealt = [status for status, share in STATUSES[1:] for _ in range(self.n * share // 100)]
        dealt += [STATUSES[0][0]] * (self.n - len(dealt))
        self.rng.shuffle(dealt)
        return dealt

    def deck(self, kind: str, total: int) -> list[StaffSpec]:
        """One card per customer with the name of the manager, some managers having many."""
        corporate = kind == "organisation"
        managers = [
            person
            for person in staff(self.today)
            if person.is_manager and (person.post in CORPORATE_POSTS) == corporate
        ]
        lowest, highest = int(FEWEST * self.n), ceil(MOST * self.n)
        weights = {person.number: self.rng.lognormvariate(0, 0.6) for person in managers}
        quota = dict.fromkeys(weights, lowest)
        if LEADING_MANAGER in quota:
            quota[LEADING_MANAGER] = round(LEADING_SHARE * self.n)
            weights[LEADING_MANAGER] = 0
        while (missing := total - sum(quota.values())) > 0:
            open_ = [number for number in quota if quota[number] < highest and weights[number]]
            chosen = self.rng.choices(open_, [weights[number] for number in open_], k=missing)
            for number in chosen:
                quota[number] = min(quota[number] + 1, highest)
        cards = [person for person in managers for _ in range(quota[person.number])]
        self.rng.shuffle(cards)
        return cards

    def customer(
        self, index: int, kind: str, status: str, manager: StaffSpec | None
    ) -> CustomerSpec:
        """One whole customer."""
        rng = self.rng
        home = self.home(manager)
        identity = self.organisation(home) if kind == "organisation" else self.person(home)
        channels = _COMPANY_CHANNELS if kind == "organisation" else _PERSON_CHANNELS
        opened = self.opened(home, status, identity)
        return CustomerSpec(
            source_key=str(FIRST_KEY + index),
            kind=kind,
            status=status,
            name=identity.name,
            name_latin=identity.latin,
            document_type=identity.document_type,
            document_number=identity.number,
            document_valid_until=self.valid_until(identity, manager),
            country=identity.country,
            birth_or_founding_date=identity.born,
            gender=identity.gender,
            mobile=numbers.unused(partial(numbers.mobile, rng), self.used),
            email=self.email(identity, index),
            city=home.city,
            address=self.address(home),
            occupation=identity.occupation,
            industry=identity.industry,
            home_branch=home.code,
            manager=manager.number if manager else "",
            opened_on=opened,
            preferred_channel=rng.choices(CHANNELS, channels)[0],
        )

    def home(self, manager: StaffSpec | None) -> BranchSpec:
        """The branch of the manager or one just below it; from the pool, any outlet."""
        if manager is None:
            return self.weighted(self.outlets)
        own = self.units[manager.branch]
        below = self.below.get(own.code)
        if below is None or self.rng.random() < 0.6:
            return own
        return self.weighted(below)

    def weighted(self, units: list[BranchSpec]) -> BranchSpec:
        """A branch, the busy ones more often."""
        return self.rng.choices(units, [unit.weight for unit in units])[0]

    def person(self, home: BranchSpec) -> _Identity:
        """A resident of the mainland mostly, sometimes someone from elsewhere."""
        rng = self.rng
        age = int(rng.triangular(18, 88, 41))
        born = self.today - timedelta(days=int(age * 365.25) + rng.randrange(1, 365))
        gender = rng.choice("MF")
        occupation = self.occupation(age)
        industry = rng.choice(_SECTIONS[occupation]) if occupation in _SECTIONS else ""
        shared = (born, gender, occupation, industry)
        origin = rng.random()
        if origin < 0.035:
            return self.foreigner(*shared)
        name = person_name(rng, gender, age)
        if origin < 0.05:
            country, permit, draw = (
                ("HK", "hm_travel_permit", numbers.hk_macao_permit)
                if origin < 0.044
                else ("TW", "taiwan_travel_permit", numbers.taiwan_permit)
            )
            number = numbers.unused(partial(draw, rng), self.used)
            return _Identity(
                name.zh, name.latin, name.login, permit, number, country, *shared, long_term=0
            )
        area = home.area if rng.random() < 0.7 else rng.choice(_ELSEWHERE)
        number = numbers.unused(partial(numbers.resident_id, rng, area, born, gender), self.used)
        return _Identity(
            name.zh, name.latin, name.login, "resident_id", number, "CN", *shared,
            # Whoever was 46 when the card was made keeps it for life.
            long_term=0.8 if age >= 56 else 0,
        )  # fmt: skip

    def foreigner(self, born: date, gender: str, occupation: str, industry: str) -> _Identity:
        """Someone with a foreign passport and a name in Latin letters."""
        country = self.rng.choice(FOREIGN_COUNTRIES)
        name = foreign_name(self.rng, country, gender)
        number = numbers.unused(partial(numbers.passport, self.rng, country), self.used)
        return _Identity(
            name, name, "visitor", "passport", number, country, born, gender, occupation, industry,
            long_term=0,
        )  # fmt: skip

    def occupation(self, age: int) -> str:
        """What people of this age mostly do."""
        chance = self.rng.random()
        if age >= 62 or (age >= 56 and chance < 0.6):
            return "retired"
        if age <= 22 and chance < 0.7:
            return "student"
        return "other" if chance > 0.97 else self.rng.choices(_WORKING, _WORKING_WEIGHTS)[0]

    def organisation(self, home: BranchSpec) -> _Identity:
        """A company of the city, now and then one registered in Hong Kong."""
        rng = self.rng
        abroad = rng.random() < 0.03
        city = ("香港", "Hong Kong") if abroad else (home.city, home.city_en)
        name = company_name(rng, *city)
        while name.zh in self.used_names:
            name = company_name(rng, *city)
        self.used_names.add(name.zh)
        founded = self.today - timedelta(days=int(rng.triangular(800, 32 * 365, 6 * 365)))
        if abroad:
            kind, country, draw = "foreign_registration", "HK", numbers.foreign_registration
            number = numbers.unused(partial(draw, rng), self.used)
        else:
            kind, country = "uscc", "CN"
            credit_code = partial(numbers.social_credit_code, rng, name.register, home.area)
            number = numbers.unused(credit_code, self.used)
        return _Identity(
            name.zh, name.latin, "office", kind, number, country, founded, "", "", name.industry,
            long_term=0.55,
        )  # fmt: skip

    def opened(self, home: BranchSpec, status: str, identity: _Identity) -> date:
        """The day the relationship began: never before the branch or the customer."""
        coming_of_age = 16 * 365 if identity.gender else 30
        longest = min(
            (self.today - home.opened_on).days, (self.today - identity.born).days - coming_of_age
        )
        earliest, most = {"prospect": (1, 200), "dormant": (730, longest)}.get(status, (3, longest))
        span = max(min(most, longest) - earliest, 1)
        days = min(earliest + int(self.rng.betavariate(1.1, 2.0) * span), longest)
        return self.today - timedelta(days=days)

    def valid_until(self, identity: _Identity, manager: StaffSpec | None) -> date | None:
        """When the document runs out: for some it just did, for some it soon will."""
        rng = self.rng
        if rng.random() < identity.long_term:
            return None
        chance = rng.random()
        # The visitor's own list should show what expiries look like.
        if manager and manager.number == LEADING_MANAGER:
            chance /= 3
        if chance < 0.02:
            return self.today + timedelta(days=rng.randrange(0, 30))
        if chance < 0.045:
            return self.today - timedelta(days=rng.randrange(1, 700))
        return self.today + timedelta(
            days=rng.randrange(31, 20 * 365 if identity.gender else 3_650)
        )

    def email(self, identity: _Identity, index: int) -> str:
        """An address at a host that never receives mail; many have given none."""
        if self.rng.random() < 0.35:
            return ""
        return f"{identity.login}.{index + 1}@{self.rng.choice(_MAIL_HOSTS)}"

    def address(self, home: BranchSpec) -> str:
        """Street and number, in towers also the flat."""
        rng = self.rng
        street = f"{home.district}{rng.choice(_STREETS)}{rng.randrange(1, 980)}号"
        if rng.random() < 0.45:
            return street
        block, floor, door = rng.randrange(1, 24), rng.randrange(1, 28), rng.randrange(1, 5)
        return f"{street}{rng.choice(_ESTATES)}{block}幢{floor}{door:02d}室"
