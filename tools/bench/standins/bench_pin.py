"""Pin, PWM and ADC of the ESP32 (ports/esp32/machine_pin.c, machine_pwm.c, machine_adc.c).

Where the board has an ESP32-S3, the pins are those of that chip.
"""

import bench_link as link
import bench_ops as ops

_PINS = 40
_MISSING = (24, 28, 29, 30, 31)  # numbers without a pin
_INPUT_ONLY = 34  # and above
_S3_MISSING = (22, 23, 24, 25)
_S3_RESET_CAUSE = 0x60008038  # the register that its boards name
_ADC_PINS = (0, 2, 4, 12, 13, 14, 15, 25, 26, 27, 32, 33, 34, 35, 36, 37, 38, 39)
_pins = {}
_handlers = {}  # pin number -> (handler, trigger)


class Pin:
    """machine.Pin. There is one object per pin, as on the ESP32."""

    IN = 1
    OUT = 3
    OPEN_DRAIN = 7
    PULL_DOWN = 1
    PULL_UP = 2
    IRQ_RISING = 1
    IRQ_FALLING = 2
    WAKE_LOW = 4
    WAKE_HIGH = 5
    DRIVE_0 = 0
    DRIVE_1 = 1
    DRIVE_2 = 2
    DRIVE_3 = 3

    def __new__(cls, id, *args, **kwargs):
        number = pin_number(id)
        pin = _pins.get(number)
        if pin is None:
            pin = object.__new__(cls)
            pin._number = number
            pin._mode = 0
            pin._pull = 0
            pin._latch = 0
            _pins[number] = pin
        return pin

    def __init__(self, id, *args, **kwargs):
        if args or kwargs:
            self.init(*args, **kwargs)

    def init(self, mode=None, pull=-1, *, value=None, drive=None, hold=None):
        if value is not None:  # said even if nothing changes: the level may be from before a reset
            self._latch = 1 if value else 0
            link.pin_changed(self._number, self._latch)
        if mode is not None:
            if self._number >= _INPUT_ONLY and mode & 2 and not _is_s3():
                raise ValueError("pin can only be input")
            self._mode = mode
        if pull != -1:
            self._pull = pull or 0
        link.post(ops.MODE, self._number, self._mode | self._pull << 4)
        link.send()

    def value(self, value=None):
        if value is None:
            return self._get()
        self._set(1 if value else 0)

    def __call__(self, value=None):
        return self.value(value)

    def on(self):
        self._set(1)

    def off(self):
        self._set(0)

    def toggle(self):
        self._set(1 - self._latch)

    def irq(self, handler=None, trigger=IRQ_RISING | IRQ_FALLING, wake=None):
        if handler is None:
            _handlers.pop(self._number, None)
        else:
            _handlers[self._number] = (handler, trigger)
        return self

    def _set(self, level):
        if level != self._latch:
            self._latch = level
            link.pin_changed(self._number, level)

    def _get(self):
        if self._mode & 2:
            return self._latch
        if link.cells[ops.DRIVEN] >> self._number & 1:
            return link.cells[ops.INPUTS] >> self._number & 1
        return 1 if self._pull & 2 else 0

    def __repr__(self):
        return "Pin(%d)" % self._number


def pin_number(pin):
    """Returns the GPIO number of a Pin or an int; ValueError for what is no pin."""
    if isinstance(pin, Pin):
        return pin._number
    if isinstance(pin, int) and 0 <= pin < ops.PINS:
        if pin < _PINS and pin not in _MISSING or _is_s3() and pin not in _S3_MISSING:
            return pin
    raise ValueError("invalid pin")


def _is_s3():
    """Asked only where an ESP32 would say no: nothing of ours is loaded before the firmware."""
    try:
        from board import RESET_CAUSE
    except ImportError:
        return False
    return RESET_CAUSE == _S3_RESET_CAUSE


def _on_inputs(old, new):
    changed = old ^ new
    for number, (handler, trigger) in list(_handlers.items()):
        rising = new >> number & 1
        if changed >> number & 1 and trigger & (Pin.IRQ_RISING if rising else Pin.IRQ_FALLING):
            handler(_pins[number])


link.input_watchers.append(_on_inputs)


class PWM:
    """machine.PWM of 16 channels."""

    def __init__(self, pin, freq=-1, *, duty=-1, duty_u16=-1, duty_ns=-1, invert=False):
        self._pin = pin_number(pin)
        self._freq = 5000
        self._duty = 32768
        self._invert = False
        self._active = True
        self.init(freq, duty=duty, duty_u16=duty_u16, duty_ns=duty_ns, invert=invert)

    def init(self, freq=-1, *, duty=-1, duty_u16=-1, duty_ns=-1, invert=False):
        self._active = True
        self._invert = invert
        if freq != -1:
            self._freq = _within(freq, 1, 40_000_000, "frequency must be from 1Hz to 40MHz")
        if duty_u16 >= 0:
            self._duty = _within(duty_u16, 0, 65535, "duty_u16 must be from 0 to 65535")
        elif duty_ns >= 0:
            self._duty = min(65535, duty_ns * self._freq * 65536 // 1_000_000_000)
        elif duty >= 0:
            self._duty = _within(duty, 0, 1023, "duty must be from 0 to 1023") * 64
        self._report()

    def deinit(self):
        self._active = False
        link.post(ops.PWM_OFF, self._pin, 0)
        link.send()

    def freq(self, value=None):
        self._check()
        if value is None:
            return self._freq
        self.init(value, duty_u16=self._duty, invert=self._invert)

    def duty_u16(self, value=None):
        self._check()
        if value is None:
            return self._duty
        self.init(duty_u16=_within(value, 0, 65535, "duty_u16 must be from 0 to 65535"))

    def duty(self, value=None):
        self._check()
        if value is None:
            return self._duty >> 6
        self.init(duty=_within(value, 0, 1023, "duty must be from 0 to 1023"))

    def duty_ns(self, value=None):
        self._check()
        if value is None:
            return self._duty * 1_000_000_000 // (65536 * self._freq)
        self.init(duty_ns=value)

    def _check(self):
        if not self._active:
            raise RuntimeError("PWM is inactive")

    def _report(self):
        duty = 65535 - self._duty if self._invert else self._duty
        body = self._freq.to_bytes(4, "little") + duty.to_bytes(2, "little")
        link.post_body(ops.PWM, self._pin, body)
        link.send()


def _within(value, low, high, text):
    if not low <= value <= high:
        raise ValueError(text)
    return value


class ADC:
    """machine.ADC that measures nothing: every pin reads 0 V."""

    ATTN_0DB = 0
    ATTN_2_5DB = 1
    ATTN_6DB = 2
    ATTN_11DB = 3
    WIDTH_9BIT = 9
    WIDTH_10BIT = 10
    WIDTH_11BIT = 11
    WIDTH_12BIT = 12

    def __init__(self, pin, *, atten=ATTN_0DB):
        if pin_number(pin) not in _ADC_PINS:
            raise ValueError("invalid pin")
        self._atten = atten

    def init(self, *, atten=ATTN_0DB):
        self._atten = atten

    def atten(self, atten):
        self._atten = atten

    def width(self, bits):
        if not 9 <= bits <= 12:
            raise ValueError("invalid bits")

    def read(self):
        return 0

    def read_u16(self):
        return 0

    def read_uv(self):
        return 0
