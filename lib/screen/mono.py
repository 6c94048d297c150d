"""The screen on a mono panel of 128 x 64 pixels: one page, in framebuf's own letters of 8 x 8;
what a driver wants is two and three times as large. docs/panels.md has what its panel's driver is.

A tenth of a second is no matter here: once a second at most the page is put together as a whole,
in a buffer that the panel's driver has, and its eight rows go to the glass one by one.
"""

import words as w
from bms import pack as p
from bms.check import NO_DATA, PLAUSIBLE
from compat import const
from screen import labels
from screen.draw.text import Text

_WIDTH = const(128)
_LETTER = const(8)
_UNIT = const(120)  # where that of the temperature stands
_LINE = const(16)  # letters that have room in a line
_LOST_S = const(60)
_MESSAGE_S = const(3)  # each of several messages stays this long
_PRINTABLE = (
    " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"
    "aouAOUs"  # for screen.draw.letters.LETTERS, which framebuf does not have
)


class Canvas:
    """Writes on a mono panel's picture: `text` from `write` to `write`; `panel` is its driver.

    framebuf: the module.
    """

    def __init__(self, panel, framebuf):
        self.panel = panel
        self.text = Text()
        self.row = 0  # the next to be sent; 8: all are
        mono = framebuf.MONO_VLSB
        self._frame = framebuf.FrameBuffer(panel.picture, _WIDTH, 64, mono, panel.STRIDE)
        self._cell = framebuf.FrameBuffer(bytearray(_LETTER), _LETTER, _LETTER, mono)

    def clear(self):
        """Begins a new picture, black."""
        self._frame.fill(0)

    def write(self, x, y, scale=1, ink=1):
        """Writes the text at (x, y), or so that it ends at -x; returns where it ends."""
        text = self.text
        if x < 0:
            x = -x - text.n * _LETTER * scale
        for i in range(text.n):
            code = text.buf[i]
            letter = _PRINTABLE[code - 32] if 32 <= code < 134 else "?"
            if scale == 1:
                self._frame.text(letter, x, y, ink)
            else:
                self._enlarge(letter, x, y, scale)
            x += _LETTER * scale
        return x

    def bar(self, y):
        """Makes a line white, for a text in black on it."""
        self._frame.fill_rect(0, y, _WIDTH, _LETTER + 1, 1)

    def column(self, x, y, h):
        """Makes h pixels white, from (x, y) downwards."""
        self._frame.vline(x, y, h, 1)

    def show(self):
        """Has the picture sent, a row with each `step`."""
        self.row = 0

    def step(self):
        """Sends the next row; returns False if there was none."""
        if self.row == 8:
            return False
        self.panel.send_row(self.row)
        self.row += 1
        return True

    def _enlarge(self, letter, x, y, scale):
        cell = self._cell
        frame = self._frame
        cell.fill(0)
        cell.text(letter, 0, 0, 1)
        for i in range(_LETTER * _LETTER):
            if cell.pixel(i & 7, i >> 3):
                frame.fill_rect(x + scale * (i & 7), y + scale * (i >> 3), scale, scale, 1)


class MonoScreen:
    """In the place of show.Screen; settings used: name, data_max_age_s. `errors`: of the settings,
    mentioned in the lowest line in turn with what else there is to tell."""

    def __init__(self, canvas, settings, texts, errors):
        from screen.draw.letters import encoded  # needed once

        self._canvas = canvas
        self._texts = texts
        self._name = encoded(settings["name"])
        self._max_age_ms = settings["data_max_age_s"] * 1000
        self._errors = len(errors)
        self._seq = self._second = -1

    def shift(self):
        """See show.Screen.shift."""
        self._canvas.panel.shift()

    def button(self, model):
        """See show.Screen.button; there is no other page."""

    def update(self, model):
        """See show.Screen.update."""
        canvas = self._canvas
        if canvas.step():
            return True
        if model.pack.seq == self._seq and model.uptime_s == self._second:
            return False
        self._seq = model.pack.seq
        self._second = model.uptime_s
        model.withheld = model.verdict != PLAUSIBLE and model.verdict != NO_DATA
        canvas.clear()
        if self._is_lost(model):
            self._draw_lost(model)
        else:
            self._draw(model)
        canvas.show()
        return True

    def _is_live(self, model):
        return model.age_ms <= self._max_age_ms and not model.frozen

    def _is_lost(self, model):
        return not model.seen or model.age_s >= _LOST_S and model.age_ms > self._max_age_ms

    # -- the page --------------------------------------------------------------------------------

    def _draw(self, model):
        canvas = self._canvas
        text = canvas.text
        self._figure(model.get(p.SOC_PCT), 1, 0)
        if text.n < 3 and model.get(p.SOC_PCT) is not None:
            text.add(b"%")  # 100 has no room for it
        self._temperature(model.get(p.TEMP_MIN_DC), b"C", canvas.write(0, 1, 3))
        self._what_the_heater_does(model)
        canvas.write(-_WIDTH, 18)
        self._power(model)
        canvas.write(0, 28, 2)
        self._figure(model.get(p.CELL_MIN_MV), 1, 3)
        if model.get(p.CELL_MAX_MV) is not None:
            text.add(b"-")
            self._add(model.get(p.CELL_MAX_MV), 1, 3)
            text.add(b"V")
        canvas.write(0, 46)
        live = self._is_live(model)
        text.start(b"" if live else b"!").fixed(min(model.age_s, 99), 0).add(b"s")
        canvas.write(-_WIDTH, 46)
        self._foot(model, live)

    def _temperature(self, dc, letter, end):
        """Writes a temperature, in tenths, and its unit beside what ends there."""
        canvas = self._canvas
        self._figure(dc, 10, 0)
        if end + 2 * _LETTER * canvas.text.n > _UNIT - _LETTER // 2:
            canvas.write(-_WIDTH, 1, 2)  # beside 100 % there is no room for the unit, too
            return
        canvas.write(-_UNIT + 1, 1, 2)
        canvas.text.start(letter)
        canvas.write(_UNIT, 1)

    def _power(self, model):
        power = model.get(p.POWER_MW)
        text = self._canvas.text.start(b"")
        if power is not None and power > 0:
            text.add(b"+")
        if power is None or -9_999_500 < power < 9_999_500:
            self._add(power, 1000, 0)
            text.add(b"" if power is None else b"W")
        else:
            self._add(power, 100_000, 1)
            text.add(b"kW")

    def _what_the_heater_does(self, model):
        text = self._canvas.text.start(b"")
        if model.heater_on or model.get(p.HEATING):
            self._texts.put(text, w.STATE_TEXTS, w.HEATING)
        elif model.heater.state == w.FAULT:
            text.add(b"!!")  # the lowest line has the words

    def _foot(self, model, live):
        """Writes the lowest line: what is wrong, in turn, on white; else who it is."""
        heater = model.heater
        alarms = model.alarm_count if live else 0
        frozen = 1 if model.frozen else 0
        failed = 1 if heater.state == w.FAULT else 0
        warned = 1 if heater.warnings else 0
        withheld = 1 if model.withheld else 0
        count = alarms + failed + warned + withheld + frozen + (1 if self._errors else 0)
        text = self._canvas.text.start(b"")
        if not count:
            self._calm(model, heater)
            self._write_foot(model, 1)
            return
        turn = model.uptime_s // _MESSAGE_S % count
        if turn < failed:
            self._texts.put(text, w.REASON_TEXTS, heater.reason)
        elif turn < failed + alarms:
            self._texts.put(text, w.ALARM_TEXTS, model.alarm(turn - failed))
        elif turn < failed + alarms + warned:
            self._texts.put(text, w.WARNING_TEXTS, w.first_bit(heater.warnings))
        elif turn < failed + alarms + warned + withheld:
            self._texts.put(text, w.VERDICT_TEXTS, model.verdict)
        elif turn < failed + alarms + warned + withheld + frozen:
            self._texts.put(text, w.SCREEN_TEXTS, labels.FROZEN)
        else:
            text.fixed(self._errors, 0).add(b" ")
            self._texts.put(
                text, w.SCREEN_TEXTS, labels.ERRORS if self._errors > 1 else labels.ERROR
            )
        self._canvas.bar(54)
        self._write_foot(model, 0)

    def _write_foot(self, model, ink):
        """Writes the text; of one that is too long beginning and end in turn."""
        text = self._canvas.text
        gone = text.n - _LINE if model.uptime_s & 1 else 0
        text.n = min(text.n, _LINE)
        if gone > 0:
            for i in range(_LINE):
                text.buf[i] = text.buf[gone + i]
        self._canvas.write(0, 55, 1, ink)

    def _calm(self, model, heater):
        text = self._canvas.text
        if model.handed_over_s:
            self._texts.put(text, w.SCREEN_TEXTS, labels.PHONE)
        elif heater.state == w.OFF:
            text.add(self._name)
        elif heater.state == w.BLOCKED:
            self._texts.put(text, w.REASON_TEXTS, heater.reason)
        else:
            self._texts.put(text, w.STATE_TEXTS, heater.state)

    def _draw_lost(self, model):
        canvas = self._canvas
        text = canvas.text.start(b"")
        self._texts.put(text, w.SCREEN_TEXTS, labels.NO_DATA)
        canvas.write(8, 1, 2 if text.n <= _LINE // 2 else 1)
        text.start(b"")
        minutes = model.age_s // 60
        if minutes < 100:
            text.two(minutes).add(b":").two(model.age_s % 60)
        else:
            text.fixed(min(minutes // 60, 999), 0).add(b" h")
        canvas.write(4, 20, 3)
        text.start(b"")
        self._texts.put(text, model.why_texts, model.why)
        write_two_lines(canvas, 46)

    def _figure(self, value, divisor, decimals):
        self._canvas.text.start(b"")
        self._add(value, divisor, decimals)

    def _add(self, value, divisor, decimals):
        text = self._canvas.text
        if value is None:
            text.add(b"-")
        elif value < 0:
            text.fixed(-((-value + divisor // 2) // divisor), decimals)
        else:
            text.fixed((value + divisor // 2) // divisor, decimals)


def write_two_lines(canvas, y):
    """Writes a text at the left of two lines, divided at a space, if it needs both."""
    text = canvas.text
    size = text.n
    first = size
    if size > _LINE:
        first = _LINE
        while first and text.buf[first] != 32:
            first -= 1
        first = first or _LINE
    text.n = first
    canvas.write(0, y)
    if first < size:
        start = first + (text.buf[first] == 32)
        for i in range(start, size):
            text.buf[i - start] = text.buf[i]
        text.n = min(size - start, _LINE)
        canvas.write(0, y + 9)
