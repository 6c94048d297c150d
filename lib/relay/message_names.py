"""The names of all messages, as a device reads them at start; made from the table of fields.

DATA: where each message of relay.fields.MESSAGES begins (16 bits, big-endian; then the end), and
for each of its fields one record: the slot in bms.pack that it shows or FIXED, the length of what
follows: its name as JSON has it, with a comma before it and the colon behind it. Behind the last
one are two zeros: each name is read with the slot and the length of the next.
"""

from bms import pack as p
from relay import fields as f
from relay.message import NAME_BYTES

FIXED = 255


def _record(field):
    slot = FIXED
    if field in f.SLOTTED:
        slot = getattr(p, field.name.upper())
    name = b',"' + field.name.encode() + b'":'
    if len(name) > NAME_BYTES:
        raise ValueError(field.name + " is too long for relay.message")
    return bytes((slot, len(name))) + name


def render():
    """Returns DATA."""
    messages = [b"".join([_record(field) for field in f.FIELDS[name]]) for name in f.MESSAGES]
    at = 2 * (len(messages) + 1)
    index = b""
    for message in messages + [b""]:
        index += bytes((at >> 8, at & 255))
        at += len(message)
    return index + b"".join(messages) + bytes(2)


DATA = render()
