"""The list of BMS dialects. A new dialect is its file, its entry here, and its simulator."""

from compat import const

UART = const(1)
BLE = const(2)

# Name, module, class, transports, baud rates in the order to try; the dialects themselves in the
# order in which an unknown unit is to be asked.
DIALECTS = (
    ("jk_gps", "bms.jk_gps", "JkGps", UART, (115200,)),
    ("jk_modbus", "bms.jk_modbus", "JkModbus", UART, (115200, 9600)),
    ("ant_new", "bms.ant_new", "AntNew", UART | BLE, (19200,)),
    ("ant_old", "bms.ant_old", "AntOld", UART | BLE, (19200, 9600)),
    ("jk_display", "bms.jk_display", "JkDisplay", UART, (2400,)),
    ("jk_ble", "bms.jk_ble", "JkBle", BLE, (115200,)),
)

NAMES = tuple([entry[0] for entry in DIALECTS])
WIRED = tuple([entry[0] for entry in DIALECTS if entry[3] & UART])

# What one dialect is called on the wire, where that differs (captures, tools/decode.py).
WIRE_NAMES = (("jk02_24s", "jk_ble"), ("jk02_32s", "jk_ble"), ("jk04", "jk_ble"))

# BLE advertisements (jk.md §3.1, ant.md §2.1): company ids, the start of the name in upper case,
# and the dialects to try in this order. A JK's name is its user's choice, so that it is a hint.
SERVICE = const(0xFFE0)
ADVERTISEMENTS = (
    ((0x0657, 0x2313, 10139, 5000), "ANT", ("ant_new", "ant_old")),
    ((0x0B65, 0x4B4A), "JK", ("jk_ble",)),
)


def find(name):
    """Returns the entry of a dialect, or of a wire name; raises ValueError for an unknown one."""
    for alias, dialect in WIRE_NAMES:
        if alias == name:
            name = dialect
    for entry in DIALECTS:
        if entry[0] == name:
            return entry
    raise ValueError("unknown dialect: %s" % name)


def create(name, pack, chunk, poll_ms):
    """Imports only the dialect asked for (RAM) and returns it, ready to be fed."""
    _, module, cls, _, _ = find(name)
    return getattr(__import__(module, None, None, (cls,)), cls)(pack, chunk, poll_ms)


def baud(name):
    """Returns the usual baud rate of a dialect on a UART."""
    return find(name)[4][0]


def match(name, companies, services=()):
    """Returns the names of the dialects that an advertisement may belong to, best first.

    `name` is the advertised name or None, `companies` and `services` are 16-bit numbers. A unit
    that shows nothing but the service, as renamed ones do, may be any of them.
    """
    name = (name or "").strip().upper()
    for known, prefix, dialects in ADVERTISEMENTS:
        if name.startswith(prefix) or any([company in known for company in companies]):
            return dialects
    if SERVICE in services:
        return ("jk_ble", "ant_new", "ant_old")
    return ()
