"""What the owner sees and commands: the unmodified firmware, a real broker, the panel's pixels."""

import time

import pytest

from host_tests import state_file
from host_tests.device.bench_rig import OWN, SETTINGS
from host_tests.device.bench_room import Room
from screen.draw import palette as pal

pytestmark = pytest.mark.bench

HEATER = {**SETTINGS, "heater_mode": "charger"}
LOWERED = {**OWN, "heater_on_dc": 100, "heater_off_dc": 150, "mqtt_thresholds": True}
FIVE_CRASHES = {
    "version": 1,
    "latched": 0,
    "strikes": 0,
    "boots_min": [1, 5, 9, 13, 17],  # minutes ago
    "charger_hold_s": 0,
    "day_wh": 0,
    "day_min": 0,
    "mode": "charger",
    "base_mode": "charger",
}
LAPSE = 20
SLOW = 2  # for what the panel shows for seconds only
GOOD = {"plausible": True, "fresh": True}


@pytest.fixture
def room(tmp_path, monkeypatch):
    """Returns a function that starts a room with these settings beside HEATER."""
    rooms = []

    def start(**settings):
        rooms.append(Room(tmp_path, monkeypatch, "jk_gps", lapse=LAPSE, **{**HEATER, **settings}))
        started = rooms[-1].__enter__()
        started.wait(GOOD)
        return started

    yield start
    for room in rooms:
        room.__exit__()


def make_cold(room):
    room.desk.apply("ambient_dc", -100)
    room.desk.apply("pack_dc", -50)
    room.desk.apply("charger", True)
    room.wait({"temp_min_dc": -50})


def crash_once_too_often(room, folder):
    """Starts a room in whose last hour there were five crashes, and lets it hang once more.

    The five are taken from its state file: to provoke them takes two minutes each, since starts
    that fail sooner end in safe mode after the third.
    """
    state_file.put(folder, {"heater": FIVE_CRASHES})
    started = room()
    make_cold(started)
    told = started.wait({"heater_state": "heating"})
    assert told["heater_faults"] == []
    wait_for_going(folder)
    started.desk.apply("firmware_frozen", True)  # until the watchdog bites
    started.wait({"reset_cause": "watchdog", **GOOD})
    return started


def wait_for_going(folder):
    """Waits until this start counts as good: two that failed would leave out Wi-Fi."""
    end = time.monotonic() + 40
    while (folder / "rtc_memory.bin").read_bytes():
        assert time.monotonic() < end, "it never gets going"
        time.sleep(0.1)


def restart(room):
    """Presses the reset button, and waits until the firmware is back."""
    resets = room.state()["resets"]
    room.desk.bench.set("firmware_reset")
    room.wait({"resets": resets + 1, "reset_cause": "hard", **GOOD})


def test_boost_heats_whatever_the_mode_and_ends_on_command(room):
    room = room()
    room.send("heater/mode/set", "off")
    room.wait({"heater_state": "off", "commands_done": 1})
    make_cold(room)
    room.send("heater/boost/set", "30")
    told = room.wait({"heater_state": "heating", "heater_on": True, "commands_done": 2})
    assert 0 < told["heater_boost_s"] <= 1800 and told["heater_ready_s"] > 0
    assert told["heater_ready_wh"] > 0 and told["heater_on_dc"] == told["charge_utp_dc"]
    room.send("heater/boost/set", "0")
    room.wait({"heater_state": "off", "heater_on": False, "heater_boost_s": 0})
    room.send("heater/mode/set", "charger")
    room.wait({"heater_state": "heating", "heater_charger": "pin"})
    room.send("heater/mode/set", "charger_or_soc")  # more than the settings say
    room.wait({"heater_mode": "charger", "command_refusal": "not_allowed"})


def test_thresholds_are_lowered_within_bounds_and_survive_a_restart(room):
    room = room(**LOWERED)
    room.wait({"heater_own_on_dc": 100, "heater_own_off_dc": 150})
    room.send("heater/on_dc/set", "75")
    room.wait({"heater_own_on_dc": 75, "heater_on_dc": 75})
    room.send("heater/off_dc/set", "120")
    room.wait({"heater_own_off_dc": 120, "heater_off_dc": 120})
    for name, payload, why in (
        ("on_dc", "101", "out_of_bounds"),  # above the settings' own
        ("off_dc", "90", "not_possible"),  # too close to the other one
        ("on_dc", "7.5", "invalid"),
    ):
        room.send(f"heater/{name}/set", payload)
        room.wait({"command_refusal": why, "heater_own_on_dc": 75, "heater_own_off_dc": 120})
    time.sleep(4)  # more than a minute there: written
    restart(room)
    room.wait({"heater_own_on_dc": 75, "heater_own_off_dc": 120})


def test_what_these_settings_do_not_allow_is_refused(room):
    room = room(heater_output="none")
    for refused, (topic, payload, why) in enumerate(
        (
            ("heater/on_dc/set", "10", "not_allowed"),
            ("heater/boost/set", "10", "not_allowed"),  # no output
            ("heater/mode/set", "charger", "not_allowed"),
            ("bms/release/set", "10", "not_possible"),  # no radio
        )
    ):
        room.send(topic, payload)
        room.wait({"command_refusal": why, "commands_refused": refused + 1})
    assert "heater_state" not in room.state() and room.state()["handed_over_s"] is None
    room.wait_config("button", "heater_report_reset")
    for platform, key in (("number", "heater_boost"), ("number", "bms_release")):
        assert not room.config(platform, key)


HOSTILE = (
    ("heater/mode/set", "on"),
    ("heater/mode/set", "charger_or_soc"),
    ("heater/boost/set", "121"),
    ("heater/boost/set", "-5"),
    ("heater/boost/set", "NaN"),
    ("heater/on_dc/set", "9" * 24),
    ("heater/off_dc/set", "x" * 3000),
    ("heater/report/reset", "resetreset"),
    ("heater/acknowledge", "\0" * 10),
    ("bms/release/set", "999"),
)


def test_hostile_and_retained_commands_never_switch_the_mat_on(room):
    room = room(**OWN, heater_mode="off")
    make_cold(room)
    for topic, payload in HOSTILE:
        room.send(topic, payload)
    room.wait({"commands_refused": len(HOSTILE)})
    assert not room.desk.bench.plant.heater_on
    # Live these are obeyed; what the broker keeps of them is not, after the next connection.
    room.send("heater/boost/set", "0", retain=True)
    room.send("heater/mode/set", "off", retain=True)
    room.wait({"commands_done": 2})
    restart(room)
    told = room.wait({"command_refusal": "retained", "commands_refused": 2})
    assert told["commands_done"] == 0 and told["heater_mode"] == "off"
    for _ in range(30):
        room.send("heater/boost/set", "121")
    room.wait({"heater_boost_s": 0, "mqtt_connects": 1, "commands_refused": 32, **GOOD})
    state = room.desk.state()
    assert state["pins"]["heater_changes"] == 0 and state["panel"]["error_texts"] == []


def test_home_assistant_is_told_of_every_control(room):
    room = room(**LOWERED)
    for platform, key in (
        ("select", "heater_mode"),
        ("button", "heater_acknowledge"),
        ("button", "heater_report_reset"),
        ("number", "heater_boost"),
        ("number", "heater_own_on_dc"),
        ("number", "heater_own_off_dc"),
        ("sensor", "heater_ready_s"),
        ("sensor", "heater_cold_min"),
        ("sensor", "heater_learned_j_k"),
    ):
        room.wait_config(platform, key)
    assert room.config("number", "bms_release") is None  # no radio


def test_the_report_counts_the_cold_and_is_reset(room):
    room = room()
    room.desk.apply("ambient_dc", -100)
    room.desk.apply("pack_dc", -50)
    end = time.monotonic() + 30
    while not (room.state().get("heater_cold_min") or 0) >= 2:
        assert time.monotonic() < end
        time.sleep(0.2)
    room.send("heater/report/reset", "reset")
    room.wait({"heater_cold_min": 0, "commands_done": 1})


# -- the panel ------------------------------------------------------------------------------------


def press(room):
    room.desk.apply("button_1")


def turn_to(room, text, ink):
    """Presses the button until a page with the text is there."""
    for _ in range(12):
        press(room)
        end = time.monotonic() + 2
        while time.monotonic() < end:
            if room.shows(text, ink):
                return
            time.sleep(0.1)
    raise AssertionError(text)


def hold(room, held):
    room.desk.bench.set("button_1", held)


def test_the_button_turns_to_the_heater_and_its_report_and_to_all_other_pages(room):
    room = room(heater_mode="charger", history_kb=64, history_interval_s=10)
    make_cold(room)
    room.wait_shown("HEATING", pal.ON_AMBER)
    turn_to(room, "cells", pal.GREY)
    turn_to(room, "lowest, cell", pal.BLUE)
    turn_to(room, "fed by the charger", pal.WHITE)
    room.wait_shown("aim 0.0 to 5.0", pal.GREY)
    press(room)
    room.wait_shown("below limit", pal.GREY)
    room.wait_shown("contact closed", pal.WHITE)
    turn_to(room, "the last 24 hours", pal.GREY)
    room.desk.apply("button_2")
    room.wait_gone("the last 24 hours", pal.GREY)
    turn_to(room, "the last 24 hours", pal.GREY)
    turn_to(room, "NOTHING IS WRONG", pal.ON_GREEN)
    turn_to(room, "answers", pal.GREEN)
    turn_to(room, "running for", pal.GREY)
    press(room)
    room.wait_shown("HEATING", pal.ON_AMBER)
    assert room.desk.state()["panel"]["error_texts"] == []


def test_a_fault_takes_the_screen_until_it_is_cleared_by_hand(room, tmp_path):
    room = crash_once_too_often(room, tmp_path)
    room.wait({"heater_faults": ["unstable"], "heater_state": "fault"})
    room.wait_shown("TOO MANY RESTARTS", pal.ON_RED)
    assert room.shows("Check its supply and its", pal.AMBER)
    assert room.shows("hold button 2 s to clear", pal.GREY)
    room.desk.apply("lapse", SLOW)
    press(room)
    room.wait_gone("hold button 2 s to clear", pal.GREY)
    room.wait_shown("TOO MANY RESTARTS", pal.ON_RED)  # the lowest line of the figures
    room.wait_shown("hold button 2 s to clear", pal.GREY)  # and back by itself
    assert not room.desk.bench.plant.heater_on
    hold(room, True)
    room.wait_shown("FAULT CLEARED", pal.ON_GREEN)
    hold(room, False)
    room.wait({"heater_faults": [], "heater_fault": False})
    room.desk.apply("lapse", LAPSE)
    room.wait({"heater_state": "heating"})
    room.wait_shown("HEATING", pal.ON_AMBER)


def test_a_fault_is_cleared_by_command_too(room, tmp_path):
    room = crash_once_too_often(room, tmp_path)
    room.wait_shown("TOO MANY RESTARTS", pal.ON_RED)
    room.desk.apply("lapse", SLOW)
    room.send("heater/acknowledge", "acknowledge")
    room.wait_shown("FAULT CLEARED", pal.ON_GREEN)
    room.wait({"heater_faults": []})


def test_the_panel_counts_down_while_the_phone_has_the_bms(tmp_path, monkeypatch):
    pytest.importorskip("bumble")
    with Room(tmp_path, monkeypatch, "jk_ble", lapse=LAPSE, **HEATER) as room:
        room.desk.apply("bms", "jk_ble")
        room.wait({**GOOD, "handed_over_s": 0}, 90)
        room.wait_config("number", "bms_release")
        room.wait_config("button", "bms_release_10_min")
        room.send("bms/release/set", "10")
        room.wait_shown("PHONE HAS THE BMS", pal.ON_BLUE)
        assert room.shows("heater off; back by itself", pal.GREY)
        told = room.wait({"commands_done": 1, "link_reason": "handed_over"})
        assert 500 < told["handed_over_s"] <= 600 and told["heater_on"] is False
        room.send("bms/release/set", "0")
        room.wait({**GOOD, "handed_over_s": 0, "link_reason": None}, 90)
        assert not room.shows("PHONE HAS THE BMS", pal.ON_BLUE)
