"""The list of BMS dialects. What a new one is, beside its entry here: docs/architecture.md."""

from compat import const

UART = const(1)
BLE = const(2)
ADDRESSED = const(4)  # its units share a bus, and have numbers from 0 to MAX_ADDRESS
MAX_ADDRESS = const(15)


class Entry:
    """What one must know of a dialect before it is loaded.

    module, cls  where it is
    writer       the class of its Writer, in a module of the same name with _write behind it; None
                 if the dialect cannot be written to
    ways         UART, BLE, ADDRESSED
    bauds        rates of a UART in the order to try
    sign         bytes that its frames have, and those of no other dialect of a cable
    """

    def __init__(self, name, module, cls, writer, ways, bauds, sign):
        self.name = name
        self.module = module
        self.cls = cls
        self.writer = writer
        self.ways = ways
        self.bauds = bauds
        self.sign = sign


_BUS = const(UART | ADDRESSED)
_BOTH = const(UART | BLE)
_JK = b"\x55\xaa\xeb\x90"
_ANT = b"\x7e\xa1\x11"
_ANT_OLD = b"\xaa\x55\xaa\xff"
# Those of a cable in the order of words.WIRE_NAMES.
DIALECTS = (
    Entry("jk_gps", "bms.jk.jk_gps", "JkGps", "JkGpsWriter", UART, (115200,), b"NW\x01"),
    Entry(
        "jk_modbus", "bms.jk.jk_modbus", "JkModbus", "JkModbusWriter", _BUS, (115200, 9600), _JK
    ),
    Entry("ant_new", "bms.ant.ant_new", "AntNew", "AntNewWriter", _BOTH, (19200,), _ANT),
    Entry("ant_old", "bms.ant.ant_old", "AntOld", "AntOldWriter", _BOTH, (19200, 9600), _ANT_OLD),
    Entry("jk_display", "bms.jk.jk_display", "JkDisplay", None, UART, (2400,), b"\x82\x10\x00"),
    Entry("jk_ble", "bms.jk.jk_ble", "JkBle", "JkBleWriter", BLE, (115200,), _JK),
)

NAMES = tuple([entry.name for entry in DIALECTS])
WIRED = tuple([entry.name for entry in DIALECTS if entry.ways & UART])
SIGNS = tuple([entry.sign for entry in DIALECTS if entry.ways & UART])
# A line of RS485 whose A and B are swapped arrives inverted, with the idle level between frames
# for start bits, so that the bytes are regrouped. These pieces come often where a JK talks: the
# display port's two dialects (that of PB units is captured, jk.md §7 F6), and a bus with a master
# and its units.
SWAPPED = (b"\x4b\xb5\x7d", b"\xa9\xdf\x7e", b"\x37\xf7\xfb", b"\x55\x95\xe1")

# What one dialect is called on the wire, where that differs (captures, tools/decode.py).
WIRE_NAMES = (("jk02_24s", "jk_ble"), ("jk02_32s", "jk_ble"), ("jk04", "jk_ble"))


def find(name):
    """Returns the Entry of a dialect, or of a wire name; raises ValueError for an unknown one."""
    for alias, dialect in WIRE_NAMES:
        if alias == name:
            name = dialect
    for entry in DIALECTS:
        if entry.name == name:
            return entry
    raise ValueError("unknown dialect: %s" % name)


def create(name, pack, chunk, poll_ms, address=None):
    """Imports only the dialect asked for (RAM) and returns it, ready to be fed.

    `address`: of the unit, where the dialect has such; None: the first that answers.
    """
    entry = find(name)
    make = _load(entry.module, entry.cls)
    if entry.ways & ADDRESSED:
        return make(pack, chunk, poll_ms, address)
    return make(pack, chunk, poll_ms)


def create_writer(dialect, password):
    """Returns the Writer of a dialect, None if it cannot write. `password`: bytes, or b"".

    Imports only what this dialect needs.
    """
    entry = find(dialect.NAME)
    if entry.writer is None:
        return None
    return _load(entry.module + "_write", entry.writer)(dialect, password)


def modules():
    """Returns the names of all modules that `create` and `create_writer` may import."""
    writers = [entry.module + "_write" for entry in DIALECTS if entry.writer]
    return [entry.module for entry in DIALECTS] + writers


def baud(name):
    """Returns the usual baud rate of a dialect on a UART."""
    return find(name).bauds[0]


def _load(module, cls):
    return getattr(__import__(module, None, None, (cls,)), cls)
