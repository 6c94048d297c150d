"""The list of BMS dialects. A new dialect is its file, its entry here, and its simulator."""

from compat import const

UART = const(1)

# name, module, class, transports, baud rate
DIALECTS = (("jk_gps", "bms.jk_gps", "JkGps", UART, 115200),)

NAMES = tuple([entry[0] for entry in DIALECTS])


def find(name):
    """Returns the entry of a dialect; raises ValueError for an unknown name."""
    for entry in DIALECTS:
        if entry[0] == name:
            return entry
    raise ValueError("unknown dialect: %s" % name)


def create(name, pack, chunk, poll_ms):
    """Imports only the dialect asked for (RAM) and returns it, ready to be fed."""
    _, module, cls, _, _ = find(name)
    return getattr(__import__(module, None, None, (cls,)), cls)(pack, chunk, poll_ms)


def baud(name):
    """Returns the baud rate of a dialect on a UART."""
    return find(name)[4]
