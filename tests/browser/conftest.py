"""A real browser against a real server; no console error and no other host is forgiven."""

import os

import pytest

from crm.ops.testrun import find_browser

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
]
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


@pytest.fixture
def watched(page, live_server):
    """A page whose console errors and requests to other hosts fail the test."""
    faults = []

    def heard(message):
        # Chromium itself logs each answer of 400 and above
        if message.type == "error" and "the server responded with a status" not in message.text:
            faults.append(message.text)

    page.on("console", heard)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((live_server.url, "data:"))
            else faults.append(request.url)
        ),
    )
    yield page
    assert faults == []
