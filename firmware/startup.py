"""What comes before the application: its settings, and the radio.

An ESP32's Python heap grows into the memory from which Wi-Fi takes its own, and it grows most
while the application is imported. So the radio gets its share before that.
"""

from binascii import hexlify
from time import ticks_ms

import board
import machine

from hardware.wifi import Wifi
from unload import unload


class Startup:
    """Settings, secrets, what is wrong with them, the state of last time, and the radio.

    `state` is the state file's content, `record` the heater's part of it (see config.load_state);
    `glyphs` is what the screen reads its letters from; `unit` identifies the chip: hexadecimal, as
    bytes. What reads all this is some 8 kB of tables and texts, and is dropped at once; what was
    read, with `forget`.
    """

    def __init__(self):
        import config
        from hardware import glyph_file

        self.settings, self.secrets, self.errors = config.load_settings(
            board.HEATER_MAX_MA, board.HEATER_MAX_W * 1000
        )
        self.state, self.record = config.load_state()
        self.glyphs = glyph_file.open_glyphs(self.errors)
        for name in ("config", "settings", "settings_heater", "hardware.glyph_file"):
            unload(name)
        for error in self.errors:
            print(error)
        self.unit = hexlify(machine.unique_id())
        name = "packmate-" + str(self.unit, "ascii")[-6:]
        self.wifi = Wifi(self.settings, self.secrets, name)
        try:
            self.wifi.start(ticks_ms())
        except OSError as error:
            # Screen and heater do without; the next start tries again.
            self.errors.append("wifi: no memory for the radio (%s)" % error)
        packs = (self.settings,) + tuple(self.settings["packs"])
        if "ble" in [pack["bms_link"] for pack in packs]:
            from links import ble

            ble.switch_on(self.errors)

    def forget(self):
        """Drops all but the radio: each part of the device has taken what it needs (2 kB)."""
        self.settings = self.secrets = self.errors = self.state = self.record = None
        self.glyphs = None
        unload("startup")
