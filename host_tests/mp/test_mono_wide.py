"""A mono panel on boards with memory: it sleeps, wakes, changes its brightness, shows °F."""

from io import BytesIO

import framebuf
import harness

from bms import pack as p
from languages.english import DATA
from screen import facts, mono
from screen.draw.language import Language
from screen.mono_wide import WideMonoScreen


class Panel:
    """What a driver has; `lights`: what was asked for, `rows`: how many were sent."""

    STRIDE = 128

    def __init__(self):
        self.picture = bytearray(1024)
        self.lights = []
        self.rows = 0

    def send_row(self, number):
        self.rows += 1

    def light(self, pct):
        self.lights.append(pct)


class Heater:
    """What the page reads of heat.heater.Heater."""

    state = reason = warnings = latched = 0


SETTINGS = {
    "name": "Packmate",
    "data_max_age_s": 10,
    "temperature_unit": "celsius",
    "screen_brightness_pct": 80,
    "screen_night": "off",
    "screen_night_pct": 20,
    "screen_night_from": "20:00",
    "screen_night_to": "07:00",
    "screen_off_min": 1,
    "screen_wake_ma": 5000,
}


class Rig:
    """A screen with a pack behind it; `at` has a second pass."""

    def __init__(self, **changes):
        self.panel = Panel()
        settings = dict(SETTINGS)
        settings.update(changes)
        canvas = mono.Canvas(self.panel, framebuf)
        texts = Language(BytesIO(DATA))
        self.around = 50
        light = lambda: self.around  # noqa: E731
        self.screen = WideMonoScreen(canvas, settings, texts, (), light, history=True)
        self.model = facts.Facts()
        self.model.heater = Heater()
        self.pack = p.PackState()
        for slot, value in ((p.SOC_PCT, 50), (p.CURRENT_MA, 100), (p.TEMP_MIN_DC, 375)):
            self.pack.put(slot, value)

    def at(self, second):
        """Returns how many rows that second has cost."""
        self.pack.touch(p.STATUS, 1000 * second)
        self.model.take(self.pack, 1000 * second, second)
        before = self.panel.rows
        while self.screen.update(self.model):
            pass
        return self.panel.rows - before


rig = Rig()
rig.at(0)
harness.check_equal([rig.at(second) for second in (1, 30, 59)], [8, 8, 8], "it is used")
harness.check_equal([rig.at(60), rig.at(61)], [0, 0], "nothing is drawn while it is off")
rig.screen.button(rig.model)
harness.check_equal(rig.at(61), 8, "what it shows is not the old picture")
rig.at(121)
rig.pack.put(p.CURRENT_MA, -6000)
harness.check_equal(rig.at(122), 8, "a large current lights it up")
rig.at(130)
rig.pack.put(p.CURRENT_MA, 0)
rig.at(195)
rig.pack.raise_alarm(3)
rig.at(200)
harness.check_equal(rig.panel.lights, [0, 80, 0, 80, 0, 80], "and what is wrong")
rig.screen.brighter(rig.model)
rig.at(201)
harness.check_equal(rig.panel.lights[-1], 60, "the second button")
rig.at(300)
rig.screen.brighter(rig.model)
rig.at(301)
harness.check_equal(rig.panel.lights[-2:], [0, 60], "the press that wakes it does nothing else")

pictures = []
for unit, dc in (("celsius", 375), ("fahrenheit", 31), ("celsius", 995), ("fahrenheit", 375)):
    rig = Rig(temperature_unit=unit)
    rig.pack.put(p.TEMP_MIN_DC, dc)
    rig.at(1)
    pictures.append(bytes(rig.panel.picture))
harness.check(pictures[0] != pictures[1], "38 C, and 38 F")
differ = [i for i in range(1024) if pictures[0][i] != pictures[1][i]]
harness.check(all([i % 128 >= 120 for i in differ]), "but for the letter they are the same")
harness.check_equal(pictures[2], pictures[3], "100 C, and 100 F, without room for a letter")


class Day:
    """What a page reads of history.curve.Curve: half a day is known, half of it charging."""

    columns = 240

    def __init__(self):
        self.known = bytearray(120) + bytearray(b"\x07" * 120)
        self.soc_pct = bytearray(range(120)[:100]) + bytearray(b"\x64" * 140)
        self.busy = False
        self.begun = 0

    def begin(self, uptime_s, day_s):
        self.begun += 1
        self.busy = True

    def step(self):
        self.busy = False
        return False

    def power_w(self, column):
        return 200 if column < 180 else -400


def column(picture, x):
    """Returns a column's pixels from the top, 1 or 0."""
    return [picture[128 * (y // 8) + x] >> y % 8 & 1 for y in range(64)]


rig = Rig(screen_off_min=0)
rig.model.curve = day = Day()
rig.at(1)
usual = bytes(rig.panel.picture)
rig.screen.button(rig.model)
harness.check_equal([rig.at(1), rig.at(2)], [8, 8], "the last day is shown at once")
harness.check_equal(day.begun, 1, "it is reckoned once")
shown = bytes(rig.panel.picture)
harness.check_equal(sum(column(shown, 10)[12:63]), 0, "what nobody knows is empty")
harness.check_equal(column(shown, 80)[12:43], [0] + [1] * 28 + [0] * 2, "a full pack")
harness.check_equal(column(shown, 80)[43:63], [0] * 5 + [1] * 5 + [0] * 10, "charging, upwards")
harness.check_equal(column(shown, 110)[43:63], [0] * 9 + [1] * 10 + [0], "more of it, downwards")
harness.check_equal(sum([column(shown, x)[63] for x in range(128)]), 0, "the last line is black")
rig.screen.back(rig.model)
rig.at(3)
harness.check_equal(bytes(rig.panel.picture)[:256], usual[:256], "and back")
rig.screen.button(rig.model)
rig.at(4)
harness.check(bytes(rig.panel.picture)[:256] != usual[:256], "there again")
rig.at(63)
rig.at(64)
harness.check_equal(bytes(rig.panel.picture)[:128], usual[:128], "it stays for a minute")
harness.check_equal(day.begun, 1, "it is not reckoned each time")

rig = Rig(screen_night="light", screen_off_min=0)
rig.at(1)
rig.around = 10
rig.at(2)
rig.around = 60
rig.at(3)
harness.check_equal(rig.panel.lights, [20, 80], "the light sensor makes it night, and day")
print("OK")
