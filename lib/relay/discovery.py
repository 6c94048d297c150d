"""Home Assistant's entities that show something; loaded only while they are announced."""

from bms.wire import put_int
from compat import const
from relay.configs import Configs, row_of, used_rows

# platform key scale unit device_class state_class category name
# platform: s(ensor) or b(inary_sensor), then p if it needs good data of the pack, else d; a third
# letter is one of _USES: only where that is used.
# scale: the message's figure is divided by it, a power of ten, or 60. "-": none. Words that occur
# often have one letter: see _WORDS; ^ is the degree sign.
_TABLE = (
    b"sp soc_pct 1 % battery m - Charge\n"
    b"sp pack_mv 1000 V voltage m - Voltage\n"
    b"sp current_ma 1000 A current m - Current\n"
    b"sp power_mw 1000 W power m - Power\n"
    b"sp remaining_mah 1000 Ah - m - Remaining capacity\n"
    b"sp cell_min_mv 1000 V voltage m - Lowest cell\n"
    b"sp cell_max_mv 1000 V voltage m - Highest cell\n"
    b"sp cell_delta_mv 1 mV voltage m d Cell difference\n"
    b"sp temp_min_dc 10 ^C temperature m - Coldest sensor\n"
    b"sp temp_max_dc 10 ^C temperature m - Hottest sensor\n"
    b"sp mos_temp_dc 10 ^C temperature m d MOS temperature\n"
    b"sp cycles 1 - - t d Cycles\n"
    b"bp charge_on - - power - d Charge MOS\n"
    b"bp discharge_on - - power - d Discharge MOS\n"
    b"bp balancing - - running - d Balancing\n"
    b"bp alarm - - problem - - Alarm\n"
    b"bd heater_on - - running - - Heater\n"
    b"bd heater_fault - - problem - - Heater fault\n"
    b"sd heater_state - - - - - Heater state\n"
    b"sd heater_reason - - - - d Heater reason\n"
    b"sd heater_power_mw 1000 W power m - Heater power\n"
    b"sd heater_wh_today 1 Wh energy t - Heater energy today\n"
    b"sdh heater_duty_permille 10 % - m d Heater duty\n"
    b"sdh heater_ready_s 60 min duration m - Ready to charge in\n"
    b"sdh heater_ready_wh 1 Wh - m - Energy until ready to charge\n"
    b"sdh heater_on_dc 10 ^C temperature m d Heater on below\n"
    b"sdh heater_off_dc 10 ^C temperature m d Heater off from\n"
    b"sdh heater_charger - - - - d Charger known by\n"
    b"sdh heater_learned_j_k 1 J/K - m d Learned heat capacity\n"
    b"sdt heater_probe_dc 10 ^C temperature m - Heater probe\n"
    b"sdw heater_preheat - - - - - Pre-heating\n"
    b"sd heater_cold_min 1 min duration t - Time below the charge limit\n"
    b"sd heater_cold_charged_mah 1000 Ah - t - Charged below the limit\n"
    b"bd link_up - - connectivity - d BMS link\n"
    b"sd link_reason - - - - d BMS link trouble\n"
    b"sd data_age_s 1 s duration m d Data age\n"
    b"sd rssi_dbm 1 dBm signal_strength m d Wi-Fi signal\n"
    b"sd uptime_s 1 s duration m d Uptime\n"
    b"sd heap_free 1 B data_size m d Free memory\n"
    b"sd command_refusal - - - - d Last refused command\n"
)

_PLATFORM = const(0)
_KEY = const(1)
_SCALE = const(2)
_UNIT = const(3)
_CLASS = const(4)
_STATE_CLASS = const(5)
_CATEGORY = const(6)
_NAME = const(7)
_COLUMNS = const(8)

_WORDS = {b"m": b"measurement", b"t": b"total_increasing", b"d": b"diagnostic", b"^C": b"\\u00b0C"}
_TEMP_ROW = b"sp temp_%d 10 ^C temperature m - Temperature %d"
_CELL_ROW = b"sp cell_%d 1000 V voltage m d Cell %d"

_MAX_TEMPS = const(8)  # bms.pack.MAX_TEMPS


class Discovery(Configs):
    """The readings: those of the table, then sensors and cells."""

    def __init__(self, topics, buf, name, model, version, interval_s, known):
        super().__init__(topics, buf, name, model, version, interval_s, known)
        self._rows = used_rows(_TABLE, _COLUMNS, _PLATFORM, 2, known[2])
        temps = sum([known[0] >> i & 1 for i in range(_MAX_TEMPS)])
        self.count = len(self._rows) + temps + known[1]

    def build(self, index):
        """See Configs."""
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
            text = row[column]
            if text != b"-":
                at = self._member(at, key, _WORDS.get(text, text))
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

    def _reading(self, index):
        """Returns (columns, position in its list or None) of a reading."""
        if index < len(self._rows):
            return row_of(_TABLE, _COLUMNS, self._rows[index]), None
        index -= len(self._rows)
        for position in range(_MAX_TEMPS):
            if self._known[0] >> position & 1:
                if index == 0:
                    return _numbered(_TEMP_ROW, position), position
                index -= 1
        return _numbered(_CELL_ROW, index), index


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
