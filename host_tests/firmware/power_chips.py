"""The two power chips of an M5Stack Core2, as far as they are told something: by registers.

AXP192 and AXP2101 datasheets of X-Powers. What is not its own, a chip here does not take.
"""


class Chip:
    """`registers`: what they hold; `errors`: what the chip, or M5Stack's board, would not bear."""

    KIND = 0
    START = {}  # registers that exist, as the board's start leaves them
    OURS = {}  # bits of them that the panel hangs at

    def __init__(self):
        self.registers = {0x03: self.KIND, **self.START}
        self.errors = []
        self.resets = 0

    def read(self, register):
        if register not in self.registers:
            self.errors.append(f"read of {register:02X}")
            return 0
        return self.registers[register]

    def write(self, register, data):
        before = self.read(register)
        if len(data) != 1:
            self.errors.append(f"{len(data)} bytes to {register:02X}")
        if (before ^ data[0]) & ~self.OURS.get(register, 0):
            self.errors.append(f"{register:02X}: {before:02X} became {data[0]:02X}")
        was_held = self.holds_reset()
        self.registers[register] = data[0]
        self.resets += was_held and not self.holds_reset()
        if not 2400 <= self.light_mv() <= 3300:
            self.errors.append(f"light at {self.light_mv()} mV")

    def holds_reset(self):
        """True while the panel's reset is low."""
        raise NotImplementedError

    def light_mv(self):
        """Returns the voltage that the light has, or would have."""
        raise NotImplementedError

    def lit(self):
        """True while the light is on."""
        raise NotImplementedError

    def panel_mv(self):
        """Returns the voltage of the panel's supply, 0 while it is off."""
        raise NotImplementedError


class AXP192(Chip):
    KIND = 0x03
    # The processor's own supply is DCDC1, bit 0 of 12; bit 3, LDO3, is the motor.
    START = {0x12: 0x41, 0x26: 0x6A, 0x27: 0x54, 0x28: 0xF2, 0x95: 0x00, 0x96: 0x00}
    OURS = {0x12: 0x06, 0x27: 0x7F, 0x28: 0xF0, 0x95: 0x8D, 0x96: 0x02}

    def holds_reset(self):
        return not self.registers[0x96] & 2

    def light_mv(self):
        return 700 + 25 * (self.registers[0x27] & 0x7F)

    def lit(self):
        return bool(self.registers[0x12] & 2)

    def panel_mv(self):
        return 1800 + 100 * (self.registers[0x28] >> 4) if self.registers[0x12] & 4 else 0


class AXP2101(Chip):
    KIND = 0x4A
    START = {0x90: 0x84, 0x93: 0x00, 0x95: 0x00, 0x96: 0x18}
    OURS = {0x90: 0x1A, 0x93: 0x1F, 0x95: 0x1F, 0x96: 0x1F}

    def holds_reset(self):
        return not self.registers[0x90] & 2

    def light_mv(self):
        return 500 + 100 * (self.registers[0x96] & 0x1F)

    def lit(self):
        return bool(self.registers[0x90] & 0x10)

    def panel_mv(self):
        return 500 + 100 * self.registers[0x95] if self.registers[0x90] & 8 else 0
