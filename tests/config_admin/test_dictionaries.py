"""Dictionaries: codes with names in both languages, in trees, retired and never deleted."""

from contextlib import suppress

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from config_admin import editions
from config_admin.dictionaries.entries import ENTRIES, entries_of, name_of
from config_admin.models import Dictionary, DictionaryEntry
from crm.core.acting import acting
from crm.core.models import AuditEvent
from crm.ops.roles import CONFIGURE
from sysadmin.models import Grant, system_user
from tests.factories import DictionaryEntryFactory, DictionaryFactory

ENTRY_ADD = "/configuration/entries/add/"


@pytest.fixture
def client(signed_in, person, bank):
    """Somebody who configures."""
    return signed_in(person(bank, *CONFIGURE, extent=Grant.Reach.BANK))


@pytest.fixture
def purposes(db):
    return DictionaryFactory(code="contact_purpose", name="Purposes", name_zh="接触目的")


def new_entry(dictionary, **values):
    return {
        "dictionary": dictionary.pk,
        "code": "care",
        "name": "Customer care",
        "name_zh": "客户关怀",
        "position": 10,
    } | values


def entry_page(entry, page=""):
    return f"/configuration/entries/{entry.pk}/{page}"


@pytest.mark.proves("BC-1")
def test_an_entry_is_entered_and_offered_in_both_languages(client, keyed, purposes):
    assert client.post(ENTRY_ADD, keyed(**new_entry(purposes))).status_code == 302
    assert entries_of("contact_purpose") == [("care", "Customer care")]
    with override("zh-hans"):
        assert entries_of("contact_purpose") == [("care", "客户关怀")]
        assert name_of("contact_purpose", "care") == "客户关怀"
    page = client.get(f"/configuration/dictionaries/{purposes.pk}/").content.decode()
    assert "Customer care" in page
    assert "客户关怀" in page


@pytest.mark.proves("BC-1")
@pytest.mark.parametrize(
    ("typed", "found"),
    [("care customer", ["care"]), ("客户", ["care"]), ("CARE", ["care"]), ("care loan", [])],
)
def test_entries_are_found_by_any_words_of_code_and_names(client, purposes, typed, found):
    for code, name, name_zh in (
        ("care", "Customer care", "客户关怀"),
        ("loan", "Loan talk", "贷款洽谈"),
    ):
        DictionaryEntryFactory(dictionary=purposes, code=code, name=name, name_zh=name_zh)
    page = client.get("/configuration/entries/", {"words": typed})
    assert [row.record.code for row in page.context["table"].rows] == found
    assert "Name or code contains" in page.content.decode()


@pytest.mark.proves("BC-1")
def test_a_retired_entry_keeps_its_name_and_is_offered_no_longer(client, keyed, purposes):
    entry = DictionaryEntryFactory(dictionary=purposes, code="care", name="Customer care")
    DictionaryEntryFactory(dictionary=purposes, code="product", name="Product offer")
    answer = client.post(entry_page(entry, "retire/"), keyed(reason="no longer asked for"))
    assert answer.status_code == 302
    assert entries_of("contact_purpose") == [("product", "Product offer")]
    assert entries_of("contact_purpose", also="care")[0] == ("care", "Customer care")
    assert name_of("contact_purpose", "care") == "Customer care"
    assert client.post(entry_page(entry, "restore/"), keyed(reason="back")).status_code == 302
    assert len(entries_of("contact_purpose")) == 2


@pytest.mark.proves("BC-1")
def test_nothing_removes_an_entry(client, purposes):
    entry = DictionaryEntryFactory(dictionary=purposes)
    assert client.post(entry_page(entry, "delete/")).status_code == 404
    assert client.delete(entry_page(entry)).status_code == 405
    page = client.get(entry_page(entry)).content.decode()
    assert "No record has this entry." in page


@pytest.mark.proves("BC-1")
def test_a_code_is_refused_twice_in_one_dictionary_beside_its_field(client, keyed, purposes):
    DictionaryEntryFactory(dictionary=purposes, code="care")
    DictionaryEntryFactory(code="other")
    answer = client.post(ENTRY_ADD, keyed(**new_entry(purposes)))
    assert answer.status_code == 422
    assert answer.context["form"].errors == {
        "code": ["The dictionary has an entry with this code already."]
    }
    assert client.post(ENTRY_ADD, keyed(**new_entry(purposes, code="other"))).status_code == 302


@pytest.mark.proves("BC-1")
@pytest.mark.parametrize(
    ("values", "field"),
    [({"name": "CUSTOMER care"}, "name"), ({"name": "Care", "name_zh": "客户关怀"}, "name_zh")],
)
def test_a_twin_of_an_entry_in_use_is_refused_and_named(client, keyed, purposes, values, field):
    twin = DictionaryEntryFactory(
        dictionary=purposes, code="care", name="Customer care", name_zh="客户关怀"
    )
    new = {"code": "nursing", "name_zh": "护理"} | values
    refused = client.post(ENTRY_ADD, keyed(**new_entry(purposes, **new)))
    assert refused.status_code == 422
    assert refused.context["form"].errors == {
        field: ["Customer care (care) has this name already. Use that one, or enter another name."]
    }
    below = new_entry(purposes, parent=twin.pk, **new)
    assert client.post(ENTRY_ADD, keyed(**below)).status_code == 302
    elsewhere = new_entry(DictionaryFactory(), **new)
    assert client.post(ENTRY_ADD, keyed(**elsewhere)).status_code == 302


@pytest.mark.proves("BC-1")
def test_an_entry_is_not_taken_into_use_beside_its_twin(client, keyed, purposes):
    entry = DictionaryEntryFactory(dictionary=purposes, code="old", name="Customer care")
    client.post(entry_page(entry, "retire/"), keyed(reason="no longer needed"))
    assert client.post(ENTRY_ADD, keyed(**new_entry(purposes))).status_code == 302
    refused = client.post(entry_page(entry, "restore/"), keyed(reason="needed again"))
    assert refused.status_code == 422
    assert "Customer care (care) has this name already." in refused.content.decode()
    assert changed(client, keyed, entry, position=5).status_code == 302


@pytest.mark.proves("BC-1")
def test_a_retired_entry_is_not_offered_as_a_place(client, keyed, purposes):
    above = DictionaryEntryFactory(dictionary=purposes, name="Customer care")
    lookup = "/configuration/entries/lookup/?q=care&action=config_admin.add_dictionaryentry"
    assert f'data-value="{above.pk}"' in client.get(lookup).content.decode()
    client.post(entry_page(above, "retire/"), keyed(reason="no longer needed"))
    assert f'data-value="{above.pk}"' not in client.get(lookup).content.decode()
    sent = new_entry(purposes, parent=above.pk)
    assert client.post(ENTRY_ADD, keyed(**sent)).status_code == 422


@pytest.mark.proves("BC-1")
@pytest.mark.parametrize("code", ["", "客户", "two words", "-x", "x" * 33])
def test_a_code_that_systems_cannot_keep_is_refused(client, keyed, purposes, code):
    answer = client.post(ENTRY_ADD, keyed(**new_entry(purposes, code=code)))
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"code"}
    assert not DictionaryEntry.objects.exists()


def changed(client, keyed, entry, **values):
    data = {"name": entry.name, "name_zh": entry.name_zh, "position": entry.position} | values
    entry.refresh_from_db()
    return client.post(entry_page(entry, "change/"), keyed(version=entry.version, **data))


@pytest.mark.proves("BC-1")
def test_a_circle_in_the_tree_is_refused(client, keyed, purposes):
    top = DictionaryEntryFactory(dictionary=purposes)
    middle = DictionaryEntryFactory(dictionary=purposes, parent=top)
    low = DictionaryEntryFactory(dictionary=purposes, parent=middle)
    for place in (top, middle, low):
        answer = changed(client, keyed, top, parent=place.pk)
        assert answer.status_code == 422
        assert answer.context["form"].errors["parent"] == [
            "An entry cannot stand below itself. Choose one outside its own branch."
        ]
    assert changed(client, keyed, low, parent=top.pk).status_code == 302
    assert depths(purposes) == [0, 1, 1]


def depths(dictionary):
    return [entry.depth for entry in ENTRIES.get()[dictionary.code].values()]


@pytest.mark.proves("BC-1")
def test_a_parent_of_another_dictionary_is_refused(client, keyed, purposes):
    foreign = DictionaryEntryFactory(dictionary=DictionaryFactory(name="Results"))
    answer = client.post(ENTRY_ADD, keyed(**new_entry(purposes, parent=foreign.pk)))
    assert answer.status_code == 422
    assert "belongs to the dictionary Results" in answer.context["form"].errors["parent"][0]


@pytest.mark.proves("BC-1")
def test_an_entry_with_entries_in_use_below_it_is_not_retired(client, keyed, purposes):
    top = DictionaryEntryFactory(dictionary=purposes)
    DictionaryEntryFactory(dictionary=purposes, parent=top)
    answer = client.post(entry_page(top, "retire/"), keyed(reason="no longer needed"))
    assert answer.status_code == 422
    assert "Retire it first." in answer.content.decode()
    top.refresh_from_db()
    assert top.status == "live"


@pytest.mark.proves("BC-1")
def test_code_and_dictionary_of_an_entry_stay_whatever_is_sent(client, keyed, purposes):
    entry = DictionaryEntryFactory(dictionary=purposes, code="care")
    other = DictionaryFactory()
    answer = changed(client, keyed, entry, code="changed", dictionary=other.pk, name="Care")
    assert answer.status_code == 302
    entry.refresh_from_db()
    assert (entry.code, entry.dictionary, entry.name) == ("care", purposes, "Care")


@pytest.mark.proves("BC-1")
def test_those_without_the_right_see_and_change_nothing(signed_in, person, branch, keyed, purposes):
    client = signed_in(person(branch, "customers.view_customer"))
    assert client.get("/configuration/dictionaries/").status_code == 403
    assert client.post(ENTRY_ADD, keyed(**new_entry(purposes))).status_code == 403


@pytest.mark.proves("BC-1")
def test_first_values_are_entered_once_and_leave_alone_what_the_bank_changed(db):
    call_command("first_values", verbosity=0)
    care = DictionaryEntry.objects.get(dictionary__code="contact_purpose", code="care")
    with acting(by=system_user()):
        care.name, care.status = "Looking after", "retired"
        care.save()
    own = DictionaryEntryFactory(dictionary=care.dictionary, code="own")
    before = AuditEvent.objects.count(), Dictionary.objects.count()
    call_command("first_values", verbosity=0)
    assert (AuditEvent.objects.count(), Dictionary.objects.count()) == before
    care.refresh_from_db()
    assert (care.name, care.status) == ("Looking after", "retired")
    assert dict(entries_of("contact_purpose"))["own"] == own.name
    assert entries_of("product_risk")[0] == ("R1", "R1 low")
    with override("zh-hans"):
        assert entries_of("complaint_cause")[0][1] == "管理制度、业务规则与流程"


def asked(function):
    with CaptureQueriesContext(connection) as queries:
        function()
    return len(queries)


@pytest.mark.django_db(transaction=True)
def test_entries_are_read_once_and_again_after_a_change():
    entry = DictionaryEntryFactory(dictionary=DictionaryFactory(code="kept"))
    names = lambda: entries_of("kept")  # noqa: E731
    assert names() == [(entry.code, entry.name)]
    assert asked(names) == 1  # the edition alone
    editions.request_began()
    try:
        assert (asked(names), asked(names)) == (1, 0)
        with acting(by=system_user()):
            DictionaryEntry.objects.filter(pk=entry.pk).update(name="Renamed", version=2)
        assert names() == [(entry.code, entry.name)]
        editions.request_began()  # the next request sees the change
        assert names() == [(entry.code, "Renamed")]
    finally:
        editions.request_ended()


@pytest.mark.django_db(transaction=True)
def test_what_a_transaction_saw_before_it_was_undone_is_not_kept():
    entry = DictionaryEntryFactory(dictionary=DictionaryFactory(code="kept"))
    with suppress(ZeroDivisionError), acting(by=system_user()):
        DictionaryEntry.objects.filter(pk=entry.pk).update(name="Undone", version=2)
        assert name_of("kept", entry.code) == "Undone"
        raise ZeroDivisionError
    assert name_of("kept", entry.code) == entry.name


def test_an_entry_stands_under_its_dictionary_in_navigation_and_breadcrumb(client, purposes):
    entry = DictionaryEntryFactory(dictionary=purposes)
    page = client.get(entry_page(entry)).content.decode()
    assert '<a class="nav-i" href="/configuration/dictionaries/" aria-current="page">' in page
    assert f'<li><a href="/configuration/dictionaries/{purposes.pk}/">Purposes</a></li>' in page
