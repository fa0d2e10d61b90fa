"""`manage.py test`: finds a browser, then runs pytest in parallel; standard library only."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
BROWSER_PLACES = ("/usr/bin/chromium", "/Applications/Chromium.app/Contents/MacOS/Chromium")
BROWSER_PACKAGES = ("chromium", "fonts-noto-cjk")


def run(arguments: list[str]) -> int:
    """Run the tests and hand on pytest's exit code."""
    browser = find_browser() or install_browser()
    if browser:
        os.environ["CHROMIUM"] = browser
    elif os.environ.get("CI") == "true":
        sys.exit("No Chromium was found, and a run with CI=true must not leave out browser tests.")
    else:
        _say(
            "No Chromium was found: browser tests are skipped. Install one (Debian: apt-get "
            "install chromium fonts-noto-cjk) or name it in CHROMIUM."
        )
    command = [sys.executable, "-m", "pytest", *parallel(arguments), *arguments]
    return subprocess.call(command, cwd=ROOT)  # noqa: S603 - our own program


def parallel(arguments: list[str]) -> list[str]:
    """Several processes, unless the arguments decide that or want to look at one test."""
    own = ("-n", "--numprocesses", "--pdb", "--trace", "no:xdist")
    if any(argument.startswith(own) for argument in arguments):
        return []
    # whoever has done its half takes from the other: some tests take minutes
    return ["-n", str(min(max(os.cpu_count() or 2, 2), 8)), "--dist", "worksteal"]


def find_browser() -> str | None:
    """The Chromium that browser tests use."""
    if chosen := os.environ.get("CHROMIUM"):
        return shutil.which(chosen)
    found = (shutil.which(name) for name in (*BROWSERS, *BROWSER_PLACES))
    return next(filter(None, found), None)


def install_browser() -> str | None:
    """Install Chromium where that takes no question: as root with Debian's packages."""
    apt = shutil.which("apt-get")
    if os.geteuid() != 0 or apt is None or "CHROMIUM" in os.environ:
        return None
    _say("Installing Chromium for the browser tests …")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for step in (
        ("update", "-qq"),
        ("install", "-qq", "--no-install-recommends", *BROWSER_PACKAGES),
    ):
        subprocess.run([apt, *step], env=environment, stdout=subprocess.DEVNULL, check=False)  # noqa: S603
    return find_browser()


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
