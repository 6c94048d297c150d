"""Several packs: a message for each, and what the device's own message says of them all.

Loaded only where there are several.
"""

from bms.wire import put_bytes
from relay import view as v
from relay.json_out import INT_ROOM, put_bool, put_name, put_value
from relay.state import StateMessage

_KEYS = (
    b',"packs":',
    b',"packs_good":',
    b',"coldest_pack":',
    b',"hottest_pack":',
    b',"cell_min_pack":',
    b',"cell_max_pack":',
)

# What is told of a pack beside its own figures: tri-states, figures, choices.
_LINK_KEYS = (
    b',"link_up":',
    b',"plausible":',
    b',"frozen":',
    b',"frames":',
    b',"bad_checksums":',
    b',"bad_lengths":',
    b',"dropped_bytes":',
    b',"link_losses":',
    b',"verdict":',
    b',"link_reason":',
)
_LINK_SLOTS = bytes(
    (v.LINK_UP, v.PLAUSIBLE, v.FROZEN, v.FRAMES, v.BAD_CHECKSUMS, v.BAD_LENGTHS)
    + (v.DROPPED_BYTES, v.LINK_LOSSES, v.VERDICT, v.LINK_REASON)
)


class PackMessage(StateMessage):
    """The state message of one of several packs, built in `buf`, that of the device's.

    verdicts, link_reasons: tables of names, for a View of its own.
    """

    def __init__(self, verdicts, link_reasons, max_age_ms, buf):
        tables = [b""] * v.CHOICES
        tables[v.VERDICT - v.FIGURES] = verdicts
        tables[v.LINK_REASON - v.FIGURES] = link_reasons
        super().__init__(v.View(tables), max_age_ms, buf=buf)

    def build(self, pack, now):
        """See StateMessage.build; this one is shorter."""
        view = self.view
        buf = self.buf
        at = self._put_pack(pack, now)
        for i in range(len(_LINK_SLOTS)):
            slot = _LINK_SLOTS[i]
            at = put_bytes(buf, at, _LINK_KEYS[i])
            if slot < v.BOOLS:
                at = put_bool(buf, at, view.get(slot))
            elif slot < v.FIGURES:
                at = put_value(buf, at, view.get(slot))
            else:
                at = put_name(buf, at, view.names(slot), view.get(slot, -1))
        buf[at] = 125
        return at + 1


class BankMessage(StateMessage):
    """The device's message, and in it how many packs there are, how many can be believed, and who
    has the extremes (counted from 1). `bank`: a bms.bank.Bank."""

    def __init__(self, view, max_age_ms, bank):
        super().__init__(view, max_age_ms)
        self._bank = bank
        room = sum([len(key) for key in _KEYS]) + len(_KEYS) * INT_ROOM
        self.buf = bytearray(len(self.buf) + room)

    def build(self, pack, now):
        """See StateMessage.build."""
        bank = self._bank
        buf = self.buf
        at = super().build(pack, now) - 1  # over the closing brace
        at = put_value(buf, put_bytes(buf, at, _KEYS[0]), len(bank.packs))
        at = put_value(buf, put_bytes(buf, at, _KEYS[1]), bank.good)
        at = put_value(buf, put_bytes(buf, at, _KEYS[2]), bank.coldest_pack or None)
        at = put_value(buf, put_bytes(buf, at, _KEYS[3]), bank.hottest_pack or None)
        at = put_value(buf, put_bytes(buf, at, _KEYS[4]), bank.cell_min_pack or None)
        at = put_value(buf, put_bytes(buf, at, _KEYS[5]), bank.cell_max_pack or None)
        buf[at] = 125
        return at + 1
