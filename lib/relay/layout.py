"""The names of all messages, as a device reads them at start; made from the table of fields.

DATA: where each message of relay.fields.MESSAGES begins (16 bits, big-endian); there the number of
its fields, and for each of them one record: the slot in bms.pack that it shows or FIXED, the
length of its name, its name.
"""

from bms import pack as p
from relay import fields as f

FIXED = 255


def _record(field):
    slot = FIXED
    if field in f.SLOTTED:
        slot = getattr(p, field.name.upper())
    name = field.name.encode()
    return bytes((slot, len(name))) + name


def render():
    """Returns DATA."""
    messages = []
    for name in f.MESSAGES:
        records = [_record(field) for field in f.FIELDS[name]]
        messages.append(bytes((len(records),)) + b"".join(records))
    at = 2 * len(messages)
    index = b""
    for message in messages:
        index += bytes((at >> 8, at & 255))
        at += len(message)
    return index + b"".join(messages)


DATA = render()
