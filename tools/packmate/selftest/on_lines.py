"""The self-test of the ways to others: BMS, Wi-Fi, broker."""

import time

import words
from bms import catalog, check, detect
from bms import pack as p
from languages import english
from tools.packmate.selftest.advertised import units_on_air
from tools.packmate.selftest.sent_program import AIR, LINE, NETWORK
from tools.packmate.selftest.trial import LOOK, OK, WRONG

# How long a BMS may take to be understood, s; others: see _ANSWER_S.
_SLOW_S = {"jk_display": 20, "jk_modbus": 15}
_ANSWER_S = 8
_CHUNK = 128  # bytes that a dialect is fed at once
_TRIALS = detect.UART_TRIALS[:8]  # without those of all addresses of a bus
_JOIN_S = 20
_SCAN_S = 8
_LOOKUP_S = 30  # a broker that is called by name
_CLIENT = "packmate-selftest"
_LIBRARY = "mpremote mip install aioble-central aioble-client"  # docs/ble.md

# network.STAT_… of the ESP32 port, as hardware.net.wifi has them.
_JOINING = (1000, 1001)
_NOT_JOINED = {
    201: "no network of this name is in reach",
    202: "the password is wrong",
    15: "the password is wrong",
    204: "the password is wrong",
    210: "it wants a protection that the device does not speak",
    211: "it wants a protection that the device does not speak",
    212: "its signal is too weak",
    200: "it was lost at once",
}
# MQTT 3.1.1, table 3.1.
_NOT_LET_IN = {
    2: "it does not like our name",
    3: "it is not ready",
    4: "user or password are wrong",
    5: "this user is not allowed in",
}


def try_bms(trial):
    """Has the BMS answer, or be heard on the air."""
    values = trial.values
    if values["bms_link"] == "ble":
        _bms_on_air(trial)
    elif values["bms_dialect"] == "auto":
        _which_bms(trial)
    else:
        _bms_on_wire(trial, values["bms_dialect"])


def _bms_on_wire(trial, name):
    seconds = _SLOW_S.get(name, _ANSWER_S)
    trial.say(f"The BMS has {seconds} s to be understood ({name}).")
    trial.device.run(LINE)
    pack = p.PackState()
    values = trial.values
    dialect = catalog.create(name, pack, _CHUNK, values["bms_poll_ms"], values["bms_address"])
    judge = check.Check(pack)
    heard = _talk(trial, dialect, judge, catalog.baud(name), seconds)
    if judge.verdict == check.PLAUSIBLE:
        trial.tell(OK, "BMS", describe(pack))
        return
    text = english.WIRE.split("\n")[evidence(name, heard, dialect)]
    if not heard:
        text += f" (RX pin {trial.board.BMS_RX}, TX pin {trial.board.BMS_TX}); not wired yet?"
    trial.tell(WRONG, "BMS", text)


def _which_bms(trial):
    """Tries one language after the other, as the device does (bms.detect)."""
    trial.say("Which BMS is it? Up to 40 s.")
    trial.device.run(LINE)
    for name, baud, quick_ms, _ in _TRIALS:
        pack = p.PackState()
        judge = check.Check(pack)
        dialect = catalog.create(name, pack, _CHUNK, trial.values["bms_poll_ms"])
        _talk(trial, dialect, judge, baud, quick_ms / 1000)
        if judge.verdict == check.PLAUSIBLE:
            trial.tell(OK, "BMS", f"{name}, {baud} baud, {describe(pack)}")
            return
    text = f"none answers (RX pin {trial.board.BMS_RX}, TX pin {trial.board.BMS_TX})"
    trial.tell(WRONG, "BMS", f"{text}; not wired yet? RX and TX exchanged?")


def _talk(trial, dialect, judge, baud, seconds):
    """Has the dialect ask through the device until all is known; returns what came."""
    board = trial.board
    de = board.RS485_DE if trial.values["rs485_de_used"] else None
    opened = (board.BMS_UART, baud, board.BMS_RX, board.BMS_TX, de)
    trial.device.run(f"_open({', '.join(map(repr, opened))})")
    start = time.monotonic()
    out = bytearray(64)
    heard = b""
    while (passed := time.monotonic() - start) < seconds:
        now = int(1000 * passed)
        data = bytes.fromhex(trial.device.ask("_hear()"))
        heard += data
        for at in range(0, len(data), _CHUNK):
            piece = data[at : at + _CHUNK]
            if dialect.feed(piece, len(piece), now):
                judge.step(now)
        if judge.verdict == check.PLAUSIBLE:
            break
        size = dialect.request(now, out)
        if size:
            trial.device.run(f"_say('{out[:size].hex()}')")
        time.sleep(0.02)
    return heard


def _bms_on_air(trial):
    trial.say(f"Listening for Bluetooth units, {_SCAN_S} s.")
    trial.device.run(AIR)
    trial.device.run("_listen()")
    time.sleep(_SCAN_S + 0.2)
    found = units_on_air(trial.device.ask("_quiet()"))
    for unit in found:
        trial.tell(OK, "BMS", f"on Bluetooth: {unit}")
    if not found:
        text = "none is on Bluetooth: in reach, awake, and not held by the phone's app?"
        trial.tell(WRONG, "BMS", text)
    if not trial.device.ask("_has_library()"):
        trial.tell(WRONG, "Bluetooth", f"its library is not on the device: {_LIBRARY}")


def try_wifi(trial):
    """Joins the network, and is let in by the broker."""
    ssid = trial.values["wifi_ssid"]
    trial.device.run(NETWORK)
    trial.device.run(f"_join({ssid!r})")
    end = time.monotonic() + _JOIN_S
    joined, told, address = trial.device.ask("_joined()")
    while not joined and told in _JOINING and time.monotonic() < end:
        time.sleep(0.5)
        joined, told, address = trial.device.ask("_joined()")
    if not joined:
        reason = _NOT_JOINED.get(told, f"it does not let the device in (code {told})")
        trial.tell(WRONG, "Wi-Fi", f"{ssid}: {reason}")
        return
    trial.tell(OK, "Wi-Fi", f"{ssid}: joined, {told} dBm, address {address}")
    if trial.values["mqtt_host"]:
        _broker(trial)
    else:
        trial.tell(LOOK, "broker", "none is set")


def _broker(trial):
    values = trial.values
    host, port = values["mqtt_host"], values["mqtt_port"]
    asked = f"_knock({host!r}, {port}, {_CLIENT!r}, {values['mqtt_user']!r})"
    kind, number = trial.device.ask(asked, _LOOKUP_S)
    about = f"{host}, port {port}"
    text = {
        "name": "nobody knows a computer of this name: write its address instead",
        "answer": "what answers there is no MQTT broker",
        "line": f"does not answer (error {number}): address, port, firewall?",
    }.get(kind) or _NOT_LET_IN.get(number, f"does not let us in (code {number})")
    if (kind, number) == ("code", 0):
        trial.tell(OK, "broker", f"{about}: lets us in")
    else:
        trial.tell(WRONG, "broker", f"{about}: {text}")


def describe(pack):
    """Returns what is known of a pack, for an owner."""
    found = []
    for slot, text, scale in (
        (p.CELL_COUNT, "{:g} cells", 1),
        (p.PACK_MV, "{:.2f} V", 1000),
        (p.CURRENT_MA, "{:.1f} A", 1000),
        (p.SOC_PCT, "{:g} %", 1),
    ):
        if pack.valid[slot]:
            found.append(text.format(pack.values[slot] / scale))
    return "answers: " + ", ".join(found)


def evidence(name, heard, dialect):
    """Returns the line of words.WIRE_NAMES for what came from a BMS that is not understood."""
    for number, sign in enumerate(catalog.SIGNS):
        if sign in heard and catalog.WIRED[number] != name:
            return words.find(words.WIRE_NAMES, f"speaks_{catalog.WIRED[number]}")
    if heard:
        return words.find(words.WIRE_NAMES, "noise")
    return dialect.SILENCE
