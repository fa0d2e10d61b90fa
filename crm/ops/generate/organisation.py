"""Branches in four levels, the people who work in them, and what each may do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.hashers import make_password
from psycopg import Connection

from crm.ops.demo.people import CORPORATE_POSTS, MANAGER_POSTS, staff
from crm.ops.setup import WIDTH

from . import words
from .plan import Plan
from .schema import copy, fill

GAP = 1 << 20
# Where those who sign in work: the branches of the demonstration, and their places here.
HEAD_OFFICE, FIRST_PROVINCE, FIRST_CITY = "0001", "0002", "0007"
NOBODY = "!"  # no password fits this mark

TABLES = """
create unlogged table meridian_generate.place (
    id integer primary key, city text, city_en text, area text);
create unlogged table meridian_generate.district (id integer primary key, name text, name_en text);
create unlogged table meridian_generate.road (id integer primary key, name text, name_en text);
create unlogged table meridian_generate.branch (
    n integer primary key, id bigint, parent integer, level text, place integer, name text,
    name_en text, weight double precision, lft bigint, rgt bigint);
create unlogged table meridian_generate.staff (
    n integer generated always as identity primary key, post text, branch integer, username text,
    password text, name text, latin text, role text, extent text, weight double precision,
    supervisor integer);
create unlogged table meridian_generate.wheel (
    at integer primary key, post text, role text, extent text);
"""
BRANCHES = """
with head as (
    select id from staff_branch
), top as (
    select coalesce(max(id), 1) as id from staff_branch
)
insert into meridian_generate.branch (n, id, parent, level, place, name, name_en, weight)
select t.n, case when t.n = 1 then coalesce(head.id, 1) else top.id + t.n - 1 end, t.parent,
    t.level,
    t.place, t.name, t.name_en, t.weight
from (
    select 1 as n, null::integer as parent, 'head_office' as level, 0 as place, '总行' as name,
        'Head Office' as name_en, 0.5::double precision as weight
    union all
    select 1 + p.id + 1, 1, 'branch', p.id, p.city || '分行', p.city_en || ' Branch', 2
    from meridian_generate.place p
    where p.id < {provinces}
    union all
    select 2 + {provinces} + c, 2 + c % {provinces}, 'managing_sub_branch', p.id,
        p.city || d.name || '支行', p.city_en || ' ' || d.name_en || ' Sub-branch', 4
    from generate_series(0, {cities} - 1) c
    join meridian_generate.place p on p.id = c % {provinces}
    join meridian_generate.district d on d.id = c / {provinces}
    union all
    select 2 + {provinces} + {cities} + o, 2 + {provinces} + o % {cities}, 'sub_branch', p.id,
        p.city || d.name || r.name || '支行',
        p.city_en || ' ' || d.name_en || ' ' || r.name_en || ' Sub-branch',
        6 / power(1 + meridian_generate.draw(o, 101) * 20, 0.8)
    from generate_series(0, {outlets} - 1) o
    join meridian_generate.place p on p.id = (o % {cities}) % {provinces}
    join meridian_generate.district d on d.id = (o % {cities}) / {provinces}
    join meridian_generate.road r on r.id = o / {cities}
) t
cross join top
left join head on true
order by t.n
"""
# In the order of a walk through the tree a unit stands before all below it.
SPANS = """
with recursive walk as (
    select n, 0 as depth, array[n] as path from meridian_generate.branch where n = 1
    union all
    select b.n, w.depth + 1, w.path || b.n
    from meridian_generate.branch b join walk w on b.parent = w.n
), numbered as (
    select n, depth, path, row_number() over (order by path) as at from walk
), sized as (
    select above as n, count(*) as size from numbered, unnest(path) above group by above
)
update meridian_generate.branch b
set lft = {base} + (2 * w.at - w.depth - 2) * {gap},
    rgt = case when w.depth = 0 then {width}
        else {base} + (2 * w.at - w.depth - 3 + 2 * s.size) * {gap} end
from numbered w join sized s on s.n = w.n
where w.n = b.n
"""
ENTER_BRANCHES = """
insert into staff_branch
    (id, created_at, updated_at, version, code, name, name_en, level, parent_id, lft, rgt, city,
     opened_on)
select b.id, now(), now(), 1, case when b.n = 1 then '0001' else (100000 + b.n)::text end, b.name,
    b.name_en, b.level, above.id, b.lft, b.rgt, p.city,
    {today}::date - (10300 + meridian_generate.draw(b.n, 102) * 3000)::integer
from meridian_generate.branch b
join meridian_generate.place p on p.id = b.place
left join meridian_generate.branch above on above.n = b.parent
where not exists (select from staff_branch known where known.id = b.id)
order by b.n
"""
# The head of each unit, then everybody else by turns of a wheel, busy branches more often.
HEADS = """
insert into meridian_generate.staff (post, branch, role, extent)
select case when b.n = 1 then 'president' when b.level = 'branch' then 'branch_head'
        else 'sub_branch_head' end, b.n, 'branch_manager',
    case when b.n = 1 then 'bank' else 'branches_below' end
from meridian_generate.branch b
where b.level <> 'sub_branch'
    and not exists (
        select from meridian_generate.staff s where s.branch = b.n and s.post = 'sub_branch_head')
order by b.n
"""
OTHERS = """
with span as (
    select n, sum(weight) over (order by n) - weight as low, sum(weight) over (order by n) as high,
        sum(weight) over () as total
    from meridian_generate.branch
)
insert into meridian_generate.staff (post, branch, role, extent)
select w.post, span.n, w.role, w.extent
from generate_series(0, {count} - 1) g
join meridian_generate.wheel w on w.at = g % {turn}
join span on meridian_generate.draw(g, 103) * span.total >= span.low
    and meridian_generate.draw(g, 103) * span.total < span.high
order by g
"""
WHO = """
update meridian_generate.staff s
set name = coalesce(s.name, f.text || g.text), latin = coalesce(s.latin, f.latin || ' ' || g.latin),
    username = coalesce(s.username, 's' || lpad(s.n::text, 5, '0')),
    password = coalesce(s.password, {nobody}),
    weight = case when s.post = any({managers}) then
        case when s.password is null
            then least(0.3 + power(meridian_generate.draw(s.n, 104) + 0.01, -0.6), 8)
            else 4 end end,
    supervisor = boss.n
from meridian_generate.staff me
join meridian_generate.surname f
    on f.id = (power(meridian_generate.draw(me.n, 105), 1.7) * {surnames})::integer % {surnames}
join meridian_generate.given g
    on g.id = (meridian_generate.draw(me.n, 106) * {letters})::integer % {letters} * 1000
        + 1 + (meridian_generate.draw(me.n, 107) * {letters})::integer % {letters}
        + case when me.n % 2 = 0 then 1000000 else 0 end
left join lateral (
    select h.n
    from meridian_generate.branch own
    left join meridian_generate.branch above on above.n = own.parent
    join meridian_generate.staff h on h.branch in (own.n, above.n, above.parent)
        and h.post in ('president', 'branch_head', 'sub_branch_head') and h.n <> me.n
    where own.n = me.branch
    order by h.branch desc
    limit 1
) boss on true
where me.n = s.n
"""
ENTER_STAFF = """
insert into sysadmin_user
    (id, created_at, updated_at, version, password, username, display_name, latin_name, is_active,
     is_system, language, theme, density, views, deliveries)
select {users} + n, now(), now(), 1, password, username, name, latin, true, false, '', 'light',
    'compact', '{{}}', '{{}}'
from meridian_generate.staff
order by n;
insert into staff_staffmember
    (id, created_at, updated_at, version, number, name, latin_name, branch_id, post, supervisor_id,
     user_id, joined_on, skills)
select s.n, now(), now(), 1, 'S' || lpad(s.n::text, 5, '0'), s.name, s.latin, b.id, s.post,
    s.supervisor,
    {users} + s.n, {today}::date - (90 + meridian_generate.draw(s.n, 108) * 8000)::integer, '{{}}'
from meridian_generate.staff s join meridian_generate.branch b on b.n = s.branch
order by s.n;
insert into sysadmin_grant
    (created_at, updated_at, version, user_id, role_id, branch_id, extent, valid)
select now(), now(), 1, {users} + s.n, r.id, b.id, s.extent, daterange({today}::date - 90, null)
from meridian_generate.staff s
join meridian_generate.branch b on b.n = s.branch
join sysadmin_role r on r.code = s.role
order by s.n;
insert into staff_staffassignment
    (created_at, updated_at, version, member_id, branch_id, post, supervisor_id, valid, decision,
     grant_id)
select now(), now(), 1, m.id, m.branch_id, m.post, m.supervisor_id, daterange(m.joined_on, null),
    '', g.id
from staff_staffmember m
join sysadmin_grant g on g.user_id = m.user_id and g.branch_id = m.branch_id
where m.user_id > {users}
order by m.id
"""
# Customers are dealt out in equal slots: a manager with twice the weight has twice the slots. Some
# customers of a manager above outlets are kept in one of these.
SLOTS = """
create unlogged table meridian_generate.slot as
with managers as (
    select s.n, s.branch, s.weight, s.post = any({corporate}) as is_company
    from meridian_generate.staff s where s.weight > 0
), spread as (
    select n, branch, is_company,
        (sum(weight) over w - weight) / sum(weight) over (partition by is_company) as low,
        sum(weight) over w / sum(weight) over (partition by is_company) as high
    from managers
    window w as (partition by is_company order by n)
), outlets as (
    select n, (sum(weight) over (order by n) - weight) / sum(weight) over () as low,
        sum(weight) over (order by n) / sum(weight) over () as high
    from meridian_generate.branch where level in ('managing_sub_branch', 'sub_branch')
), below as (
    select parent as n, array_agg(n order by n) as children
    from meridian_generate.branch where level = 'sub_branch' group by parent
), dealt as (
    select s.is_company, g as id, s.n as manager,
        case when g % 5 < 2 and b.children is not null
            then b.children[1 + (g / 5) % cardinality(b.children)] else s.branch end as branch
    from spread s
    left join below b on b.n = s.branch
    cross join lateral generate_series(
        ceil(s.low * {slots})::integer, ceil(s.high * {slots})::integer - 1) g
)
select p.id, pp.id as person_branch, p.manager::bigint as person_manager, cb.id as company_branch,
    c.manager::bigint as company_manager, ob.id as pool_branch
from dealt p
join dealt c on c.id = p.id and c.is_company
join meridian_generate.branch pp on pp.n = p.branch
join meridian_generate.branch cb on cb.n = c.branch
join outlets o on p.id >= o.low * {slots} and p.id < o.high * {slots}
join meridian_generate.branch ob on ob.n = o.n
where not p.is_company and p.id < {slots};
analyze meridian_generate.slot;
create unlogged table meridian_generate.reach as
select own.id as branch_id, array_agg('@@' || above.id) || array['@' || own.id] as keys, own.place
from meridian_generate.branch own
join meridian_generate.branch above on above.lft <= own.lft and above.rgt >= own.rgt
group by own.id, own.place;
analyze meridian_generate.reach;
"""
# post, role, extent, turns of the wheel
WHEEL = (
    ("wealth_manager", "wealth_manager", "own", 8),
    ("corporate_rm", "corporate_manager", "own", 3),
    ("small_business_rm", "corporate_manager", "own", 1),
    ("retail_loan_rm", "wealth_manager", "own", 2),
    ("private_banker", "wealth_manager", "own", 1),
    ("teller", "service_agent", "branch", 3),
    ("lobby_manager", "service_agent", "branch", 1),
    ("agent", "service_agent", "branches_below", 1),
)


@dataclass(frozen=True)
class SignIn:
    """Somebody who can sign in, and as what."""

    username: str
    label: str


def make(connection: Connection[Any], plan: Plan, password: str) -> list[SignIn]:
    """Deal out branches, people and shares in the helper schema; who can sign in."""
    connection.execute(TABLES)
    copy(connection, "place", ((n, *place) for n, place in enumerate(words.PLACES)))
    copy(connection, "district", ((n, *each) for n, each in enumerate(words.DISTRICTS)))
    copy(connection, "road", ((n, *each) for n, each in enumerate(words.ROADS)))
    fill(
        connection,
        BRANCHES,
        provinces=plan.provinces,
        cities=plan.cities,
        outlets=plan.outlets,
    )
    row = connection.execute("select lft from staff_branch").fetchone()
    fill(connection, SPANS, base=row[0] if row else 1, gap=GAP, width=WIDTH)
    people = list(sign_in_rows(connection, plan, password))
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into meridian_generate.staff"
            " (post, branch, username, password, name, latin, role, extent)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s)",
            [row for row, _label in people],
        )
    heads = fill(connection, HEADS)
    wheel = turns()
    copy(connection, "wheel", ((at, *turn) for at, turn in enumerate(wheel)))
    others = max(plan.staff - heads - len(people), 2 * len(wheel))
    fill(connection, OTHERS, count=others, turn=len(wheel))
    fill(
        connection,
        WHO,
        nobody=NOBODY,
        managers=list(MANAGER_POSTS),
        surnames=len(words.SURNAMES),
        letters=min(map(len, words.GIVEN.values())),
    )
    fill(connection, SLOTS, corporate=list(CORPORATE_POSTS), slots=plan.slots)
    return [SignIn(row[2], label) for row, label in people]


def enter(connection: Connection[Any], plan: Plan) -> None:
    """Enter branches, people, users and grants, each recorded in the audit trail."""
    fill(connection, ENTER_BRANCHES, today=plan.today)
    users = connection.execute("select max(id) from sysadmin_user").fetchone()
    fill(connection, ENTER_STAFF, today=plan.today, users=users[0] if users else 0)


def sign_in_rows(
    connection: Connection[Any], plan: Plan, password: str
) -> Iterator[tuple[tuple[Any, ...], str]]:
    """The people of the demonstration, at the head office and the first branches."""
    shared = make_password(password)
    taken = {name for (name,) in connection.execute("select lower(username) from sysadmin_user")}
    places = {HEAD_OFFICE: 1, FIRST_PROVINCE: 2, FIRST_CITY: 2 + plan.provinces}
    for spec in staff(plan.today):
        if spec.sign_in and spec.user_name not in taken:
            held = spec.roles[0]
            yield (
                (spec.post, places[spec.branch], spec.user_name, shared, spec.name_zh,
                 spec.name_latin, held.role, held.reach),
                f"{spec.label_en} · {spec.label_zh}",
            )  # fmt: skip


def turns() -> list[tuple[str, str, str]]:
    """The wheel, one entry a turn, well mixed."""
    each = [(post, role, extent) for post, role, extent, often in WHEEL for _turn in range(often)]
    return each[::3] + each[1::3] + each[2::3]
