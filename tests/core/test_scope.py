"""`permitted` against the rule in plain Python, over random trees, people, grants and customers."""

from __future__ import annotations

import datetime as dt
import itertools
import os
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from crm.core.acting import acting
from crm.core.clock import bank_today
from crm.core.keyset import capped_count
from crm.core.scope import Extent, LiveGrant, Reach
from crm.core.sealed import reserve_keys, seal_into
from customers.models import ContactPoint, Customer, IdentityDocument, SourceKey
from staff.models import Branch, StaffMember
from sysadmin.models import Grant, Role, User, period, system_user

EXTENTS = Grant.Reach.values
MODELS = (Customer, IdentityDocument, ContactPoint, SourceKey)
VERBS = ("view", "change", "close")
ACTIONS = [f"customers.{verb}_{m._meta.model_name}" for m in MODELS for verb in VERBS]
BRANCHES, PEOPLE = 7, 4

# --- a bank in a few numbers ----------------------------------------------------------------------

# the parent of each further branch, and how wide the gaps of its span are
trees = st.lists(st.tuples(st.integers(0, 99), st.integers(1, 3)), max_size=BRANCHES - 1)
people = st.lists(st.none() | st.integers(0, 99), min_size=1, max_size=PEOPLE)
customers = st.lists(
    st.tuples(st.integers(0, 99), st.none() | st.integers(0, 99)), min_size=1, max_size=6
)
grants = st.lists(
    st.tuples(
        st.integers(0, 99),  # whose
        st.integers(0, 99),  # where
        st.sampled_from(EXTENTS),
        st.sets(st.sampled_from(ACTIONS), min_size=1, max_size=6),
        st.integers(-2, 2),  # first day, counted from today
        st.none() | st.integers(1, 3),  # how many days
    ),
    max_size=8,
)


@dataclass
class Bank:
    """The rows of one drawn bank, and who its people are."""

    parents: list[int | None] = field(default_factory=list)
    branches: list[Branch] = field(default_factory=list)
    users: list[User] = field(default_factory=list)
    staff: list[StaffMember] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)
    customers: list[Customer] = field(default_factory=list)

    # --- the rule ---------------------------------------------------------------------------------

    def is_below(self, branch: int, other: int) -> bool:
        """Whether a branch is another one or stands under it."""
        place: int | None = branch
        while place is not None and place != other:
            place = self.parents[place]
        return place == other

    def carrying(self, user: User, action: str) -> list[Grant]:
        """The grants that the user holds today and that carry the action."""
        today = bank_today()
        return [
            g
            for g in self.grants
            if g.user_id == user.pk
            and action in g.role.actions
            and g.valid.lower <= today
            and (g.valid.upper is None or today < g.valid.upper)
        ]

    def place(self, branch_id: int) -> int:
        """The number of a branch in the drawn tree."""
        return next(n for n, branch in enumerate(self.branches) if branch.pk == branch_id)

    def lets_reach(self, grant: Grant, customer: Customer) -> bool:
        """Whether one grant reaches one customer."""
        at, home = self.place(grant.branch_id), self.place(customer.home_branch_id)
        manager = next((s for s in self.staff if s.pk == customer.lead_manager_id), None)
        leader = next((s for s in self.staff if manager and s.pk == manager.supervisor_id), None)
        own = manager is not None and manager.user_id == grant.user_id
        team = leader is not None and leader.user_id == grant.user_id
        return {
            "own": own,
            "team": own or team,
            "branch": home == at,
            "branches_below": self.is_below(home, at),
            "bank": True,
        }[grant.extent]

    def reached(self, user: User, action: str) -> set[int]:
        """The customers that the user reaches for an action."""
        held = self.carrying(user, action)
        return {c.pk for c in self.customers if any(self.lets_reach(g, c) for g in held)}

    def may_place(self, user: User, action: str) -> set[int]:
        """The branches at which the user may put what the action makes."""
        return {
            branch.pk
            for grant in self.carrying(user, action)
            for n, branch in enumerate(self.branches)
            if grant.extent == "bank"
            or n == self.place(grant.branch_id)
            or (grant.extent == "branches_below" and self.is_below(n, self.place(grant.branch_id)))
        }


def spans(parents: list[int | None], gaps: list[int]) -> dict[int, tuple[int, int]]:
    """The nested spans of a tree, with gaps between them."""
    counter, found = itertools.count(1), {}

    def visit(place: int) -> None:
        left = [next(counter) for _ in range(gaps[place])][-1]
        for child in (n for n, parent in enumerate(parents) if parent == place):
            visit(child)
        found[place] = (left, [next(counter) for _ in range(gaps[place])][-1])

    visit(0)
    return found


def build(tree: Any, posts: Any, clients: Any, given_grants: Any) -> Bank:
    """Store a drawn bank, each table at a stroke."""
    bank = Bank()
    bank.parents = [None, *(parent % place for place, (parent, _) in enumerate(tree, 1))]
    with acting(by=system_user()):
        build_branches(bank, [1, *(gap for _, gap in tree)])
        build_people(bank, posts)
        build_grants(bank, given_grants)
        build_customers(bank, clients)
    return bank


def build_branches(bank: Bank, gaps: list[int]) -> None:
    keys, places = reserve_keys(Branch, len(gaps)), spans(bank.parents, gaps)
    bank.branches = Branch.objects.bulk_create(
        Branch(
            pk=keys[n],
            code=f"{n + 1000:04d}",
            name=f"支行{n}",
            name_en=f"Branch {n}",
            level="head_office" if parent is None else "sub_branch",
            parent_id=None if parent is None else keys[parent],
            lft=places[n][0],
            rgt=places[n][1],
            opened_on=dt.date(2001, 5, 8),
        )
        for n, parent in enumerate(bank.parents)
    )


def build_people(bank: Bank, posts: Any) -> None:
    bank.users = User.objects.bulk_create(
        User(username=f"drawn{n}", display_name=f"员工{n}") for n in range(len(posts))
    )
    keys = reserve_keys(StaffMember, len(posts))
    bank.staff = StaffMember.objects.bulk_create(
        StaffMember(
            pk=keys[n],
            number=f"D{n:05d}",
            name=f"员工{n}",
            latin_name=f"Person {n}",
            branch=bank.branches[0],
            post="teller",
            # the first has no leader; nobody leads those who lead them
            supervisor_id=keys[leader % n] if n and leader is not None else None,
            user=bank.users[n],
            joined_on=dt.date(2015, 3, 2),
        )
        for n, leader in enumerate(posts)
    )


def build_grants(bank: Bank, drawn: Any) -> None:
    roles = Role.objects.bulk_create(
        Role(code=f"drawn-{n}", name=str(n), name_zh=str(n), actions=sorted(grant[3]))
        for n, grant in enumerate(drawn)
    )
    today = bank_today()
    for role, (whose, where, extent, _actions, first, days) in zip(roles, drawn, strict=True):
        begin = today + dt.timedelta(days=first)
        bank.grants.append(
            Grant(
                user=bank.users[whose % len(bank.users)],
                role=role,
                branch=bank.branches[where % len(bank.branches)],
                extent=extent,
                valid=period(begin, None if days is None else begin + dt.timedelta(days=days)),
            )
        )
    Grant.objects.bulk_create(bank.grants)


def build_customers(bank: Bank, drawn: Any) -> None:
    bank.customers = Customer.objects.bulk_create(
        Customer(
            number=f"90000{n:05d}",
            kind="person",
            name=f"客户{n}",
            status="active",
            home_branch=bank.branches[home % len(bank.branches)],
            lead_manager=None if who is None else bank.staff[who % len(bank.staff)],
            opened_on=dt.date(2018, 9, 3),
            salt=os.urandom(16),
        )
        for n, (home, who) in enumerate(drawn)
    )
    SourceKey.objects.bulk_create(
        SourceKey(customer=c, system=system, key=c.number)
        for c in bank.customers
        for system in ("core", "card")
    )
    for model, sealed, kind in (
        (IdentityDocument, "number", "passport"),
        (ContactPoint, "value", "email"),
    ):
        rows = []
        for key, one in zip(reserve_keys(model, len(bank.customers)), bank.customers, strict=True):
            rows.append(model(pk=key, customer=one, kind=kind, mask="•"))
            seal_into(rows[-1], sealed, "x", one.salt)
            if model is ContactPoint:
                rows[-1].index = b"x"
        model.objects.bulk_create(rows)


drawn_bank = given(tree=trees, posts=people, clients=customers, held=grants)
few = settings(
    max_examples=100,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.generate, Phase.shrink],
)


@pytest.fixture
def drawn(db):
    """Builds a drawn bank; it is gone when the block ends."""

    class Drawn:
        def __init__(self, *facts):
            self.facts, self.block = facts, transaction.atomic()

        def __enter__(self):
            self.block.__enter__()
            return build(*self.facts)

        def __exit__(self, *error):
            transaction.set_rollback(True)
            self.block.__exit__(*error)

    return Drawn


def owners(rows) -> list[int]:
    """The customer of each row, in order."""
    name = "pk" if rows.model is Customer else "customer"
    return sorted(rows.values_list(name, flat=True))


# --- the rows -------------------------------------------------------------------------------------


@few
@drawn_bank
def test_a_user_reaches_for_each_action_exactly_what_the_rule_says(
    drawn, tree, posts, clients, held
):
    with drawn(tree, posts, clients, held) as bank:
        for user, (model, verb) in itertools.product(
            User.objects.filter(pk__in=[u.pk for u in bank.users]),
            itertools.product(MODELS, VERBS),
        ):
            action = f"customers.{verb}_{model._meta.model_name}"
            rule = bank.reached(user, action)
            rows = model.objects.permitted(user, verb)
            each = 2 if model is SourceKey else 1
            assert owners(rows) == sorted([*rule] * each), action
            assert (user.reach(action) is None) == (not bank.carrying(user, action)), action
            assert user.has_action(action) == bool(bank.carrying(user, action)), action


@few
@drawn_bank
def test_counts_and_narrower_questions_follow_the_reach(drawn, tree, posts, clients, held):
    with drawn(tree, posts, clients, held) as bank:
        for user in User.objects.filter(pk__in=[u.pk for u in bank.users]):
            rule = bank.reached(user, "customers.view_customer")
            rows = Customer.objects.permitted(user)
            assert rows.count() == len(rule)
            assert capped_count(rows).n == len(rule)
            assert rows.exists() == bool(rule)
            for branch in bank.branches:
                there = {c.pk for c in bank.customers if c.home_branch_id == branch.pk}
                before = Customer.objects.filter(home_branch=branch).permitted(user)
                after = Customer.objects.permitted(user).filter(home_branch=branch)
                assert set(owners(before)) == set(owners(after)) == rule & there


@few
@drawn_bank
def test_a_form_may_point_to_branches_and_people_where_its_action_reaches(
    drawn, tree, posts, clients, held
):
    with drawn(tree, posts, clients, held) as bank:
        for user, action in itertools.product(
            User.objects.filter(pk__in=[u.pk for u in bank.users]), ACTIONS[:3]
        ):
            rule = bank.may_place(user, action)
            offered = Branch.objects.open_to(user, action)
            assert sorted(offered.values_list("pk", flat=True)) == sorted(rule)
            staff = StaffMember.objects.open_to(user, action)
            assert set(staff) == {s for s in bank.staff if s.branch_id in rule}


@few
@drawn_bank
def test_only_a_grant_over_the_whole_bank_reaches_users_and_rights(
    drawn, tree, posts, clients, held
):
    looks = {"sysadmin.view_grant", "staff.view_branch"}
    held = [(*grant[:3], looks, *grant[4:]) for grant in held]
    with drawn(tree, posts, clients, held) as bank:
        for user in User.objects.filter(pk__in=[u.pk for u in bank.users]):
            live = bank.carrying(user, "sysadmin.view_grant")
            over_the_bank = any(g.extent == "bank" for g in live)
            assert Grant.objects.permitted(user).count() == len(bank.grants) * over_the_bank
            assert Branch.objects.permitted(user).count() == len(bank.branches) * bool(live)
            assert not User.scoped.permitted(user).exists()


# --- adding up ------------------------------------------------------------------------------------

places = st.tuples(st.integers(0, 30), st.integers(1, 10)).map(lambda p: (p[0], p[0] + p[1]))


@given(spread=st.lists(places, min_size=1, max_size=8))
def test_merged_spans_cover_the_same_places_and_never_touch(spread):
    live = [
        LiveGrant(frozenset(), Extent.SUBTREE, n, low, high) for n, (low, high) in enumerate(spread)
    ]
    ranges = Reach.of(live).ranges
    for place in range(50):
        covered = any(low <= place <= high for low, high in spread)
        assert any(low <= place <= high for low, high in ranges) == covered
    assert all(before[1] < after[0] for before, after in itertools.pairwise(ranges))


def test_nothing_held_is_no_reach():
    assert Reach.of([]) is None
