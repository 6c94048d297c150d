"""The device's own page: the firmware on the bench, browsers, and who means no good."""

import contextlib
import http.client
import json
import socket
import threading
import time

import pytest

from tools import browser
from tools.bench.bench import Bench
from tools.bench.bench_config import BenchConfig
from tools.bench.desk import PASSWORD, Desk

pytestmark = pytest.mark.bench

LIMIT_S = 40
ATTACK_S = 8  # of the bench's time
LOOP_MS = 50  # nothing of ours may hold the loop for longer, in the bench's time
GERMAN = {"language": "german", "name": "Büssli"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    config = BenchConfig(str(tmp_path_factory.mktemp("web")))
    config.lapse = 5
    config.psram = True
    config.wall_s = 850_000_000
    desk = Desk(Bench(config), {"mqtt_interval_s": 1, **GERMAN}, page=True)
    desk.start({"pack_dc": -20, "ambient_dc": -100, "charger": True, "soc_pct": 60})
    wait(desk, lambda: ask(desk)[0] == 200)
    yield desk
    desk.stop()


def wait(desk, condition, limit_s=LIMIT_S):
    end = time.monotonic() + limit_s
    while True:
        with contextlib.suppress(OSError, ValueError):  # a restart cuts an answer off
            if found := condition():
                return found
        if time.monotonic() > end or desk.error:
            pytest.fail(desk.error + "\n".join(desk.bench.snapshot()["console"][-40:]))
        time.sleep(0.1)


def ask(desk, method="GET", path="/api/state", told=None, **headers):
    """Returns (status, what was answered)."""
    line = http.client.HTTPConnection("127.0.0.1", desk.bench.web_port, timeout=LIMIT_S)
    body = None if told is None else json.dumps(told)
    if told is not None:
        headers["Content-Type"] = "application/json"
    with contextlib.closing(line):
        line.request(method, path, body, headers)
        answer = line.getresponse()
        return answer.status, json.loads(answer.read())


def log_in(desk):
    status, told = ask(desk, "POST", "/api/login", {"password": PASSWORD})
    assert status == 200
    return {"Authorization": f"Bearer {told['token']}"}


def test_the_page_tells_what_the_broker_is_told(desk):
    """Both from the same figures; the newest message may be a second older."""

    def same():
        _, told = ask(desk)
        believed = desk.state()["believed"] or {}
        (pack,) = told["packs"]
        names = ("soc_pct", "cell_count", "temp_min_dc", "charge_utp_dc", "charge_on")
        pairs = [(pack.get(name), believed.get(name)) for name in names]
        pairs.append((told["heater"]["heater_state"], believed.get("heater_state")))
        return all(one == other is not None for one, other in pairs)

    wait(desk, same)


def test_nothing_is_changed_without_the_password(desk):
    for path, told in (
        ("/api/command", {"command": "heater/mode", "value": "off"}),
        ("/api/settings", {"settings": {"name": "Mine"}}),
        ("/api/restart", {}),
    ):
        assert ask(desk, "POST", path, told)[0] == 401
    for path in ("/api/settings", "/api/support"):
        assert ask(desk, path=path)[0] == 401
    assert ask(desk)[1]["heater"]["heater_mode"] == "charger"


def test_a_command_is_obeyed_and_told_to_the_broker_as_well(desk):
    token = log_in(desk)
    for mode in ("off", "charger"):
        wish = {"command": "heater/mode", "value": mode}
        told = ask(desk, "POST", "/api/command", wish, **token)
        assert told == (200, {"done": True, "reason": None})
        wait(desk, lambda mode=mode: desk.state()["controls"]["heater_mode"] == mode)
    wish = {"command": "heater/mode", "value": "charger_or_soc"}
    refused = ask(desk, "POST", "/api/command", wish, **token)[1]
    assert refused == {"done": False, "reason": "not_allowed"}


def test_a_page_of_somebody_else_is_refused(desk):
    token = log_in(desk)
    for headers in ({"Origin": "http://evil.example"}, {"Host": "evil.example"}):
        wish = {"command": "heater/mode", "value": "off"}
        assert ask(desk, "POST", "/api/command", wish, **token, **headers)[0] in (403, 421)


# -- a real browser -------------------------------------------------------------------------------


def until(page, expression):
    end = time.monotonic() + LIMIT_S
    while not (found := page.execute_script(f"return {expression}")):
        assert time.monotonic() < end, expression
        time.sleep(0.1)
    return found


def said(page, name):
    return page.execute_script(f"return document.getElementById('{name}').textContent")


def test_an_owner_sees_and_heats_with_a_phone(desk, tmp_path):
    try:
        with browser.chromium("390,844") as page:
            page.get(f"http://127.0.0.1:{desk.bench.web_port}/")
            until(page, "document.body.dataset.ready")
            look_at(page)
            command(page, desk)
            spoken = [entry["message"] for entry in page.get_log("browser")]
            assert not [line for line in spoken if "[DOM]" not in line]
            upload(page, tmp_path / "photo.jpg")  # which the browser logs as a failure
    except browser.NoBrowserError as error:
        pytest.skip(str(error))


def look_at(page):
    assert page.title == said(page, "name") == GERMAN["name"]
    assert said(page, "soc").endswith("%") and said(page, "soc") != "–%"
    assert said(page, "heater-title") == "Heizung"
    assert page.execute_script("return document.querySelectorAll('#cells li').length") == 16
    until(page, "document.querySelectorAll('#events li').length > 2")
    until(page, "document.querySelectorAll('#plot path').length")
    assert page.execute_script("return document.documentElement.scrollWidth <= innerWidth")
    assert page.execute_script("return document.getElementById('orders').hidden")
    # The BMS calls it too cold; while the heater sees to that it is no alarm.
    until(page, "document.querySelector('#alarms [data-tone=notice]')")
    assert not page.execute_script("return document.querySelector('#alarms [data-tone=alarm]')")


def command(page, desk):
    page.find_element("id", "login").click()
    page.find_element("css selector", "#ask input").send_keys(PASSWORD)
    page.find_element("css selector", "#ask button.main").click()
    until(page, "document.querySelector('#orders input[value=off]')")
    until(page, "document.querySelectorAll('#settings .row').length > 80")
    page.execute_script("document.querySelector('#orders input[value=off]').click()")
    wait(desk, lambda: desk.state()["controls"]["heater_mode"] == "off")
    page.execute_script("document.querySelector('#orders input[value=charger]').click()")
    wait(desk, lambda: desk.state()["controls"]["heater_mode"] == "charger")


def upload(page, path):
    """A file that is no update is sent, and refused in the owner's words; the page goes on."""
    path.write_bytes(b"no bundle" * 9000)
    assert not page.execute_script("return document.getElementById('update').hidden")
    page.execute_script("document.getElementById('bundle').hidden = false")
    page.find_element("id", "bundle").send_keys(str(path))
    page.find_element("css selector", "#ask button.main").click()
    until(page, "document.getElementById('update-note').textContent.startsWith('Das ist kein')")
    until(page, "!document.getElementById('update').disabled")


# -- who means no good ----------------------------------------------------------------------------

SLOW = b"GET / HTTP/1.1\r\nHost: "
ENDLESS = b"GET / HTTP/1.1\r\nX: " + b"y" * 1_000_000
BODY = b"POST /api/login HTTP/1.1\r\nHost: 1.1.1.1\r\nContent-Length: 4000000\r\n\r\n"
GARBAGE = bytes(range(256)) * 400
DEAF = b"GET /texts.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"  # and never reads it
MISCHIEF = (SLOW, ENDLESS, BODY, BODY + b"x" * 300_000, GARBAGE, DEAF, b"", b"\x16\x03\x01\n")


def attack(port, stop):
    """Opens lines one after the other, and leaves them open for a while, until `stop`."""
    held = []
    for i in range(100_000):
        if stop.is_set():
            break
        line = socket.socket()
        line.settimeout(0.3)
        with contextlib.suppress(OSError):
            line.connect(("127.0.0.1", port))
            line.sendall(MISCHIEF[i % len(MISCHIEF)])
        held.append(line)
        if len(held) > 12:
            held.pop(0).close()
    for line in held:
        line.close()


def test_whatever_comes_the_loop_is_not_held_and_the_heater_goes_on(desk):
    wait(desk, lambda: desk.state()["pins"]["heater"])
    before = desk.state()
    stop = threading.Event()
    port = desk.bench.web_port
    threads = [threading.Thread(target=attack, args=(port, stop)) for _ in range(3)]
    for thread in threads:
        thread.start()
    desk.bench.run_until(desk.bench.now_s() + ATTACK_S)
    stop.set()
    for thread in threads:
        thread.join(LIMIT_S)
    _, told = wait(desk, lambda: ask(desk))
    after = desk.state()
    assert told["device"]["loop_max_ms"] <= LOOP_MS
    assert told["device"]["boots"] == 1 and after["chip"]["resets"] == before["chip"]["resets"]
    assert after["mqtt"]["count"] > before["mqtt"]["count"] + ATTACK_S // 2
    # Nobody has switched the mat off for it: only writes to the flash do, for half a second.
    on_s = after["pins"]["heater_on_s"] - before["pins"]["heater_on_s"]
    assert on_s > 0.9 * (after["time"]["t_s"] - before["time"]["t_s"]) - 2


# -- last, since the device restarts --------------------------------------------------------------


def test_settings_are_changed_and_the_device_starts_with_them(desk):
    token = log_in(desk)
    _, told = ask(desk, path="/api/settings", **token)
    assert told["settings"]["web"] is True and told["secrets"]["web_password"] is True
    wrong = ask(desk, "POST", "/api/settings", {"settings": {"mqtt_port": 0}}, **token)
    assert wrong == (422, {"errors": ["mqtt_port: 0 is under 1"]})
    good = {"settings": {"name": "New name", "web_boost": False}}
    assert ask(desk, "POST", "/api/settings", good, **token) == (200, {"errors": []})
    assert ask(desk)[1]["device"]["title"] == GERMAN["name"]  # until it restarts
    assert ask(desk, "POST", "/api/restart", {}, **token) == (200, {})
    wait(desk, lambda: ask(desk)[1]["device"]["title"] == "New name")
    about = ask(desk)[1]["device"]
    assert about["boots"] == 2 and about["boost"] is False
    assert ask(desk, path="/api/settings", **token)[0] == 401  # nothing of a login outlives it
    noted = [event[4] for event in ask(desk, path="/api/events")[1]["events"]]
    assert "restart, on the page: done" in noted
    assert "settings, on the page: name, web_boost" in noted
    assert not any(PASSWORD in about for about in noted)
