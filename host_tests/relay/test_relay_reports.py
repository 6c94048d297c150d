"""The messages of heater, device and packs, and the table of all that is told."""

import json

import pytest

import words as told_words
from bms import check, command, writer
from bms import pack as p
from bms.bank import Bank
from heat import charger
from host_tests.mqtt_rig import make_clock, make_device, make_unit, thing
from host_tests.relay.message_rig import CODES, MAX_AGE_MS, NOW, fill, read
from relay import charge_limit, commands, fields, message_names
from relay import message as m
from relay.message import Message
from tools.vocabulary import ALARMS, words


def records(which):
    """Returns the fields of a message as a device reads them."""
    index = message_names.DATA[2 * which : 2 * which + 4]
    return message_names.DATA[int.from_bytes(index[:2], "big") : int.from_bytes(index[2:], "big")]


# -- heater, device, writes, packs ----------------------------------------------------------------


@pytest.fixture
def reports():
    from mqtt import more_reports
    from mqtt import reports as found

    return thing(**{**vars(found), **vars(more_reports)})


def names_of(message):
    return [field.name for field in fields.FIELDS[message]] + list(fields.LISTS.get(message, ()))


def test_the_heater_is_told_by_its_names(reports):
    device = make_device()
    heater = device.heater
    heater.latched = 0b100000010
    heater.reason = told_words.STUCK_ON
    heater.warnings = 1
    heater.law.charger = thing(source=charger.PIN)
    device.output.on = True
    report = reports.HeaterReport(heater, device.output, 10_000)
    told = read(report)
    assert told == {
        "ts": None,
        "heater_on": True,
        "heater_fault": True,
        "heater_warning": True,
        "heater_state": "idle",
        "heater_reason": "stuck_on",
        "heater_mode": "charger",
        "heater_duty_permille": 450,
        "heater_power_mw": 61_000,
        "heater_wh_today": 12,
        "heater_ready_s": 2280,
        "heater_ready_wh": 61,
        "heater_boost_s": 661,
        "heater_preheat": None,
        "heater_charger": "pin",
        "heater_probe_dc": -7,
        "heater_on_dc": -20,
        "heater_off_dc": 70,
        "heater_own_on_dc": -25,
        "heater_own_off_dc": 60,
        "heater_learned_j_k": 36_500,
        "heater_faults": ["over_temperature", "stuck_on"],
        "heater_warnings": ["bms_too_cold"],
    }
    assert list(told) == names_of(fields.HEATER)
    heater.inputs.from_bms = True
    heater.law.charger.source = charger.UNKNOWN
    heater.latched = (1 << told_words.LAST_FAULT) - 1
    heater.learned_j_k = 0
    told = read(report)
    assert told["heater_own_on_dc"] is told["heater_charger"] is told["heater_learned_j_k"] is None
    assert len(told["heater_faults"]) == 6 and told["heater_fault"] is True


def test_the_device_is_told_by_its_names(reports):
    device = make_device()
    report = reports.DeviceReport(device, 10_000)
    report.relay = thing(
        connects=11, failures=12, commands_done=13, commands_refused=14, refusal=commands.INVALID
    )
    report.session = thing(failure=1, denied=2)
    told = read(report)
    assert told == {
        "ts": None,
        "heater_cold_min": 74,
        "heater_cold_charged_mah": 340,
        "energy_in_wh": 21,
        "energy_out_wh": 22,
        "charge_in_mah": 23,
        "charge_out_mah": 24,
        "handed_over_s": None,
        "uptime_s": 99,
        "resets": 4,
        "reset_cause": "power_on",
        "loop_max_ms": 21,
        "heap_free": 30_000,
        "heap_min_free": 20_000,
        "idf_free": 41_000,
        "idf_largest": 31_000,
        "idf_min": 36_000,
        "rssi_dbm": -67,
        "wifi_losses": 0,
        "wifi_failures": 0,
        "wifi_reason": None,
        "mqtt_connects": 11,
        "mqtt_failures": 12,
        "mqtt_failure": "dns",
        "mqtt_denied": 2,
        "commands_done": 13,
        "commands_refused": 14,
        "command_refusal": "invalid",
        "frames": 7,
        "bad_checksums": 1,
        "bad_lengths": 2,
        "dropped_bytes": 3,
    }
    assert list(told) + ["clock", "clock_set_ts"] == names_of(fields.DEVICE)
    assert report.interval_ms == 300_000
    device.ble = thing(handed_over_s=600)
    assert read(report)["handed_over_s"] == 600
    assert report.interval_ms == 10_000  # a count-down that is told seldom stands still
    device.ble = thing(handed_over_s=0)
    assert read(report)["handed_over_s"] == 0
    device.bms.units += (make_unit(),)
    told = read(report)
    assert (told["frames"], told["bad_checksums"], told["dropped_bytes"]) == (14, 2, 6)
    assert report.interval_ms == 300_000


def test_several_packs_are_told_by_their_names(reports):
    packs = [fill(p.PackState(), 0) for _ in range(3)]
    bank = Bank(packs, [check.Check(pack) for pack in packs], MAX_AGE_MS)
    bank.good, bank.coldest_pack, bank.hottest_pack = 2, 1, 2
    bank.cell_min_pack, bank.cell_max_pack, bank.blind = 3, 0, 2
    bank.heated.lax_pack = 3
    told = read(reports.PacksReport(bank, 10_000))
    assert told == {
        "ts": None,
        "packs": 3,
        "packs_good": 2,
        "coldest_pack": 1,
        "hottest_pack": 2,
        "cell_min_pack": 3,
        "cell_max_pack": None,
        "blind_pack": 2,
        "lax_pack": 3,
    }
    assert list(told) == names_of(fields.PACKS)


@pytest.fixture
def clocked():
    """Returns a function from a clock and the time in ms to (how it is, when it was set)."""
    from mqtt.clocked_report import ClockedReport

    device = make_device()
    report = ClockedReport(device, 10_000)
    report.relay = thing(
        connects=1, failures=0, commands_done=0, commands_refused=0, refusal=commands.ACCEPTED
    )
    report.session = thing(failure=0, denied=0)

    def tell(clock, now=NOW, room=1792):
        device.clock = clock
        message = Message(CODES, room)
        message.clock = clock
        while not (length := report.write(message, now)):
            pass  # the room is larger now
        told = json.loads(bytes(message.buf[:length]))
        assert list(told) == names_of(fields.DEVICE)
        return told["clock"], told["clock_set_ts"]

    return tell


def test_a_board_with_psram_tells_whether_it_knows_the_time_and_why_not(clocked):
    ts = 2_500_000_000  # 2049: more than 31 bits
    assert clocked(None) == clocked(make_clock(host="")) == ("no_server", None)
    assert clocked(make_clock()) == ("unset", None)
    assert clocked(make_clock(ts, good_ms=NOW - 7_000)) == ("set", ts - 7)
    assert clocked(make_clock()) == ("expired", None)


@pytest.mark.parametrize("room", range(600, 760, 10))
def test_what_is_told_of_the_clock_finds_room_behind_the_rest(clocked, room):
    told = clocked(make_clock(1_900_000_000, good_ms=NOW), room=room)
    assert told == ("set", 1_900_000_000)


# -- the table ------------------------------------------------------------------------------------


def tables():
    return {
        "verdict": [check.NAMES],
        "link_reason": [
            told_words.WIRE_NAMES,
            told_words.RADIO_NAMES,
        ],
        "heater_state": [told_words.STATE_NAMES],
        "heater_reason": [told_words.REASON_NAMES],
        "heater_mode": [told_words.MODE_NAMES],
        "heater_preheat": [told_words.PREHEAT_NAMES],
        "heater_charger": [charger.SOURCE_NAMES],
        "reset_cause": [told_words.RESET_NAMES],
        "clock": [b"set\nunset\nexpired\nno_server"],
        "wifi_reason": [told_words.WIFI_NAMES],
        "mqtt_failure": [told_words.MQTT_NAMES],
        "command_refusal": [commands.REFUSALS],
        "charge_limit_reason": ["\n".join(charge_limit.CODES).encode()],
        "bms_command": [writer.NAMES],
        "bms_command_state": [command.STATES],
        "bms_command_reason": [writer.REASONS],
    }


def test_every_name_has_words():
    from relay.texts import TEXTS

    found = tables()
    seen = set()
    for message in fields.MESSAGES + fields.OTHERS:
        for field in fields.FIELDS[message]:
            if field.kind != fields.NAME:
                continue
            seen.add(field.name)
            names = {name for table in found[field.name] for name in words(table)}
            if field.words:
                told = {code for code, _ in TEXTS[field.words]}
                told_now = {"" if name == "none" else name for name in names}
                assert told_now <= told, (field.name, told_now - told)
                texts = [text for _, text in TEXTS[field.words]]
                assert len(texts) == len(set(texts)), field.name  # options must differ
    assert seen == found.keys()


def test_the_rooms_of_what_is_listed():
    from mqtt import reports
    from relay import state

    faults = words(told_words.REASON_NAMES)[1 : told_words.LAST_FAULT + 1]
    names = faults + words(told_words.WARNING_NAMES)
    assert max(map(len, names)) + 3 <= reports.FAULT_ROOM
    assert max(map(len, ALARMS)) + 3 <= state.ALARM_ROOM


def test_numbers_of_the_messages():
    assert fields.MESSAGES == ("state", "heater", "device", "bms", "packs", "info", "history")
    assert (m.STATE, m.HEATER, m.DEVICE, m.BMS, m.PACKS, m.INFO) == (0, 1, 2, 3, 4, 5)
    assert m.HISTORY == 6
    for which, name in enumerate(fields.MESSAGES):
        data = records(which)
        names = []
        while data:
            names.append(data[2 : 2 + data[1]].decode()[2:-2])
            data = data[2 + data[1] :]
        assert names == [field.name for field in fields.FIELDS[name]]
