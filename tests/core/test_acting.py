"""Who acts is known to the database for one transaction, and to nobody after it."""

import pytest
from django.db import DatabaseError, connection
from django.db.models import F

from crm.core.acting import acting, current_actor
from crm.core.models import AuditEvent
from staff.models import Branch
from sysadmin.models import system_user
from tests.factories import BranchFactory

pytestmark = pytest.mark.django_db(transaction=True)


def change():
    """Change a record."""
    return Branch.objects.update(version=F("version") + 1)


def test_nobody_acts_on_the_same_connection_when_the_work_is_done():
    BranchFactory()
    with acting(by=system_user()):
        change()
    assert current_actor() is None
    assert not connection.in_atomic_block
    events = AuditEvent.objects.count()
    with pytest.raises(DatabaseError, match="nobody is named as acting"):
        change()
    assert AuditEvent.objects.count() == events


def test_work_that_fails_leaves_neither_a_change_nor_an_actor():
    version = BranchFactory().version
    events = AuditEvent.objects.count()

    def fail():
        with acting(by=system_user()):
            assert change() == 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with pytest.raises(DatabaseError, match="nobody is named as acting"):
        change()
    assert Branch.objects.get().version == version
    assert AuditEvent.objects.count() == events
