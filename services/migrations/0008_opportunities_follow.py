"""Open opportunities follow whoever sells to another branch; what is won or lost stays credited."""

from django.db import migrations

SQL = r"""
create function services_follow_seller() returns trigger language plpgsql as $$
begin
    -- the trail works for any statement, so there is none without a change
    if exists (
        select from old_rows o join new_rows n on n.id = o.id
        join services_opportunity p on p.owner_id = n.id and p.outcome = 'open'
        where o.branch_id is distinct from n.branch_id
    ) then
        update services_opportunity p
        set branch_id = n.branch_id, updated_at = clock_timestamp()
        from old_rows o join new_rows n on n.id = o.id
        where p.owner_id = n.id and p.outcome = 'open'
            and o.branch_id is distinct from n.branch_id;
    end if;
    return null;
end $$;

create trigger opportunities_follow after update on staff_staffmember
    referencing old table as old_rows new table as new_rows
    for each statement execute function services_follow_seller();
"""

UNDO = """
drop trigger opportunities_follow on staff_staffmember;
drop function services_follow_seller();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('services', '0007_answers'),
    ]

    operations = [migrations.RunSQL(SQL, UNDO)]
