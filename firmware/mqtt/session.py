"""One connection to the broker, step by step: nothing here waits.

The socket does not block, so that a step takes a millisecond however the broker behaves; what did
not fit into it is sent by the next steps, and everything has a deadline. A stream's `write` and
`readinto` serve a TLS socket as well (mqtt.secure).

Why not umqtt.simple: it takes no notice of how much `sock.write` wrote, so that a non-blocking
socket loses bytes of a packet without an exception; and its `connect`, `ping` and `wait_msg` wait.
It needed a thread, which took 8.5 kB of the memory that Wi-Fi lives from.
"""

import socket
from errno import EINPROGRESS, ENOBUFS, ENOMEM, ETIMEDOUT

from bms.wire import put_u16be
from compat import const, ticks_diff
from relay import packets as q
from relay import topics as t
from relay.commands import PAYLOAD_MAX

# Why a session ended or did not begin; the line in words.MQTT_NAMES.
_DNS = const(1)
_NETWORK = const(2)
_TIMEOUT = const(3)
_REFUSED = const(4)
_CLOSED = const(5)
_PROTOCOL = const(6)
MEMORY = const(7)
WIFI = const(8)

# States, in their order.
DOWN = const(0)
RESOLVING = const(1)
GREETING = const(2)  # the line is being opened, CONNECT waits for it
SUBSCRIBING = const(3)  # accepted
UP = const(4)  # every subscription was answered

KEEPALIVE_S = const(60)
_PING_MS = const(30_000)
_ANSWER_MS = const(15_000)  # for whatever is answered, and for bytes to go out
_PIECE = const(128)
_READS = const(6)  # a step
_SPARE = const(12)  # beside a topic: lengths, a packet's number
_PINGREQ = b"\xc0\x00"
ONLINE = b"online"


class Session:
    """host, port: the broker's; connect: the CONNECT packet; topics: relay.topics.Topics; room:
    for the longest topic among them; resolver: a hardware.net.resolver.Resolver, or None for a
    host that is an address.

    `state`; `failure` (of words.MQTT_NAMES) and `detail` (the broker's code or an errno) say
    why it is DOWN. `denied`: subscriptions that the broker refused. `reader` holds the message
    that `step` found. online: set it to have everybody told that we are here. `greeting` is the
    CONNECT; `ping_ms`: when the broker was asked last whether it is there.
    """

    def __init__(self, host, port, connect, topics, room, resolver=None):
        self.state = DOWN
        self.failure = 0
        self.detail = 0
        self.denied = 0
        self.online = False
        self._host = host
        self._port = port
        self.greeting = connect
        self._topics = topics
        self.resolver = resolver
        self.sock = None
        self._piece = bytearray(_PIECE)
        self.reader = q.Reader(room + PAYLOAD_MAX + _SPARE)
        self._head = bytearray(room + _SPARE)
        self._body = b""
        self._head_end = 0  # what is being sent: _head[0:_head_end], then _body[0:_body_end]
        self._body_end = 0
        self._sent = 0  # of both
        self._rest = 0  # bytes of the packet that are still to be given
        self._sending_ms = 0  # since when nothing could be sent
        self._holding = False  # a message waits in the reader
        self._asked = 0  # subscriptions
        self._answered = 0
        self._waiting_ms = 0  # since when an answer is waited for
        self.ping_ms = 0
        self._pinged = False

    # -- a session's life ------------------------------------------------------------------------

    def open(self, name_server, now):
        """Begins to connect. name_server: its address, for a broker that is known by name."""
        self.close()
        self.denied = self._asked = self._answered = 0
        self._waiting_ms = now
        self.state = RESOLVING
        try:
            if self.resolver is not None:
                self.resolver.begin(self._host, name_server, now)
        except (OSError, MemoryError) as error:
            self._fail(error)

    def step(self, now):
        """Does what can be done at once. Returns True while a message waits: see `done`."""
        try:
            if self.state == RESOLVING:
                self._resolve(now)
            elif self.state != DOWN:
                self._serve(now)
        except (OSError, MemoryError) as error:
            self._fail(error)
        return self._holding

    def done(self):
        """Leaves the message in the reader; the next one may come."""
        self._holding = False
        self.reader.kind = 0

    def drop(self, reason, detail=0):
        """Ends the session, or the attempt, for one of those reasons."""
        self.failure = reason
        self.detail = detail
        self.close()

    def close(self):
        """Gives the socket back."""
        self.state = DOWN
        self._head_end = self._body_end = self._sent = self._rest = 0
        self._pinged = self._holding = self.online = False
        self.reader.restart()
        if self.resolver is not None:
            self.resolver.end()
        sock, self.sock = self.sock, None
        if sock is not None:
            try:
                sock.close()
            except OSError:
                pass  # lost with the interface

    # -- sending ---------------------------------------------------------------------------------

    def idle(self):
        """True while we are let in and nothing is being sent: `publish` may be called."""
        if self.state < SUBSCRIBING or self.online:
            return False
        return not self._rest and not self._is_sending()

    def hungry(self):
        """True while a packet was begun and the next piece of it is to be given."""
        return self._rest != 0 and not self._is_sending()

    def busy(self):
        """True while there is more to do than usual."""
        return self.state == SUBSCRIBING or self._is_sending() or self.reader.kind != 0

    def publish(self, name, payload, length, retain):
        """Sends payload[0:length] on topic base + name, only while `idle`.

        The payload must stay as it is until it is gone.
        """
        base = self._topics.base
        kind = q.PUBLISH | q.RETAIN if retain else q.PUBLISH
        end = q.put_head(self._head, kind, 2 + len(base) + len(name) + length)
        self._send(q.put_topic(self._head, end, base, name), payload, length)

    def begin(self, topic, payload):
        """Begins a retained PUBLISH whose topic and payload, of so many bytes, are to be given;
        only while `idle`."""
        end = q.put_head(self._head, q.PUBLISH | q.RETAIN, 2 + topic + payload)
        put_u16be(self._head, end, topic)
        self._send(end + 2, b"", 0)
        self._rest = topic + payload

    def give(self, data, length):
        """Goes on with data[0:length], only while `hungry`."""
        self._send(0, data, length)
        self._rest -= length

    def push(self, now):
        """Sends what the socket takes. Returns True if all of it is gone."""
        try:
            return self._push(now)
        except OSError as error:
            self._fail(error)
        return False

    def _is_sending(self):
        return self._sent < self._head_end + self._body_end

    def _send(self, head_end, body, length):
        self._head_end = head_end
        self._body = body
        self._body_end = length
        self._sent = 0

    def _push(self, now):
        end = self._head_end + self._body_end
        while self._sent < end:
            if self._sent < self._head_end:
                # Buffer, offset, length: the stubs know the first only.
                n = self.sock.write(self._head, self._sent, self._head_end - self._sent)  # pyright: ignore
            else:
                at = self._sent - self._head_end
                n = self.sock.write(self._body, at, end - self._sent)  # pyright: ignore
            if not n:
                return False
            self._sent += n
        self._sending_ms = now
        return True

    # -- steps -----------------------------------------------------------------------------------

    def _resolve(self, now):
        address = self._host
        if self.resolver is not None:
            address = self.resolver.step(now)
            if address is None:
                return
            if not address:
                self.drop(_DNS)
                return
        self.sock = socket.socket()
        self.sock.setblocking(False)
        self._send(0, self.greeting, len(self.greeting))
        self.state = GREETING
        self._waiting_ms = self._sending_ms = now
        try:
            # Of an address it makes what connect takes, and asks nobody.
            self.sock.connect(socket.getaddrinfo(address, self._port)[0][-1])
        except OSError as error:
            if error.errno != EINPROGRESS:
                raise

    def _serve(self, now):
        gone = self._push(now)  # of a line that is not open yet nothing goes, and no error comes
        if gone and not self._rest:
            self._send_what_is_due(now)
        if gone or self.state != GREETING:
            for _ in range(_READS):
                if self._holding or not self._pull(now):
                    break
        self._judge_time(now)

    def _send_what_is_due(self, now):
        if self.state == SUBSCRIBING:
            if self._asked == self._topics.count:
                return
            self._send(self._topics.put_subscription(self._head, self._asked), b"", 0)
            self._asked += 1
        elif self.state != UP:
            return
        elif self.online:
            self.online = False
            self.publish(t.AVAILABILITY, ONLINE, len(ONLINE), True)
        elif not self._pinged and ticks_diff(now, self.ping_ms) >= _PING_MS:
            self._pinged = True
            self.ping_ms = self._waiting_ms = now
            self._send(0, _PINGREQ, len(_PINGREQ))
        else:
            return
        self._push(now)

    def _judge_time(self, now):
        if self.state == DOWN:
            return
        waiting = self._pinged or self.state < UP
        late = waiting and ticks_diff(now, self._waiting_ms) >= _ANSWER_MS
        if not self._is_sending():
            self._sending_ms = now
        if late or ticks_diff(now, self._sending_ms) >= _ANSWER_MS:
            self.drop(_TIMEOUT)

    # -- what comes ------------------------------------------------------------------------------

    def _pull(self, now):
        """Reads a piece. Returns True if there may be more."""
        reader = self.reader
        n = self.sock.readinto(self._piece, reader.want(_PIECE))
        if n is None:
            return False
        if n == 0:
            self.drop(_CLOSED)
            return False
        if n == _PIECE and self.state != GREETING:
            self._waiting_ms = now  # whoever sends so much is alive; our answer is behind it
        complete = reader.feed(self._piece, n)
        if reader.broken or self.state == GREETING and reader.kind not in (0, q.CONNACK):
            self.drop(_PROTOCOL)
        elif complete:
            self._take(reader, now)
        return self.state != DOWN

    def _take(self, reader, now):
        """Takes a packet."""
        kind = reader.kind
        if self.state == GREETING:
            self._greet(reader, now)
        elif reader.topic_end and reader.at <= reader.length:
            if reader.at <= reader.kept:
                self._holding = True
                return
            # Else its topic is longer than any of ours.
        elif kind == q.SUBACK and reader.kept >= 3:
            self._answered += 1
            if reader.body[2] & q.DENIED:
                self.denied += 1
            if self._answered == self._topics.count:
                self.state = UP
                self.online = True
                self.ping_ms = now
        elif kind == q.PINGRESP:
            self._pinged = False
        else:
            self.drop(_PROTOCOL)
        reader.kind = 0

    def _greet(self, reader, now):
        if reader.kept != 2:
            self.drop(_PROTOCOL)
        elif reader.body[1]:
            self.drop(_REFUSED, reader.body[1])
        else:
            self.state = SUBSCRIBING
            self._waiting_ms = now

    def _fail(self, error):
        """Ends it for an exception. Allocates nothing: a MemoryError may be why we are here."""
        number = error.errno if isinstance(error, OSError) else 0
        if not isinstance(number, int):
            number = 0
        if isinstance(error, MemoryError) or number in (ENOMEM, ENOBUFS):
            self.drop(MEMORY, number)
        elif self.state == RESOLVING and self.sock is None:
            self.drop(_DNS, number)
        else:
            self.drop(_TIMEOUT if number == ETIMEDOUT else _NETWORK, number)
