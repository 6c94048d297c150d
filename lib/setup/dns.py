"""A name server for which every name is at one address (RFC 1035): the device's own.

So whatever page a phone asks for, in a network that leads nowhere else, it finds ours.
"""

from compat import const

LONGEST = const(512)  # of a question that is answered; longer ones do not come over UDP

_HEADER = const(12)
_A = const(1)
_ANY = const(255)
_INTERNET = const(1)
_LONGEST_LABEL = const(63)
_LONGEST_NAME = const(255)
_IS_ANSWER = const(0x80)  # first byte of the flags
_IS_OF_OTHER_KIND = const(0x78)  # likewise: no plain question
_RECURSION_WANTED = const(0x01)
_AUTHORITY = const(0x04)
# A pointer to the name in the question, kind, class, to be forgotten at once (the phone asks again
# where it has a real network), and four bytes of address.
_RECORD = b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x00\x00\x04"


def answer(packet, address):
    """Returns the answer to a packet (bytes), None if it is no question that deserves one.

    address: four bytes. Who asks for another kind of address than the one that there is, is told
    that there is none of it.
    """
    end = _question_end(packet)
    if end is None:
        return None
    kind = packet[end - 4] << 8 | packet[end - 3]
    internet = packet[end - 2] << 8 | packet[end - 1]
    known = kind in (_A, _ANY) and internet in (_INTERNET, _ANY)
    flags = bytes((_IS_ANSWER | _AUTHORITY | packet[2] & _RECURSION_WANTED, 0))
    counts = b"\x00\x01\x00\x01" if known else b"\x00\x01\x00\x00"
    head = packet[:2] + flags + counts + b"\x00\x00\x00\x00" + packet[_HEADER:end]
    return head + _RECORD + address if known else head


def _question_end(packet):
    """Returns where the one question of a packet ends, None if it is no proper one."""
    if not _HEADER < len(packet) <= LONGEST or packet[2] & (_IS_ANSWER | _IS_OF_OTHER_KIND):
        return None
    if packet[4] or packet[5] != 1:
        return None
    at = _HEADER
    while at < len(packet) and packet[at]:
        if packet[at] > _LONGEST_LABEL:
            return None
        at += packet[at] + 1
    end = at + 5
    if at - _HEADER >= _LONGEST_NAME or end > len(packet):
        return None
    return end
