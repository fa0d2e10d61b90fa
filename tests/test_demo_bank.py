"""The demonstration bank as those who sign in to it see it."""

import pytest
from django.core.management import call_command

from crm.core.clock import bank_today
from crm.ops.demo import bank
from customers.models import Customer
from sysadmin.models import User


@pytest.fixture
def demo(db, settings, tmp_path):
    """A small demonstration bank."""
    settings.DEMO, settings.DATA_DIR = True, tmp_path
    call_command("first_values", verbosity=0)
    bank.fill(bank_today(), size=12)


@pytest.fixture
def auditor(demo, signed_in):
    """The auditor of the demonstration bank, who sees all of it."""
    names = {person.label_en: person.username for person in bank.sign_ins(bank_today())}
    return signed_in(User.objects.get(username=names["Auditor"]))


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Initial data of the demonstration bank"), ("zh-hans", "演示银行初始数据")],
)
def test_a_history_says_in_both_languages_where_the_first_values_come_from(auditor, language, said):
    auditor.post("/language/", {"language": language})
    customer = Customer.objects.latest("pk")
    history = auditor.get(f"/customers/{customer.pk}/history/").content.decode()
    assert said in history
    assert "№" not in history
