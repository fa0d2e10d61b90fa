"""The Chinese is complete, compiled, and on every page."""

from __future__ import annotations

import ast
import datetime as dt
import gettext
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

import pytest
from django.apps import apps
from django.db import models
from django.template import Context, Template
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation.template import templatize

from crm.core.clock import bank_today, clock_at
from crm.core.models import Derived
from crm.core.navigation import _in_order
from crm.ops.management.commands.translations import unfinished
from crm.urls import RESOURCES
from sysadmin.models import Grant, User
from tests.factories import CustomerFactory, IdentityDocumentFactory, StaffMemberFactory
from tests.matrix.subjects import every_action, subject_of

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "crm" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
PACKAGES = ("config_admin", "crm", "customers", "risk", "services", "staff", "sysadmin")
OURS = [model for model in apps.get_models() if model.__module__.split(".")[0] in PACKAGES]

FIELD = re.compile(r'^(msgctxt|msgid|msgid_plural|msgstr(?:\[0\])?) ((?:".*"\n?)+)', re.MULTILINE)
HOLDER = re.compile(r"%\(\w+\)[sd]|%%|\{\w+\}")
MARKUP = re.compile(r"<[^>]*>")
LATIN = re.compile(r"[A-Za-z]{2,}")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# a checksum, or its beginning: which letters it holds is chance
CHECKSUM = re.compile(r"\b[0-9a-f]{16,}\b")
NARROW_MARKS = re.compile(r"[\u4e00-\u9fff][,;:?!()]|[,;:?!()][\u4e00-\u9fff]")

# what a Chinese bank writes in Latin letters too: names, formats, keys and one country's code
NAMES = {
    "Meridian",
    "CRM",
    "ID",
    "LEI",
    "CSV",
    "csv",
    "xlsx",
    "XLSX",
    "GB",
    "MB",
    "UTF",
    "Ctrl",
    "Enter",
    "Esc",
    "CN",
    "CNY",
    "USD",
}
# an example of an e-mail address
EXAMPLE = {"name", "example", "com"}
# what is typed in a terminal
TERMINAL = {"PORT", "python", "manage", "py", "demo", "as", "all", "faults"}
# the switch to the other language is written in that language
SWITCH = {"English"}
# a language is called by its own name, whatever the page is written in
OWN_NAMES = {"English", "中文"}


class Entry(NamedTuple):
    """A text of the catalogue."""

    context: str
    text: str
    plural: str
    said: str

    @property
    def key(self) -> tuple[str, str, str]:
        return self.context, self.text, self.plural


def entries() -> list[Entry]:
    found = []
    for block in CATALOGUE.read_text(encoding="utf-8").split("\n\n")[1:]:
        held = {
            key: "".join(ast.literal_eval(line) for line in lines.splitlines())
            for key, lines in FIELD.findall(block + "\n")
        }
        said = held.get("msgstr", held.get("msgstr[0]", ""))
        found.append(
            Entry(held.get("msgctxt", ""), held["msgid"], held.get("msgid_plural", ""), said)
        )
    return found


def strange_words(text: str, known: set[str]) -> set[str]:
    return set(LATIN.findall(text)) - known


# --- the catalogue --------------------------------------------------------------------------------


def test_no_entry_is_empty_or_guessed():
    assert entries()
    assert not [entry.text for entry in entries() if not entry.said.strip()]
    assert unfinished(CATALOGUE.read_text(encoding="utf-8")) == []


def test_no_entry_stands_twice():
    keys = [(entry.context, entry.text) for entry in entries()]
    assert len(keys) == len(set(keys))


def test_both_sides_hold_the_same_values():
    unlike = [
        entry.text
        for entry in entries()
        if sorted(HOLDER.findall(entry.said)) != sorted(HOLDER.findall(entry.plural or entry.text))
    ]
    assert unlike == []


def test_both_sides_hold_the_same_markup():
    unlike = [
        entry.text
        for entry in entries()
        if MARKUP.findall(entry.said) != MARKUP.findall(entry.plural or entry.text)
    ]
    assert unlike == []


def test_the_chinese_holds_no_english():
    known = NAMES | EXAMPLE | TERMINAL
    strange = {
        entry.text: words
        for entry in entries()
        if (words := strange_words(MARKUP.sub("", HOLDER.sub("", entry.said)), known))
    }
    assert strange == {}


def test_the_chinese_has_chinese_punctuation():
    wrong = [entry.said for entry in entries() if NARROW_MARKS.search(MARKUP.sub("", entry.said))]
    assert wrong == []


def test_a_sentence_ends_as_one_in_both_languages():
    ends = {".": "。", "?": "？"}
    unlike = [
        entry.text
        for entry in entries()
        for mark, chinese in ends.items()
        if entry.text.endswith(mark) != entry.said.endswith(chinese)
    ]
    assert unlike == []


def test_a_customer_is_never_called_a_user():
    mistaken = [
        entry.text
        for entry in entries()
        if "customer" in entry.text.lower()
        and "user" not in entry.text.lower()
        and "用户" in entry.said
    ]
    assert mistaken == []


def test_what_is_compiled_is_what_is_written():
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    stale = []
    for entry in entries():
        if entry.context:
            said = compiled.pgettext(entry.context, entry.text)
        elif entry.plural:
            said = compiled.ngettext(entry.text, entry.plural, 2)
        else:
            said = compiled.gettext(entry.text)
        stale += [entry.text] if said != entry.said else []
    assert stale == [], "Run: python3 manage.py translations"


def test_the_catalogue_names_no_machine_and_no_person():
    text = CATALOGUE.read_text(encoding="utf-8")
    places = {word for line in text.splitlines() if line.startswith("#:") for word in line.split()}
    assert not [place for place in places if place.startswith("/")]
    assert "Last-Translator" not in text


# --- the sources ----------------------------------------------------------------------------------

# per function: where the context, the text and the plural stand
PLACES = {
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}


def texts_in_python(path: Path) -> set[tuple[str, str, str]]:
    """What a module asks to have translated; a text put together while running is a failure."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {
        alias.asname or alias.name: PLACES[alias.name]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in PLACES
    }
    return {
        key_of(node.args, names[node.func.id], f"{path.relative_to(ROOT)}:{node.lineno}")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names
    }


def key_of(args: list[ast.expr], places: tuple, where: str) -> tuple[str, str, str]:
    parts = ["" if place is None else args[place] for place in places]
    for part in parts:
        fixed = part == "" or (isinstance(part, ast.Constant) and isinstance(part.value, str))
        assert fixed, f"{where}: only a text that stands there can be collected"
    return tuple(part and part.value for part in parts)


LITERAL = r"""u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
CALL = re.compile(rf"(?<!\w)(_|n?p?gettext)\({LITERAL}(?:, ?{LITERAL})?(?:, ?{LITERAL})?")
ASKED = re.compile(r"{%-?\s*(?:blocktranslate|blocktrans|translate|trans)\b")


def texts_in_template(path: Path) -> set[tuple[str, str, str]]:
    """What a template asks to have translated; a tag without a fixed text is a failure."""
    source = path.read_text(encoding="utf-8")
    calls = CALL.findall(templatize(source))
    tags = [call for call in calls if call[0] != "_"]
    assert len(tags) == len(ASKED.findall(source)), f"{path.relative_to(ROOT)}: a text is not fixed"
    found = set()
    for name, *literals in calls:
        said = [ast.literal_eval(literal) for literal in literals if literal]
        places = PLACES["gettext" if name == "_" else name]
        found.add(tuple("" if place is None else said[place] for place in places))
    return found


def test_every_text_of_the_sources_is_in_the_catalogue():
    asked = set()
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            asked |= texts_in_python(path)
    for path in (ROOT / "templates").rglob("*.*"):
        asked |= texts_in_template(path)
    known = {entry.key for entry in entries()}
    assert asked - known == set(), "Run: python3 manage.py translations"
    assert known - asked == set(), "Run: python3 manage.py translations"


def test_templates_write_no_words_of_their_own():
    """A word outside of a tag for translation is one that no Chinese reader gets."""
    written = {}
    for path in (ROOT / "templates").rglob("*.html"):
        plain = re.sub(
            r"{% comment %}.*?{% endcomment %}", "", path.read_text("utf-8"), flags=re.DOTALL
        )
        plain = re.sub(r"{% blocktranslate.*?{% endblocktranslate %}", "", plain, flags=re.DOTALL)
        plain = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", "", plain, flags=re.DOTALL)
        words = strange_words(" ".join(read(plain).said), NAMES | SWITCH)
        if words:
            written[str(path.relative_to(ROOT))] = words
    assert written == {}


# --- names of what the bank keeps -----------------------------------------------------------------

# columns that no page names: keys for sorting, for look-ups and for the tree
UNNAMED = {
    ("customers.customer", "name_sort"),
    ("customers.customer", "salt"),
    ("customers.contactpoint", "index"),
    ("customers.holding", "number_index"),
    ("customers.relatedperson", "index"),
    ("customers.importrun", "head"),
    ("customers.importrun", "salt"),
    ("customers.importrun", "stored"),
    ("staff.branch", "lft"),
    ("staff.branch", "rgt"),
}
# tables that only the system reads
INWARD = {
    "customers.importfault",
    "customers.identitykey",
    "customers.ownershipperiod",
    "core.idempotencykey",
    "core.jobprogress",
    "core.jobrow",
    "core.regularrun",
    "core.storedquery",
    "sysadmin.lastsignin",
    "sysadmin.notification",
}


def labels_of(model: type[models.Model]) -> dict[str, str]:
    """Every label of a model in the active language."""
    opts = model._meta
    labels = {"one": opts.verbose_name, "several": opts.verbose_name_plural}
    for field in opts.concrete_fields:
        if not field.primary_key and (opts.label_lower, field.name) not in UNNAMED:
            labels[f"field {field.name}"] = field.verbose_name
            if field.choices and field.name != "country":  # countries have a test of their own
                labels |= {
                    f"{field.name} {key}": label
                    for key, label in field.choices
                    if label not in OWN_NAMES
                }
    labels |= {f"may {codename}": label for codename, label in opts.permissions}
    for verb, move in getattr(model, "MOVES", {}).items():
        sentences = (move.label, move.question, move.done, move.refused)
        labels |= {f"{verb} {n}": sentence for n, sentence in enumerate(sentences)}
    return {name: str(label) for name, label in labels.items()}


@pytest.mark.parametrize(
    "model",
    [m for m in OURS if m._meta.label_lower not in INWARD and not issubclass(m, Derived)],
    ids=lambda model: model._meta.label_lower,
)
def test_every_label_of_a_model_has_its_chinese(model):
    english = labels_of(model)
    with translation.override("zh-hans"):
        chinese = labels_of(model)
    assert [name for name, label in chinese.items() if not CHINESE.search(label)] == []
    assert [name for name in english if english[name] == chinese[name]] == []


def test_every_module_and_entry_of_the_navigation_has_its_chinese():
    with translation.override("zh-hans"):
        names = [str(app.verbose_name) for app in apps.get_app_configs() if app.name in PACKAGES]
        names += [str(name) for item in _in_order() for name in (item.label, item.group) if name]
    assert len(names) > len(RESOURCES)
    assert [name for name in names if not CHINESE.search(name)] == []


def test_every_country_has_its_chinese_name_and_no_two_share_one():
    field = apps.get_model("customers.customer")._meta.get_field("country")
    with translation.override("zh-hans"):
        names = {code: str(name) for code, name in field.choices}
    assert len(names) == len(set(names.values())) > 200
    assert {code: name for code, name in names.items() if LATIN.search(name)} == {}
    assert not any(NARROW_MARKS.search(name) for name in names.values())
    assert (names["HK"], names["MO"], names["TW"]) == ("中国香港", "中国澳门", "中国台湾")


# --- the pages ------------------------------------------------------------------------------------

SPOKEN = {"aria-label", "alt", "title", "placeholder"}
SILENT = {"script", "style"}


class Reader(HTMLParser):
    """What a page says: its text, and the attributes that are read out."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag, attrs):
        self._silent += tag in SILENT
        self.said += [value for name, value in attrs if name in SPOKEN and value]

    def handle_endtag(self, tag):
        self._silent -= tag in SILENT

    def handle_data(self, data):
        if not self._silent:
            self.said.append(data)


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


def stored_words() -> set[str]:
    """The Latin words of rows that were entered; a stored choice is shown by its label."""
    words: set[str] = set()
    for model in OURS:
        held = [
            field.attname
            for field in model._meta.concrete_fields
            if isinstance(field, models.CharField | models.TextField) and not field.choices
        ]
        for row in model._base_manager.values_list(*held) if held else ():
            words |= {word for value in row for word in LATIN.findall(value or "")}
    return words | {user.initials for user in User.objects.all()}


@pytest.fixture
def chinese(person, signed_in, branch):
    """A client of somebody who may see and enter everything, and reads Chinese."""
    user = person(branch.parent, *sorted(every_action()), extent=Grant.Reach.BANK)
    client = signed_in(user)
    client.post("/language/", {"language": "zh-hans"})
    return client


def strange_words_of(answer) -> set[str]:
    said = " ".join(read(answer.content.decode()).said)
    said = CHECKSUM.sub("", HOLDER.sub("", said))
    return strange_words(said, NAMES | SWITCH | stored_words())


@pytest.mark.parametrize("resource", RESOURCES, ids=str)
def test_the_pages_of_a_resource_are_chinese(resource, chinese, branch):
    subject = subject_of(resource.model)
    row = subject.row(branch, StaffMemberFactory(branch=branch))
    strange = {}
    for page in resource.pages:
        if page in {"panel", "find"}:  # the list's own cells, and an answer without words
            continue
        is_about_a_row = page in {"view", "change"} or page not in resource.PAGES
        answer = chinese.get(resource.url(page, row if is_about_a_row else None))
        assert answer.status_code == 200, page
        if words := strange_words_of(answer):
            strange[page] = words
    assert strange == {}


@pytest.mark.parametrize("resource", [r for r in RESOURCES if "add" in r.pages], ids=str)
def test_what_a_form_refuses_is_said_in_chinese(resource, chinese, keyed):
    answer = chinese.post(resource.url("add"), keyed())
    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert strange_words_of(answer) == set()


def test_the_pages_around_a_customer_are_chinese(chinese, branch):
    customer = CustomerFactory(home_branch=branch)
    document = IdentityDocumentFactory(customer=customer)
    addresses = [
        reverse("customers:customer_history", args=[customer.pk]),
        reverse("customers:customer_timeline", args=[customer.pk]),
        reverse("customers:customer_document", args=[customer.pk]),
        reverse("customers:customer_contact", args=[customer.pk]),
        reverse("customers:customer_reveal", args=[customer.pk, "document", document.pk]),
        reverse("customers:customer_add") + "?kind=organisation",
    ]
    for address in addresses:
        answer = chinese.get(address)
        assert answer.status_code == 200
        assert strange_words_of(answer) == set(), address


def test_sign_in_is_chinese_for_a_browser_that_asks_for_it(client, db):
    asking = {"headers": {"accept-language": "zh-CN,zh;q=0.9"}}
    page = client.get("/account/login/", **asking)
    assert '<html lang="zh-Hans"' in page.content.decode()
    assert strange_words_of(page) == set()
    refused = client.post("/account/login/", {"login": "nobody", "password": "wrong"}, **asking)
    assert refused.context["form"].errors
    assert strange_words_of(refused) == set()


@pytest.mark.parametrize(
    "name", ["account_change_password", "mfa_index", "usersessions_list", "account_logout"]
)
def test_the_pages_of_ones_own_sign_in_are_chinese(name, chinese):
    answer = chinese.get(reverse(name), follow=True)
    assert answer.status_code == 200
    assert strange_words_of(answer) == set()


@pytest.mark.parametrize("status", [400, 403, 404, 409, 415, 429, 500])
def test_error_pages_are_chinese(status):
    with translation.override("zh-hans"):
        page = Template(f'{{% extends "{status}.html" %}}').render(Context())
    assert CHINESE.search(page)
    assert strange_words(" ".join(read(page).said), NAMES) == set()


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


# --- days and moments -----------------------------------------------------------------------------

ZONES = ["UTC", "Asia/Shanghai", "America/Los_Angeles", "Pacific/Kiritimati"]
LATE = dt.datetime(2026, 12, 9, 23, 30, tzinfo=dt.UTC)


def test_a_day_is_written_as_the_language_writes_it(person, signed_in, branch, chinese):
    customer = CustomerFactory(home_branch=branch, opened_on=dt.date(2016, 12, 10))
    for address in (f"/customers/{customer.pk}/", "/customers/"):
        page = chinese.get(address).content.decode()
        assert "2016-12-10" in page
        assert "10 Dec 2016" not in page
    english = signed_in(person(branch, "customers.view_customer"))
    for address in (f"/customers/{customer.pk}/", "/customers/"):
        page = english.get(address).content.decode()
        assert "10 Dec 2016" in page
        assert "2016-12-10" not in page


@pytest.mark.parametrize("zone", ZONES)
def test_a_day_never_shifts_with_a_time_zone(zone, person, signed_in, branch):
    customer = CustomerFactory(home_branch=branch, opened_on=dt.date(2016, 12, 10))
    with timezone.override(zone), clock_at(LATE):
        assert bank_today() == dt.date(2026, 12, 10)
        client = signed_in(person(branch, "customers.view_customer"))
        page = client.get(f"/customers/{customer.pk}/").content.decode()
    assert "10 Dec 2016" in page
    assert "9 Dec 2016" not in page
    assert "11 Dec 2016" not in page


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", "10 Dec 2026 / 10 Dec 2026 07:30 / 10 Dec 2026"),
        ("zh-hans", "2026-12-10 / 2026-12-10 07:30 / 2026-12-10"),
    ],
)
def test_a_moment_is_shown_by_the_clock_of_the_bank(zone, language, shown):
    template = Template("{% load crm_ui %}{{ date|day }} / {{ moment|moment }} / {{ moment|day }}")
    with translation.override(language), timezone.override(zone):
        said = template.render(Context({"date": dt.date(2026, 12, 10), "moment": LATE}))
    assert said == shown
