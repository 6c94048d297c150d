"""Home Assistant's MQTT discovery: one retained config message for each value.

Single-component discovery, since every version of Home Assistant understands it. Configs are
written one at a time into one buffer. They are seldom sent: the relay loads this module when there
is something to announce, and drops it afterwards. So it is small rather than fast: one table in
one bytes object, cut up while it is written.

Sources: research.md §3.2 for classes, units and categories.
"""

from bms.wire import put_bytes, put_int
from compat import const
from relay.commands import BOUNDS
from relay.json_out import put_text
from relay.view import MODES

# platform key scale unit device_class state_class category name
# platform: s(ensor) or b(inary_sensor), then p if it needs good data of the pack, else d; a third
# letter is one of _USES: only where that is used.
# scale: the message's figure is divided by it, a power of ten, or 60. "-": none.
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
    b"sdh heater_duty_permille 10 % - measurement diagnostic Heater duty\n"
    b"sdh heater_ready_s 60 min duration measurement - Ready to charge in\n"
    b"sdh heater_ready_wh 1 Wh - measurement - Energy until ready to charge\n"
    b"sdh heater_on_dc 10 \\u00b0C temperature measurement diagnostic Heater on below\n"
    b"sdh heater_off_dc 10 \\u00b0C temperature measurement diagnostic Heater off from\n"
    b"sdh heater_charger - - - - diagnostic Charger known by\n"
    b"sdh heater_learned_j_k 1 J/K - measurement diagnostic Learned heat capacity\n"
    b"sdt heater_probe_dc 10 \\u00b0C temperature measurement - Heater probe\n"
    b"sdw heater_preheat - - - - - Pre-heating\n"
    b"sd heater_cold_min 1 min duration total_increasing - Time below the charge limit\n"
    b"sd heater_cold_charged_mah 1000 Ah - total_increasing - Charged below the limit\n"
    b"bd link_up - - connectivity - diagnostic BMS link\n"
    b"sd link_reason - - - - diagnostic BMS link trouble\n"
    b"sd data_age_s 1 s duration measurement diagnostic Data age\n"
    b"sd rssi_dbm 1 dBm signal_strength measurement diagnostic Wi-Fi signal\n"
    b"sd uptime_s 1 s duration measurement diagnostic Uptime\n"
    b"sd heap_free 1 B data_size measurement diagnostic Free memory\n"
    b"sd command_refusal - - - - diagnostic Last refused command\n"
)

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

# What may be used: a heater, thresholds of one's own, a probe, pre-heating, a radio. The position
# is that of the bit in `known`.
_USES = b"hotwr"

_PLATFORM = const(0)
_KEY = const(1)
_SCALE = const(2)
_UNIT = const(3)
_CLASS = const(4)
_STATE_CLASS = const(5)
_CATEGORY = const(6)
_NAME = const(7)
_COLUMNS = const(8)

_USE = const(2)
_TOPIC = const(3)
_STATE = const(4)
_PAYLOAD = const(5)
_CONTROL_NAME = const(6)
_CONTROL_COLUMNS = const(7)

_TEMP_ROW = b"sp temp_%d 10 \\u00b0C temperature measurement - Temperature %d"
_CELL_ROW = b"sp cell_%d 1000 V voltage measurement diagnostic Cell %d"

_MAX_TEMPS = const(8)  # bms.pack.MAX_TEMPS
_SHORTEST_EXPIRY_S = const(30)  # a reconnection must not make every value unavailable
ROOM = const(1024)  # the longest config, with the longest settings, is shorter: see its test


class Discovery:
    """Writes the configs of one device, by index, into `buf` (at least ROOM bytes).

    topics: relay.topics.Topics; name: the device's name; model, version: of board and firmware
    (str); interval_s: time between two state messages; known: what sensors and cells the pack has
    (relay.state.learn), and the bits of what is used, since nothing else gets a config.

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
        # The rows of what is used. First come the readings, then the controls, then the lists.
        self._readings = _used(_TABLE, _COLUMNS, _PLATFORM, 2, known[2])
        self._controls = _used(_CONTROLS, _CONTROL_COLUMNS, _USE, 0, known[2])
        self._fixed = len(self._readings) + len(self._controls)
        temps = sum([self._fitted >> i & 1 for i in range(_MAX_TEMPS)])
        self.count = self._fixed + temps + known[1]

    def build(self, index):
        """Writes config `index` into `buf` and its topic into `topic`; returns its length."""
        at = index - len(self._readings)
        if 0 <= at < len(self._controls):
            return self._build_control(_row(_CONTROLS, _CONTROL_COLUMNS, self._controls[at]))
        return self._build_reading(index)

    def _build_reading(self, index):
        row, position = self._reading(index)
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
            if row[_UNIT] == b"min":
                decimals = 0
            at = put_int(self.buf, self._put(at, b',"sug_dsp_prc":'), decimals)
        at = put_int(self.buf, self._put(at, b',"exp_aft":'), self._expiry_s)
        if row[_KEY] == b"alarm":
            at = self._attributes(at, b"{'alarms':value_json.alarms}")
        elif row[_KEY] == b"heater_fault":
            at = self._attributes(at, b"{'faults':value_json.heater_faults}")
        return self._end(at, row[_PLATFORM] in (b"sp", b"bp"))

    def _build_control(self, row):
        kind = row[_PLATFORM]
        number = kind in (b"minutes", b"degrees")
        at = self._begin(b"number" if number else kind, row[_KEY], row[_CONTROL_NAME])
        at = self._member(at, b"cmd_t", b"~/" + row[_TOPIC])
        at = self._member(at, b"ent_cat", b"config")
        value = b"value_json." + row[_STATE]
        if kind == b"button":
            at = self._member(at, b"payload_press", row[_PAYLOAD])
        elif kind == b"select":
            at = self._member(at, b"stat_t", b"~/state")
            at = self._member(at, b"val_tpl", b"{{ " + value + b" }}")
            at = self._put(at, b',"options":["' + MODES.replace(b"\n", b'","') + b'"]')
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

    def _reading(self, index):
        """Returns (columns, position in its list or None) of a reading."""
        if index < len(self._readings):
            return _row(_TABLE, _COLUMNS, self._readings[index]), None
        index -= self._fixed
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


def _row(table, columns, number):
    """Returns the columns of a line of a table."""
    start = 0
    while number:
        start = table.find(b"\n", start) + 1
        number -= 1
    return table[start : table.find(b"\n", start)].split(b" ", columns - 1)


def _used(table, columns, column, at, uses):
    """Returns the numbers of the lines that are about what is used, by a letter in a column."""
    numbers = []
    for number in range(table.count(b"\n")):
        letter = _row(table, columns, number)[column][at:]
        if letter in (b"", b"-") or uses >> _USES.find(letter) & 1:
            numbers.append(number)
    return bytes(numbers)


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
