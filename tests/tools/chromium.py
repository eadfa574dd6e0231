# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A real browser for the tests, without a screen and without a network."""

from __future__ import annotations

import shutil
import typing as t
from contextlib import contextmanager

from selenium import webdriver


@contextmanager
def chromium() -> t.Iterator[webdriver.Chrome]:
    """A Chromium, which keeps what pages say on its console."""
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    assert program and driver, "apt-get install chromium chromium-driver"
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    try:
        yield browser
    finally:
        browser.quit()


def complaints(browser: webdriver.Chrome, *levels: str) -> list[dict]:
    """What has been said on the console since the last look, of these levels."""
    return [entry for entry in browser.get_log("browser") if entry["level"] in (levels or ("SEVERE",))]
