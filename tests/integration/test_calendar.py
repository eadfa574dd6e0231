# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook chi.edge.calendar: its page in a real browser, held against the service's own calendar."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

import openstack
import pytest
import yaml
from ansible_collections.chi.edge.tests.tools.chromium import chromium, complaints
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

pytestmark = pytest.mark.alone

NAME = "test-calendar"
OURS, THEIRS = "iot-jetson-nano-01", "iot-rpi4-01"

Entry = tuple[str, ...]


@pytest.fixture(scope="module")
def leased(module_playbook):
    """The start and end of two leases in two days, one of ours and one of another project."""
    start = (datetime.now(timezone.utc) + timedelta(days=2)).replace(minute=0, second=0, microsecond=0)
    lease = {"name": NAME, "start": f"{start:%Y-%m-%d %H:%M}", "duration": "5h"}
    wishes = [("edge", OURS), ("edge-other", THEIRS)]
    try:
        run = module_playbook([{"chi.edge.lease": {**lease, "cloud": cloud, "device": device}} for cloud, device in wishes])
        assert run.status == 0, run.text
        yield tuple(f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in (start, start + timedelta(hours=5)))
    finally:
        undone = [{"chi.edge.lease": {"name": NAME, "cloud": cloud, "state": "absent"}} for cloud, _device in wishes]
        assert module_playbook(undone).status == 0


@dataclass
class Page:
    """What the playbook wrote and said, and the service's calendar before and after it."""

    file: Path
    stdout: str
    before: set[Entry]
    after: set[Entry]


@pytest.fixture(scope="module")
def page(module_playbook, leased, tmp_path_factory):
    file = tmp_path_factory.mktemp("page") / "calendar.html"
    before = calendar()
    run = module_playbook("chi.edge.calendar", extra={"calendar_cloud": "edge", "calendar_file": str(file)})
    assert run.status == 0, run.text
    return Page(file, run.stdout, before, calendar())


def calendar() -> set[Entry]:
    """What Blazar itself says: device, start, end, lease. Others may lease something at any moment."""
    os.environ.setdefault("OS_CLIENT_CONFIG_FILE", "/opt/chi-edge/clouds.yaml")
    with openstack.connect(cloud="edge") as connection:
        url = connection.session.get_endpoint(service_type="reservation", interface="public")
        devices = {item["id"] for item in connection.session.get(f"{url}/devices").json()["devices"]}
        found = connection.session.get(f"{url}/devices/allocations").json()["allocations"]
    return {
        (entry["resource_id"], f"{item['start_date'][:19]}Z", f"{item['end_date'][:19]}Z", item["lease_id"])
        for entry in found
        for item in entry["reservations"]
        if entry["resource_id"] in devices
    }


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


def look(browser, file, width=1280, scheme="light"):
    """Open the page on a screen of this width."""
    screen = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    browser.get(file.as_uri())


@pytest.fixture
def seen(page, browser):
    """The page, just opened; what it complains of on the console fails the test."""
    look(browser, page.file)
    yield browser
    assert complaints(browser) == []


def bars(browser, selector="[data-lease]"):
    return browser.find_elements(By.CSS_SELECTOR, f".slot{selector}")


def entry(slot) -> Entry:
    return tuple(slot.get_attribute(f"data-{key}") for key in ("device", "start", "end", "lease"))


def ours(browser):
    """The bars of our own lease of these tests."""
    return [slot for slot in bars(browser, ".ours") if slot.get_attribute("textContent") == NAME]


def press(browser, group, label):
    button = next(item for item in browser.find_elements(By.CSS_SELECTOR, f"#{group} button") if item.text.startswith(label))
    button.click()
    assert button.get_attribute("aria-pressed") == "true"


# -- the page against the service ----------------------------------------------------------------------------------


def test_the_file_needs_no_network(page):
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//|@import|url\(""", page.file.read_text())


def test_the_bars_are_the_calendar_of_the_service(page, seen):
    press(seen, "ranges", "30")
    horizon = f"{datetime.now(timezone.utc) + timedelta(days=29):%Y-%m-%dT%H:%M:%SZ}"
    lasting = {item for item in page.before & page.after if item[1] < horizon}
    assert lasting <= {entry(slot) for slot in bars(seen)} <= page.before | page.after
    assert len(lasting) >= 2


def test_the_bars_stand_where_their_dates_say(page, leased, seen):
    week = 7 * 24 * 3600
    made = seen.find_element(By.CSS_SELECTOR, ".made time").get_attribute("datetime")
    begin = datetime.fromisoformat(made[:13] + ":00+00:00").timestamp()
    [mine] = ours(seen)
    lane = mine.find_element(By.XPATH, "..").rect
    start, end = (datetime.fromisoformat(moment[:-1] + "+00:00").timestamp() for moment in leased)
    assert mine.rect["x"] - lane["x"] == pytest.approx((start - begin) / week * lane["width"], abs=1.5)
    assert mine.rect["width"] == pytest.approx((end - start) / week * lane["width"], abs=1.5)


def test_the_table_is_the_calendar_of_the_service(page, seen):
    rows = seen.find_elements(By.CSS_SELECTOR, "#table tbody tr:not(.free)")
    listed = {
        (row.get_attribute("data-device"), *(item.get_attribute("datetime") for item in row.find_elements(By.TAG_NAME, "time")))
        for row in rows
    }
    assert {item[:3] for item in page.before & page.after} <= listed <= {item[:3] for item in page.before | page.after}


def test_the_same_is_in_the_terminal(page, leased):
    start, end = (moment[:16].replace("T", " ") for moment in leased)
    assert f"{start} to {end} UTC  {NAME}" in page.stdout
    assert f"{start} to {end} UTC  leased by others" in page.stdout
    assert re.search(rf"{OURS} +[#x.-]*#[#x.-]* ", page.stdout)
    assert re.search(rf"{THEIRS} +[#x.-]*x[#x.-]* ", page.stdout)


# -- what a user does ----------------------------------------------------------------------------------------------


def test_a_click_shows_a_lease_and_escape_goes_back_to_it(page, leased, seen, tmp_path):
    [mine] = ours(seen)
    device, start, end, lease = entry(mine)
    assert (start, end) == leased
    assert (device, start, end, lease) in page.after
    mine.click()
    details = seen.find_element(By.ID, "details")
    assert details.find_element(By.TAG_NAME, "h2").text == NAME
    assert tuple(item.get_attribute("datetime") for item in details.find_elements(By.TAG_NAME, "time")) == leased
    assert all(text in details.text for text in (OURS, lease, "5h"))
    assert seen.save_screenshot(str(tmp_path / "calendar.png"))
    assert (tmp_path / "calendar.png").stat().st_size > 20000
    seen.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert not details.is_displayed()
    assert seen.switch_to.active_element == mine


def test_what_others_lease_is_shown_without_its_name(leased, seen):
    [theirs] = [
        slot for slot in bars(seen, ".theirs") if entry(slot)[1:3] == leased and THEIRS in slot.get_attribute("aria-label")
    ]
    assert NAME not in theirs.get_attribute("outerHTML")


def test_a_free_time_says_how_to_lease_it(leased, seen):
    [mine] = ours(seen)
    device, _start, end, _lease = entry(mine)
    next(slot for slot in bars(seen, ".free") if entry(slot)[:2] == (device, end)).click()
    [task] = yaml.safe_load(seen.find_element(By.CSS_SELECTOR, "#recipe pre").text)
    assert {"device": OURS, "start": end, "duration": "1d"}.items() <= task["chi.edge.lease"].items()


def test_devices_are_filtered_by_their_kind(seen):
    press(seen, "machines", "jetson-nano")
    names = [item.text for item in seen.find_elements(By.CSS_SELECTOR, ".row .who b")]
    rows = [row.text for row in seen.find_elements(By.CSS_SELECTOR, "#table tbody tr") if row.is_displayed()]
    assert OURS in names
    assert THEIRS not in " ".join(names + rows)
    press(seen, "machines", "All")
    assert THEIRS in [item.text for item in seen.find_elements(By.CSS_SELECTOR, ".row .who b")]


def test_time_goes_on_and_back_and_now_is_where_the_clock_says(leased, seen):
    press(seen, "ranges", "1 day")
    now = datetime.now(timezone.utc)
    place = seen.execute_script("return parseFloat(document.querySelector('.row .nowline').style.left)")
    assert place == pytest.approx(100 * (now.minute + now.second / 60) / 60 / 24, abs=0.3)
    assert not ours(seen)
    for _day in range(2):
        seen.find_element(By.ID, "later").click()
    assert [entry(slot)[1:3] for slot in ours(seen)] == [leased]
    assert not seen.find_elements(By.CSS_SELECTOR, ".nowline")
    seen.find_element(By.ID, "today").click()
    assert not ours(seen)


def test_the_keyboard_is_enough(seen):
    assert len(bars(seen, '[tabindex="0"]')) == 1, "one stop for Tab, arrows from there"
    press(seen, "machines", "jetson-nano")
    seen.execute_script("document.querySelector('.slot').focus()")

    def go(key):
        seen.switch_to.active_element.send_keys(key)
        return seen.switch_to.active_element

    [mine] = ours(seen)
    for _step in range(20):
        if go(Keys.ARROW_RIGHT) == mine:
            break
    assert seen.switch_to.active_element == mine
    assert entry(go(Keys.ARROW_LEFT))[2] == entry(mine)[1]
    assert entry(go(Keys.END))[2] is None
    assert go(Keys.ARROW_LEFT) == mine
    assert bars(seen, '[tabindex="0"]') == [mine]
    go(Keys.ENTER)
    details = seen.find_element(By.ID, "details")
    assert details.is_displayed()
    assert details.find_element(By.TAG_NAME, "h2").text == NAME


def test_it_is_dark_in_the_dark_and_fits_a_phone(page, browser):
    colours = []
    for scheme in ("light", "dark"):
        for width in (1280, 390):
            look(browser, page.file, width, scheme)
            overflow = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert browser.execute_script(overflow) == 0, width
            assert min(slot.size["height"] for slot in bars(browser, "")) >= 24
        colours.append(browser.execute_script("return getComputedStyle(document.documentElement).backgroundColor"))
    assert colours[0] != colours[1]


# -- odd contents --------------------------------------------------------------------------------------------------


def test_a_hostile_name_stays_text(playbook, browser, tmp_path):
    """Names of leases are free text; a real one would be refused by nobody."""
    file = tmp_path / "calendar.html"
    name = "</script><script>document.title='owned'</script><b>"
    made = {"name": name, "reservations": [{"device": OURS}], "start": "+3d", "duration": "1h", "cloud": "edge"}
    try:
        assert playbook([{"chi.edge.lease": made}]).status == 0
        run = playbook("chi.edge.calendar", extra={"calendar_cloud": "edge", "calendar_file": str(file)})
        assert run.status == 0, run.text
        look(browser, file)
        assert "owned" not in browser.title
        assert name in [slot.get_attribute("textContent") for slot in bars(browser, ".ours")]
        assert any(name in row.text for row in browser.find_elements(By.CSS_SELECTOR, "#table tr.ours"))
    finally:
        assert playbook([{"chi.edge.lease": {"name": name, "state": "absent", "cloud": "edge"}}]).status == 0


def test_a_filter_that_matches_nothing_gives_an_empty_page(playbook, browser, tmp_path):
    file = tmp_path / "calendar.html"
    extra = {"calendar_cloud": "edge", "calendar_file": str(file), "calendar_device": {"name": "nothing"}}
    run = playbook("chi.edge.calendar", extra=extra)
    assert run.status == 0, run.text
    browser.get(file.as_uri())
    assert "There are no devices." in browser.find_element(By.ID, "chart").text
