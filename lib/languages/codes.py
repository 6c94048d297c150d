"""The codes of all numbers, which programs read: what MQTT tells, and a language like the others.

The tables are in the order of words.py, the lines in that of the numbers. A code never changes.
Where the first one says that there is nothing to tell, it is empty. Behind them are the names of
the messages' fields.
"""

import words as w
from bms import alarms, bank, check, command, writer
from heat.charger import SOURCE_NAMES
from languages.file import render
from relay import message_names
from relay.commands import REFUSALS

_NONE = b""  # what is shown in full sentences only

# In the order of the tables in words.py.
TABLES = (
    w.STATE_NAMES,
    w.REASON_NAMES,
    _NONE,
    w.MODE_NAMES,
    SOURCE_NAMES,
    w.PREHEAT_NAMES,
    check.NAMES,
    alarms.NAMES,
    w.WIRE_NAMES,
    w.RADIO_NAMES,
    w.NO_RADIO_NAMES,
    bank.NAMES,
    w.WARNING_NAMES,
    _NONE,
    w.RESET_NAMES,
    w.WIFI_NAMES,
    w.MQTT_NAMES,
    _NONE,
    _NONE,
    REFUSALS,
    writer.NAMES,
    command.STATES,
    writer.REASONS,
)


def _text(table):
    text = table.decode()
    for nothing in ("none\n", "whole\n"):
        if text.startswith(nothing):
            return text[len(nothing) - 1 :]
    return text


DATA = render([_text(table) for table in TABLES]) + message_names.DATA
