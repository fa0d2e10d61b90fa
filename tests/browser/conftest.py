"""A real browser against a real server; no console error and no other host is forgiven."""

from __future__ import annotations

import json
import os
import re
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.test import Client

from crm.ops.testrun import find_browser

from . import bank as place

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
]
# what Chromium itself writes into the console for an answer of 400 and above
ANSWERED = re.compile(r"the server responded with a status of (\d+)")
# what htmx writes of a request that a newer one has replaced; one that failed is a sendError too
REPLACED = re.compile(r"htmx:(afterRequest|sendAbort)\b")
# a slow machine is no fault, a page that never comes is
PATIENCE = 15_000

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture(scope="session")
def browser_type_launch_args():
    """The Chromium of the machine."""
    path = find_browser()
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail("No Chromium was found, and CI=true must not leave out browser tests.")
        pytest.skip("No Chromium was found; install one or name it in CHROMIUM.")
    return {"executable_path": path, "args": ARGUMENTS, "headless": True}


class Watch:
    """What a page did that it must not do."""

    def __init__(self, host):
        self.host = host
        self.faults = []
        self.expected = set()
        self.leaves, self.asked = None, []
        self.deaf = False

    def expect(self, *statuses):
        """Answers of these kinds are part of the test."""
        self.expected |= {str(status) for status in statuses}

    def answer_leaving(self, *, leaves):
        """The browser's question whether to leave what was typed is part of the test."""
        self.leaves = leaves

    @contextmanager
    def unheard(self):
        """Leave out what a tool of the test itself writes into the console."""
        self.deaf = True
        yield
        self.deaf = False

    def follow(self, context):
        """Hear and see all that the pages of a context do."""
        context.on("console", self._heard)
        context.on("weberror", lambda error: self.faults.append(f"error: {error.error}"))
        context.on("request", self._asked)
        context.on("dialog", self._held_back)

    def _heard(self, message):
        answered = ANSWERED.search(message.text)
        is_expected = (answered and answered[1] in self.expected) or REPLACED.match(message.text)
        if message.type in {"error", "warning"} and not is_expected and not self.deaf:
            self.faults.append(f"console: {message.text}")

    def _held_back(self, dialog):
        self.asked.append(dialog.type)
        if self.leaves is None:
            self.faults.append(f"dialog: {dialog.type}")
        if self.leaves is False:
            dialog.dismiss()
        else:
            dialog.accept()

    def _asked(self, request):
        if not request.url.startswith((f"{self.host}/", "data:", "blob:")):
            self.faults.append(f"request: {request.url}")


@pytest.fixture
def watch(live_server):
    """Fails the test for console errors, page errors and requests to another host."""
    watcher = Watch(live_server.url)
    yield watcher
    assert watcher.faults == []


@pytest.fixture
def bank(transactional_db):
    """The small bank of the browser tests."""
    return place.build()


@pytest.fixture
def desk(new_context, watch, live_server):
    """Makes a page, signed in as a user if one is named."""

    def sit_down(user=None, *, width=1440, height=900, **options):
        context = new_context(
            base_url=live_server.url, viewport={"width": width, "height": height}, **options
        )
        context.set_default_timeout(PATIENCE)
        watch.follow(context)
        if user:
            client = Client()
            client.force_login(user)
            key = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}]
            )
        return context.new_page()

    return sit_down


@pytest.fixture
def at_work(desk, bank):
    """The relationship manager's page."""
    return desk(bank.manager)


@pytest.fixture
def demonstration(bank, settings, tmp_path):
    """The small bank as a demonstration, in which some of its people are named at sign-in."""
    settings.DEMO, settings.DATA_DIR = True, tmp_path
    (tmp_path / "demo-password").write_text(json.dumps({"password": place.PHRASE}))
