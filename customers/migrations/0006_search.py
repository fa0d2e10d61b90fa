"""What customers are found by: one row of keys each, kept by the database with every change."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

SQL = r"""
-- Syllables and words in the order of the name, from its key in lists: chen2陈wei2维 or acme ltd.
create function customers_syllables(name_sort text) returns text[]
    language sql immutable strict parallel safe as $$
    select coalesce(array_agg(coalesce(m[1], m[2])), '{}')
    from regexp_matches(name_sort, '([a-z]+)[1-5]|([^\s1-5\u3400-\u9fff\uf900-\ufaff]+)', 'g') m
$$;

-- Beginnings of what follows each word: for {chen, wei} ch, che, chen, chenw, chenwe, we, wei.
create function customers_beginnings(words text[]) returns setof text
    language sql immutable strict parallel safe as $$
    select substr(rest, 1, n)
    from (select array_to_string(words[i:], '') as rest from generate_subscripts(words, 1) i) r,
         generate_series(2, 6) n
    where n <= length(rest)
$$;

-- c the Chinese characters and pairs of the name, ^ its first ones, plain letters for pinyin and
-- Latin words, i: initials, # the customer number's beginnings.
create function customers_name_keys(name text, latin_name text, name_sort text, number text)
    returns text[] language sql immutable strict parallel safe as $$
    with han as (
        select regexp_replace(name, '[^\u3007\u3400-\u9fff\uf900-\ufaff]', '', 'g') as s
    ), read as (
        select customers_syllables(name_sort) as w
    ), latin as (
        select regexp_split_to_array(trim(regexp_replace(lower(
            regexp_replace(normalize(latin_name, nfd), '[\u0300-\u036f''\u2019]', '', 'g')),
            '[^a-z0-9]+', ' ', 'g')), ' ') as w
    ), initials as (
        select string_agg(left(u.w, 1), '' order by u.at) as s
        from read, unnest(read.w) with ordinality as u(w, at)
    )
    select coalesce(array_agg(distinct k), '{}') from (
        select substr(s, i, n) as k from han, generate_series(1, length(s)) i, generate_series(1, 2) n
        where i + n - 1 <= length(s)
        union all
        select '^' || substr(s, 1, n) from han, generate_series(1, 2) n where n <= length(s)
        union all
        select customers_beginnings(w) from read
        union all
        select customers_beginnings(w) from latin
        union all
        select 'i:' || substr(s, i, n) from initials, generate_series(1, length(s)) i,
               generate_series(2, 4) n
        where i + n - 1 <= length(s)
        union all
        select '#' || left(number, n) from generate_series(3, length(number)) n
    ) t
$$;

-- The whole texts in which longer words are looked for once their keys have found the row.
create function customers_name_text(name text, latin_name text, name_sort text)
    returns text language sql immutable strict parallel safe as $$
    select concat_ws(' ', lower(name),
        regexp_replace(lower(regexp_replace(normalize(latin_name, nfd),
            '[\u0300-\u036f''\u2019]', '', 'g')), '[^a-z0-9]+', '', 'g'),
        array_to_string(customers_syllables(name_sort), ''))
$$;

-- @ the managing branch, @@ it and every branch above it, m the lead manager, t the ends of phones.
create function customers_refresh_search(ids bigint[]) returns integer
    language sql as $$
    with places as (
        select distinct c.home_branch_id as id from customers_customer c where c.id = any(ids)
    ), reach as (
        select p.id, array_agg('@@' || above.id) as keys
        from places p
        join staff_branch own on own.id = p.id
        join staff_branch above on above.lft <= own.lft and above.rgt >= own.rgt
        group by p.id
    ), tails as (
        select customer_id, array_agg(distinct 't' || right(mask, 4)) as keys
        from customers_contactpoint
        where customer_id = any(ids) and kind in ('mobile', 'phone') and right(mask, 4) ~ '^[0-9]{4}$'
        group by customer_id
    ), written as (
        insert into customers_search_key as s (customer_id, keys, text)
        select c.id,
               customers_name_keys(c.name, c.latin_name, c.name_sort, c.number)
               || reach.keys || ('@' || c.home_branch_id)
               || coalesce(array['m' || c.lead_manager_id], '{}') || coalesce(tails.keys, '{}'),
               customers_name_text(c.name, c.latin_name, c.name_sort)
        from customers_customer c
        join reach on reach.id = c.home_branch_id
        left join tails on tails.customer_id = c.id
        where c.id = any(ids)
        on conflict (customer_id) do update set keys = excluded.keys, text = excluded.text
        where (s.keys, s.text) is distinct from (excluded.keys, excluded.text)
        returning 1
    )
    select count(*)::integer from written
$$;

create function customers_keep_search() returns trigger language plpgsql as $$
declare
    ids bigint[];
begin
    if tg_table_name = 'customers_contactpoint' then
        if tg_op = 'DELETE' then
            select array_agg(distinct customer_id) into ids from old_rows;
        else
            select array_agg(distinct customer_id) into ids from new_rows;
        end if;
    elsif tg_op = 'INSERT' then
        select array_agg(id) into ids from new_rows;
    else
        select array_agg(n.id) into ids from new_rows n join old_rows o on o.id = n.id
        where (n.name, n.latin_name, n.name_sort, n.number, n.home_branch_id, n.lead_manager_id)
            is distinct from
              (o.name, o.latin_name, o.name_sort, o.number, o.home_branch_id, o.lead_manager_id);
    end if;
    if ids is not null then
        perform customers_refresh_search(ids);
    end if;
    return null;
end $$;

create trigger search_insert after insert on customers_customer
    referencing new table as new_rows for each statement execute function customers_keep_search();
create trigger search_update after update on customers_customer
    referencing old table as old_rows new table as new_rows
    for each statement execute function customers_keep_search();
create trigger search_insert after insert on customers_contactpoint
    referencing new table as new_rows for each statement execute function customers_keep_search();
create trigger search_update after update on customers_contactpoint
    referencing old table as old_rows new table as new_rows
    for each statement execute function customers_keep_search();
create trigger search_delete after delete on customers_contactpoint
    referencing old table as old_rows for each statement execute function customers_keep_search();

select customers_refresh_search(array_agg(id)) from customers_customer having count(*) > 0;
"""

UNDO = """
drop trigger search_insert on customers_customer;
drop trigger search_update on customers_customer;
drop trigger search_insert on customers_contactpoint;
drop trigger search_update on customers_contactpoint;
drop trigger search_delete on customers_contactpoint;
drop function customers_keep_search();
drop function customers_refresh_search(bigint[]);
drop function customers_name_text(text, text, text);
drop function customers_name_keys(text, text, text, text);
drop function customers_beginnings(text[]);
drop function customers_syllables(text);
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0005_assigning"), ("staff", "0002_staff_user")]
    operations = [
        migrations.CreateModel(
            name="SearchKey",
            fields=[
                (
                    "customer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_key",
                        serialize=False,
                        to="customers.customer",
                    ),
                ),
                (
                    "keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                ("text", models.TextField()),
            ],
            options={
                "db_table": "customers_search_key",
                "default_permissions": (),
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=False, fields=["keys"], name="customers_search_keys"
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="identitykey",
            index=models.Index(fields=["index"], name="customers_identity_index"),
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
