"""Home Assistant's entities that command something; loaded only while they are announced."""

from bms.wire import put_int
from compat import const
from relay.commands import BOUNDS
from relay.configs import Configs, row_of, used_rows
from words import MODE_NAMES

# platform key use topic state payload name
# platform: select, button, minutes or degrees: a number of those.
# use: as above; "-": always. state: the message's figure. payload: a button's; of a number, where
# its bounds are in relay.commands.BOUNDS.
_CONTROLS = (
    b"select heater_mode - heater/mode/set heater_mode - Heater mode\n"
    b"button heater_acknowledge - heater/acknowledge - acknowledge Acknowledge heater fault\n"
    b"button heater_report_reset - heater/report/reset - reset Reset cold-charge report\n"
    b"minutes heater_boost h heater/boost/set heater_boost_s 0 Heater boost\n"
    b"degrees heater_own_on_dc o heater/on_dc/set heater_own_on_dc 2 Threshold to heat below\n"
    b"degrees heater_own_off_dc o heater/off_dc/set heater_own_off_dc 4 Threshold to stop at\n"
    b"minutes bms_release r bms/release/set handed_over_s 6 BMS released to the phone\n"
    b"button bms_release_10_min r bms/release/set - 10 Release the BMS for 10 minutes\n"
)

_PLATFORM = const(0)
_KEY = const(1)
_USE = const(2)
_TOPIC = const(3)
_STATE = const(4)
_PAYLOAD = const(5)
_NAME = const(6)
_COLUMNS = const(7)


class Controls(Configs):
    """The controls of the table."""

    def __init__(self, topics, buf, name, model, version, interval_s, known):
        super().__init__(topics, buf, name, model, version, interval_s, known)
        self._rows = used_rows(_CONTROLS, _COLUMNS, _USE, 0, known[2])
        self.count = len(self._rows)

    def build(self, index):
        """See Configs."""
        row = row_of(_CONTROLS, _COLUMNS, self._rows[index])
        kind = row[_PLATFORM]
        number = kind in (b"minutes", b"degrees")
        at = self._begin(b"number" if number else kind, row[_KEY], row[_NAME])
        at = self._member(at, b"cmd_t", b"~/" + row[_TOPIC])
        at = self._member(at, b"ent_cat", b"config")
        value = b"value_json." + row[_STATE]
        if kind == b"button":
            at = self._member(at, b"payload_press", row[_PAYLOAD])
        elif kind == b"select":
            at = self._member(at, b"stat_t", b"~/state")
            at = self._member(at, b"val_tpl", b"{{ " + value + b" }}")
            at = self._put(at, b',"options":["' + MODE_NAMES.replace(b"\n", b'","') + b'"]')
        elif kind == b"minutes":
            template = b"{{ (" + value + b"/60)|round(0,'ceil')|int if " + value
            at = self._number(at, template, int(row[_PAYLOAD]), 1)
            at = self._member(at, b"cmd_tpl", b"{{ value|int }}")
            at = self._member(at, b"unit_of_meas", b"min")
        else:
            at = self._number(at, b"{{ " + value + b"/10 if " + value, int(row[_PAYLOAD]), 10)
            at = self._member(at, b"cmd_tpl", b"{{ (value*10)|round|int }}")
            at = self._member(at, b"unit_of_meas", b"\\u00b0C")
            at = self._member(at, b"dev_cla", b"temperature")
        return self._end(at, False)

    def _number(self, at, template, bounds, scale):
        """Writes what every number has. `bounds`: where they are in BOUNDS, to be divided."""
        at = self._member(at, b"stat_t", b"~/state")
        at = self._member(at, b"val_tpl", template + b" is number else None }}")
        at = put_int(self.buf, self._put(at, b',"min":'), BOUNDS[bounds] // scale)
        at = put_int(self.buf, self._put(at, b',"max":'), BOUNDS[bounds + 1] // scale)
        return self._put(
            at, b',"step":1,"mode":"box"' if scale == 1 else b',"step":0.5,"mode":"box"'
        )
