"""Whose dialect may a BLE advertisement announce? Apart from the catalogue: a UART needs none."""

from compat import const

# jk.md §3.1, ant.md §2.1: company ids, the start of the name in upper case, and the dialects to
# try in this order. The name of a JK is its user's choice, so that it is a hint only.
SERVICE = const(0xFFE0)
ADVERTISEMENTS = (
    ((0x0657, 0x2313, 10139, 5000), "ANT", ("ant_new", "ant_old")),
    ((0x0B65, 0x4B4A), "JK", ("jk_ble",)),
)


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
