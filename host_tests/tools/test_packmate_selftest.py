"""`packmate selftest` and the self-test of `packmate deploy`, against a real MicroPython."""

import contextlib
import json
import socket
import threading

import pytest

from host_tests.tools.pty_rig import PtyDevice
from host_tests.tools.selftest_rig import furnish, levels_of, transfers
from tools import boards
from tools.bench.net.broker import Broker as RealBroker
from tools.bench.net.broker import find_mosquitto
from tools.bench.panels.mono_panel import SH1106, MonoPanel
from tools.bench.panels.panel import CONTROLLERS
from tools.bench.panels.panel import Panel as Glass
from tools.image import root_text
from tools.mp.samples import SAMPLES
from tools.packmate.__main__ import main
from tools.packmate.selftest import on_board as board_test
from tools.packmate.selftest import on_lines as links
from tools.packmate.selftest.advertised import units_on_air

BOARD = "lilygo_t_display"
FACTS = boards.load(BOARD)
PANEL = (FACTS.SPI_SCK, FACTS.SPI_MOSI, FACTS.PANEL_CS, FACTS.PANEL_DC)


@pytest.fixture(autouse=True)
def short(monkeypatch):
    """Nobody waits for what never comes."""
    monkeypatch.setattr(links, "_ANSWER_S", 0.5)
    monkeypatch.setattr(links, "_SCAN_S", 0)


@pytest.fixture
def selftest(tmp_path, capsys):
    """Runs the self-test of a board in a world; returns (exit status, what it said)."""

    def call(given=None, secrets=None, board=BOARD, words=(), **world):
        furnish(tmp_path, **{"panel": PANEL, **world})
        flash = tmp_path / "flash"
        flash.mkdir(exist_ok=True)
        (flash / "boot.py").write_text(root_text(board, "boot"))
        (flash / "settings.json").write_text(json.dumps(given or {}))
        (flash / "secrets.json").write_text(json.dumps(secrets or {}))
        with PtyDevice(tmp_path) as device:
            device.wait_for(">>> ")
            status = main(["selftest", device.port, *words])
        captured = capsys.readouterr()
        return status, captured.out + captured.err

    return call


class Broker:
    """Answers each CONNECT with a code; `asked`: what came."""

    def __init__(self, answer):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.asked = b""
        self._answer = answer
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        with self._listener, self._listener.accept()[0] as line:
            self.asked = line.recv(1000)
            line.sendall(self._answer)
            with contextlib.suppress(OSError):
                line.recv(10)


def at(port, **more):
    """Returns settings of a device on Wi-Fi with a broker at a port of this machine."""
    return {"wifi_ssid": "van", "mqtt_host": "127.0.0.1", "mqtt_port": port, **more}


def test_all_is_well_and_the_heater_is_never_on(selftest, tmp_path, monkeypatch):
    monkeypatch.setattr(links, "_ANSWER_S", 20)  # a busy machine may take its time
    broker = Broker(b"\x20\x02\0\0")
    status, text = selftest(
        at(broker.port, mqtt_user="me", heater_probe="mat"),
        {"wifi_password": "pass word", "mqtt_password": "secret"},
        wifi_password="pass word",
        answers=SAMPLES["jk_gps"][:1],
        readable=True,
        probe_c=4.5,
    )
    assert status == 0, text
    for line in (
        "Self-test of LilyGO T-Display. The heater stays off.",
        "ok     heater: pin 32 is low: the mat is off",
        "ok     button 1: is not pressed",
        "ok     panel: st7789, 240 × 135: its controller answers",
        "ok     probe: 4.5 °C",
        "ok     BMS: answers: 16 cells, ",
        "ok     Wi-Fi: van: joined, -61 dBm, address 10.0.0.7",
        f"ok     broker: 127.0.0.1, port {broker.port}: lets us in",
        "all that could be tried works",
    ):
        assert line in text, text
    assert "pass word" not in text and "secret" not in text
    assert b"\x06secret" in broker.asked and b"\x02me" in broker.asked
    assert set(levels_of(tmp_path, FACTS.HEATER_PIN)) == {0}
    look_at_bars(tmp_path, BOARD)


def look_at_bars(folder, name):
    """Holds what the panel shows against the words for it."""
    board = boards.load(name)
    size = [getattr(board, f"PANEL_{fact}") for fact in "WIDTH HEIGHT X Y MADCTL INVERT".split()]
    glass = Glass(*size, CONTROLLERS[board.PANEL])
    for dc, data in transfers(folder):
        glass.feed(dc, data)
    assert glass.errors == [] and glass.lit
    shown = glass.rgb()
    wide, high = board.PANEL_WIDTH, board.PANEL_HEIGHT

    def colour(x, y):
        return tuple(shown[3 * (y * wide + x) :][:3])

    middle = [colour(wide * n // 8, high // 2) for n in (1, 3, 5, 7)]
    assert middle == [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)]
    corners = [(0, 0), (wide - 1, 0), (0, high - 1), (wide - 1, high - 1)]
    assert {colour(*corner) for corner in corners} == {(255, 255, 255)}


def test_the_power_chip_of_a_core2_is_asked_for(selftest):
    facts = boards.load("m5stack_core2")
    panel = (facts.SPI_SCK, facts.SPI_MOSI, facts.PANEL_CS, facts.PANEL_DC)
    told = selftest(board="m5stack_core2", panel=panel, on_i2c=(0x34,))[1]
    assert "ok     power chip: it answers" in told
    told = selftest(board="m5stack_core2", panel=panel)[1]
    assert "WRONG  power chip: it does not answer: the panel stays dark" in told


def test_a_mono_panel_shows_a_frame(selftest, tmp_path):
    board = "esp32_c3_devkit+sh1106"
    text = selftest(board=board, panel=(), on_i2c=(0x3C,))[1]
    assert "ok     panel: sh1106, 128 × 64: it answers" in text
    panel = MonoPanel(SH1106)
    for _, data in transfers(tmp_path):
        panel.take(data)
    assert panel.errors == []
    assert panel.glows(0, 0) and panel.glows(127, 63) and panel.glows(10, 10)
    assert not panel.glows(60, 30) and not panel.glows(110, 10)
    assert "nobody answers on the I2C (SDA pin 7" in selftest(board=board, panel=())[1]


def test_what_does_not_work_is_told_with_what_to_do(selftest, tmp_path):
    broker = Broker(b"\x20\x02\0\4")
    status, text = selftest(
        at(broker.port, heater_probe="mat"),
        high=(FACTS.HEATER_PIN,),
        low=(FACTS.BUTTON_1,),
    )
    assert status == 1
    for line in (
        "WRONG  heater: pin 32 is high although it is held low: TAKE THE MAT OFF THE SUPPLY",
        "WRONG  button 1: is pressed, or its wire (pin 35) has no pull-up",
        "look   panel: st7789, 240 × 135: cannot be asked here",
        "WRONG  probe: no DS18B20 answers at pin 27",
        "WRONG  BMS: silent: UART protocol 0? (RX pin 25, TX pin 26); not wired yet?",
        "user or password are wrong",
        "6 to look after",
    ):
        assert line in text, text


@pytest.mark.parametrize(
    "world, given, said",
    [
        ({"answers": (b"\x7e\xa1\x11 and so on",)}, {}, "BMS: set bms_dialect: ant_new"),
        ({"answers": (b"rubbish",)}, {}, "BMS: noise: settings or wires?"),
        ({"wifi_password": "other"}, {"wifi_ssid": "van"}, "van: the password is wrong"),
        ({}, at(1), "port 1: does not answer"),
        ({}, {"nme": 1}, "WRONG  settings: nme: unknown setting"),
    ],
)
def test_each_trouble_has_its_words(selftest, world, given, said):
    assert said in selftest(given, **world)[1]


@pytest.mark.skipif(not find_mosquitto(), reason="mosquitto is not installed")
@pytest.mark.parametrize("user", ["", "u" * 60])
def test_a_real_broker_lets_it_in(selftest, user):
    broker = RealBroker("mosquitto")
    broker.start()
    try:
        given = at(broker.port, mqtt_user=user)
        text = selftest(given, {"mqtt_password": "p" * 64})[1]
    finally:
        broker.stop()
    assert f"port {broker.port}: lets us in" in text, text


def test_it_finds_out_which_bms_it_is(selftest, monkeypatch):
    trials = [("jk_gps", 115_200, 300, 0), ("ant_new", 19_200, 20_000, 0)]
    monkeypatch.setattr(links, "_TRIALS", trials)
    text = selftest({"bms_dialect": "auto"}, answers=SAMPLES["ant_new"][:1])[1]
    assert "ok     BMS: ant_new, 19200 baud, answers: " in text
    monkeypatch.setattr(links, "_TRIALS", trials[:1])
    assert "BMS: none answers (RX pin 25, TX pin 26)" in selftest({"bms_dialect": "auto"})[1]


def test_what_is_no_broker_is_told(selftest):
    assert "no MQTT broker" in selftest(at(Broker(b"HTTP/1.1 400").port))[1]


def test_units_on_bluetooth_are_named(selftest):
    board = "adafruit_feather_s3_tft"
    given = {"bms_dialect": "jk_ble", "bms_link": "ble"}
    named = bytes((12, 9)) + b"JK_B2A8S20P"
    seen = ((b"\xc8\x47\x8c\0\0\1", -70, named), (b"\1\2\3\4\5\6", -30, b"\3\xff\1\2"))
    facts = boards.load(board)
    panel = (facts.SPI_SCK, facts.SPI_MOSI, facts.PANEL_CS, facts.PANEL_DC)
    text = selftest(given, board=board, panel=panel, on_air=seen)[1]
    assert "BMS: on Bluetooth: JK_B2A8S20P, C8:47:8C:00:00:01, -70 dBm, jk_ble" in text
    assert "01:02:03" not in text and "Bluetooth: its library" not in text
    text = selftest(given, board=board, panel=panel, aioble=False)[1]
    assert "none is on Bluetooth" in text
    assert "WRONG  Bluetooth: its library is not on the device: mpremote mip install aio" in text
    assert "WRONG  memory: the PSRAM is not found" not in text  # the host's Python has enough


def test_an_advertisement_that_is_cut_off_is_borne():
    assert units_on_air({"010203040506": (-40, "0c094a4b")}) == []
    assert units_on_air({"010203040506": (-40, "0303e0ff")}) != []


def test_another_boards_pins_are_not_driven(selftest, tmp_path):
    status, text = selftest(words=("--board", "m5stack_core"))
    assert status == 1 and "the device has the image of lilygo_t_display" in text
    assert set(levels_of(tmp_path, FACTS.HEATER_PIN)) == {0}  # boot.py's
    assert levels_of(tmp_path, boards.load("m5stack_core").HEATER_PIN) == []


def test_a_device_that_does_not_say_what_it_is_is_asked_about(tmp_path, capsys):
    furnish(tmp_path)
    with PtyDevice(tmp_path) as device:
        device.wait_for(">>> ")
        assert main(["selftest", device.port]) == 1
    assert "deploy first, or name it with --board" in capsys.readouterr().err


def test_deploy_ends_with_it(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("tools.packmate.deploy.LEGEND", tmp_path / "legend")
    furnish(tmp_path, panel=PANEL)
    image = tmp_path / "image"
    image.mkdir()
    (image / "boot.py").write_text(root_text(BOARD, "boot"))
    (image / "main.py").write_text("print('main.py runs')\n")
    with PtyDevice(tmp_path) as device:
        device.wait_for(">>> ")
        assert main(["deploy", BOARD, device.port, "--image", str(image)]) == 0
        assert device.wait_for("main.py runs")
    text = capsys.readouterr().out
    assert (
        text.index("verified")
        < text.index("Self-test of LilyGO T-Display")
        < text.index("restarted")
    )
    assert "WRONG  BMS: silent" in text  # which does not make the deployment a failure


@pytest.mark.parametrize("name", boards.names())
def test_the_driver_of_each_board_is_sent_whole_and_short(name):
    sources = board_test.driver_sources(name)
    assert sources[0][0] == "board" and sources[-1][0] == "showing.panels"
    assert sum(len(text) for _, text in sources) < 12_000
    for module, text in sources:
        compile(text, module, "exec")
        assert '"""' not in text
