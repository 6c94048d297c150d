"""A session that can say whether the broker has a message (QoS 1); only where something needs it.

One message at a time. It is sent again by whoever sent it, in the next session, if its answer has
not come: so it may come twice, and is never lost.
"""

from bms.wire import put_u16be
from compat import const, ticks_diff
from mqtt.session import SUBSCRIBING, UP, Session
from relay.packets import PUBLISH, Reader, put_head, put_topic

_QOS_1 = const(2)
_PUBACK = const(0x40)
_TIMEOUT = const(3)  # mqtt.session's
_ANSWER_MS = const(15_000)
_DEAF = const(3)  # sessions
_REST_MS = const(3_600_000)


class SureReader(Reader):
    """Keeps the answers to itself: `answer` is the number of the last one, 0 for none."""

    answer = 0

    def feed(self, piece, n):
        """As Reader's."""
        complete = super().feed(piece, n)
        if complete and self.kind == _PUBACK and self.kept == 2:
            self.answer = self.body[0] << 8 | self.body[1]
            self.kind = 0
            return False
        return complete


class SureSession(Session):
    """`awaited`: the number of the message whose answer is waited for, 0 if there is none;
    `answered`: that of the last one that the broker has. pressing: set it while there is more to
    be sent."""

    def __init__(self, host, port, connect, topics, room, resolver):
        super().__init__(host, port, connect, topics, room, resolver)
        self.awaited = self.answered = 0
        self.pressing = False
        self.reader = SureReader(len(self.reader.body))
        self._number = 0
        self._asked_ms = 0
        self._unheard = 0  # sessions in a row that ended since no answer came

    def open(self, name_server, now):
        """As Session's."""
        self.awaited = self.answered = self._number = 0
        super().open(name_server, now)

    def await_answer(self, number, now):
        """Has the next `publish` ask for an answer; number: 1…65535."""
        self._number = number
        self._asked_ms = now

    def look_for_answer(self, now):
        """Takes the answer if it has come; ends the session if it does not come. Call it often."""
        if self.reader.answer == self.awaited:
            self.answered = self.awaited
            self.awaited = self._unheard = 0
        elif ticks_diff(now, self._asked_ms) >= _ANSWER_MS:
            self._unheard = min(self._unheard + 1, _DEAF)
            self.drop(_TIMEOUT)

    def is_deaf(self, now):
        """True for an hour after three sessions in a row that ended since no answer came: there
        are brokers without QoS 1, and what is live must not suffer for it."""
        return self._unheard == _DEAF and 0 <= ticks_diff(now, self._asked_ms) < _REST_MS

    def publish(self, name, payload, length, retain):
        """As Session's."""
        number = self._number
        if not number:
            super().publish(name, payload, length, retain)
            return
        self._number = self.answered = self.reader.answer = 0
        self.awaited = number
        base = self._topics.base
        kind = PUBLISH | _QOS_1
        end = put_head(self._head, kind, 2 + len(base) + len(name) + 2 + length)
        end = put_topic(self._head, end, base, name)
        put_u16be(self._head, end, number)
        self._send(end + 2, payload, length)

    def busy(self):
        """As Session's, which would take heap to be asked so often."""
        if self.pressing and self.state == UP:
            return True
        return self.state == SUBSCRIBING or self._is_sending() or self.reader.kind != 0
