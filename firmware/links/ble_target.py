"""Which unit do we want: by its address, by its name, or by what its advertisement shows."""

from binascii import unhexlify

from bms import adverts
from compat import const

_SOME_SERVICES = const(2)
_SERVICES = const(3)
_SHORT_NAME = const(8)
_NAME = const(9)
_MAKER = const(0xFF)


class Target:
    """The unit to look for. `address` as text or empty, `name` likewise, `dialect` or "auto".

    Without address and name, any unit will do that may speak the dialect. A name is matched
    whole, but neither case nor spaces around it count.
    """

    def __init__(self, address="", name="", dialect="auto"):
        self.address = unhexlify(address.replace(":", "").replace("-", "")) if address else None
        self.name = name.strip().upper().encode() if name else None
        self.dialect = dialect
        self._companies = []
        self._prefixes = []
        for companies, prefix, dialects in adverts.ADVERTISEMENTS:
            if dialect == "auto" or dialect in dialects:
                self._companies.extend(companies)
                self._prefixes.append(prefix.encode())

    @property
    def choosy(self):
        """True if the first that fits is the one, False if the strongest is."""
        return self.address is not None or self.name is not None

    def hears(self, address, data):
        """True if the advertisement may be of interest. In the interrupt: allocates nothing."""
        if self.address is not None:
            return self.address == address
        at = 0
        end = len(data)
        while at + 1 < end:
            size = data[at]
            if at + size >= end:
                return False  # cut off, or nonsense
            if size and self._fits(data, data[at + 1], at + 2, at + 1 + size):
                return True
            at += size + 1
        return False

    def _fits(self, data, kind, at, end):
        if kind == _SHORT_NAME or kind == _NAME:
            if self.name is not None:
                return _is_name(data, at, end, self.name, True)
            for prefix in self._prefixes:
                if _is_name(data, at, end, prefix, False):
                    return True
        elif self.name is not None:
            return False
        elif kind == _MAKER:
            return end - at > 1 and data[at] | data[at + 1] << 8 in self._companies
        elif kind == _SOME_SERVICES or kind == _SERVICES:
            for i in range(at, end - 1, 2):
                if data[i] | data[i + 1] << 8 == adverts.SERVICE:
                    return True
        return False

    def dialects(self, result):
        """Returns the dialects that an aioble ScanResult may speak, best first.

        Empty if it is none of ours; whoever is called by address or name need not tell.
        """
        companies = [company for company, _ in result.manufacturer()]
        services = [adverts.SERVICE] if _has_service(result) else []
        found = adverts.match(_text(result), companies, services)
        if self.dialect == "auto":
            return found or (("jk_ble", "ant_new", "ant_old") if self.choosy else ())
        return (self.dialect,) if self.choosy or self.dialect in found else ()


def _is_name(data, at, end, name, whole):
    """True if the bytes from `at` are the name (upper case), or begin with it."""
    while at < end and data[at] <= 0x20:
        at += 1
    for i in range(len(name)):
        if at + i >= end:
            return False
        char = data[at + i]
        if 0x61 <= char <= 0x7A:
            char -= 0x20
        if char != name[i]:
            return False
    if whole:
        for i in range(at + len(name), end):
            if data[i] > 0x20:  # one unit's name ends with a carriage return
                return False
    return True


def _has_service(result):
    for payload in (result.adv_data, result.resp_data):
        at = 0
        while payload and at + 1 < len(payload):
            if payload[at + 1] in (_SOME_SERVICES, _SERVICES):
                if b"\xe0\xff" in payload[at + 2 : at + 1 + payload[at]]:
                    return True
            at += payload[at] + 1
    return False


def _text(result):
    try:
        return result.name()
    except ValueError:  # not UTF-8
        return None
