"""What the pages of screen.book show beyond what a Model has, and what is reckoned for them."""

from bms import pack as p
from compat import const
from screen.model import Model

# Below this the pack rests: no time to go is told.
_REST_MA = const(300)
# The current that time to go is reckoned with follows the true one within some minutes.
_FOLLOW = const(64)
_LONGEST_MIN = const(30_000)
UNKNOWN = const(-1)


class Facts(Model):
    """A Model with more. Set at the start: `version` and `board` (bytes), and `crash`, the name of
    the error that ended the run before this one (bytes, empty if none did). Set once a second by
    the application: `address` (bytes, empty without Wi-Fi), `rssi_dbm`, `wifi_reason`,
    `network` (1 or 2, which Wi-Fi that is about; 0: there is one), `wifi_losses`, `mqtt_reason`,
    `mqtt_failures`, `losses` of the BMS; `python_free` in bytes; `reset_cause`, `boots`;
    `day_min`, the minute of the local day, -1 while unknown; `totals`: those of a bms.meter.Meter,
    or None; `about`: what the BMS says that it is (bytes);
    `curve`: a history.curve.Curve, or None; `moment_s`: the time that its `begin` wants.

    Reckoned: `left_min` until empty, or full where `fills`, -1 while it rests or is not known.
    """

    def __init__(self):
        super().__init__()
        self.version = self.board = self.address = b""
        self.about = b""
        self.rssi_dbm = None
        self.network = 0
        self.wifi_reason = self.wifi_losses = self.mqtt_reason = self.mqtt_failures = 0
        self.losses = self.python_free = self.reset_cause = self.boots = 0
        self.crash = b""
        self.day_min = UNKNOWN
        self.totals = None
        self.curve = None
        self.moment_s = None
        self.left_min = UNKNOWN
        self.fills = False
        self._flow_ma = 0  # smoothed
        self._flow_rest = 0
        self._second = UNKNOWN
        self._of = 0  # the pack that it is reckoned for: see Model.shown

    def take(self, pack, now, uptime_s):
        """See Model.take."""
        super().take(pack, now, uptime_s)
        another = self.shown != self._of
        if another:
            self._of = self.shown
            self._flow_ma = 0  # what follows has no past: its first current counts at once
        if another or uptime_s != self._second:
            self._second = uptime_s
            self._reckon(pack)

    def _reckon(self, pack):
        """Follows the current, and reckons how long the charge lasts, or takes."""
        ma = pack.get(p.CURRENT_MA)
        self.left_min = UNKNOWN
        if ma is None:
            self._flow_ma = self._flow_rest = 0
            return
        flow = self._flow_ma
        if not flow or (flow > 0) != (ma > 0) or abs(ma - flow) > max(abs(flow), 2000):
            flow = ma  # the first one, or it has turned round, or is another altogether
            self._flow_rest = 0
        else:
            step = ma - flow + self._flow_rest
            flow += step // _FOLLOW
            self._flow_rest = step % _FOLLOW
        self._flow_ma = flow
        left = pack.get(p.REMAINING_MAH)
        if left is None or -_REST_MA < flow < _REST_MA:
            return
        self.fills = flow > 0
        if self.fills:
            capacity = pack.get(p.CAPACITY_MAH)
            if capacity is None:
                return
            left = max(0, capacity - left)
        minutes = left // 10 * 60 // (abs(flow) // 10)
        if minutes <= _LONGEST_MIN:
            self.left_min = minutes

    def left_wh(self):
        """Returns the energy that is left, in Wh at the present voltage; None if not known."""
        mah = self.get(p.REMAINING_MAH)
        mv = self.get(p.PACK_MV)
        if mah is None or mv is None:
            return None
        return p.power_mw(mv, mah) // 1000

    def total_wh(self, which):
        """Returns the energy that was charged (0) or used (1) since this device counts, in Wh; if
        it is not known, None, as of one of several packs: they are counted together."""
        return None if self.totals is None or self.shown else self.totals[which]
