"""The page in a real browser: live values, working controls, nothing loaded from elsewhere."""

import asyncio
import json
import os
import shutil
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from selenium import webdriver

from host_tests.bench.fake_bench import FakeBench, FakeConfig
from tools.bench import controls
from tools.bench.desk import Desk
from tools.bench.server import Server

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
).split()


def _programs():
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    driver = shutil.which("chromedriver")
    if not browser or not driver:
        pytest.skip("no Chromium with chromedriver is on this machine")
    return browser, driver


@pytest.fixture(scope="module")
def desk():
    with tempfile.TemporaryDirectory() as run_dir:
        desk = Desk(FakeBench(FakeConfig(Path(run_dir), lapse=30)))
        desk.start()
        yield desk
        desk.stop()


@pytest.fixture(scope="module")
def address(desk):
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(Server(desk).start(), loop).result(10)
    yield f"http://127.0.0.1:{server.port}/"
    asyncio.run_coroutine_threadsafe(server.stop(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


@pytest.fixture(scope="module")
def browser(address):
    program, driver = _programs()
    options = webdriver.ChromeOptions()
    options.binary_location = program
    profile = tempfile.mkdtemp()
    for flag in (*_FLAGS, f"--user-data-dir={profile}", "--window-size=1280,800"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    os.environ.setdefault("SE_OFFLINE", "true")
    browser = webdriver.Chrome(options, webdriver.ChromeService(driver))
    browser.get(address)
    yield browser
    browser.quit()
    shutil.rmtree(profile, ignore_errors=True)


def until(condition, limit_s=12):
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        result = condition()
        if result:
            return result
        time.sleep(0.1)
    return condition()


def js(browser, expression):
    return browser.execute_script(f"return {expression}")


def text(browser, selector):
    return js(browser, f"document.querySelector({json.dumps(selector)})?.textContent")


@pytest.fixture
def page(browser):
    assert until(lambda: js(browser, "document.body.dataset.ready")), "no state came"
    return browser


def test_truth_and_belief_stand_side_by_side(page, desk):
    row = '[data-name="pack_mv"] td'
    assert until(lambda: (text(page, row + ":last-child") or "").endswith(" V"))
    assert text(page, row + ":nth-child(2)") == f"{desk.bench.plant.pack_mv / 1000:.2f} V"
    assert text(page, '[data-name="charge_utpr_dc"] td:last-child') == "5.0 °C"


def test_differences_are_marked(page, desk):
    marked = "document.querySelector('[data-name=charge_utpr_dc]').dataset.differs"
    assert until(lambda: js(page, marked) == "false")
    truth = desk.bench.truth
    own = desk.bench.thread  # in which the fake firmware gets the truth that it tells
    desk.bench.truth = lambda: {
        **truth(),
        "charge_utpr_dc": 50 if threading.current_thread() is own else 60,
    }
    try:
        assert until(lambda: js(page, marked) == "true")
    finally:
        desk.bench.truth = truth
    assert until(lambda: js(page, marked) == "false")


def test_the_panel_shows_the_drivers_pixels(page):
    pixel = "[...document.getElementById('lcd').getContext('2d').getImageData(%d, 60, 1, 1).data]"
    assert until(lambda: js(page, pixel % 0) == [20, 160, 140, 255])
    assert js(page, pixel % 239) == [4, 8, 12, 255]
    first = js(page, "document.getElementById('lcd').dataset.seq")
    assert until(lambda: js(page, "document.getElementById('lcd').dataset.seq") != first)
    assert (
        js(page, "getComputedStyle(document.getElementById('lcd')).imageRendering") == "pixelated"
    )


def test_the_plot_is_drawn(page):
    # A line's own colour is on the canvas: axes alone would not do.
    drawn = """(() => {
      const canvas = document.getElementById("plot");
      const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
      let seen = 0;
      for (let i = 0; i < data.length; i += 4)
        if (Math.abs(data[i] - 0x57) + Math.abs(data[i+1] - 0xd3) < 20 &&
            Math.abs(data[i+2] - 0x8c) < 10)
          seen += 1;
      return seen;
    })()"""
    assert until(lambda: js(page, drawn) > 50)


def test_messages_and_console_are_shown(page):
    assert until(lambda: "packmate/fake01/state" in (text(page, "#messages") or ""))
    assert "Packmate, a fake one" in text(page, "#console")


def test_every_control_is_there_labelled_and_shows_its_state(page):
    missing = []
    for entry in controls.describe():
        name = entry["name"]
        kind = {"action": f'[data-action="{name}"]', "choice": f'[name="control-{name}"]'}
        selector = kind.get(entry["kind"], f"#control-{name}")
        element = f"document.querySelector({json.dumps(selector)})"
        if not js(page, element):
            missing.append(name)
        elif not js(page, f"{element}.labels?.[0]?.textContent || {element}.textContent"):
            missing.append(name + " has no label")
    assert missing == []
    assert until(lambda: text(page, 'output[for="control-ambient_dc"]') == "8.0 °C")


def test_a_switch_acts_by_keyboard_and_shows_changes_from_elsewhere(page, desk):
    js(page, "document.getElementById('control-charger').focus()")
    page.switch_to.active_element.send_keys(" ")
    assert until(lambda: desk.bench.controls()["charger"] is True)
    desk.apply("charger", False)
    assert until(lambda: js(page, "document.getElementById('control-charger').checked") is False)


def test_a_slider_acts_by_keyboard(page, desk):
    js(page, "document.getElementById('control-ambient_dc').focus()")
    before = desk.bench.controls()["ambient_dc"]
    page.switch_to.active_element.send_keys("\ue012")  # arrow left
    assert until(lambda: desk.bench.controls()["ambient_dc"] == before - 5)


def test_choices_and_buttons_act(page, desk):
    page.find_element("css selector", '[name="control-broker"][value="silent"]').click()
    assert until(lambda: desk.proxy.mode == "silent")
    page.find_element("css selector", '[name="control-broker"][value="normal"]').click()
    assert until(lambda: desk.proxy.mode == "normal")
    page.find_element("css selector", '[data-action="button_1"]').click()
    assert until(lambda: ("button_1", None) in desk.bench.pressed)
    page.find_element("css selector", '[data-action="firmware_kill"]').click()
    assert until(lambda: desk.bench.kills)


def test_another_bms_can_be_chosen_and_packmate_is_told(page, desk):
    page.find_element("css selector", '#control-bms option[value="ant_new"]').click()
    assert until(lambda: desk.bench.controls()["bms"] == "ant_new")
    told = json.loads((desk.bench.config.run_dir / "settings.json").read_text())
    assert told["bms_dialect"] == "ant_new" and told["heater_thresholds"] == "bms"
    desk.apply("bms", "jk_display")
    assert until(lambda: js(page, "document.getElementById('control-bms').value") == "jk_display")
    told = json.loads((desk.bench.config.run_dir / "settings.json").read_text())
    assert told["bms_dialect"] == "jk_display" and told["heater_thresholds"] == "own"
    desk.apply("bms", "jk_gps")


def test_a_unit_on_the_air_has_the_faults_of_the_air(page, desk):
    def shown(group):
        return js(page, f"!document.querySelector('[data-group={group}]').hidden")

    assert shown("wire") and not shown("air")
    desk.apply("bms", "jk_ble")
    told = json.loads((desk.bench.config.run_dir / "settings.json").read_text())
    assert told["bms_dialect"] == "jk_ble" and told["bms_link"] == "ble"
    assert until(lambda: shown("air")) and not shown("wire")
    assert until(lambda: text(page, '[data-lamp="radio"]') == "Bluetooth")
    assert "-60 dBm" in text(page, "#radio-facts")
    page.find_element("css selector", "#control-ble_away").click()
    assert until(lambda: text(page, '[data-lamp="bms"]') == "BMS out of range")
    assert until(lambda: text(page, '[data-lamp="radio"]').startswith("Bluetooth not connected"))
    page.find_element("css selector", "#control-ble_away").click()
    page.find_element("css selector", '[data-action="ble_drop"]').click()
    assert until(lambda: ("ble_drop", None) in desk.bench.pressed)
    desk.apply("bms", "jk_gps")
    assert until(lambda: shown("wire")) and not shown("air")
    assert text(page, '[data-lamp="radio"]') == ""


def test_somebody_else_s_frames_are_seen_at_once(page, desk):
    desk.apply("bms_foreign", "ant_old")
    assert until(lambda: text(page, '[data-lamp="bms"]') == "BMS as ant old")
    assert until(lambda: js(page, "document.getElementById('control-bms_foreign').className"))
    desk.apply("bms_foreign", "none")
    assert until(lambda: text(page, '[data-lamp="bms"]') == "BMS answers")


def test_a_fault_is_seen_at_once(page, desk):
    desk.apply("bms_unplugged", True)
    assert until(lambda: text(page, '[data-lamp="bms"]') == "BMS unplugged")
    assert until(lambda: text(page, "#heater-state") == "blocked")
    assert text(page, "#heater-reason") == "stale"
    desk.apply("bms_unplugged", False)
    assert until(lambda: text(page, '[data-lamp="bms"]') == "BMS answers")


@pytest.mark.parametrize("bms", ["jk_gps", "jk_ble"])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844), (820, 1180), (1920, 1080)])
def test_nothing_sticks_out_at_any_width(page, desk, width, height, bms):
    desk.apply("bms", bms)
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        time.sleep(0.5)
        sticking = """[...document.querySelectorAll("main *")].filter((e) => {
          const box = e.getBoundingClientRect();
          return box.width && getComputedStyle(e).position !== "absolute"
            && box.right > document.documentElement.clientWidth + 1;
        }).map((e) => e.id || e.className || e.tagName)"""
        assert js(page, sticking) == []
    finally:
        desk.apply("bms", "jk_gps")
        page.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_no_request_goes_elsewhere_and_the_console_is_clean(page, address):
    # Last: it judges everything the page has done so far.
    assert [entry for entry in page.get_log("browser") if entry["level"] == "SEVERE"] == []
    requested = set()
    for entry in page.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            requested.add(message["params"]["request"]["url"])
        elif message["method"] == "Network.webSocketCreated":
            requested.add(message["params"]["url"])
    here = urlsplit(address).netloc
    assert len(requested) > 5
    own = ("data:", "chrome", "about:")  # chrome: the browser's empty page before ours
    elsewhere = [url for url in requested if urlsplit(url).netloc != here]
    assert [url for url in elsewhere if not url.startswith(own)] == []


def test_what_a_silent_packmate_said_last_is_not_shown_as_live(page, desk):
    figure = '[data-name="pack_mv"] td:last-child'
    assert until(lambda: (text(page, figure) or "").endswith(" V"))
    snapshot = desk.bench.snapshot
    desk.bench.snapshot = lambda: {
        **snapshot(),
        "chip": {**snapshot()["chip"], "running": False, "state": "dead"},
    }
    try:
        assert until(lambda: text(page, figure) == "–")
        assert (
            text(page, "#believed-age") == text(page, "#heater-reason") == "the firmware is dead"
        )
        assert text(page, "#heater-state") == "not known"
    finally:
        desk.bench.snapshot = snapshot
    assert until(lambda: (text(page, figure) or "").endswith(" V"))


def test_a_bench_that_hangs_does_not_look_alive(page, desk):
    state = desk.state
    hang = threading.Event()
    desk.state = lambda: (hang.wait(20), state())[1]
    lost = "document.body.classList.contains('lost')"
    try:
        assert until(lambda: js(page, lost))
        assert "does not answer" in text(page, '[data-lamp="chip"]')
    finally:
        desk.state = state
        hang.set()
    assert until(lambda: not js(page, lost))


def test_controls_that_would_be_refused_are_not_shown(page, desk):
    row = "document.querySelector('[data-control=bms_generation]').hidden"
    desk.apply("bms", "jk_gps")
    assert until(lambda: js(page, row) is False)
    desk.apply("bms", "ant_new")
    try:
        assert until(lambda: js(page, row) is True)
    finally:
        desk.apply("bms", "jk_gps")


def test_what_to_try_is_done_by_a_button(page, desk):
    desk.apply("bms_unplugged", False)
    page.find_element("xpath", "//ol[@id='try']//button[text()='Unplug the BMS']").click()
    assert until(lambda: desk.state()["controls"]["bms_unplugged"])
    page.find_element("xpath", "//ol[@id='try']//button[text()='Plug it in again']").click()
    assert until(lambda: not desk.state()["controls"]["bms_unplugged"])
