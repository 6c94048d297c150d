"""A DS18B20 on the emulated pin, byte by byte after its data sheet, at the plant's temperature."""

PLACES = ("none", "mat", "cell")
POWER_UP = 0x0550  # 85 °C
CONVERSION_US = 750_000  # 12 bits

_SKIP_ROM, _CONVERT, _READ = 0xCC, 0x44, 0xBE


def crc8(data):
    """Returns Dallas's CRC: X^8 + X^5 + X^4 + 1, low bit first; 0 over data and their own."""
    crc = 0
    for byte in data:
        for bit in range(8):
            mix = (crc ^ byte >> bit) & 1
            crc = crc >> 1 ^ (0x8C if mix else 0)
    return crc


class Ds18b20:
    """See the module. `place`: one of PLACES; "none": nothing is on the wire. Its faults:

    stuck    goes on saying what it said last
    shorted  the wire lies on ground: all bits are 0, and a presence pulse seems to come
    noisy    how many of the next scratchpads lose a bit
    """

    def __init__(self, plant):
        self.plant = plant
        self.stuck = self.shorted = False
        self.noisy = 0
        self._place = "none"
        self._power_up()

    @property
    def place(self):
        return self._place

    @place.setter
    def place(self, place):
        if place not in PLACES:
            raise ValueError(f"no such place: {place}")
        if place != self._place:
            self._place = place
            self._power_up()

    def _power_up(self):
        self._raw = POWER_UP
        self._done = None  # (virtual µs, what the conversion under way will give)
        self._selected = False
        self._out = b""

    def reset(self, t_us):
        """Returns True if a presence pulse was seen."""
        self._settle(t_us)
        self._selected = False
        self._out = b""
        return self.shorted or self._place != "none"

    def write(self, byte, t_us):
        """Takes a byte from the master."""
        self._settle(t_us)
        if self._place == "none" or self.shorted:
            return
        if not self._selected:
            self._selected = byte == _SKIP_ROM
        elif byte == _CONVERT:
            self._done = (t_us + CONVERSION_US, self._measure())
        elif byte == _READ:
            self._out = self._scratchpad()

    def read(self, t_us):
        """Returns the next byte; an idle wire is high."""
        self._settle(t_us)
        if self.shorted:
            return 0
        if self._place == "none" or not self._out:
            return 0xFF
        byte, self._out = self._out[0], self._out[1:]
        return byte

    def _settle(self, t_us):
        if self._done and t_us >= self._done[0]:
            self._raw = self._done[1]
            self._done = None

    def _measure(self):
        if self.stuck:
            return self._raw
        plant = self.plant
        temp_c = plant.mat_c if self._place == "mat" else plant.sensed_c[1]
        return round(16 * min(max(temp_c, -55), 125)) & 0xFFFF

    def _scratchpad(self):
        data = self._raw.to_bytes(2, "little") + b"\x4b\x46\x7f\xff\x0c\x10"
        data += bytes([crc8(data)])
        if self.noisy:
            self.noisy -= 1
            data = bytes([data[0] ^ 4]) + data[1:]
        return data
