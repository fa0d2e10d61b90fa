"""Which job fills the other generation of the list, and an end to it where the job has stopped."""

from django.db import migrations

SQL = """
alter table customers_listing_state add column builder bigint;

-- Beginning waits for writers, and others for it: not for long, like changing places.
alter function customers_listing_begin() set lock_timeout = '500ms';

-- The generation of this job will not go live: from here on nobody notes changes for it.
create function customers_listing_give_up(job bigint) returns void
    language plpgsql security definer
    set search_path = pg_catalog, public, pg_temp set lock_timeout = '500ms' as $$
begin
    perform pg_advisory_xact_lock(7102);
    update customers_listing_state set filling = false
        where filling and coalesce(builder, 0) = job;
    if found then
        truncate customers_listing_changed;
    end if;
end $$;
"""

UNDO = """
drop function customers_listing_give_up(bigint);
alter function customers_listing_begin() reset lock_timeout;
alter table customers_listing_state drop column builder;
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0008_listing")]
    operations = [migrations.RunSQL(SQL, UNDO)]
