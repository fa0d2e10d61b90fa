"""What the database refuses is said in words, beside the field it is about."""

import pytest

from crm.core.acting import acting
from crm.core.operations import DomainError, save_new
from staff.models import Branch
from sysadmin.models import Grant, User
from tests.factories import BranchFactory, GrantFactory, UserFactory


def refusal(system, obj):
    """What is said when the record is entered, and beside which field."""
    with pytest.raises(DomainError) as refused, acting(by=system):
        save_new(obj)
    return str(refused.value), refused.value.field


def test_a_value_that_must_be_unique_is_refused_beside_its_field(system):
    UserFactory(username="chen.wei")
    again = User(username="chen.wei", display_name="陈伟", password="!")
    assert refusal(system, again) == ("This user name is taken. Choose another one.", "username")
    assert User.objects.filter(username="chen.wei").count() == 1


def test_a_unique_field_without_words_of_its_own_gets_a_sentence(system, bank):
    code = BranchFactory(parent=bank).code
    again = Branch(
        code=code, name="支行", name_en="Branch", level="sub_branch", parent=bank, lft=5, rgt=6,
        city="杭州", opened_on="2001-05-08",
    )  # fmt: skip
    said, field = refusal(system, again)
    assert (said, field) == ("Another record has this value. Enter another one.", "code")


def test_a_rule_over_several_fields_is_said_about_the_whole_record(system, bank):
    held = GrantFactory(branch=bank)
    again = Grant(user=held.user, role=held.role, branch=bank, extent=held.extent, valid=held.valid)
    said, field = refusal(system, again)
    assert said == "The user already has this role at this branch in that period."
    assert field is None
