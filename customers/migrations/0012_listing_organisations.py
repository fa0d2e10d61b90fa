"""Organisations of the list by name: few among many, and all their names begin with few places."""

from django.db import migrations

SQL = r"""
create or replace function customers_listing_indexes(g text) returns void language plpgsql as $$
declare
    one text;
begin
    foreach one in array array[
        '(lft)',
        '(home_branch_id, name_key, id)',
        '(lead_manager_id, name_key, id)',
        '(name_key, id) include (lft, lead_manager_id, kind, status, opened_on, assets)',
        '(opened_on desc, id desc) include (lft, lead_manager_id, kind, status, assets)',
        '(assets desc, id desc) include (lft, lead_manager_id, kind, status, opened_on)',
        '(name_key, id) include (lft, lead_manager_id, status, opened_on, assets)'
            ' where kind = ''organisation'''
    ] loop
        execute format('create index on customers_listing_%s %s', g, one);
    end loop;
end $$;

do $$
begin
    execute format(
        'create index on customers_listing_%s (name_key, id)'
        ' include (lft, lead_manager_id, status, opened_on, assets) where kind = ''organisation''',
        (select live from customers_listing_state));
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0011_many_at_once")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
