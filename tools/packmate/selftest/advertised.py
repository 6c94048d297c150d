"""Which BMSs the advertisements on Bluetooth are of, as the self-test hears them."""

from bms import adverts

_SERVICES = (2, 3)  # kinds of a part of an advertisement: Bluetooth's assigned numbers
_NAMES = (8, 9)
_MAKER = 0xFF


def parts(data):
    """Yields (kind, bytes) of the parts of an advertisement; ends where it is nonsense."""
    at = 0
    while at + 1 < len(data):
        size = data[at]
        if not size or at + 1 + size > len(data):
            return
        yield data[at + 1], data[at + 2 : at + 1 + size]
        at += size + 1


def units_on_air(seen):
    """Returns a line for each unit that may be a BMS of ours, the strongest first.

    seen: {address as hex: (dBm, all that it has advertised, as hex)}.
    """
    found = []
    for address, (dbm, text) in seen.items():
        name, companies, services = "", [], []
        for kind, data in parts(bytes.fromhex(text)):
            if kind in _NAMES:
                name = data.decode(errors="replace").strip()
            elif kind == _MAKER and len(data) > 1:
                companies.append(data[0] | data[1] << 8)
            elif kind in _SERVICES:
                services += [data[i] | data[i + 1] << 8 for i in range(0, len(data) - 1, 2)]
        dialects = adverts.match(name, companies, services)
        if dialects:
            shown = ":".join(address[i : i + 2] for i in range(0, 12, 2)).upper()
            kinds = " or ".join(dialects)
            found.append((-dbm, f"{name or 'without a name'}, {shown}, {dbm} dBm, {kinds}"))
    return [line for _, line in sorted(found)]
