"""The Chinese is complete, compiled, and on the pages."""

import ast
import gettext
import re
from pathlib import Path

import pytest

from crm.urls import RESOURCES

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "crm" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
FIELD = re.compile(r'^(msgctxt|msgid|msgid_plural|msgstr(?:\[0\])?) ((?:".*"\n?)+)', re.MULTILINE)
HOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
# names and codes that a Chinese bank writes in Latin letters too
LATIN = re.compile(r"(?<![%(\w{<&/=\"])[A-Za-z]{3,}")
KNOWN = {"Meridian", "LEI", "CSV", "XLSX", "xlsx", "csv", "UTF", "Ctrl", "PORT", "python"} | {
    *("manage", "demo", "name", "example", "com", "all", "faults", "code", "span", "class", "num"),
}


def entries():
    text = CATALOGUE.read_text(encoding="utf-8")
    for block in text.split("\n\n")[1:]:
        found = {
            key: "".join(ast.literal_eval(line) for line in lines.splitlines())
            for key, lines in FIELD.findall(block + "\n")
        }
        yield block, found


def test_no_entry_is_empty_or_doubtful():
    for block, entry in entries():
        assert entry.get("msgstr", entry.get("msgstr[0]")), block
        assert "fuzzy" not in block


def test_both_sides_hold_the_same_values():
    for _block, entry in entries():
        said = entry.get("msgstr", entry.get("msgstr[0]"))
        asked = entry.get("msgid_plural", entry["msgid"])
        assert set(HOLDER.findall(said)) == set(HOLDER.findall(asked)), entry["msgid"]


def test_the_chinese_holds_no_english():
    for _block, entry in entries():
        said = HOLDER.sub("", entry.get("msgstr", entry.get("msgstr[0]")))
        strange = [word for word in LATIN.findall(said) if word not in KNOWN]
        assert not strange, entry["msgid"]


def test_what_is_compiled_is_what_is_written():
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for _block, entry in entries():
        if "msgctxt" in entry:
            said = compiled.pgettext(entry["msgctxt"], entry["msgid"])
        elif "msgid_plural" in entry:
            said = compiled.ngettext(entry["msgid"], entry["msgid_plural"], 2)
        else:
            said = compiled.gettext(entry["msgid"])
        assert said == entry.get("msgstr", entry.get("msgstr[0]")), entry["msgid"]


@pytest.mark.proves("XX-2")
def test_a_user_reads_pages_in_the_language_they_chose(person, signed_in, branch):
    actions = [r.permission("view") for r in RESOURCES]
    client = signed_in(person(branch, *actions))
    page = client.get("/customers/").content.decode()
    assert '<html lang="en"' in page
    assert ">Customers</h1>" in page
    client.post("/language/", {"language": "zh-hans", "next": "/customers/"})
    page = client.get("/customers/").content.decode()
    assert '<html lang="zh-Hans"' in page
    assert ">客户</h1>" in page
    assert "Customers" not in page


@pytest.mark.proves("XX-2")
def test_an_unknown_language_changes_nothing(person, signed_in, branch):
    client = signed_in(person(branch, "customers.view_customer"))
    client.post("/language/", {"language": "xx", "next": "/customers/"})
    assert '<html lang="en"' in client.get("/customers/").content.decode()
