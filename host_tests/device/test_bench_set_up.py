"""A device that nobody has set up, a phone, and the network of the device's own: on the bench.

The phone is a program that says what phones say, and in the last test a real browser.
"""

import http.client
import json
import socket
import time
import urllib.parse

import pytest

from host_tests.device.bench_rig import SETTINGS, benches, configure, console, wait
from tools import browser
from tools.bench.bench import Bench
from tools.bench.bench_config import BenchConfig
from tools.cost.set_up_play import filled
from tools.draw.set_up_pictures import as_phone, chromium

OURS = "192.168.4.1"
OPEN = "memory, set-up:"
RUNS = "memory, built:"
PASSWORD = "correct horse"

pytestmark = pytest.mark.bench


def start(config):
    bench = Bench(config)
    bench.start()
    return bench


def new_device(folder, lapse):
    config = BenchConfig(str(folder))
    config.lapse = lapse
    return config


def says(bench, text, within_s, times=1):
    """Waits until the console has said a text so often."""
    wait(
        bench,
        lambda b: sum(text in line for _, line in b.console.lines) >= times,
        within_s,
        text,
    )


class Phone:
    """A browser that has joined the device's network."""

    def __init__(self, bench):
        self._bench = bench

    def ask(self, path, host=OURS, body=None):
        """Returns (status, Location, text) of an answer."""
        line = http.client.HTTPConnection("127.0.0.1", self._bench.web_port, timeout=30)
        headers = {"Host": host}
        if body is not None:
            headers |= {"Origin": f"http://{OURS}"}
            headers |= {"Content-Type": "application/x-www-form-urlencoded"}
        line.request("GET" if body is None else "POST", path, body, headers)
        answer = line.getresponse()
        text = answer.read().decode()
        line.close()
        return answer.status, answer.headers["Location"], text

    def save(self, **answers):
        return self.ask("/save", body=filled(self.ask("/")[2], **answers))

    def wait_for(self, text, seconds=40):
        """Asks how the joining goes until a page has this text; returns the page."""
        end = time.monotonic() + seconds
        while True:
            _, where, page = self.ask("/trying")
            page = self.ask(urllib.parse.urlparse(where).path)[2] if where else page
            if text in page:
                return page
            assert time.monotonic() < end, page
            time.sleep(0.1)


def files(folder):
    return [json.loads((folder / n).read_text()) for n in ("settings.json", "secrets.json")]


def heater_moved(bench):
    return bench.snapshot()["pins"]["heater_changes"]


def test_a_new_device_is_set_up_from_a_phone(tmp_path):
    with benches() as made:
        bench = start(new_device(tmp_path, lapse=5))
        made.append(bench)
        says(bench, OPEN, 60)
        phone = Phone(bench)
        check = phone.ask("/generate_204", "connectivitycheck.gstatic.com")
        assert check[:2] == (302, f"http://{OURS}/")
        assert name_server(bench, "captive.apple.com") == OURS
        assert "Camping" in phone.ask("/")[2]
        # Too strong a mat for the board: said in the words of the device's own check.
        phone.save(network="van", heater_output="1", heater_mat_mohm="1", pack_max_mv="58")
        assert "the output allows 3.00 A and 200 W" in phone.ask("/")[2]
        bench.set("wifi_password_wrong", True)
        answers = {"network": "van", "wifi_password": PASSWORD, "name": "Van"}
        phone.save(**answers, heater_output="1", heater_mode="0", heater_mat_mohm="26.2")
        page = phone.wait_for("does not take this password")
        assert PASSWORD not in page and not (tmp_path / "settings.json").exists()
        bench.set("wifi_password_wrong", False)
        assert phone.save(**answers)[0] == 303
        phone.wait_for("It has joined van")
        says(bench, RUNS, 60)
        assert files(tmp_path) == [
            {
                "name": "Van",
                "wifi_ssid": "van",
                "heater_output": "gpio",
                "heater_mode": "charger",
                "heater_mat_mohm": 26_200,
                "pack_max_mv": 58_000,
            },
            {"wifi_password": PASSWORD},
        ]
        wait(bench, lambda b: b.chip.wifi.ssid == "van", 30, "the network")
        assert heater_moved(bench) == 0
        own = (tmp_path / "hotspot.txt").read_text()
        assert PASSWORD not in console(bench) and own not in console(bench)


def name_server(bench, name):
    """Returns the address that the device's name server gives."""
    labels = b"".join(bytes((len(part),)) + part.encode() for part in name.split("."))
    packet = b"\x12\x34\x01\x00\x00\x01" + bytes(6) + labels + b"\0\0\x01\0\x01"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.settimeout(30)
        line.sendto(packet, ("127.0.0.1", bench.name_port))
        return ".".join(str(byte) for byte in line.recv(600)[-4:])


def test_nobody_comes_and_it_gets_on_with_its_work(tmp_path):
    with benches() as made:
        bench = start(new_device(tmp_path, lapse=300))
        made.append(bench)
        says(bench, OPEN, 60)
        opened_s = bench.now_s()
        says(bench, RUNS, 400)
        assert 290 <= bench.now_s() - opened_s <= 330
        bench.set("firmware_reset")  # the button at the board: nobody asks for a set-up again
        says(bench, RUNS, 60, times=2)
        assert console(bench).count(OPEN) == 1 and heater_moved(bench) == 0


def test_a_long_press_opens_it_on_a_board_without_psram_and_a_short_one_ends_it(tmp_path):
    """The image of such a board, in the heap that it has."""
    config = configure(tmp_path, {**SETTINGS, "wifi_ssid": "van", "language": "german"}, lapse=5)
    (tmp_path / "secrets.json").write_text(json.dumps({"wifi_password": PASSWORD}))
    config.compile()
    with benches() as made:
        bench = start(config)
        made.append(bench)
        bench.set("button_1", True)
        at_s = wait(bench, lambda b: b.console.count > 2, 30, "the console")
        bench.run_until(at_s + 9)
        assert OPEN not in console(bench)
        bench.set("button_1", False)
        says(bench, OPEN, 60)
        page = Phone(bench).ask("/")[2]
        assert 'value="van" checked' in page and "kept as it is" in page
        assert PASSWORD not in page and "by Bluetooth" not in page
        before = files(tmp_path)
        bench.set("button_1")
        says(bench, RUNS, 60)
        assert files(tmp_path) == before and heater_moved(bench) == 0


def test_a_real_browser_on_a_phone_sets_it_up(tmp_path):
    with benches() as made:
        bench = start(new_device(tmp_path, lapse=2))
        made.append(bench)
        says(bench, OPEN, 60)
        try:
            with chromium(bench) as page:
                fill_in(page)
                says(bench, RUNS, 90)
        except browser.NoBrowserError as error:
            pytest.skip(str(error))
        settings, secrets = files(tmp_path)
        assert settings["name"] == "Van <1>" and settings["wifi_ssid"] == "van"
        assert settings["heater_thresholds"] == "own" and settings["heater_on_dc"] == -15
        assert secrets == {"wifi_password": PASSWORD}


def fill_in(page):
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import Select

    def field(name):
        return page.find_element(By.NAME, name)

    as_phone(page)
    page.get("http://connectivitycheck.gstatic.com/generate_204")
    assert page.current_url == f"http://{OURS}/"
    wide = page.execute_script("return document.documentElement.scrollWidth")
    assert wide <= 390
    assert not field("wifi_password").is_displayed()
    page.find_element(By.CSS_SELECTOR, "input[value=van]").click()
    field("wifi_password").send_keys(PASSWORD)
    field("name").clear()
    field("name").send_keys("Van <1>")
    assert not field("heater_mat_mohm").is_displayed()
    Select(field("heater_output")).select_by_visible_text("the switch at Packmate's heater pin")
    assert field("heater_mat_mohm").is_displayed() and not field("heater_on_dc").is_displayed()
    Select(field("heater_thresholds")).select_by_visible_text("from one of my own on")
    field("heater_on_dc").clear()
    field("heater_on_dc").send_keys("-1,5")
    page.find_element(By.CSS_SELECTOR, "button").click()
    end = time.monotonic() + 60
    while "It has joined van" not in page.page_source:
        assert time.monotonic() < end, page.page_source
        time.sleep(0.2)
    severe = [entry for entry in page.get_log("browser") if entry["level"] == "SEVERE"]
    assert severe == []
