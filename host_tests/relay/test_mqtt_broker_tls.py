"""A secure line: the relay on MicroPython, with its own TLS, and mosquitto with certificates."""

import socket
import subprocess
import time

import pytest

from host_tests.relay.broker_rig import BASE, Program, places, wait_for
from tools.bench.net.broker import find_mosquitto, free_port

pytest.importorskip("cryptography", reason="cryptography makes the certificates")
from host_tests.certificates import DAY, HERE, NOW, Authority, named  # noqa: E402

pytestmark = pytest.mark.skipif(not find_mosquitto(), reason="mosquitto is not installed")


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("ca"), "ours")


@pytest.fixture
def broker(authority, tmp_path):
    """Starts mosquitto with a secure listener beside a plain one; returns (port, plain port)."""
    children = []

    def start(names=HERE, until=NOW + DAY, wants_certificate=False, ports=None):
        certificate, key = authority.sign("broker", names, until)
        port, plain = ports or (free_port(), free_port())
        (tmp_path / "conf").write_text(
            f"user root\nallow_anonymous true\nlistener {plain} 127.0.0.1\n"
            f"listener {port} 127.0.0.1\ncafile {authority.ca}\ncertfile {certificate}\n"
            f"keyfile {key}\nrequire_certificate {str(wants_certificate).lower()}\n"
        )
        child = subprocess.Popen([find_mosquitto(), "-c", str(tmp_path / "conf")])
        children.append(child)
        time.sleep(0.3)
        return port, plain, child

    yield start
    for child in children:
        child.kill()
        child.wait()


@pytest.fixture
def run(authority, places):
    programs = []

    def start(port, **settings):
        settings = {"mqtt_tls": "verified", "mqtt_ca": authority.ca, "time_after_s": 0} | settings
        programs.append(Program(places, mqtt_port=port, **settings))
        return programs[-1]

    yield start
    for program in programs:
        program.kill()


def fails(program, why):
    program.wait_for(lambda report: report["failure"] == why)
    time.sleep(2.5)  # more than one attempt
    assert program.last["connects"] == 0 and program.last["failure"] == why


def test_all_that_goes_over_a_plain_line_goes_over_a_secure_one(broker, run):
    from host_tests.relay.broker_rig import Client

    port, plain, _ = broker()
    client = Client(plain)
    program = run(port, ha_by_device=True)
    assert client.wait_state()["fresh"]
    client.publish(f"{BASE}/heater/mode/set", "charger")
    assert client.wait_results(1) == [("heater/mode/set", True, None)]
    device = "homeassistant/device/packmate_a0b1c2d3e4f5/config"
    told = wait_for(lambda: client.of(device))[0]
    assert len(told) > 25_000 and told.endswith("}}}")  # in many partial writes
    client.publish(f"{BASE}/heater/boost/set", "x" * 60_000)  # and many partial reads
    assert client.wait_results(2)[-1] == ("heater/boost/set", False, "oversized")
    program.finish()
    client.close()


def test_the_heater_makes_way_for_the_handshake_and_for_nothing_else(broker, run):
    """On a chip it holds the loop for longer than the watchdog leaves while the mat is on."""
    port, _, _ = broker()
    program = run(port)
    pauses = program.wait_for(lambda report: report["connected"])["pauses"]
    assert 2 <= pauses <= 10
    time.sleep(2)
    assert program.last["pauses"] == program.last["wakes"] == pauses
    program.finish()


def test_a_broker_that_says_nothing_does_not_keep_the_heater_off(run):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        program = run(mute.getsockname()[1])
        time.sleep(3)
        assert program.last["pauses"] == 1  # for what we say first
        program.kill()


def test_a_broker_that_comes_back_is_found_again(broker, run):
    port, plain, child = broker()
    program = run(port)
    program.wait_for(lambda report: report["connects"] == 1)
    child.kill()
    child.wait()
    program.wait_for(lambda report: not report["connected"])
    broker(ports=(port, plain))
    program.wait_for(lambda report: report["connects"] == 2)
    program.finish()


def test_a_stranger_s_certificate_is_refused(broker, run, tmp_path):
    other = Authority(tmp_path, "other")
    port, _, _ = broker()
    fails(run(port, mqtt_ca=other.ca), "tls")


@pytest.mark.parametrize("names, until", [([named("else.example")], DAY), (HERE, -DAY)])
def test_a_certificate_of_another_name_or_time_is_refused(broker, run, names, until):
    port, _, _ = broker(names, NOW + until)
    fails(run(port), "tls")


def test_unverified_is_what_it_says(broker, run):
    port, _, _ = broker([named("else.example")], NOW - DAY)
    program = run(port, mqtt_tls="unverified", mqtt_ca="", time_after_s=None)
    program.wait_for(lambda report: report["connected"])


def test_nothing_is_sent_before_the_time_is_known(broker, run):
    port, _, _ = broker()
    program = run(port, time_after_s=5)
    program.wait_for(lambda report: report["failure"] == "no_time")
    program.wait_for(lambda report: report["connected"])
    assert program.last["connects"] == 1


def test_without_its_file_there_is_no_line_and_none_in_clear(broker, run):
    port, plain, _ = broker()
    for to in (port, plain):
        fails(run(to, mqtt_ca="nothing.pem"), "tls")


def test_our_own_certificate_lets_us_in(broker, run, authority):
    port, _, _ = broker(wants_certificate=True)
    own, key = authority.sign("van", [named("van")])
    program = run(port, mqtt_cert=own, mqtt_key=key)
    program.wait_for(lambda report: report["connected"])
    stranger = run(port)
    stranger.wait_for(lambda report: report["failures"] > 1)
    assert stranger.last["connects"] == 0


def test_a_plain_broker_gets_nothing_in_clear(broker, run):
    _, plain, _ = broker()
    program = run(plain)
    program.wait_for(lambda report: report["failure"] in ("tls", "closed", "network"))
    assert program.last["connects"] == 0
