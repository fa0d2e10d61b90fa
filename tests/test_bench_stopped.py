"""What the bench says of a case that takes longer than a statement may."""

import io

import pytest
from django.core.management import call_command

from crm.ops.bench import measure
from tests.small_bank import build


@pytest.mark.django_db(transaction=True)
def test_a_case_that_is_stopped_by_the_time_limit_shows_its_status(settings, tmp_path, monkeypatch):
    settings.DEMO, settings.DATA_DIR = True, tmp_path
    build(40)
    monkeypatch.setattr(measure, "BATCHES", 1)
    monkeypatch.setattr("crm.ops.management.commands.bench.TIMEOUT_MS", 50)
    monkeypatch.setattr("crm.ops.bench.plain.TAIL", " and pg_sleep(0.1) is not null limit 1")
    told = io.StringIO()
    call_command("bench", rounds=1, stdout=told, only="sql own")
    assert "status 500" in told.getvalue()
    assert "1 stopped by a time limit" in told.getvalue()
