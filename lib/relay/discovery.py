"""Home Assistant's MQTT discovery: one retained config message for each value.

Single-component discovery, since every version of Home Assistant understands it. Configs are
written one at a time into one buffer. They are seldom sent: the relay loads this module when there
is something to announce, and drops it afterwards. So it is small rather than fast: one table in
one bytes object, cut up while it is written.

Sources: research.md §3.2 for classes, units and categories.
"""

from bms.wire import put_bytes, put_int
from compat import const
from relay.json_out import put_text
from relay.view import MODES

# platform key scale unit device_class state_class category name
# platform: s(ensor) or b(inary_sensor), then p if it needs good data of the pack, else d.
# scale: the message's figure is divided by it, a power of ten. "-": none.
_TABLE = (
    b"sp soc_pct 1 % battery measurement - Charge\n"
    b"sp pack_mv 1000 V voltage measurement - Voltage\n"
    b"sp current_ma 1000 A current measurement - Current\n"
    b"sp power_mw 1000 W power measurement - Power\n"
    b"sp remaining_mah 1000 Ah - measurement - Remaining capacity\n"
    b"sp cell_min_mv 1000 V voltage measurement - Lowest cell\n"
    b"sp cell_max_mv 1000 V voltage measurement - Highest cell\n"
    b"sp cell_delta_mv 1 mV voltage measurement diagnostic Cell difference\n"
    b"sp temp_min_dc 10 \\u00b0C temperature measurement - Coldest sensor\n"
    b"sp temp_max_dc 10 \\u00b0C temperature measurement - Hottest sensor\n"
    b"sp mos_temp_dc 10 \\u00b0C temperature measurement diagnostic MOS temperature\n"
    b"sp cycles 1 - - total_increasing diagnostic Cycles\n"
    b"bp charge_on - - power - diagnostic Charge MOS\n"
    b"bp discharge_on - - power - diagnostic Discharge MOS\n"
    b"bp balancing - - running - diagnostic Balancing\n"
    b"bp alarm - - problem - - Alarm\n"
    b"bd heater_on - - running - - Heater\n"
    b"bd heater_fault - - problem - - Heater fault\n"
    b"sd heater_state - - - - - Heater state\n"
    b"sd heater_reason - - - - diagnostic Heater reason\n"
    b"sd heater_power_mw 1000 W power measurement - Heater power\n"
    b"sd heater_wh_today 1 Wh energy total_increasing - Heater energy today\n"
    b"bd link_up - - connectivity - diagnostic BMS link\n"
    b"sd data_age_s 1 s duration measurement diagnostic Data age\n"
    b"sd rssi_dbm 1 dBm signal_strength measurement diagnostic Wi-Fi signal\n"
    b"sd uptime_s 1 s duration measurement diagnostic Uptime\n"
    b"sd heap_free 1 B data_size measurement diagnostic Free memory\n"
    b"sd command_refusal - - - - diagnostic Last refused command\n"
)
_FIXED = _TABLE.count(b"\n")
_MODE = _FIXED  # the select for the heater's mode
_ACKNOWLEDGE = _FIXED + 1  # the button that clears latched faults
_TEMPS = _FIXED + 2  # from here on the battery sensors, then the cells

_PLATFORM = const(0)
_KEY = const(1)
_SCALE = const(2)
_UNIT = const(3)
_CLASS = const(4)
_STATE_CLASS = const(5)
_CATEGORY = const(6)
_NAME = const(7)

_TEMP_ROW = b"sp temp_%d 10 \\u00b0C temperature measurement - Temperature %d"
_CELL_ROW = b"sp cell_%d 1000 V voltage measurement diagnostic Cell %d"

_MAX_TEMPS = const(8)  # bms.pack.MAX_TEMPS
_SHORTEST_EXPIRY_S = const(30)  # a reconnection must not make every value unavailable
ROOM = const(1024)  # the longest config, with the longest settings, is shorter: see its test


class Discovery:
    """Writes the configs of one device, by index, into `buf` (at least ROOM bytes).

    topics: relay.topics.Topics; name: the device's name; model, version: of board and firmware
    (str); interval_s: time between two state messages; known: what sensors and cells the pack has
    (relay.state.learn), since others get no config.

    `build(index)`, for an index below `count`, fills `buf` and `topic`.
    """

    def __init__(self, topics, buf, name, model, version, interval_s, known):
        if len(buf) < ROOM:
            raise ValueError("discovery: the buffer is too small")
        self.buf = buf
        self.topic = b""
        self._topics = topics
        self._name = name.encode()
        self._model = model.encode()
        self._version = version.encode()
        self._expiry_s = max(3 * interval_s, _SHORTEST_EXPIRY_S)
        self._fitted = known[0]
        temps = sum([self._fitted >> i & 1 for i in range(_MAX_TEMPS)])
        self.count = _TEMPS + temps + known[1]

    def build(self, index):
        """Writes config `index` into `buf` and its topic into `topic`; returns its length."""
        if index == _MODE:
            return self._build_mode()
        if index == _ACKNOWLEDGE:
            return self._build_acknowledge()
        return self._build_reading(index)

    def _build_reading(self, index):
        row, position = self._row(index)
        sensor = row[_PLATFORM].startswith(b"s")
        at = self._begin(b"sensor" if sensor else b"binary_sensor", row[_KEY], row[_NAME])
        at = self._member(at, b"stat_t", b"~/state")
        at = self._member(at, b"val_tpl", _template(row, position, sensor))
        for key, column in (
            (b"unit_of_meas", _UNIT),
            (b"dev_cla", _CLASS),
            (b"stat_cla", _STATE_CLASS),
            (b"ent_cat", _CATEGORY),
        ):
            if row[column] != b"-":
                at = self._member(at, key, row[column])
        decimals = len(row[_SCALE]) - 1
        if sensor and decimals:
            at = put_int(self.buf, self._put(at, b',"sug_dsp_prc":'), decimals)
        at = put_int(self.buf, self._put(at, b',"exp_aft":'), self._expiry_s)
        if row[_KEY] == b"alarm":
            at = self._attributes(at, b"{'alarms':value_json.alarms}")
        elif row[_KEY] == b"heater_fault":
            at = self._attributes(at, b"{'faults':value_json.heater_faults}")
        return self._end(at, row[_PLATFORM].endswith(b"p"))

    def _build_mode(self):
        at = self._begin(b"select", b"heater_mode", b"Heater mode")
        at = self._member(at, b"stat_t", b"~/state")
        at = self._member(at, b"val_tpl", b"{{ value_json.heater_mode }}")
        at = self._member(at, b"cmd_t", b"~/heater/mode/set")
        at = self._member(at, b"ent_cat", b"config")
        at = self._put(at, b',"options":["' + MODES.replace(b"\n", b'","') + b'"]')
        return self._end(at, False)

    def _build_acknowledge(self):
        at = self._begin(b"button", b"heater_acknowledge", b"Acknowledge heater fault")
        at = self._member(at, b"cmd_t", b"~/heater/acknowledge")
        at = self._member(at, b"payload_press", b"acknowledge")
        at = self._member(at, b"ent_cat", b"config")
        return self._end(at, False)

    def _row(self, index):
        """Returns (columns, position in its list or None) of a reading."""
        if index < _FIXED:
            return _TABLE.split(b"\n")[index].split(b" ", _NAME), None
        index -= _TEMPS
        for position in range(_MAX_TEMPS):
            if self._fitted >> position & 1:
                if index == 0:
                    return _numbered(_TEMP_ROW, position), position
                index -= 1
        return _numbered(_CELL_ROW, index), index

    def _begin(self, platform, key, name):
        topics = self._topics
        unique = b"packmate_" + topics.unit
        self.topic = b"/".join((topics.prefix, platform, unique, key, b"config"))
        at = self._put(0, b'{"~":')
        at = put_text(self.buf, at, topics.base)
        at = self._member(at, b"name", name)
        return self._member(at, b"uniq_id", unique + b"_" + key)

    def _end(self, at, needs_data):
        at = self._put(at, b',"avty":[{"t":"~/availability"}')
        if needs_data:
            # Stale or implausible figures make their entity unavailable, not merely unknown.
            at = self._put(
                at,
                b',{"t":"~/state","val_tpl":"{{ \'online\' if value_json.fresh and'
                b" value_json.plausible else 'offline' }}\"}",
            )
        at = self._put(at, b'],"avty_mode":"all","dev":{"ids":["packmate_')
        at = self._put(at, self._topics.unit + b'"],"mf":"Packmate"')
        at = self._member(at, b"name", self._name)
        at = self._member(at, b"mdl", self._model)
        at = self._member(at, b"sw", self._version)
        at = self._put(at, b'},"o":{"name":"Packmate"')
        at = self._member(at, b"sw", self._version)
        return self._put(at, b"}}")

    def _attributes(self, at, content):
        at = self._member(at, b"json_attr_t", b"~/state")
        return self._put(at, b',"json_attr_tpl":"{{ ' + content + b'|tojson }}"')

    def _member(self, at, key, text):
        at = self._put(at, b',"' + key + b'":')
        if b"\\u" in text:  # an escape of the table, JSON already
            return self._put(at, b'"' + text + b'"')
        return put_text(self.buf, at, text)

    def _put(self, at, data):
        return put_bytes(self.buf, at, data)


def _numbered(row, position):
    return (row % (position + 1, position + 1)).split(b" ", _NAME)


def _template(row, position, sensor):
    """Returns the template that turns the message into the value, "None" where it is null."""
    if position is None:
        value = b"value_json." + row[_KEY]
    else:
        listed = b"temps_dc" if row[_KEY].startswith(b"temp") else b"cell_mv"
        value = b"(value_json.%s or [])[%d]" % (listed, position)
    if not sensor:
        return b"{{ {true:'ON',false:'OFF'}.get(" + value + b") }}"
    if len(row[_SCALE]) == 1 and position is None:
        return b"{{ " + value + b" }}"
    return b"{{ " + value + b"/" + row[_SCALE] + b" if " + value + b" is number else None }}"
