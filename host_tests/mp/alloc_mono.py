"""The page of a mono panel, its driver, its light and its shift allocate nothing."""

import sys
from io import BytesIO

import fake_panel


class I2C:
    """Takes everything."""

    def __init__(self, number, scl, sda, freq):
        pass

    def writeto(self, address, data):
        pass


fake_panel.I2C = I2C
sys.modules["machine"] = fake_panel
sys.modules["board"] = fake_panel.Board

import framebuf  # noqa: E402
import harness  # noqa: E402

import words as w  # noqa: E402
from bms import pack as p  # noqa: E402
from hardware.panels import sh1106, ssd1306  # noqa: E402
from languages.english import DATA  # noqa: E402
from screen import facts, mono  # noqa: E402
from screen.draw.language import Language  # noqa: E402
from screen.mono_wide import WideMonoScreen  # noqa: E402


class Heater:
    """What the page reads of heat.heater.Heater."""

    state = reason = warnings = latched = 0


SETTINGS = {"name": "Packmate", "data_max_age_s": 10}
WIDE = {"temperature_unit": "fahrenheit", "screen_brightness_pct": 80, "screen_night": "off"}
WIDE.update({"screen_night_pct": 20, "screen_night_from": "20:00", "screen_night_to": "07:00"})
WIDE.update({"screen_off_min": 1, "screen_wake_ma": 5000})
WIDE.update(SETTINGS)
pack = p.PackState()
model = facts.Facts()
model.heater = heater = Heater()
now = [0]


def update():
    now[0] += 1
    second = now[0] % 10  # of integers that are large, or of both signs
    pack.put(p.SOC_PCT, 11 * second)
    pack.put(p.POWER_MW, 1_234_567 * (second - 5))
    pack.put(p.CELL_MIN_MV, 3300 + second)
    pack.put(p.TEMP_MIN_DC, 37 * (second - 5))
    pack.touch(p.STATUS, 1000)
    heater.state = second % (w.FAULT + 1)
    heater.reason = w.NOT_HEATING if heater.state == w.FAULT else 0
    model.heater_on = second == 3
    model.take(pack, 1000 if second < 8 else 300_000, now[0])
    while screen.update(model):
        pass


class Day:
    """What the page of the last day reads of history.curve.Curve."""

    columns = 240
    busy = False
    known = bytearray(b"\x07" * 240)
    soc_pct = bytearray(range(100)) + bytearray(140)

    def begin(self, uptime_s, day_s):
        self.busy = True

    def step(self):
        self.busy = False
        return False

    def power_w(self, column):
        return 1000 - 9 * column


def look_at_the_day():
    screen.button(model)
    update()


def other():
    panel.shift()
    panel.light(50)
    panel.light(0)


for driver in (ssd1306, sh1106):
    panel = driver.Panel()
    canvas = mono.Canvas(panel, framebuf)
    screen = mono.MonoScreen(canvas, SETTINGS, Language(BytesIO(DATA)), ())
    harness.check_no_alloc(driver.__name__ + ": update", update, warm_up=20, rounds=20)
    screen = WideMonoScreen(canvas, WIDE, Language(BytesIO(DATA)), ())
    harness.check_no_alloc(driver.__name__ + ": update, wide", update, warm_up=20, rounds=20)
    harness.check_no_alloc(driver.__name__ + ": shift, light", other)
    model.curve = Day()
    screen = WideMonoScreen(canvas, WIDE, Language(BytesIO(DATA)), (), None, history=True)
    harness.check_no_alloc(driver.__name__ + ": the last day", look_at_the_day, rounds=20)
print("OK")
