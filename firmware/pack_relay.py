"""The relay of several packs: each has a message of its own.

Imported only where there are several.
"""

import mqtt_exchange as x
from mqtt import Relay


class PacksRelay(Relay):
    """A Relay that has the message of each pack follow that of the device.

    packs: pack_messages.Pack.
    """

    def __init__(self, packs, settings, secrets, topics, message, model, version):
        super().__init__(settings, secrets, topics, message, model, version)
        self._packs = packs
        self._turn = len(packs)  # whose message is next; the last: nobody's

    def _send_something(self, pack, now):
        if self._turn < len(self._packs):
            one = self._packs[self._turn]
            self._turn += 1
            self._exchange.topic = one.topic
            self._exchange.give(x.PUBLISH, one.build(now))
            return
        before = self._state_ms
        super()._send_something(pack, now)
        if self._state_ms != before:
            self._turn = 0
