"""Driver of the M5Stack Core2's panel: an ILI9342C whose supply, reset and light a power chip has.

That is an AXP192 (Core2) or an AXP2101 (Core2 v1.1), on the board's I2C. Which output has what,
and the voltages: M5Stack's own library (github.com/m5stack/M5Core2, src/AXP192.cpp, AXP2101.cpp,
AXP.cpp); the registers are those of X-Powers' datasheets. Nothing else of the chip is touched.
"""

# Not every board has these facts.
# pyright: reportAttributeAccessIssue=false

import time

import board
from machine import I2C, Pin

from compat import const
from hardware.panels import ili9342c, st7789

_ADDRESS = const(0x34)  # of either
_HZ = const(100_000)
_KIND = const(0x03)
_IS_192 = const(0x03)
_IS_2101 = const(0x4A)

# AXP192.
_ENABLES = const(0x12)  # bit 1: DCDC3, the light; bit 2: LDO2, the panel's 3.3 V
_DCDC3_V = const(0x27)  # 0.7 V, and 25 mV a step
_LDO2_V = const(0x28)  # upper half: 1.8 V, and 0.1 V a step
_PINS_KIND = const(0x95)  # of GPIO3 and 4; M5Stack makes 4 an output, the panel's reset
_PINS = const(0x96)  # bit 1: GPIO4

# AXP2101.
_SUPPLIES = const(0x90)  # bit 1: ALDO2, the reset; bit 3: ALDO4, 3.3 V; bit 4: BLDO1, the light
_ALDO2_V = const(0x93)  # these three: 0.5 V, and 0.1 V a step
_ALDO4_V = const(0x95)
_BLDO1_V = const(0x96)

_LEAST_MV = const(2400)  # of the light: hardly any
_SPAN_MV = const(900)  # up to 3.3 V
_RESET_MS = const(20)
_FULL_DUTY = const(65535)


class Panel(ili9342c.Panel):
    """The Core2's panel; otherwise as st7789.Panel. It stays dark if no power chip answers."""

    def __init__(self):
        # In the place of a PWM at a pin. A method for that would cost all other boards memory.
        st7789.PWM = Power
        super().__init__()

    def _start(self):
        self._backlight.reset_panel()
        super()._start()


class Power:
    """The power chip, as far as the panel hangs at it; the light is off. Raises nothing: with a
    panel that stays dark, heater and relay do their work."""

    def __init__(self, pin, freq, duty_u16):
        self._bus = I2C(
            board.PANEL_I2C, scl=Pin(board.PANEL_SCL), sda=Pin(board.PANEL_SDA), freq=_HZ
        )
        self._byte = bytearray(1)
        self._kind = 0
        kind = self._read(_KIND)
        if kind != _IS_192 and kind != _IS_2101:
            print("no power chip that we know: the panel stays dark")
            return
        self._kind = kind
        self.duty_u16(duty_u16)
        if kind == _IS_192:
            self._change(_LDO2_V, 0xF0, 0xF0)  # 3.3 V
            self._change(_ENABLES, 0x04, 0x04)
            self._change(_PINS_KIND, 0x8D, 0x84)
        else:
            self._change(_ALDO4_V, 0x1F, 28)
            self._change(_ALDO2_V, 0x1F, 28)
            self._change(_SUPPLIES, 0x08, 0x08)

    def reset_panel(self):
        """Pulls the panel's reset, and lets go of it."""
        register = _PINS if self._kind == _IS_192 else _SUPPLIES
        self._change(register, 0x02, 0)
        time.sleep_ms(_RESET_MS)
        self._change(register, 0x02, 0x02)

    def duty_u16(self, duty):
        """Sets the light, as a PWM would; 0: off. Holds the caller for some 2 ms."""
        mv = _LEAST_MV + _SPAN_MV * duty // _FULL_DUTY
        on = duty > 0
        if self._kind == _IS_192:
            if on:
                self._change(_DCDC3_V, 0x7F, (mv - 700) // 25)
            self._change(_ENABLES, 0x02, 0x02 * on)
        else:
            if on:
                self._change(_BLDO1_V, 0x1F, (mv - 500) // 100)
            self._change(_SUPPLIES, 0x10, 0x10 * on)

    def _change(self, register, mask, bits):
        """Writes those bits of a register that the mask has; the others are not ours."""
        if not self._kind:
            return
        value = self._read(register)
        if value < 0:
            return
        self._byte[0] = value & ~mask & 0xFF | bits
        try:
            self._bus.writeto_mem(_ADDRESS, register, self._byte)
        except OSError:
            pass  # the next change of the light tries again

    def _read(self, register):
        """Returns what a register holds, -1 if nobody answers."""
        try:
            self._bus.readfrom_mem_into(_ADDRESS, register, self._byte)
        except OSError:
            return -1
        return self._byte[0]
