"""The relay of several packs: each has a message and, in Home Assistant, a device of its own.

Imported only where there are several.
"""

from compat import const, ticks_add, ticks_diff
from mqtt import exchange as x
from mqtt.relay import Relay

_LEARN_MS = const(5_000)


class PacksRelay(Relay):
    """A Relay that has the message of each pack follow that of the device.

    packs: pack_messages.Packs.
    """

    def __init__(self, packs, settings, secrets, topics, message, model, version):
        super().__init__(settings, secrets, topics, message, model, version)
        self._packs = packs
        self._turn = packs.count  # whose message is next; the last: nobody's
        self._look_ms = 0
        self._parts = packs.parts

    def _send_something(self, pack, now):
        packs = self._packs
        if self._turn < packs.count:
            self._exchange.topic = packs.topics[self._turn]
            self._exchange.give(x.PUBLISH, packs.build(self._turn, now))
            self._turn += 1
            return
        before = self._state_ms
        super()._send_something(pack, now)
        if self._state_ms != before:
            self._turn = 0

    def _announce(self, pack, now):
        if ticks_diff(now, self._look_ms) >= 0:
            self._look_ms = ticks_add(now, _LEARN_MS)
            if self._packs.learn(now):
                self._drop_discovery()
                self._next_config = 0
        super()._announce(pack, now)

    def _load_part(self, part):
        buf = self._message.buf
        return self._packs.describe(part, self._topics, buf, self._about, self._known)
