"""Where the staff of the demonstration worked before, and what they are licensed to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from crm.ops.demo.people import MANAGER_POSTS, StaffSpec

SEED = "Lanjiang Bank careers"
# what a manager of customers holds, and how many years it is good for
LICENCES = (
    ("banking", 0, 1.0),
    ("funds", 3, 0.8),
    ("insurance", 3, 0.6),
    ("wealth", 2, 0.7),
    ("planner", 4, 0.3),
)
SKILLS = (
    "english", "cantonese", "sign_language", "private_banking", "trade_finance", "supply_chain",
    "rural", "elderly",
)  # fmt: skip
YEAR = 365


@dataclass(frozen=True)
class AssignmentSpec:
    """A post held for a time; the last one has no end."""

    branch: str
    post: str
    first: date
    beyond: date | None
    decision: str

    @property
    def is_last(self) -> bool:
        """Whether it is held today."""
        return self.beyond is None


@dataclass(frozen=True)
class LicenceSpec:
    """A licence that somebody holds."""

    kind: str
    certificate: str
    issued_on: date
    expires_on: date | None


@dataclass(frozen=True)
class Career:
    """What the staff register says about somebody beyond their present post."""

    assignments: tuple[AssignmentSpec, ...]
    licences: tuple[LicenceSpec, ...]
    skills: tuple[str, ...]


def of(spec: StaffSpec, today: date) -> Career:
    """The career of one member of staff, the same for the same day."""
    rng = Random(f"{SEED} {spec.number}")  # noqa: S311  invented careers, not secrets
    return Career(_assignments(spec, rng, today), _licences(spec, rng, today), _skills(rng))


def _assignments(spec: StaffSpec, rng: Random, today: date) -> tuple[AssignmentSpec, ...]:
    days = (today - spec.joined_on).days
    start = spec.joined_on
    before = []
    if spec.post in MANAGER_POSTS and days > 4 * YEAR:
        start = spec.joined_on + timedelta(days=rng.randrange(YEAR, days - YEAR))
        order = _order(rng, spec.joined_on)
        before.append(AssignmentSpec(spec.branch, "teller", spec.joined_on, start, order))
    return (*before, AssignmentSpec(spec.branch, spec.post, start, None, _order(rng, start)))


def _order(rng: Random, day: date) -> str:
    return f"澜银人〔{day.year}〕{rng.randrange(1, 400)}号"


def _licences(spec: StaffSpec, rng: Random, today: date) -> tuple[LicenceSpec, ...]:
    if spec.post not in MANAGER_POSTS:
        return ()
    held = []
    for kind, years, share in LICENCES:
        if rng.random() > share:
            continue
        # most are good for long, some expire soon, a few have expired
        expires = (
            today + timedelta(days=rng.randrange(-20, max(years, 1) * YEAR)) if years else None
        )
        if years and rng.random() < 0.12:
            expires = today + timedelta(days=rng.randrange(3, 29))
        since = expires - timedelta(days=years * YEAR) if expires else spec.joined_on
        number = f"{kind[:2].upper()}{since.year}{spec.number[1:]}"
        held.append(LicenceSpec(kind, number, since, expires))
    return tuple(held)


def _skills(rng: Random) -> tuple[str, ...]:
    return tuple(sorted(rng.sample(SKILLS, rng.choice((0, 0, 1, 1, 2)))))
