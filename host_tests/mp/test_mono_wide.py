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
        self.screen = WideMonoScreen(canvas, settings, Language(BytesIO(DATA)), ())
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
print("OK")
