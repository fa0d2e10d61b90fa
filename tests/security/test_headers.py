"""Headers of every answer, whatever its status; and what an installation under HTTPS sends."""

import base64
import fcntl
import io
import json
import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from crm.core.logs import LineFormatter
from crm.ops.cluster import APPLICATION
from tests.cluster_plugin import RUN_FOLDER, database_name
from tests.security import broken_urls

ROOT = Path(__file__).resolve().parents[2]
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
}
MAKERS = re.compile(r"django|gunicorn|python|postgres|whitenoise|meridian v?[0-9]", re.IGNORECASE)


def check_headers(headers):
    """What every answer carries."""
    policy = dict(
        part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";")
    )
    assert policy == POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert re.fullmatch(r"[0-9a-f]{16}", headers["X-Request-ID"])
    assert "Server" not in headers
    assert "X-Powered-By" not in headers


@pytest.fixture
def clerk(person, branch):
    return person(branch, "customers.view_customer", "customers.add_customer")


def answers(client, keyed):
    """One request for each status that the product answers with."""
    yield 200, client.get("/customers/")
    yield 200, client.get("/account/factors/")
    yield 302, Client().get("/customers/")
    yield 400, client.get("/customers/", {"name": "\x00"})
    yield 400, client.get("/", headers={"host": "evil.example"})
    yield 403, client.get("/system/users/")
    yield 403, Client(enforce_csrf_checks=True).post("/account/login/", {})
    yield 404, client.get("/customers/999999/")
    yield 404, client.get("/nowhere/")
    yield 405, client.get("/language/")
    yield 405, client.delete("/customers/")
    yield 405, client.trace("/")
    yield 409, client.post("/customers/add/", {})
    yield 415, client.post("/customers/add/", "x", content_type="text/plain; charset=gbk")
    yield 422, client.post("/customers/add/", keyed())
    yield 500, client.get("/broken/")


@pytest.mark.urls(broken_urls.__name__)
def test_every_answer_carries_the_headers(clerk, keyed):
    client = Client(raise_request_exception=False)
    client.force_login(clerk)
    seen = set()
    for status, answer in answers(client, keyed):
        assert answer.status_code == status
        check_headers(answer.headers)
        assert "no-store" in answer.headers["Cache-Control"]
        if answer.content:
            assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
            assert answer.headers["X-Request-ID"] in answer.content.decode() or status in {200, 422}
        seen.add(status)
    assert {200, 302, 400, 403, 404, 405, 409, 415, 422, 500} <= seen


@pytest.mark.urls(broken_urls.__name__)
def test_too_many_requests_say_so_in_the_banks_look(client, db, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    client.post("/account/login/", {"login": "a", "password": "b"})
    answer = client.post("/account/login/", {"login": "a", "password": "b"})
    assert answer.status_code == 429
    assert "Wait a minute" in answer.content.decode()
    check_headers(answer.headers)


@pytest.fixture
def console():
    """What the product writes to its log."""
    told = io.StringIO()
    root = logging.getLogger()
    handler = next(h for h in root.handlers if isinstance(h.formatter, LineFormatter))
    before = handler.setStream(told)
    yield told
    handler.setStream(before)


def test_a_log_line_stays_one_line(console):
    logging.getLogger("tests").error("typed: %s", 'x\r\n{"level": "INFO"}\x00\u2028\x1b[2J')
    assert len(console.getvalue().splitlines()) == 1
    assert not {"\r", "\x00", "\x1b", "\u2028"} & set(console.getvalue())
    assert json.loads(console.getvalue())["message"].startswith("typed: x")


@pytest.mark.urls(broken_urls.__name__)
def test_a_failure_tells_nothing_but_its_reference(clerk, console):
    client = Client(raise_request_exception=False)
    client.force_login(clerk)
    answer = client.get("/broken/")
    page = answer.content.decode()
    for inside in ("Traceback", "RuntimeError", "broken_urls", broken_urls.SECRET, str(ROOT)):
        assert inside not in page
    assert answer.headers["X-Request-ID"] in page
    lines = [json.loads(line) for line in console.getvalue().splitlines()]
    mine = [line for line in lines if line["request"] == answer.headers["X-Request-ID"]]
    assert {line.get("exception") for line in mine} == {"RuntimeError"}
    assert broken_urls.SECRET not in json.dumps(lines)


@pytest.mark.parametrize("file", ["crm.css", "crm.js", "favicon.svg", "django_htmx/htmx-2.min.js"])
def test_files_carry_the_headers_and_may_be_kept(client, db, file):
    answer = client.get(f"/static/{file}")
    assert answer.status_code == 200
    answer.close()
    check_headers(answer.headers)
    assert "no-store" not in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    [
        "/static/",
        "/static/missing.css",
        "/static/../manage.py",
        "/static/..%2f..%2fmanage.py",
        "/static/%2e%2e/%2e%2e/crm/settings.py",
        "/static//etc/passwd",
        "/.git/config",
        "/.git/HEAD",
        "/.data/keys",
        "/manage.py",
        "/robots.txt",
        "/server-status",
        "/media/",
        "/files/",
    ],
)
def test_nothing_but_pages_and_files_is_served(client, db, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert "no-store" in answer.headers["Cache-Control"]
    check_headers(answer.headers)


def test_pages_name_no_versions(client, db):
    for path in ("/account/login/", "/nowhere/"):
        text = re.sub(r"(src|href)=\"[^\"]*\"", "", client.get(path).content.decode())
        assert not MAKERS.search(text)


@pytest.mark.parametrize(
    "verb", ["PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "CONNECT", "PROPFIND"]
)
def test_verbs_that_nobody_needs_are_refused(client, clerk, verb):
    client.force_login(clerk)
    for path in ("/", "/customers/", "/customers/1/change/", "/static/crm.css", "/nowhere/"):
        answer = client.generic(verb, path)
        assert answer.status_code == 405
        assert answer.headers["Allow"] == "GET, HEAD, POST"
        assert answer.content == b""


def test_head_answers_like_get_without_a_body(client, clerk):
    client.force_login(clerk)
    answer = client.head("/customers/")
    assert (answer.status_code, answer.content) == (200, b"")


# --- an installation under HTTPS ------------------------------------------------------------------


def production_environment(folder, address):
    key = base64.b64encode(os.urandom(32)).decode()
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {
        "CRM_BOOTSTRAP": "0",
        "DJANGO_SETTINGS_MODULE": "crm.settings",
        "DATABASE_URL": address,
        "SECRET_KEY": key + key,
        "ALLOWED_HOSTS": "meridian.example",
        "CRM_DATA": str(folder),
        "CRM_SEAL_KEYS": f"1:{key}",
        "CRM_INDEX_KEYS": f"1:{key}",
        "PYTHONWARNINGS": "error::DeprecationWarning",
    }


def run(arguments, environment):
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture(scope="module")
def installation(run_of_tests, django_db_setup, tmp_path_factory):
    """What the product answers with the settings of an installation."""
    address = run_of_tests.url(APPLICATION, database_name())
    told = Path(os.environ[RUN_FOLDER]) / "production.json"
    with told.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # once for all workers of a run
        if not told.exists():
            environment = production_environment(tmp_path_factory.mktemp("data"), address)
            answer = run(["tests/security/production.py"], environment)
            assert answer.returncode == 0, answer.stderr[-3000:]
            told.write_text(answer.stdout)
    return json.loads(told.read_text())


def test_an_installation_has_no_debug_pages(installation):
    assert installation["debug"] is False


def test_plain_http_leads_to_https(installation):
    answer = installation["plain"]
    assert answer["status"] == 301
    assert answer["headers"]["Location"] == "https://testserver/account/login/"
    assert answer["cookies"] == {}


@pytest.mark.parametrize(
    "which", ["login", "missing", "odd", "file", "sign in", "home", "foreign host"]
)
def test_https_is_kept_for_a_year_at_least_with_subdomains(installation, which):
    headers = installation[which]["headers"]
    check_headers(headers)
    found = re.match(r"max-age=(\d+); includeSubDomains", headers["Strict-Transport-Security"])
    assert int(found.group(1)) >= 365 * 24 * 3600


@pytest.mark.parametrize("which", ["foreign host", "foreign host, plain"])
def test_a_foreign_host_name_is_refused_in_the_banks_look(installation, which):
    assert installation[which]["status"] == 400
    check_headers(installation[which]["headers"])
    assert "no-store" in installation[which]["headers"]["Cache-Control"]


def test_cookies_stay_with_the_host_and_out_of_reach_of_scripts(installation):
    set_by = installation["login"]["cookies"] | installation["sign in"]["cookies"]
    assert set(set_by) == {"__Host-csrf", "__Host-device", "__Host-session"}
    for cookie in set_by.values():
        parts = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"secure", "httponly", "path=/", "samesite=lax"} <= parts
        assert not any(part.startswith("domain") for part in parts)


def test_sign_out_clears_what_the_browser_kept(installation):
    assert installation["sign in"]["status"] == 302
    assert installation["sign out"]["headers"]["Clear-Site-Data"] == '"cache", "storage"'


def test_files_with_a_digest_in_their_name_are_kept_for_ever(installation):
    assert re.fullmatch(r"/static/crm\.[0-9a-f]{12}\.css", installation["address"])
    kept = installation["file"]["headers"]["Cache-Control"]
    assert "immutable" in kept
    assert int(re.search(r"max-age=(\d+)", kept).group(1)) >= 365 * 24 * 3600
    for page in ("missing file", "listing"):
        assert installation[page]["status"] == 404
        assert "no-store" in installation[page]["headers"]["Cache-Control"]


def test_the_deployment_check_finds_nothing(tmp_path):
    environment = production_environment(tmp_path, "postgresql://meridian_app@%2Fnowhere/meridian")
    answer = run(["manage.py", "check", "--deploy", "--fail-level", "WARNING"], environment)
    assert answer.returncode == 0, answer.stderr


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "CRM_SEAL_KEYS", "CRM_INDEX_KEYS"])
def test_no_secret_has_a_default(tmp_path, name):
    environment = production_environment(tmp_path, "postgresql://meridian_app@%2Fnowhere/meridian")
    del environment[name]
    answer = run(["-c", "import crm.settings"], environment)
    assert answer.returncode != 0
    assert name in answer.stderr
