"""What the pages show: plain integers, None where unknown. No page looks anywhere else."""

import words as w
from bms import pack as p
from bms.alarms import BATTERY_UNDERTEMP, CHARGE_UNDERTEMP
from compat import const

# Wi-Fi and MQTT.
NOT_USED = const(0)
TRYING = const(1)
CONNECTED = const(2)

_ALL = const(64)


class Model:
    """A PackState's figures, as `take` found it, and what the application sets itself.

    The application sets, before each update: `why` there are no figures (the line in the table
    `why_texts` of words.py), `wifi` and `mqtt` (NOT_USED, TRYING or CONNECTED),
    `verdict` and `frozen` (bms.check: figures are withheld while the verdict is not 0),
    `heater_on` (the output), `held_ms` (how long the button is being held) and `handed_over_s`
    (until the BMS is taken back from the phone; 0: it is ours).
    `heater` is a heat.heater.Heater, or what has its figures; it is only looked at, and set before
    `take`.

    `packs`: how many there are. The screen chooses with `shown` what the figures of the pack are
    to be of: 0 all of them together, else the number of one.
    """

    def __init__(self):
        self.pack = None
        self.withheld = False  # set by the Screen: no figure is shown
        self.seen = False
        self.age_s = 0  # of the status figures; since the start while there are none
        self.age_ms = 0
        self.uptime_s = 0
        self.alarm_count = 0
        self.why = 0
        self.why_texts = w.WIRE_TEXTS
        self.wifi = NOT_USED
        self.mqtt = NOT_USED
        self.verdict = 0
        self.frozen = False
        self.heater = None
        self.heater_on = False
        self.held_ms = 0
        self.handed_over_s = 0
        self.packs = 1
        self.shown = 0

    def take(self, pack, now, uptime_s):
        """Looks at a PackState from now on. `uptime_s` is the time since the start."""
        self.pack = pack
        self.uptime_s = uptime_s
        self.seen = pack.seen(p.STATUS)
        self.age_ms = pack.age_ms(p.STATUS, now)
        self.age_s = self.age_ms // 1000 if self.seen else uptime_s
        self.alarm_count = ~self.alarm(_ALL)

    def get(self, slot):
        """Returns a figure of the pack, None if it is unknown or withheld."""
        return None if self.withheld else self.pack.get(slot)

    def alarm(self, which):
        """Returns the bit number of the told alarm at position `which`; ~their number if there are
        fewer."""
        count = 0
        for i in range(len(self.pack.alarms)):
            bits = self._told(i)
            bit = 8 * i
            while bits:
                if bits & 1:
                    if count == which:
                        return bit
                    count += 1
                bits >>= 1
                bit += 1
        return ~count

    def _told(self, i):
        """Returns byte `i` of the alarms, without cold that the heater sees to: that is none."""
        bits = self.pack.alarms[i]
        if bits:
            state = self.heater.state  # pyright: ignore[reportAttributeAccessIssue]
            if state == w.HEATING or state == w.WAITING_CHARGER:
                if i == BATTERY_UNDERTEMP >> 3:
                    bits &= ~(1 << (BATTERY_UNDERTEMP & 7))
                if i == CHARGE_UNDERTEMP >> 3:
                    bits &= ~(1 << (CHARGE_UNDERTEMP & 7))
        return bits
