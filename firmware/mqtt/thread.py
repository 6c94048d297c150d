"""The relay's own thread: everything of MQTT that can block, and nothing else.

The loop gives one order at a time and rings; the thread carries it out, looks for incoming
messages, and waits for the next ring. It reads no clock and keeps no schedule: if the loop dies,
it sends nothing more, and the broker tells the world that the device is offline.
"""

import _thread
import socket
import sys
from errno import EAGAIN, ETIMEDOUT

from umqtt.simple import MQTTClient, MQTTException

from compat import const
from mqtt import exchange as x
from mqtt.guard import Guard

# Why a session ended or did not begin, by position.
FAILURES = (
    b"none\n"
    b"dns\n"  # the broker's name does not resolve
    b"network\n"  # no route, connection refused or reset
    b"timeout\n"  # no answer in time
    b"refused\n"  # by the broker: the detail is its code (4: user or password, 5: not allowed)
    b"closed\n"  # by the broker
    b"protocol\n"  # what answers does not talk MQTT
    b"memory\n"
    b"wifi"  # the loop dropped the session, since the Wi-Fi was gone
)
_DNS = const(1)
_NETWORK = const(2)
_TIMEOUT = const(3)
_REFUSED = const(4)
_CLOSED = const(5)
_PROTOCOL = const(6)
_MEMORY = const(7)
_WIFI = const(8)

# The ESP32's own default of 5 kB is short for lwIP's resolver below umqtt; glibc's resolver needs
# more than that, and gets it from the unix port's default, 0.
_STACK_BYTES = 8192 if sys.platform == "esp32" else 0

_CONNECT_TIMEOUT_S = const(5)
_MESSAGES_PER_PASS = const(8)

ONLINE = b"online"
OFFLINE = b"offline"


class Broker:
    """Where to connect to. Texts are bytes; user b"": none. Never printed: it holds a password."""

    def __init__(self, host, port, user, password, keepalive_s):
        self.host = host
        self.port = port
        self.user = user.encode() or None
        self.password = password.encode()
        self.keepalive_s = keepalive_s


class Worker:
    """The thread's part of the relay. Only `start()` is called from the loop."""

    def __init__(self, exchange, broker, topics):
        self._exchange = exchange
        self._broker = broker
        self._topics = topics
        self._client = None
        self._guard = None
        self._resolved = False

    def start(self):
        """Starts the thread. Raises OSError if there is no memory for its stack."""
        _thread.stack_size(_STACK_BYTES)
        try:
            _thread.start_new_thread(self._run, ())
        finally:
            _thread.stack_size(0)

    def _run(self):
        while True:
            self._exchange.wait()
            order = self._exchange.order()
            try:
                self._obey(order)
            except Exception as error:  # whatever it is, it ends the session and nothing else
                self._fail(error)
            if order != x.IDLE:
                self._exchange.done()

    def _obey(self, order):
        if order == x.CONNECT:
            self._connect()
        elif order == x.DROP:
            self._end(_WIFI, 0)
        elif self._client is not None:
            if order == x.PUBLISH:
                self._publish()
            elif order == x.PING:
                self._ping()
            self._poll()

    # -- a session -------------------------------------------------------------------------------

    def _connect(self):
        self._close()
        self._resolved = False
        broker = self._broker
        socket.getaddrinfo(broker.host, broker.port)  # by itself, to know what it was that failed
        self._resolved = True
        client = MQTTClient(
            b"packmate-" + self._topics.unit,
            broker.host,
            broker.port,
            broker.user,
            broker.password,
            broker.keepalive_s,
        )
        self._client = client
        client.set_callback(self._on_message)
        client.set_last_will(self._topics.availability, OFFLINE, True)
        client.connect(True, _CONNECT_TIMEOUT_S)
        self._guard = client.sock = Guard(client.sock)
        self._guard.begin()
        client.publish(self._topics.availability, ONLINE, True)
        for topic in self._topics.subscriptions():
            self._guard.begin()
            client.subscribe(topic)
        self._exchange.set_cell(x.UP, 1)

    def _publish(self):
        exchange = self._exchange
        message = memoryview(exchange.payload)[: exchange.length()]
        self._guard.begin()
        self._client.publish(exchange.topic, message, exchange.retain())

    def _ping(self):
        """A ping and its answer: a connection that is dead at the other end looks alive till then.

        What else arrives meanwhile is handled; the guard ends the wait.
        """
        self._guard.begin()
        self._client.ping()
        while not self._guard.ponged:
            self._client.wait_msg()

    def _poll(self):
        for _ in range(_MESSAGES_PER_PASS):
            self._guard.begin()
            self._client.check_msg()
            if self._guard.op == 0:
                return

    def _on_message(self, topic, message):
        guard = self._guard
        source = self._topics.source(topic)
        if source >= 0:
            self._exchange.put(source, guard.op & 1, message, guard.oversized)

    # -- its end ---------------------------------------------------------------------------------

    def _fail(self, error):
        """Counts the reason. Allocates nothing: a MemoryError may be why we are here."""
        detail = 0
        if isinstance(error, MQTTException):
            reason = _REFUSED
            detail = error.args[0] if error.args else 0
        elif isinstance(error, OSError):
            detail = error.errno if isinstance(error.errno, int) else 0
            reason = self._os_reason(detail)
        elif isinstance(error, MemoryError):
            reason = _MEMORY
        else:
            reason = _PROTOCOL  # umqtt's asserts, and what it stumbles over
        self._end(reason, detail)

    def _os_reason(self, number):
        if not self._resolved:
            return _DNS
        if number in (EAGAIN, ETIMEDOUT):
            return _TIMEOUT
        return _CLOSED if number == -1 else _NETWORK

    def _end(self, reason, detail):
        self._close()
        exchange = self._exchange
        exchange.set_cell(x.FAILURE, reason)
        exchange.set_cell(x.DETAIL, detail)
        exchange.set_cell(x.UP, 0)
        exchange.count(x.ENDS)

    def _close(self):
        client = self._client
        self._client = None
        self._guard = None
        if client is not None and client.sock is not None:
            try:
                client.sock.close()
            except OSError:
                pass  # closed already, or lost with the interface
