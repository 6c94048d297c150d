"""What the device has to say: each state, reason and mode once, which every part may know.

Each has a number, by which the parts pass it on, and a code: a line in a table of names, which is
what MQTT and the tests use. What an owner reads is in a language's file (languages/english.py), at
the same number. Codes never change, and numbers do not, but for those of WIRE_NAMES, which nothing
keeps: new ones go behind the last.

Faults come first among the reasons: fault n is bit n - 1 of the latched set, which is kept over
restarts.
"""

from compat import const

OFF = const(0)  # switched off by its owner, or no output is fitted
IDLE = const(1)  # warm enough
HEATING = const(2)
WAITING_CHARGER = const(3)  # cold, but nothing to heat from
BLOCKED = const(4)  # ends by itself when its reason does
FAULT = const(5)  # latched until acknowledged

STATE_NAMES = b"off\nidle\nheating\nwaiting_charger\nblocked\nfault"

NONE = const(0)
# Latched, until somebody acknowledges them.
SENSOR_SPREAD = const(1)
OVER_TEMPERATURE = const(2)
NOT_HEATING = const(3)
OPEN_CIRCUIT = const(4)
TOO_LONG = const(5)
UNSTABLE = const(6)
INTERNAL = const(7)
STATE_LOST = const(8)
STUCK_ON = const(9)
HEAT_UNSEEN = const(10)  # more heat was put in than any sensor shows
LAST_FAULT = const(10)
# Not latched.
LINK_DOWN = const(11)
STALE = const(12)
IMPLAUSIBLE = const(13)
FROZEN = const(14)
NO_SENSOR = const(15)
SETTLING = const(16)
JUMP = const(17)
NO_THRESHOLDS = const(18)
BMS_ALARM = const(19)
MAT_LIMIT = const(20)
BACKOFF = const(21)
TOO_WARM = const(22)
RESTING = const(23)
TOO_WEAK = const(24)  # the mat cannot beat the cold
PROBE_LOST = const(25)  # a probe that must be there
UNCONFIRMED = const(26)  # the BMS's own output does not do what it was told
LOSING_HEAT = const(27)  # more is lost, or unseen, than a box of that size loses
CHARGER_UNSEEN = const(28)  # while waiting: nothing here could show a charger
UPDATING = const(29)  # an update holds the output off

REASON_NAMES = (
    b"\n"
    b"sensor_spread\n"
    b"over_temperature\n"
    b"not_heating\n"
    b"open_circuit\n"
    b"too_long\n"
    b"unstable\n"
    b"internal\n"
    b"state_lost\n"
    b"stuck_on\n"
    b"heat_unseen\n"
    b"link_down\n"
    b"stale\n"
    b"implausible\n"
    b"frozen\n"
    b"no_sensor\n"
    b"settling\n"
    b"jump\n"
    b"no_thresholds\n"
    b"bms_alarm\n"
    b"mat_limit\n"
    b"backoff\n"
    b"too_warm\n"
    b"resting\n"
    b"too_weak\n"
    b"probe_lost\n"
    b"unconfirmed\n"
    b"losing_heat\n"
    b"charger_unseen\n"
    b"updating"
)

# Warnings: nothing is off for them. Told until somebody acknowledges them; warning n is bit n - 1.
BMS_TOO_COLD = const(1)  # the BMS allows charging where it harms the cells
WARMS_OFF = const(2)  # off, the pack warms as if heated
NOT_SAVED = const(3)  # the flash does not take what must survive a power cut
WARNING_NAMES = b"\nbms_too_cold\nwarms_off\nnot_saved"

MODE_OFF = const(0)
MODE_CHARGER = const(1)
MODE_CHARGER_OR_SOC = const(2)

MODE_NAMES = b"off\ncharger\ncharger_or_soc"

# Pre-heating for a planned charge; the line in PREHEAT_NAMES.
PREHEAT_NONE = const(0)  # not asked for
PREHEAT_NO_TIME = const(1)  # asked for, and nobody has told the time of day yet
PREHEAT_WAITING = const(2)
PREHEAT_HEATING = const(3)

PREHEAT_NAMES = b"none\nno_time\nwaiting\nheating"

# What may be commanded; the settings have the same bounds from here.
MAX_BOOST_MIN = const(120)
MAX_RELEASE_MIN = const(60)  # of a BMS, to a phone
ON_LOW_DC = const(-300)
ON_HIGH_DC = const(200)
OFF_LOW_DC = const(-280)
OFF_HIGH_DC = const(250)
LEAST_SPAN_DC = const(20)  # from on to off

# Why there are no figures; the numbers are in links.uart_link, links.ble_setup and links.ble.
SILENT = const(1)  # the lines that a dialect chooses from (bms.framer.Dialect.SILENCE)
SILENT_GPS = const(2)
SILENT_MODBUS = const(3)
WIRE_NAMES = (
    b"none\n"
    b"silent\n"
    b"silent_uart_protocol_0\n"
    b"silent_uart_protocol_1\n"
    b"noise\n"
    b"other_unit\n"
    b"no_device_info\n"
    b"unknown_generation\n"
    b"contradiction\n"
    b"speaks_jk_gps\n"
    b"speaks_jk_modbus\n"
    b"speaks_ant_new\n"
    b"speaks_ant_old\n"
    b"speaks_jk_display\n"
    b"a_b_swapped"
)
RADIO_NAMES = (
    b"none\nabsent\nnot_connected\nno_service\nno_characteristic\nnot_subscribed\npin_missing"
    b"\npairing_refused\ndropped\nsilent\nno_frames\nmemory\nradio\nhanded_over"
    b"\nno_device_info\nunknown_generation\ncontradiction"
)
NO_RADIO_NAMES = b"none\nno_aioble"

# Why the Wi-Fi could not be joined, or was lost: hardware.net.wifi.
WIFI_NAMES = (
    b"none\n"
    b"no_network\n"  # nothing of this name in reach
    b"password\n"
    b"security\n"  # in reach, but with a protection we cannot speak
    b"weak\n"
    b"no_address\n"  # joined, but no address came in time: or just a slow attempt
    b"lost\n"
    b"error\n"  # the driver refused
    b"other"
)
# Why a session with the broker ended or did not begin: mqtt.session.
MQTT_NAMES = (
    b"none\n"
    b"dns\n"  # the broker's name does not resolve
    b"network\n"  # no route, connection refused or reset
    b"timeout\n"  # no answer in time
    b"refused\n"  # by the broker: the detail is its code (4: user or password, 5: not allowed)
    b"closed\n"  # by the broker
    b"protocol\n"  # what answers does not talk MQTT
    b"memory\n"
    b"wifi\n"  # we dropped the session, since the Wi-Fi was gone
    b"tls\n"  # the broker's certificate is not the right one, or it does not take ours
    b"no_time"  # which is needed to judge a certificate
)
# By machine.reset_cause() of the ESP32 port.
RESET_NAMES = b"none\npower_on\nhard\nwatchdog\ndeep_sleep\nsoft"

# Of what Heater.save() gives. heat.restore takes up older ones; and newer ones, when an update
# makes room for the version before it: so whatever counts on by one only adds to a record, and
# what changes the meaning of anything in it begins at the next hundred.
RECORD_VERSION = const(3)


# A language's file has these tables, in this order; a text is a table and a line in it. The file
# of codes (languages.codes) has more.
STATE_TEXTS = const(0)  # by state
REASON_TEXTS = const(1)  # by reason, in one line
FAULT_TEXTS = const(2)  # FAULT_LINES a fault, from the first: what it means, and what to do
MODE_TEXTS = const(3)
CHARGER_TEXTS = const(4)  # by heat.charger's sources
PREHEAT_TEXTS = const(5)
VERDICT_TEXTS = const(6)  # by bms.check's verdicts
ALARM_TEXTS = const(7)  # by bms.alarms' bits
WIRE_TEXTS = const(8)  # why there are no figures, by links.uart_link's reasons
RADIO_TEXTS = const(9)  # the same, by those of links.ble_setup
NO_RADIO_TEXTS = const(10)  # the same, by those of links.ble
BANK_TEXTS = const(11)  # the same, by those of bms.bank
WARNING_TEXTS = const(12)
SCREEN_TEXTS = const(13)  # the screen's own, by screen.labels
RESET_CODES = const(14)
WIFI_CODES = const(15)
MQTT_CODES = const(16)
ADVICE_TEXTS = const(17)  # what to do about alarms: ADVICE_LINES each, by screen.more.advice
PAGE_TEXTS = const(18)  # of the pages that only boards with memory for them have: screen.titles
TABLES = const(19)
REFUSAL_CODES = const(19)  # by relay.commands
WRITE_CODES = const(20)  # by bms.writer: what can be written
WRITE_STATE_CODES = const(21)  # by bms.command
WRITE_REASON_CODES = const(22)  # by bms.writer
ALL_TABLES = const(23)

FAULT_LINES = const(4)
ADVICE_LINES = const(3)
LINE_BYTES = const(32)  # room of a line in a language's file


def find(names, name):
    """Returns the number of a name (str) in a table of names, or -1."""
    name = name.encode() if isinstance(name, str) else b"\n"
    names = names.split(b"\n")
    return names.index(name) if name in names else -1


def name(names, number):
    """Returns line `number` of a table of names, as str."""
    return names.split(b"\n")[number].decode()


def first_bit(bits):
    """Returns the number of the lowest bit that is set, counted from 1; `bits` is not 0."""
    number = 1
    while not bits & 1:
        bits >>= 1
        number += 1
    return number


def first_fault(latched):
    """Returns the reason to name for `latched`: a mat that is on first of all, then the lowest."""
    if latched & 1 << STUCK_ON - 1:
        return STUCK_ON
    for reason in range(1, LAST_FAULT + 1):
        if latched & 1 << (reason - 1):
            return reason
    return NONE


def are_thresholds(on_dc, off_dc):
    """True if these can be the owner's thresholds: integers in bounds, and far enough apart."""
    if not isinstance(on_dc, int) or not isinstance(off_dc, int):
        return False
    if not ON_LOW_DC <= on_dc <= ON_HIGH_DC or not OFF_LOW_DC <= off_dc <= OFF_HIGH_DC:
        return False
    return off_dc - on_dc >= LEAST_SPAN_DC
