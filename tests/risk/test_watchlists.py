"""Lists loaded from files: what is new, changed and gone; half a file and a renamed column."""

import datetime as dt

import pytest
from django.core.management import CommandError, call_command

from crm.core.formats import day
from risk.models import ListedName, Watchlist, WatchlistEntry, WatchlistVersion
from sysadmin.models import Grant
from tests.factories_risk import WatchlistFactory

HEAD = "key,kind,name,aliases,born,countries,remark\n"
OWN = HEAD + "".join(f"k{n},person,Listed Somebody{n},,1970,CN,\n" for n in range(20))
UNTIL = "key,kind,name,until\n"
UN = """<?xml version="1.0" encoding="UTF-8"?><CONSOLIDATED_LIST><INDIVIDUALS>
<INDIVIDUAL><DATAID>1</DATAID><FIRST_NAME>DOKU</FIRST_NAME><SECOND_NAME>UMAROV</SECOND_NAME>
<REFERENCE_NUMBER>QDi.290</REFERENCE_NUMBER><COMMENTS1>A remark</COMMENTS1>
<NATIONALITY><VALUE>Russian Federation</VALUE></NATIONALITY>
<INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Lom-ali Butayev</ALIAS_NAME></INDIVIDUAL_ALIAS>
<INDIVIDUAL_DATE_OF_BIRTH><YEAR>1964</YEAR></INDIVIDUAL_DATE_OF_BIRTH>
<NAME_ORIGINAL_SCRIPT>Умаров Доку</NAME_ORIGINAL_SCRIPT></INDIVIDUAL></INDIVIDUALS>
<ENTITIES><ENTITY><DATAID>2</DATAID><FIRST_NAME>HAMSHO TRADING</FIRST_NAME>
<REFERENCE_NUMBER>SYe.001</REFERENCE_NUMBER></ENTITY></ENTITIES></CONSOLIDATED_LIST>"""
SDN = (
    '36,"AEROCARIBBEAN AIRLINES",-0- ,"CUBA",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n'
    '587,"CRUZ, Juan M. de la",individual,"CUBA",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,'
    '"DOB 14 Jun 1975; nationality Cuba; Gender Male."\r\n'
    '9,"SOME SHIP",vessel,"CUBA",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n\x1a'
)
ALT = '36,12,"aka","AERO-CARIBBEAN",-0- \r\n'


@pytest.fixture
def officer(person, bank):
    return person(bank, "risk.load_watchlist", "risk.view_watchlist", extent=Grant.Reach.BANK)


@pytest.fixture
def load(officer, tmp_path):
    """Loads files of this content as a version of a list."""

    def run(form, *contents, code="own", more=()):
        paths = []
        for number, content in enumerate(contents):
            path = tmp_path / f"list{number}"
            path.write_bytes(content.encode())
            paths.append(str(path))
        call_command(
            "screening", "load", form, *paths,
            "--list", code, "--name", "A list", "--as", officer.username, *more,
        )  # fmt: skip

    return run


@pytest.mark.proves("RM-2")
def test_a_new_version_tells_what_is_added_changed_and_removed(load, officer, signed_in, capsys):
    load("own", OWN)
    load("own", OWN.replace("Somebody3,", "Someone3,").replace("k19,", "k20,"))

    assert "20 entries, 1 added, 1 changed, 1 removed" in capsys.readouterr().out
    second = WatchlistVersion.objects.get(number=2)
    assert WatchlistEntry.objects.get(added_in=second).key == "k20"
    assert WatchlistEntry.objects.get(removed_in=second).key == "k19"
    assert ListedName.objects.filter(entry__key="k3").values_list("text", flat=True).get() == (
        "Listed Someone3"
    )
    page = signed_in(officer).get(f"/risk/watchlists/{second.watchlist_id}/").content.decode()
    for shown in ("Listed Someone3", "k20", "k19", officer.shown_name):
        assert shown in page


def test_the_list_of_the_security_council_is_read(load):
    load("un", UN, code="un", more=["--statutory"])

    person = WatchlistEntry.objects.get(key="QDi.290")
    assert person.watchlist.is_statutory
    assert (person.kind, person.name, person.born) == ("person", "DOKU UMAROV", "1964")
    assert person.aliases == ["Умаров Доку", "Lom-ali Butayev"]
    assert (person.countries, person.remark) == ("Russian Federation", "A remark")
    assert WatchlistEntry.objects.get(key="SYe.001").kind == "organisation"
    assert person.names.count() == 3


def test_the_sdn_list_is_read_with_its_aliases_and_without_ships(load):
    load("ofac", SDN, ALT, code="ofac")

    assert set(WatchlistEntry.objects.values_list("key", "kind")) == {
        ("36", "organisation"),
        ("587", "person"),
    }
    assert WatchlistEntry.objects.get(key="36").aliases == ["AERO-CARIBBEAN"]
    assert WatchlistEntry.objects.get(key="587").born == "14 Jun 1975"


@pytest.mark.proves("RM-2")
@pytest.mark.parametrize(
    ("form", "contents", "said"),
    [
        ("un", [UN[:600]], "breaks off or is damaged in line"),
        ("un", ["<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///x'>]>" + UN[38:]], "document type"),
        ("un", ["<OTHER/>"], "begins with <OTHER>"),
        ("un", [UN.replace("REFERENCE_NUMBER", "REF").replace("DATAID", "ID")], "REFERENCE_NUMBER"),
        ("ofac", [SDN[:150], ALT], "Row 2 of list0"),
        ("ofac", [SDN, "36,12,aka\r\n"], "Row 1 of list1"),
        ("ofac", [SDN], "comes in 2 files"),
        ("own", [OWN.replace("name,", "full_name,")], "They must be key, kind, name"),
        ("own", [OWN[:-12]], "Line 21 is not complete"),
        ("own", [OWN.replace("k7,person", "k7,ship")], "Line 9 is not complete"),
        ("own", [OWN.replace("k7,", "k8,")], "k8 stands in the file twice"),
        ("own", [UNTIL + "k1,person,Some Body,2027-02-30\n"], "Line 2 expires on “2027-02-30”"),
        ("own", [HEAD], "There is nobody in the file"),
        ("own", ["".join(OWN.splitlines(keepends=True)[:11])], "lacks 10 of the 20 entries"),
        ("own", [OWN], "nothing is loaded"),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused_with_what_to_do_and_nothing_is_kept(load, form, contents, said):
    load("own", OWN)
    with pytest.raises(CommandError, match=said):
        load(form, *contents)
    assert WatchlistVersion.objects.count() == 1
    assert WatchlistEntry.objects.filter(removed_in=None).count() == 20


def test_a_list_that_is_so_much_shorter_is_loaded_when_that_is_said(load):
    load("own", OWN)
    load("own", "".join(OWN.splitlines(keepends=True)[:11]), more=["--shorter"])
    assert WatchlistVersion.objects.get(number=2).removed == 10


@pytest.mark.proves("RM-2")
def test_the_page_of_a_list_says_who_is_on_it_until_a_day(load, officer, signed_in):
    load("own", "key,kind,name,有效期\nk1,person,Some Body,2999/1/31\nk2,person,Any Body,\n")
    page = signed_in(officer).get(f"/risk/watchlists/{Watchlist.objects.get().pk}/")
    assert [entry.key for entry in page.context["ending"]] == ["k1"]
    assert f"Expires on {day(dt.date(2999, 1, 31))}" in page.content.decode()

    load("own", UNTIL + "k1,person,Some Body,2001-01-31\nk2,person,Any Body,\n")
    page = signed_in(officer).get(f"/risk/watchlists/{Watchlist.objects.get().pk}/")
    assert f"Expired on {day(dt.date(2001, 1, 31))}" in page.content.decode()
    assert WatchlistVersion.objects.get(number=2).changed == 1


def test_what_the_law_lists_does_not_expire(load):
    with pytest.raises(CommandError, match="ends by delisting, not by a day"):
        load("own", UNTIL + "k1,person,Some Body,2999-01-31\n", more=["--statutory"])
    assert not WatchlistEntry.objects.exists()


def test_a_new_list_needs_a_name_and_whoever_loads_the_right(
    load, officer, person, branch, tmp_path
):
    path = tmp_path / "own.csv"
    path.write_text(OWN)
    without_name = ["load", "own", str(path), "--list", "x", "--as", officer.username]
    with pytest.raises(CommandError, match="Name it with --name"):
        call_command("screening", *without_name)
    other = person(branch, "risk.view_watchlist")
    with pytest.raises(CommandError, match="after --as"):
        call_command("screening", *without_name[:-1], other.username, "--name", "X")
    with pytest.raises(CommandError, match="There is no file"):
        call_command("screening", "load", "own", "/nowhere", *without_name[3:])
    assert not Watchlist.objects.exists()


def test_a_list_without_a_file_says_so(officer, signed_in):
    row = WatchlistFactory()
    assert (
        b"No file has been loaded yet"
        in signed_in(officer).get(f"/risk/watchlists/{row.pk}/").content
    )
