"""What the heater has beside law, guard and pin allocates nothing in its steady state either."""

import sys

import harness
from heat_scene import Scene

import words as s
from bms import pack as p
from compat import ticks_add
from heat.options import inhibit
from heat.options.bms_output import BMSOutput
from heat.options.preheat import Preheat


class Optioned(Scene):
    """A heater with options."""

    def __init__(self, **changes):
        super().__init__(heater_min_off_s=0, **changes)

    def case(self, name, steps, state):
        for _ in range(steps):
            self.step()
        harness.check_no_alloc("heater with " + name, self.step)
        harness.check_equal(self.heater.state, state, name)


def slow_on_and_off():
    scene = Optioned(heater_max_w=50, heater_pwm_s=20, heater_min_on_s=0)
    scene.case("slow on and off", 30, s.HEATING)
    seen = set()
    for _ in range(100):
        seen.add(scene.step())
        harness.check_no_alloc("each part of the period", scene.step, 1)
    harness.check_equal(seen, {True, False}, "on and off")
    harness.check_equal(scene.heater.duty_permille, 100, "duty")


def boost():
    scene = Optioned(heater_mode="off")
    scene.heater.boost(120)
    scene.case("a boost", 10, s.HEATING)


def probe(place, state, dc):
    scene = Optioned(heater_probe=place)
    scene.heater.probe_dc = dc
    scene.case("a probe", 10, state)


def preheat():
    scene = Optioned(preheat_at="07:30", wifi_ssid="x", heater_thresholds="own", heater_on_dc=-100)
    before = Preheat(scene.settings)
    clock = [7 * 3600]

    def step():
        before.step(scene.heater, clock[0])
        scene.step()

    for _ in range(10):
        step()
    harness.check_no_alloc("pre-heating", step)
    harness.check_equal(scene.heater.preheat, s.PREHEAT_HEATING, "pre-heating")
    harness.check_equal(scene.heater.state, s.HEATING, "pre-heating heats")


def bms_output():
    scene = Optioned(
        heater_output="bms", bms_dialect="jk_ble", bms_writes=True, heater_thresholds="own"
    )
    output = scene.heater.bms_output = BMSOutput(True)
    pack = scene.pack
    pack.put(p.HEATING_SWITCH, 0)
    pack.put(p.HEATING_START_DC, -200)
    pack.put(p.HEATING_STOP_DC, -100)

    def step():
        output.look(pack, True)
        on = scene.step()
        output.step(on, False, pack, scene.heater.law.on_dc, scene.heater.law.off_dc, 1000)

    for _ in range(60):
        step()
    harness.check_no_alloc("an output that does not obey", step)
    harness.check_equal(scene.heater.reason, s.UNCONFIRMED, "unconfirmed")
    pack.put(p.HEATING_SWITCH, 1)
    pack.put(p.HEATING, 1)
    pack.put(p.HEATING_MA, 2990)
    harness.check_no_alloc("an output that obeys", step)
    harness.check_equal(scene.heater.state, s.HEATING, "confirmed")


def holding():
    hold = inhibit.SwitchHold()
    scene = [True, 1]

    def step():
        hold.step(scene[0], scene[1], False, 1000)
        hold.unsaved = False

    for want in (True, None, False):
        for switch in (1, 0, None):
            scene[0] = want
            scene[1] = switch
            harness.check_no_alloc("a held switch", step)


class Queue:
    """Commands of a BMS whose charge switch obeys at once."""

    changes = command = value = state = 0
    busy = False
    on = 1

    def switch(self, command, now):
        return self.on

    def ask(self, command, value, now):
        self.on = value


class Unit:
    commands = Queue()


class Device:
    def __init__(self, heater):
        self.heater = heater

    def save_soon(self):
        return True


def holding_through_the_queue():
    from heating.holds import Holds

    scene = Optioned(heater_thresholds="own")
    device = Device(scene.heater)
    holds = Holds((Unit(), Unit()), True, 0)

    def step():
        scene.step()
        holds.step(device, 1000, scene.now)

    for _ in range(10):
        step()
    harness.check_equal(scene.heater.holds, 0x22, "two switches held")
    harness.check_no_alloc("switches held through the queue", step)


class Wire:
    """onewire.OneWire with a DS18B20 that says 25.0625 °C."""

    said = b"\x91\x01\x4b\x46\x7f\xff\x0c\x10\x25"
    crc = 0

    def __init__(self, pin):
        self.at = 0

    def reset(self):
        return True

    def writebyte(self, byte):
        pass

    def readinto(self, buf):
        for i in range(len(buf)):
            buf[i] = self.said[i]

    def crc8(self, buf):
        return self.crc


class Module:
    OneWire = Wire

    @staticmethod
    def Pin(number):
        return number


def reading():
    sys.modules["onewire"] = sys.modules["machine"] = Module
    from hardware.ds18b20 import Probe

    wanted = Probe(27)
    now = [(1 << 30) - 10_000]

    def step():
        now[0] = ticks_add(now[0], 1000)
        wanted.step(now[0])

    step()
    harness.check_no_alloc("the probe", step)
    harness.check_equal(wanted.dc, 251, "the probe")
    Wire.crc = 1
    harness.check_no_alloc("a probe that fails", step)
    harness.check_equal(wanted.dc, None, "the probe fails")


slow_on_and_off()
boost()
probe("mat", s.HEATING, 400)
probe("mat", s.FAULT, 600)
probe("mat", s.BLOCKED, None)
probe("cell", s.HEATING, -30)
preheat()
bms_output()
holding()
holding_through_the_queue()
reading()
