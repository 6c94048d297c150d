"""The list of BMS dialects. A new dialect is its file, its entry here, and its simulator."""

from compat import const

UART = const(1)
BLE = const(2)
ADDRESSED = const(4)  # its units share a bus, and have numbers from 0 to MAX_ADDRESS
MAX_ADDRESS = const(15)

# Name, module, class, transports, baud rates in the order to try; the dialects themselves in the
# order in which an unknown unit is to be asked.
DIALECTS = (
    ("jk_gps", "bms.jk.jk_gps", "JkGps", UART, (115200,)),
    ("jk_modbus", "bms.jk.jk_modbus", "JkModbus", UART | ADDRESSED, (115200, 9600)),
    ("ant_new", "bms.ant.ant_new", "AntNew", UART | BLE, (19200,)),
    ("ant_old", "bms.ant.ant_old", "AntOld", UART | BLE, (19200, 9600)),
    ("jk_display", "bms.jk.jk_display", "JkDisplay", UART, (2400,)),
    ("jk_ble", "bms.jk.jk_ble", "JkBle", BLE, (115200,)),
)

NAMES = tuple([entry[0] for entry in DIALECTS])
WIRED = tuple([entry[0] for entry in DIALECTS if entry[3] & UART])

# What one dialect is called on the wire, where that differs (captures, tools/decode.py).
WIRE_NAMES = (("jk02_24s", "jk_ble"), ("jk02_32s", "jk_ble"), ("jk04", "jk_ble"))


def find(name):
    """Returns the entry of a dialect, or of a wire name; raises ValueError for an unknown one."""
    for alias, dialect in WIRE_NAMES:
        if alias == name:
            name = dialect
    for entry in DIALECTS:
        if entry[0] == name:
            return entry
    raise ValueError("unknown dialect: %s" % name)


def create(name, pack, chunk, poll_ms, address=None):
    """Imports only the dialect asked for (RAM) and returns it, ready to be fed.

    `address`: of the unit, where the dialect has such; None: the first that answers.
    """
    _, module, cls, ways, _ = find(name)
    make = getattr(__import__(module, None, None, (cls,)), cls)
    if ways & ADDRESSED:
        return make(pack, chunk, poll_ms, address)
    return make(pack, chunk, poll_ms)


def create_writer(dialect, password):
    """Returns the Writer of a dialect, None if it cannot write. `password`: bytes, or b"".

    Imports only what this dialect needs.
    """
    name = dialect.NAME
    if name == "jk_gps":
        from bms.jk.jk_gps_write import JkGpsWriter

        return JkGpsWriter(dialect)
    if name == "jk_ble":
        from bms.jk.jk_ble_write import JkBleWriter

        return JkBleWriter(dialect)
    if name == "jk_modbus":
        from bms.jk.jk_modbus_write import JkModbusWriter

        return JkModbusWriter(dialect)
    if name == "ant_new":
        from bms.ant.ant_new_write import AntNewWriter

        return AntNewWriter(dialect, password)
    if name == "ant_old":
        from bms.ant.ant_old_write import AntOldWriter

        return AntOldWriter(dialect, password)
    return None


def baud(name):
    """Returns the usual baud rate of a dialect on a UART."""
    return find(name)[4][0]
