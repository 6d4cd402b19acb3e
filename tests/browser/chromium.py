"""The browser of the tests: Debian's Chromium, Google Chrome, or the one Playwright keeps.

`python -m tests.browser.chromium` prints where it is, and first installs it if it is missing and this machine
allows. `SKIP_BROWSER_TESTS=1` turns the failure of the tests that need it into named, counted skips.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright

AXE = Path(__file__).parent / "vendor" / "axe-core-4.14.1" / "axe.min.js"

# No sandbox: as root there is none to have. The rest keeps it from calling anywhere but the pages under test.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
COMMANDS = ("chromium", "google-chrome", "google-chrome-stable")
APPLICATIONS = (
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
)
CACHES = (Path.home() / ".cache/ms-playwright", Path.home() / "Library/Caches/ms-playwright")
PATTERNS = (
    "chromium-*/chrome-linux*/chrome",
    "chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
    "chromium_headless_shell-*/*/*headless*shell",
)


class ChromiumMissing(Exception):
    """The browser tests cannot run because there is no Chromium; says the command that mends it."""


def find() -> Path:
    """Where Chromium is. Raises ChromiumMissing."""
    installed = [Path(path) for path in map(shutil.which, COMMANDS) if path]
    candidates = [*installed, *APPLICATIONS, *_kept_by_playwright()]
    for path in candidates:
        if path.is_file() and os.access(path, os.X_OK):
            return path
    mending = "apt-get install chromium" if _may_apt() else ".venv/bin/playwright install chromium"
    raise ChromiumMissing(
        f"The browser tests need Chromium and found none. This mends it: {mending}\n"
        "To go on without them, counted as skipped: SKIP_BROWSER_TESTS=1"
    )


def _kept_by_playwright() -> list[Path]:
    own = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    roots = (Path(own),) if own else CACHES
    return [path for pattern in PATTERNS for root in roots for path in sorted(root.glob(pattern), reverse=True)]


def _may_apt() -> bool:
    return os.getuid() == 0 and shutil.which("apt-get") is not None


def launch(playwright: Playwright) -> Browser:
    """A headless browser. Without Chromium the test fails, or is skipped where that was asked for."""
    try:
        path = find()
    except ChromiumMissing as missing:
        give_up = pytest.skip if os.environ.get("SKIP_BROWSER_TESTS") else pytest.fail
        give_up(str(missing))
    return playwright.chromium.launch(executable_path=path, args=ARGUMENTS)


def install() -> None:
    """Installs Chromium: as root from the distribution, else where Playwright keeps its own. Fails loudly."""
    if _may_apt():
        environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        apt = ("apt-get", "-qq", "-o", "Dpkg::Use-Pty=0")
        packages = ("chromium", "fonts-liberation")  # without a font there is nothing to see
        subprocess.run([*apt, "update"], env=environ, stdin=subprocess.DEVNULL, check=False)
        done = subprocess.run(
            [*apt, "install", "-y", "--no-install-recommends", *packages],
            env=environ,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        if done.returncode == 0:
            return
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


def main() -> None:
    """Prints where Chromium is; missing it is no error here: the tests that need it will say so by name."""
    try:
        print(find())
    except ChromiumMissing:
        install()
        try:
            print(find())
        except ChromiumMissing as missing:
            print(missing, file=sys.stderr)


if __name__ == "__main__":
    main()
