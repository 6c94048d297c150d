"""Updates over Wi-Fi: what is refused, in words; power cuts on the device's own file system."""

import errno
import hashlib
import importlib
import json
import os
import sys
import time
import types

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import example, given, settings
from hypothesis import strategies as st

import words
from tools.packmate import PackmateError, bundles
from tools.packmate.__main__ import main
from update import intake as b
from update import signature

BOARD = "Board"
FILES = {"app.mpy": b"new" * 500, "heat/heater.mpy": b"new heater" * 70, "empty.mpy": b""}


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(65537, 3072)


@pytest.fixture(scope="module")
def modulus(key):
    return signature.read_key(bundles.public_text(key))


@pytest.fixture(scope="module")
def good(key):
    return bundles.build(key, BOARD, FILES, 100, "0.2.0")


def take(data, modulus, place, **changes):
    """Has a device take a bundle; returns it."""
    about = {"board": BOARD, "version": "0.1.0", "number": 99, "older": False} | changes
    one = b.Bundle(modulus, *about.values(), str(place))
    try:
        for at in range(0, len(data), 333):
            one.feed(data[at : at + 333])
    finally:
        one.close()
    for _ in one.check() if one.complete else ():
        pass
    return one


def refusal(*about, **changes):
    with pytest.raises(b.Refused) as error:
        take(*about, **changes)
    return str(error.value)


def kept(folder):
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in folder.rglob("*")
        if p.is_file() and p.name != b.HEADER
    }


def test_a_good_one_is_taken_as_it_is(good, modulus, tmp_path):
    one = take(good, modulus, tmp_path / "lib_b")
    assert one.complete and one.header["version"] == "0.2.0"
    assert kept(tmp_path / "lib_b") == FILES
    assert json.loads((tmp_path / "lib_b" / b.HEADER).read_text())["number"] == 100


def test_what_is_refused_before_any_file_is_written(key, good, modulus, tmp_path):
    place = tmp_path / "lib_b"
    other = rsa.generate_private_key(65537, 3072)
    cases = [
        (good, modulus, {"board": "Another"}, "for another board: Board"),
        (good, modulus, {"version": "0.2.1"}, "0.2.0 is older than 0.2.1"),
        (good, modulus, {"version": "0.10.0"}, "older"),
        (good, modulus, {"number": 100}, "not newer"),
        (bundles.build(other, BOARD, FILES, 100, "0.2.0"), modulus, {}, "not signed with the key"),
        (good, None, {}, "no key on the device"),
        (b"<html>not found</html>" * 30, modulus, {}, "no bundle"),
        (b.MAGIC + b"\xff\xff\xff\xff", modulus, {}, "too long"),
        (
            bundles.build(key, BOARD, {"../main.py": b"x"}, 100),
            modulus,
            {},
            "is called ../main.py",
        ),
        (bundles.build(key, BOARD, {"/main.py": b"x"}, 100), modulus, {}, "is called /main.py"),
        (bundles.build(key, BOARD, {"a//b": b"x"}, 100), modulus, {}, "is called"),
        (bundles.build(key, BOARD, {b.HEADER: b"x"}, 100), modulus, {}, "is called"),
        (bundles.build(key, BOARD, {}, 100), modulus, {}, "too many"),
    ]
    for data, whose, changes, said in cases:
        assert said in refusal(data, whose, place, **changes), said
        assert not place.exists()


def test_older_ones_are_taken_when_asked_for(good, modulus, tmp_path):
    one = take(good, modulus, tmp_path / "lib_b", version="0.9.0", number=500, older=True)
    assert one.complete


def test_a_truncated_one_is_never_complete(good, modulus, tmp_path):
    for length in (0, 5, 30, 600, len(good) - 1):
        assert not take(good[:length], modulus, tmp_path / "lib_b").complete
    assert "more in it" in refusal(good + b"x", modulus, tmp_path / "lib_b")


@given(at=st.integers(0, 1 << 20), bit=st.integers(0, 7))
@example(at=len(b.MAGIC) + 2, bit=4)  # its header seems to be longer than all there is
@settings(max_examples=60)
def test_no_changed_byte_passes(at, bit, good, modulus, tmp_path_factory):
    place = tmp_path_factory.mktemp("flash") / "lib_b"
    damaged = bytearray(good)
    damaged[at % len(good)] ^= 1 << bit
    try:
        one = take(bytes(damaged), modulus, place)
    except b.Refused:
        return
    assert one.header is None and not one.complete and not place.exists()  # it waits for more


def test_a_flash_that_keeps_something_else_is_noticed(good, modulus, tmp_path):
    place = tmp_path / "lib_b"
    one = b.Bundle(modulus, BOARD, "0.1.0", 0, False, str(place))
    one.feed(good)
    (place / "app.mpy").write_bytes(b"new" * 499 + b"neW")
    with pytest.raises(b.Refused, match="has not kept app.mpy"):
        list(one.check())
    assert not (place / b.HEADER).exists()


def test_a_signature_is_compared_as_a_whole(key, modulus):
    """What lets a forger choose the end of the padding would pass a parser, and not this."""
    digest = hashlib.sha256(b"header").digest()
    n = key.private_numbers()
    d, public = n.d, n.public_numbers.n

    def signed(block):
        return pow(int.from_bytes(block, "big"), d, public).to_bytes(384, "big")

    padded = signature.padded(digest)
    assert signature.is_signed(modulus, digest, signed(padded))
    start = b"\x00\x01" + b"\xff" * 8 + b"\x00" + signature.SHA256 + digest
    garbage = start + os.urandom(384 - len(start))
    assert not signature.is_signed(modulus, digest, signed(garbage))
    assert not signature.is_signed(modulus, digest, signed(padded)[:-1])
    assert not signature.is_signed(modulus, hashlib.sha256(b"other").digest(), signed(padded))
    large = int.from_bytes(signed(padded), "big") + modulus
    if large < 1 << 3072:
        assert not signature.is_signed(modulus, digest, large.to_bytes(384, "big"))
    assert not signature.is_signed(modulus, digest, bytes(384))


@pytest.mark.parametrize(
    "text", ["", "x", "1", f"{1 << 2047 | 1:x}", f"{1 << 3072 | 1:x}", "f" * 767]
)
def test_a_key_of_another_size_is_none(text):
    with pytest.raises(ValueError):
        signature.read_key(text)


def test_real_micropython_verifies_and_no_power_cut_breaks_it(good, key, micropython64, tmp_path):
    (tmp_path / "bundle").write_bytes(good)
    (tmp_path / "key").write_text(bundles.public_text(key))
    paths = (tmp_path / "bundle", tmp_path / "key")
    done = micropython64("host_tests/mp/cut_update.py", *paths, heap=4_000_000)
    print(done.stdout)
    assert done.stdout.rstrip().endswith("done"), done.stdout


def test_keys_and_a_bundle_are_made(tmp_path, capsys):
    folder = tmp_path / "keys"
    assert main(["keys", str(folder)]) == 0
    assert (folder / "signing.pem").stat().st_mode & 0o077 == 0
    assert main(["keys", str(folder)]) == 1  # never over what is there
    image = tmp_path / "image"
    (image / "lib" / "heat").mkdir(parents=True)
    (image / "main.py").write_text("")
    (image / "lib" / "heat" / "x.mpy").write_bytes(b"x")
    target = tmp_path / "new.bundle"
    command = ["bundle", "adafruit_feather_s3_tft", str(target), "--image", str(image)]
    assert main([*command, "--key", str(folder / "signing.pem")]) == 0
    modulus = signature.read_key((folder / "update.key").read_text())
    name = "Feather ESP32-S3 TFT"
    one = take(target.read_bytes(), modulus, tmp_path / "lib_b", board=name)
    assert one.complete and kept(tmp_path / "lib_b") == {"heat/x.mpy": b"x"}
    assert main([*command, "--key", str(folder / "update.key")]) == 1
    assert "is no key" in capsys.readouterr().err
    with pytest.raises(PackmateError):
        bundles.load_key(tmp_path / "none")


# -- the heater meanwhile -------------------------------------------------------------------------


class Pin:
    """A heater's output."""

    on = False

    def __init__(self):
        self.switched = []

    def renew(self, _now):
        if not self.on:
            self.switched.append("on")
        self.on = True

    def off(self):
        if self.on:
            self.switched.append("off")
        self.on = False


@pytest.fixture
def updater(monkeypatch):
    """The module, on a chip of nothing; `ticks` is the time in ms."""
    ticks = [0]
    monkeypatch.setattr(time, "ticks_ms", lambda: ticks[0], raising=False)
    for name in ("machine", "board"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    sys.modules["board"].NAME = BOARD  # pyright: ignore[reportAttributeAccessIssue]
    monkeypatch.setitem(
        sys.modules, "hardware.net.resolver", types.ModuleType("hardware.net.resolver")
    )
    sys.modules["hardware.net.resolver"].Resolver = None  # pyright: ignore[reportAttributeAccessIssue]
    sys.modules["hardware.net.resolver"].sockaddr = print  # pyright: ignore[reportAttributeAccessIssue]
    names = ("update.updater", "update.after", "update.download", "kept.pause", "kept.times")
    for name in names:
        monkeypatch.delitem(sys.modules, name, raising=False)
    module = importlib.import_module("update.updater")
    module.ticks = ticks  # pyright: ignore[reportAttributeAccessIssue]
    yield module
    for name in names:
        sys.modules.pop(name, None)


def a_heater():
    return types.SimpleNamespace(
        bms_output=None,
        on=True,
        heating=True,
        state=words.HEATING,
        reason=words.NONE,
        power_mw=50_000,
        duty_permille=1000,
    )


def test_a_heater_that_is_held_off_learns_that_it_was_not_on(updater):
    """What would come of it else: test_heat_current.py."""
    pin = Pin()
    pin.renew(0)
    heater = a_heater()
    held = updater.HeldOff(pin, heater)
    held.renew(0)
    assert not heater.on and not heater.heating and pin.switched == ["on", "off"]
    assert (heater.state, heater.reason) == (words.BLOCKED, words.UPDATING)
    assert heater.power_mw == heater.duty_permille == 0


def test_a_pause_of_slow_on_and_off_is_no_heating_then_either(updater):
    heater = a_heater()
    updater.HeldOff(Pin(), heater).off()  # what the loop calls in it
    assert heater.state == words.BLOCKED and not heater.heating


def test_a_bms_that_has_not_switched_off_yet_is_told_as_heating(updater):
    heater = a_heater()
    heater.bms_output = types.SimpleNamespace(on=True)
    updater.HeldOff(Pin(), heater).renew(0)
    assert heater.state == words.HEATING


def a_device():
    """One whose heater is on."""
    pin = Pin()
    pin.renew(0)
    return types.SimpleNamespace(
        output=pin,
        heater=a_heater(),
        supervisor=types.SimpleNamespace(relax=lambda: None, excuse=lambda now: None),
        journal=types.SimpleNamespace(note=lambda *_: None),
        wifi=None,
    )


def test_a_check_switches_the_heater_off_and_on_once(updater, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    device = a_device()
    pin = device.output

    def download(_url, _wifi, take, _wrap):
        for at in range(len(b.MAGIC)):
            take(b.MAGIC[at : at + 1])
            yield 1000

    monkeypatch.setattr(updater, "download", download)
    one = updater.Updater(device, "http://x/y")
    task = one.run()
    assert one.ask(updater.CHECK)
    for _ in range(40):
        next(task)
        device.output.renew(0)
    assert pin.switched == ["on", "off", "on"] and device.output is pin
    assert one.reason == "it ends too early"


@pytest.mark.parametrize("error", [MemoryError(), OSError(errno.ENOMEM, "")])
def test_without_memory_it_is_refused_in_words_and_the_heater_heats_again(
    updater, tmp_path, monkeypatch, error
):
    monkeypatch.chdir(tmp_path)
    device = a_device()

    def download(_url, _wifi, take, _wrap):
        yield 1000
        raise error

    monkeypatch.setattr(updater, "download", download)
    one = updater.Updater(device, "http://x/y")
    assert one.ask(updater.CHECK)
    task = one.run()
    for _ in range(5):
        next(task)
    device.output.renew(0)
    assert one.reason == "there is no memory for it now" and device.output.switched[-1] == "on"


def test_a_server_that_trickles_holds_the_heater_off_no_longer_than_20_minutes(
    updater, monkeypatch
):
    class Trickle:
        def setblocking(self, _on):
            pass

        connect = setblocking

        def write(self, data, at, n):
            return n

        def readinto(self, buf, n):
            updater.ticks[0] += 20_000
            buf[0] = 10
            return 1

        def close(self):
            pass

    module = sys.modules["update.download"]
    monkeypatch.setattr(module, "socket", types.SimpleNamespace(socket=Trickle))
    with pytest.raises(b.Refused, match="too slow"):
        for _ in module.download("http://10.0.0.1/x", None, None):
            pass
    assert 1_200_000 < updater.ticks[0] < 1_300_000
