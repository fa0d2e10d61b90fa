"""The statements that fill what customers ask for and what members of staff do for them."""

from __future__ import annotations

TABLES = """
create unlogged table meridian_generate.topic (
    id integer primary key, service_id bigint, queue_id bigint, channel text,
    response_amount integer, response_unit text, resolution_amount integer, resolution_unit text,
    subject text, description text, reply text, outcome text);
create unlogged table meridian_generate.slot_moment (
    service_id bigint, id integer, received_at timestamptz, response_due_at timestamptz,
    response_risk_at timestamptz, resolution_due_at timestamptz, resolution_risk_at timestamptz,
    primary key (service_id, id));
create unlogged table meridian_generate.scene (
    is_company boolean, id integer, kind text, direction text, purpose text, result text,
    summary text, next_step text, promise text, is_confidential boolean,
    primary key (is_company, id));
create unlogged table meridian_generate.sale (
    is_company boolean, id integer, kind text, low double precision, high double precision,
    primary key (is_company, id));
create unlogged table meridian_generate.grievance (
    id integer primary key, channel text, business text, cause text, description text);
create unlogged table meridian_generate.queue_post (queue_id bigint, post text);
"""
# Of each branch and queue those who work it at the branch or the nearest one above; where nobody
# does, whoever works it anywhere.
WORKERS = """
create unlogged table meridian_generate.worker as
with held as (
    select q.queue_id, s.n, b.lft, b.rgt
    from meridian_generate.queue_post q
    join meridian_generate.staff s on s.post = q.post
    join meridian_generate.branch b on b.n = s.branch
), places as (
    select queue_id, lft, rgt, (array_agg(n order by n))[1:40] as members
    from held group by queue_id, lft, rgt
), anywhere as (
    select queue_id, (array_agg(n order by n))[1:40] as members from held group by queue_id
)
select a.queue_id, b.id as branch_id, coalesce(near.members, a.members) as members
from meridian_generate.branch b
cross join anywhere a
left join lateral (
    select p.members from places p
    where p.queue_id = a.queue_id and p.lft <= b.lft and p.rgt >= b.rgt
    order by p.lft desc
    limit 1
) near on true;
alter table meridian_generate.worker add primary key (queue_id, branch_id);
analyze meridian_generate.worker
"""
QUEUE_MEMBERS = """
insert into services_queue_member (id, created_at, updated_at, version, valid, member_id, queue_id)
select row_number() over (order by q.queue_id, s.n), now(), now(), 1,
    daterange({today}::date - 90, null), s.n, q.queue_id
from meridian_generate.queue_post q
join meridian_generate.staff s on s.post = q.post
"""
# Keys follow the time of entry. Nearly all that is late is done: of what is not yet due most is
# open, of what has been due for less than three weeks a fifth, of the rest one in 250.
REQUESTS = """
insert into services_request
    (id, created_at, updated_at, version, answers, number, customer_id, branch_id, service_id,
     queue_id, owner_id, channel, priority, subject, description, outcome, received_at,
     response_amount, response_unit, resolution_amount, resolution_unit, response_due_at,
     resolution_due_at,
     status, status_since, responded_at, resolved_at, due_at, risk_at, pressure, stopped_at)
select e.id, e.received_at, e.status_since, 2, '{{}}',
    {case_prefix} || e.year || lpad(e.serial::text, {case_digits}, '0'),
    e.customer_id, e.branch_id, e.service_id, e.queue_id,
    case when e.status <> 'queued' then e.worker end,
    e.channel, e.priority, e.subject, e.description,
    case when e.status in ('resolved', 'closed') then e.outcome else '' end,
    e.received_at, e.response_amount, e.response_unit, e.resolution_amount, e.resolution_unit,
    e.response_due_at, e.resolution_due_at, e.status, e.status_since, e.responded_at,
    case when e.status in ('resolved', 'closed') then e.done_at end,
    case when e.answers_first then e.response_due_at else e.resolution_due_at end,
    case when e.answers_first then e.response_risk_at else e.resolution_risk_at end,
    case when e.status in ('resolved', 'closed') then ''
        when {at} >= case when e.answers_first then e.response_due_at else e.resolution_due_at end
            then 'breached'
        when {at} >= case when e.answers_first then e.response_risk_at else e.resolution_risk_at end
            then 'at_risk'
        else '' end,
    case when e.status = 'waiting' then e.status_since end
from (
    select d.*, to_char(d.received_at at time zone {zone}, 'YYYY') as year,
        row_number() over (
            partition by extract(year from d.received_at at time zone {zone}) order by d.id
        ) as serial,
        d.responded_at is null and d.response_due_at <= d.resolution_due_at as answers_first,
        case when d.status = 'queued' then d.received_at
            when d.status in ('resolved', 'closed') then d.done_at
            else coalesce(d.responded_at, d.received_at) end as status_since
    from (
        select s.*,
            case when s.status = 'queued' or (s.status = 'assigned' and s.chance < 0.45) then null
                else least({at}, s.received_at + (s.response_due_at - s.received_at)
                    * (0.1 + 1.1 * power(meridian_generate.draw(s.id, 206), 1.5))) end
                as responded_at,
            greatest(s.received_at, least({at}, s.received_at
                + (s.resolution_due_at - s.received_at)
                * (0.15 + 1.1 * power(meridian_generate.draw(s.id, 207), 1.5)))) as done_at
        from (
            select o.*, case
                when not o.is_open then case when o.received_at > {at} - interval '10 days'
                        and o.chance < 0.4 then 'resolved' else 'closed' end
                when o.chance < 0.35 then 'queued' when o.chance < 0.55 then 'assigned'
                when o.chance < 0.85 then 'in_progress' else 'waiting' end as status
            from (
                select g.id, c.id as customer_id, c.home_branch_id as branch_id, t.service_id,
                    t.queue_id, t.channel, t.response_amount, t.response_unit,
                    t.resolution_amount, t.resolution_unit, t.subject, t.description, t.outcome,
                    m.received_at, m.response_due_at, m.response_risk_at, m.resolution_due_at,
                    m.resolution_risk_at,
                    w.members[1 + (meridian_generate.draw(g.id, 205)
                        * cardinality(w.members))::integer % cardinality(w.members)] as worker,
                    (array['normal', 'normal', 'normal', 'normal', 'normal', 'normal', 'high',
                        'urgent'])[1 + g.id % 8] as priority,
                    meridian_generate.draw(g.id, 204) as chance,
                    meridian_generate.draw(g.id, 203) < case
                        when m.resolution_due_at > {at} then 0.8
                        when m.resolution_due_at > {at} - interval '20 days' then 0.2
                        else 0.004 end as is_open
                from generate_series(1::bigint, {requests}) g(id)
                join customers_customer c
                    on c.id = 1 + (meridian_generate.draw(g.id, 202) * {customers})::bigint
                        % {customers}
                join meridian_generate.topic t
                    on t.id = (meridian_generate.draw(g.id, 201) * {topics})::integer % {topics}
                join meridian_generate.slot_moment m
                    on m.service_id = t.service_id and m.id = (g.id - 1) * {slots} / {requests}
                join meridian_generate.worker w
                    on w.queue_id = t.queue_id and w.branch_id = c.home_branch_id
                offset 0
            ) o
            offset 0
        ) s
        offset 0
    ) d
    offset 0
) e
order by e.id
"""
ENTRIES = """
insert into services_entry
    (id, created_at, updated_at, version, kind, text, at, author_id, customer_id, request_id)
select r.id * 4 + k.n, k.at, k.at, 1, k.kind, k.text, k.at, {users} + r.owner_id, r.customer_id,
    r.id
from services_request r
join meridian_generate.topic t
    on t.id = (meridian_generate.draw(r.id, 201) * {topics})::integer % {topics}
cross join lateral (values
    (0, 'reply', t.reply, r.responded_at),
    (1, 'message', r.description,
        case when meridian_generate.draw(r.id, 211) < 0.3 then r.responded_at end),
    (2, 'note', r.subject,
        case when meridian_generate.draw(r.id, 212) < 0.25 then r.status_since end)
) k(n, kind, text, at)
where r.owner_id is not null and k.at is not null
"""
STOPS = """
insert into services_clock_stop
    (id, created_at, updated_at, version, cause, remark, started_at, ended_at, customer_id,
     request_id)
select r.id, d.started_at, coalesce(d.ended_at, d.started_at), 1,
    case when meridian_generate.draw(r.id, 221) < 0.4 then 'answer' else 'documents' end, '',
    d.started_at, d.ended_at, r.customer_id, r.id
from services_request r
cross join lateral (
    select coalesce(r.stopped_at, r.responded_at) as started_at,
        case when r.stopped_at is null then r.responded_at + (r.resolved_at - r.responded_at) * 0.5
            end as ended_at
) d
where r.stopped_at is not null or (r.resolved_at > r.responded_at
    and meridian_generate.draw(r.id, 222) < 0.08)
"""
CHECKS = """
insert into services_check
    (id, created_at, updated_at, version, is_required, ticked_at, customer_id, item_id,
     ticked_by_id, request_id)
select row_number() over (order by r.id, i.position), r.received_at, r.status_since, 1,
    i.is_required, case when d.is_ticked then r.status_since end, r.customer_id, i.id,
    case when d.is_ticked then {users} + r.owner_id end, r.id
from services_request r
join config_admin_checklist_item i on i.service_id = r.service_id
cross join lateral (
    select r.owner_id is not null and (r.resolved_at is not null
        or meridian_generate.draw(r.id * 8 + i.position % 8, 231) < 0.5) as is_ticked
) d
"""
CONTACTS = """
insert into services_contact
    (id, created_at, updated_at, version, kind, direction, at, purpose, result, summary,
     customer_side, next_step, is_confidential, entered_at, status, reviewed_at, review, author_id,
     customer_id, reviewed_by_id)
select d.id, d.at, d.at, 1, s.kind, s.direction, d.at, s.purpose, s.result, s.summary, '',
    s.next_step, s.is_confidential, d.at,
    case when d.boss is null then 'logged' else 'reviewed' end,
    case when d.boss is not null then d.at + interval '3 days' end, '', d.author, d.customer_id,
    {users} + d.boss
from (
    select g.id, c.id as customer_id, c.lead_manager_id as author,
        c.kind = 'organisation' as is_company,
        case when meridian_generate.draw(g.id, 242) < 0.04
            and g.id < {contacts} * 0.98 then m.supervisor end as boss,
        {at} - interval '15 hours'
            - ({contacts} - g.id) * 300 / {contacts} * interval '1 day'
            + meridian_generate.draw(g.id, 243) * interval '8 hours' as at
    from generate_series(1::bigint, {contacts}) g(id)
    join customers_customer c
        on c.id = 1 + (meridian_generate.draw(g.id, 241) * {customers})::bigint % {customers}
    join meridian_generate.staff m on m.n = c.lead_manager_id
    where c.status in ('active', 'dormant', 'prospect')
    offset 0
) d
join meridian_generate.scene s
    on s.is_company = d.is_company and s.id = d.id % case when d.is_company then {of_firms}
        else {of_persons} end
"""
PROMISES = """
insert into services_promise
    (id, created_at, updated_at, version, words, due_on, made_on, is_confidential, status,
     settled_on, remark, contact_id, customer_id, owner_id)
select d.id, d.at, d.at, 1, d.promise, d.due_on, d.made_on, d.is_confidential, d.status,
    case when d.status in ('kept', 'withdrawn') then least(d.due_on, {today}::date - 1)
        when d.status = 'kept_late' then least(d.due_on + 2, {today}::date - 1) end,
    '', d.id, d.customer_id, d.author_id
from (
    select c.id, c.at, s.promise, m.made_on, m.due_on, c.is_confidential, c.customer_id,
        c.author_id, case
            when m.due_on >= {today}::date then
                case when meridian_generate.draw(c.id, 252) < 0.3 then 'kept' else 'open' end
            when meridian_generate.draw(c.id, 252) < 0.82 then 'kept'
            when meridian_generate.draw(c.id, 252) < 0.90 then 'kept_late'
            when meridian_generate.draw(c.id, 252) < 0.96 then 'broken'
            else 'withdrawn' end as status
    from services_contact c
    join customers_customer held on held.id = c.customer_id
    join meridian_generate.scene s on s.is_company = (held.kind = 'organisation')
        and s.id = c.id % case when held.kind = 'organisation' then {of_firms}
            else {of_persons} end
    cross join lateral (
        select (c.at at time zone {zone})::date as made_on, (c.at at time zone {zone})::date + 3
            + (meridian_generate.draw(c.id, 251) * 12)::integer as due_on
    ) m
    where s.promise <> ''
    offset 0
) d
"""
TASKS = """
insert into services_task
    (id, created_at, updated_at, version, title, due_on, priority, source, note, status, author_id,
     customer_id, member_id)
select d.id, now(), now(), 1, s.next_step, d.due_on, 1 + (d.id % 3)::smallint, '', '',
    case when meridian_generate.draw(d.id, 263) < case when d.due_on < {today}::date - 7 then 0.985
        when d.due_on < {today}::date then 0.8 else 0.1 end then 'done' else 'open' end,
    {users} + d.member, d.customer_id, d.member
from (
    select g.id, c.id as customer_id, c.lead_manager_id as member,
        c.kind = 'organisation' as is_company,
        {today}::date + 25 - (meridian_generate.draw(g.id, 262) * 230)::integer as due_on
    from generate_series(1::bigint, {tasks}) g(id)
    join customers_customer c
        on c.id = 1 + (meridian_generate.draw(g.id, 261) * {customers})::bigint % {customers}
    where c.lead_manager_id is not null and c.status in ('active', 'dormant', 'prospect')
    offset 0
) d
join meridian_generate.scene s
    on s.is_company = d.is_company and s.id = d.id % case when d.is_company then {of_firms}
        else {of_persons} end
where s.next_step <> ''
"""
OPPORTUNITIES = """
insert into services_opportunity
    (id, created_at, updated_at, version, product_kind, amount, currency, amount_base, closes_on,
     outcome, source, lost_reason, remark, staged_on, closed_on, branch_id, customer_id, owner_id,
     stage_id)
select d.id, now(), now(), 1, d.kind, d.amount, 'CNY', d.amount, d.closes_on, d.outcome,
    d.source, case when d.outcome = 'lost' then d.loss else '' end, '',
    least(d.closes_on, {today}::date) - 3 - (meridian_generate.draw(d.id, 277) * 40)::integer,
    case when d.outcome <> 'open' then least(d.closes_on, {today}::date - 1) end, d.branch_id,
    d.customer_id, d.owner, st.stages[1 + d.id % cardinality(st.stages)]
from (
    select g.id, c.id as customer_id, m.n as owner, b.id as branch_id, s.kind, due.closes_on,
        ({sources}::text[])[1 + g.id % cardinality({sources}::text[])] as source,
        ({losses}::text[])[1 + g.id % cardinality({losses}::text[])] as loss,
        round((1000 * (s.low + (s.high - s.low)
            * power(meridian_generate.draw(g.id, 273), 2)))::numeric, -3) as amount,
        case when due.closes_on > {today}::date - 20 and meridian_generate.draw(g.id, 274) < 0.8
            then 'open' when meridian_generate.draw(g.id, 275) < 0.45 then 'won' else 'lost' end
            as outcome
    from generate_series(1::bigint, {opportunities}) g(id)
    join customers_customer c
        on c.id = 1 + (meridian_generate.draw(g.id, 271) * {customers})::bigint % {customers}
    join meridian_generate.staff m on m.n = c.lead_manager_id
    join meridian_generate.branch b on b.n = m.branch
    join meridian_generate.sale s on s.is_company = (c.kind = 'organisation')
        and s.id = g.id % case when c.kind = 'organisation' then {to_firms} else {to_persons} end
    cross join lateral (
        select {today}::date + 90 - (meridian_generate.draw(g.id, 272) * 400)::integer
            as closes_on
    ) due
    where c.status in ('active', 'dormant', 'prospect')
    offset 0
) d
join (
    select outcome, array_agg(id order by position) as stages
    from services_opportunitystage group by outcome
) st on st.outcome = d.outcome
"""
COMPLAINTS = """
insert into services_complaint
    (id, created_at, updated_at, version, number, complainant, complainant_name, received_at,
     channel, business, cause, description, expected, is_legal, is_regulator, is_media,
     is_vulnerable, status, due_on, is_complex, complex_reason, extension_reason, finding, findings,
     remedy, compensation_currency, root_cause, corrective_action, recheck_note, answered_at,
     dispute, branch_id, customer_id, handler_id, received_by_id)
select e.id, e.at, e.at, 1,
    {complaint_prefix} || e.year || lpad(e.serial::text, {complaint_digits}, '0'), 'customer', '',
    e.at, e.channel, e.business, e.cause, e.description, {expected}, false, e.id % 40 = 0,
    false, e.id % 25 = 0, e.status, e.due_on, false, '', '',
    case when e.is_done then e.finding else '' end, case when e.is_done then {found} else '' end,
    '', '', case when e.is_done then {found} else '' end, '', '',
    case when e.is_done then least({at}, e.at
        + (0.1 + meridian_generate.draw(e.id, 285)) * interval '12 days') end,
    '', e.branch_id, e.customer_id, case when e.status <> 'received' then e.worker end, e.worker
from (
    select d.*, to_char(d.at at time zone {zone}, 'YYYY') as year,
        row_number() over (
            partition by extract(year from d.at at time zone {zone}) order by d.id) as serial,
        d.status in ('answered', 'closed') as is_done,
        (d.at at time zone {zone})::date + 15 as due_on
    from (
        select o.*, case
            when o.at > {at} - interval '12 days' and o.chance < 0.8
                then (array['received', 'assigned', 'investigating'])[1 + o.id % 3]
            when o.at > {at} - interval '40 days' and o.chance < 0.15 then 'investigating'
            when o.at > {at} - interval '60 days' and o.chance < 0.5 then 'answered'
            when o.chance > 0.97 then 'withdrawn'
            else 'closed' end as status
        from (
            select g.id, c.id as customer_id, c.home_branch_id as branch_id, f.channel, f.business,
                f.cause, f.description, meridian_generate.draw(g.id, 283) as chance,
                (array['upheld', 'partly', 'not_upheld'])[1 + g.id % 3] as finding,
                w.members[1 + (meridian_generate.draw(g.id, 284)
                    * cardinality(w.members))::integer % cardinality(w.members)] as worker,
                {at} - interval '15 hours'
                    - ({complaints} - g.id) * 700 / {complaints} * interval '1 day'
                    + meridian_generate.draw(g.id, 282) * interval '8 hours' as at
            from generate_series(1::bigint, {complaints}) g(id)
            join customers_customer c
                on c.id = 1 + (meridian_generate.draw(g.id, 281) * {customers})::bigint
                    % {customers}
            join meridian_generate.grievance f on f.id = g.id % {grievances}
            join meridian_generate.worker w
                on w.queue_id = {queue} and w.branch_id = c.home_branch_id
            offset 0
        ) o
        offset 0
    ) d
    offset 0
) e
"""
# The series go on after the last number that was given.
NUMBERS = """
update config_admin_number_series n
set drawn = d.drawn, year = d.year, version = n.version + 1, updated_at = now()
from (
    select count(*) as drawn, max(extract(year from received_at at time zone {zone})) as year
    from {table}
    where extract(year from received_at at time zone {zone})
        = extract(year from {today}::date)
) d
where n.code = {code} and d.drawn > 0
"""
