"""Home Assistant's entities for writing to the BMS; loaded only while they are announced.

Switches, numbers and a button, for what the unit offers, and a sensor that tells how far the last
command has come. A switch moves in Home Assistant when the BMS has, not before.
"""

from compat import const
from relay.configs import Configs

# Name of each command, in the order of the table of commands; and what shows a switch of a unit
# that tells the effect only.
_NAMES = (
    b"Charging allowed\n"
    b"Discharging allowed\n"
    b"Balancing allowed\n"
    b"BMS heating allowed\n"
    b"Charge low-temperature protection\n"
    b"Charge low-temperature recovery\n"
    b"BMS heating start\n"
    b"BMS heating stop\n"
    b"Save BMS settings"
)
_EFFECTS = (b"charge_on", b"discharge_on", b"balancing", b"heating")
_COMMANDS = const(9)
_BOUNDS = b',"min":-30,"max":20,"step":1,"mode":"box"'


class WritesDiscovery(Configs):
    """How far the last command has come, and the commands.

    keys: the table of commands' names; switches: how many of them are switches, the first ones;
    offered: bit set of those that the unit takes.
    """

    def __init__(self, topics, buf, about, known, keys, switches, offered):
        name, model, version, interval_s = about
        super().__init__(topics, buf, name, model, version, interval_s, known)
        self._keys = keys.split(b"\n")
        self._switches = switches
        self._offered = [i for i in range(_COMMANDS) if offered >> i & 1]
        self.count = 1 + len(self._offered)

    def build(self, index):
        """See Configs."""
        if index == 0:
            return self._build_progress()
        command = self._offered[index - 1]
        key = self._keys[command]
        name = _NAMES.split(b"\n")[command]
        topic = b"~/bms/" + key + b"/set"
        if command < self._switches:
            return self._build_switch(key, name, topic, _EFFECTS[command])
        if command < _COMMANDS - 1:
            return self._build_number(key, name, topic)
        at = self._begin(b"button", b"bms_save", name)
        at = self._member(at, b"cmd_t", topic)
        at = self._member(at, b"payload_press", b"save")
        return self._end(self._member(at, b"ent_cat", b"config"), True)

    def _build_progress(self):
        at = self._begin(b"sensor", b"bms_command_state", b"Last BMS command")
        at = self._member(at, b"stat_t", b"~/state")
        at = self._member(at, b"val_tpl", b"{{ value_json.bms_command_state }}")
        at = self._member(at, b"ent_cat", b"diagnostic")
        content = b"{'command':value_json.bms_command,'value':value_json.bms_command_value,"
        content += b"'reason':value_json.bms_command_reason}"
        return self._end(self._attributes(at, content), False)

    def _build_switch(self, key, name, topic, effect):
        at = self._begin(b"switch", key, name)
        at = self._member(at, b"stat_t", b"~/state")
        value = b"value_json." + key
        value += b" if " + value + b" is not none else value_json." + effect
        at = self._member(at, b"val_tpl", b"{{ {true:'ON',false:'OFF'}.get(" + value + b") }}")
        at = self._member(at, b"cmd_t", topic)
        at = self._put(at, b',"opt":false')
        return self._end(self._member(at, b"ent_cat", b"config"), True)

    def _build_number(self, key, name, topic):
        at = self._begin(b"number", key, name)
        at = self._member(at, b"stat_t", b"~/state")
        value = b"value_json." + key
        at = self._member(
            at, b"val_tpl", b"{{ " + value + b"/10 if " + value + b" is number else None }}"
        )
        at = self._member(at, b"cmd_t", topic)
        at = self._member(at, b"cmd_tpl", b"{{ (value*10)|round|int }}")
        at = self._member(at, b"unit_of_meas", b"\\u00b0C")
        at = self._member(at, b"dev_cla", b"temperature")
        at = self._put(at, _BOUNDS)
        return self._end(self._member(at, b"ent_cat", b"config"), True)
