"""A headless Chromium, for the bench's page: in its test and for its picture."""

import contextlib
import os
import shutil
import tempfile

from selenium import webdriver

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
).split()


class NoBrowserError(Exception):
    """There is no Chromium, or no chromedriver, on this machine."""


@contextlib.contextmanager
def chromium(size="1280,800", more=()):
    """A webdriver with a window of `size` and a profile of its own; raises NoBrowserError.

    more: further arguments of Chromium's.
    """
    program = next(filter(None, map(shutil.which, _BROWSERS)), None)
    driver = shutil.which("chromedriver")
    if not program or not driver:
        raise NoBrowserError("no Chromium with chromedriver is on this machine")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    os.environ.setdefault("SE_OFFLINE", "true")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        for flag in (*_FLAGS, *more, f"--user-data-dir={profile}", f"--window-size={size}"):
            options.add_argument(flag)
        browser = webdriver.Chrome(options, webdriver.ChromeService(driver))
        try:
            yield browser
        finally:
            browser.quit()
