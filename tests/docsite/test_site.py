# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pages that `make site` has made: their links, and how a browser takes them."""

from __future__ import annotations

import os
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import pytest
import yaml
from ansible_collections.chi.edge.tests.tools.chromium import chromium, complaints
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / ".build" / "site" / "html"
PAGES = sorted(str(path.relative_to(SITE)) for path in SITE.rglob("*.html"))


class Page(HTMLParser):
    """What leads out of a page, and what can be led to."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.anchors = {""}
        self.feed(path.read_text())

    def handle_starttag(self, tag, attrs) -> None:
        given = dict(attrs)
        self.links.update(given[name] for name in ("href", "src") if given.get(name))
        self.anchors.update(given[name] for name in ("id", "name") if given.get(name))


@pytest.fixture(scope="module")
def pages() -> dict[str, Page]:
    assert PAGES, "make site"
    return {name: Page(SITE / name) for name in PAGES}


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        browser.set_window_size(1300, 1000)
        yield browser


def is_outside(link: str) -> bool:
    return bool(urlsplit(link).scheme or urlsplit(link).netloc)


def place_of(page: str, link: str) -> tuple[str, str]:
    """The file that a link leads to, from a page, and the anchor in it."""
    path, anchor = urldefrag(link)
    target = os.path.normpath(os.path.join(os.path.dirname(page), unquote(urlsplit(path).path))) if path else page
    return target, unquote(anchor)


# -- the files ---------------------------------------------------------------------------------------------------------


def test_all_that_the_collection_has_has_a_page():
    folders = {"modules": "module", "connection": "connection", "inventory": "inventory", "filter": "filter"}
    wanted = {f"{path.stem}_{kind}.html" for name, kind in folders.items() for path in (ROOT / "plugins" / name).glob("*.py")}
    wanted |= {f"{path.name}_role.html" for path in (ROOT / "roles").iterdir()}
    wanted |= {f"docsite/{path.stem}.html" for path in (ROOT / "docs" / "docsite" / "rst").glob("*.rst")}
    assert wanted <= set(PAGES)


def test_no_link_within_the_site_is_broken(pages):
    broken = []
    for name, page in pages.items():
        for link in page.links:
            target, anchor = place_of(name, link)
            if not is_outside(link) and (
                not (SITE / target).is_file() or target in pages and anchor not in pages[target].anchors
            ):
                broken.append(f"{name}: {link}")
    assert broken == []


def test_every_page_is_reached_from_the_first(pages):
    reached, waiting = set(), ["index.html"]
    while waiting:
        name = waiting.pop()
        if name in reached or name not in pages:
            continue
        reached.add(name)
        waiting += [place_of(name, link)[0] for link in pages[name].links if not is_outside(link)]
    assert set(PAGES) - reached == set()


def test_a_link_that_leads_outside_is_meant_to(pages):
    """Neither to mail, which an @ in a text may become, nor without encryption, nor to a machine."""
    outside = {(name, link) for name, page in pages.items() for link in page.links if is_outside(link)}
    assert {(name, link) for name, link in outside if not re.match(r"https://[a-z.-]+\.[a-z]+(/|$)", link)} == set()


def test_a_link_to_our_own_repository_leads_to_a_file(pages):
    home = yaml.safe_load((ROOT / "galaxy.yml").read_text())["repository"]
    links = {link for page in pages.values() for link in page.links}
    files = {match[1] for link in links if (match := re.match(rf"{re.escape(home)}/(?:blob|tree|edit)/main/([^?#]+)", link))}
    assert files
    assert {file for file in files if not (ROOT / file).exists()} == set()


# -- the browser -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_and_has_something_to_say(browser, name):
    browser.get((SITE / name).as_uri())
    assert "chi.edge" in browser.title
    assert browser.find_elements(By.CSS_SELECTOR, "[role=main] h1, #search-results, noscript")
    if name != "search.html":
        assert len(browser.find_element(By.CSS_SELECTOR, "[role=main]").text) > 400
    unloaded = "return [...document.images].filter(image => !image.complete || !image.naturalWidth).map(image => image.src)"
    assert browser.execute_script(unloaded) == []
    assert browser.find_elements(By.CSS_SELECTOR, ".system-message, .problematic") == []
    assert complaints(browser, "SEVERE", "WARNING") == []


def test_the_picture_is_seen_and_nothing_in_it_overflows(browser):
    browser.get((SITE / "docsite" / "guide_architecture.html").as_uri())
    [picture] = browser.find_elements(By.CSS_SELECTOR, "svg[role=img]")
    assert picture.size["width"] > 500 and picture.size["height"] > 400
    boxes = [item.rect for item in picture.find_elements(By.TAG_NAME, "rect")]
    for text in picture.find_elements(By.TAG_NAME, "text"):
        place = text.rect
        around = [
            box
            for box in boxes
            if box["x"] <= place["x"] <= box["x"] + box["width"] and box["y"] <= place["y"] <= box["y"] + box["height"]
        ]
        for box in around:
            assert place["x"] + place["width"] <= box["x"] + box["width"], text.text


def test_a_message_is_found_by_some_of_its_words(browser):
    browser.get((SITE / "search.html").as_uri() + "?q=exec+format+error")
    links = "return [...document.querySelectorAll('#search-results li a')].map(link => link.href).join(' ')"
    found = WebDriverWait(browser, 10)
    found.until(lambda _driver: "guide_troubleshooting.html" in browser.execute_script(links), "the page with all messages")
