"""The relay of a board with PSRAM: commands may come in an mqtt.envelope, and answers say more."""

import json

from mqtt.broker_relay import Relay
from mqtt.envelope import Envelope
from mqtt.pieces import HEAD, MOST_BYTES
from mqtt.remote import ts
from relay import topics as t
from relay.commands import ACCEPTED, NOTHING, PAYLOAD_MAX, REFUSALS

_ROOM = HEAD + MOST_BYTES  # of the longest payload
_PIECE = t.UPDATE_DATA[1:].decode()


class RoomyRelay(Relay):
    """See mqtt.broker_relay. journal: the kept.journal.Journal of who commanded what, or None."""

    journal = None

    def __init__(self, session, topics, packs, others, announcer, judge, codes, message, writes):
        self._clock = message.clock
        self._envelope = envelope = Envelope(message.clock)
        if writes is not None:
            writes = _OpenedWrites(envelope, writes)
        judge = _Opened(envelope, judge)
        super().__init__(session, topics, packs, others, announcer, judge, codes, message, writes)
        self._payload = bytearray(_ROOM)
        session.reader = type(session.reader)(len(session.reader.body) + _ROOM - PAYLOAD_MAX)
        if announcer is not None:
            announcer.relay = self  # one may give its place to another (mqtt.device_announcer)

    def _answer(self, refusal):
        """Tells on the result topic what became of a command."""
        command = self._topics.names.split(b"\n")[self._source][1:]
        told = {
            "command": command.decode(),
            "done": refusal == ACCEPTED,
            "reason": None,
            "ts": ts(self._clock),
        }
        if refusal != ACCEPTED:
            told["reason"] = REFUSALS.split(b"\n")[refusal].decode()
        if self.journal is not None and told["command"] != _PIECE:  # there are hundreds of them
            what = (told["command"], told["reason"] or "done")
            self.journal.note("command", "%s, by MQTT: %s" % what)
        if self._envelope.id:
            told["id"] = self._envelope.id
        text = json.dumps(told).encode()
        self.publish_soon()
        if self.session.idle():
            self.session.publish(t.RESULT, text, len(text), False)


class _Opened:
    """Stands in for a relay.commands.Judge: opens the envelope first."""

    def __init__(self, envelope, judge):
        self.command = NOTHING
        self.refusal = ACCEPTED
        self.value = 0
        self._envelope = envelope
        self._inner = judge

    def judge(self, source, retained, payload, length):
        """See relay.commands.Judge."""
        length = self._envelope.open(source, retained, payload, length)
        self.command = NOTHING
        self.refusal = self._envelope.refusal
        if self.refusal == ACCEPTED:
            inner = self._inner
            inner.judge(source, retained, payload, length)
            self.command = inner.command
            self.refusal = inner.refusal
            self.value = inner.value


class _OpenedWrites(_Opened):
    """The same for a relay.writes.Writes; `now` is the time of the message."""

    now = 0

    def judge(self, source, retained, payload, length):
        """See relay.commands.Judge."""
        self._inner.now = self.now
        super().judge(source, retained, payload, length)

    def changed(self):
        """See relay.writes.Writes."""
        return self._inner.changed()

    def learn(self):
        """See relay.writes.Writes."""
        return self._inner.learn()
