"""The guard between umqtt and its socket: nothing that a broker does can hold the thread long."""

import errno

import pytest

from mqtt.guard import _DRAIN_MAX, _KEEP, _PATIENCE, _SLICE_S, Guard


class Socket:
    """A socket of the ESP32 port, as far as the guard sees it.

    `script`: what recv gives, in turn; bytes are handed out as far as asked for, a number is
    raised as an OSError; at its end there is silence: ETIMEDOUT after each slice.
    """

    def __init__(self, *script, room=None):
        self.script = list(script)
        self.waited_s = 0.0
        self.sent = bytearray()
        self.room = room  # bytes that one send takes; None: all
        self.timeout = None
        self.closed = False

    def settimeout(self, timeout):
        self.timeout = timeout

    def setblocking(self, flag):
        self.timeout = None if flag else 0

    def _next(self, n):
        if not self.script:
            return errno.ETIMEDOUT
        data = self.script[0]
        if isinstance(data, int) or len(data) <= n:
            return self.script.pop(0)
        self.script[0] = data[n:]
        return data[:n]

    def recv(self, n):
        assert self.timeout == _SLICE_S, "the socket could wait for ever"
        data = self._next(n)
        if isinstance(data, int):
            self.waited_s += self.timeout
            raise OSError(data, "as the port gives it")
        return data

    def read(self, n):
        assert self.timeout == 0
        data = self._next(n)
        if data == errno.ETIMEDOUT:
            return None
        if isinstance(data, int):
            raise OSError(data, "as the port gives it")
        return data

    def send(self, data):
        assert self.timeout == _SLICE_S
        size = len(data) if self.room is None else min(self.room, len(data))
        if not size:
            self.waited_s += self.timeout
            raise OSError(errno.ETIMEDOUT, "as the port gives it")
        self.sent += bytes(data[:size])
        return size

    def close(self):
        self.closed = True


def make(*script, **keywords):
    guard = Guard(Socket(*script, **keywords))
    guard.begin()
    return guard, guard._sock


def test_reads_gather_pieces():
    guard, sock = make(b"ab", b"cd", b"efg")
    assert guard.read(5) == b"abcde"
    assert guard.read(2) == b"fg"
    assert guard.read(0) == b""
    assert sock.script == []


@pytest.mark.parametrize("code", [errno.EAGAIN, errno.ETIMEDOUT])
def test_silence_ends_after_the_patience(code):
    guard, sock = make(*[code] * 1000)
    with pytest.raises(OSError) as raised:
        guard.read(1)
    assert raised.value.args[0] == errno.ETIMEDOUT
    assert sock.waited_s == pytest.approx((_PATIENCE + 1) * _SLICE_S)


def test_a_dribble_is_no_way_around_the_patience():
    guard, sock = make(*[b"x"] * 1000)
    with pytest.raises(OSError) as raised:
        guard.read(100)
    assert raised.value.args[0] == errno.ETIMEDOUT
    assert 1000 - len(sock.script) <= _PATIENCE + 1


def test_patience_holds_for_one_operation():
    guard, _ = make(*[errno.EAGAIN] * 30, b"a", *[errno.EAGAIN] * 30, b"b")
    assert guard.read(1) == b"a"
    guard.begin()
    assert guard.read(1) == b"b"
    guard, _ = make(*[errno.EAGAIN] * 30, b"a", *[errno.EAGAIN] * 30, b"b")
    assert guard.read(1) == b"a"
    with pytest.raises(OSError):
        guard.read(1)


def test_the_end_of_the_stream_is_what_umqtt_calls_it():
    guard, _ = make(b"a", b"")
    with pytest.raises(OSError) as raised:
        guard.read(2)
    assert raised.value.args[0] == -1


def test_other_errors_come_through():
    guard, _ = make(errno.ECONNRESET)
    with pytest.raises(OSError) as raised:
        guard.read(1)
    assert raised.value.args[0] == errno.ECONNRESET


def test_a_look_does_not_wait_and_the_timeout_is_set_again():
    guard, sock = make()
    guard.setblocking(False)
    assert guard.read(1) is None
    assert sock.timeout == _SLICE_S and sock.waited_s == 0
    guard.setblocking(True)
    assert sock.timeout == _SLICE_S
    assert guard.op == 0


def packet(guard, blocking=False):
    """Begins a packet as umqtt does."""
    guard.begin()
    guard.setblocking(blocking)
    guard.read(1)
    guard.setblocking(True)


def test_it_remembers_the_first_byte_of_a_packet():
    guard, _ = make(b"\x31", b"\x30", b"\xd0\x00")
    packet(guard)
    assert guard.op == 0x31 and not guard.ponged
    guard.read(1)  # a length, 0x30: not a first byte
    assert guard.op == 0x31
    packet(guard, blocking=True)
    assert guard.op == 0xD0 and guard.ponged
    guard.begin()
    assert guard.op == 0 and not guard.ponged


def test_a_piece_too_long_is_drained_and_marked():
    guard, sock = make(b"\x30", bytes(range(100)) * 30 + b"next")
    packet(guard)
    kept = guard.read(3000)
    assert kept == (bytes(range(100)) * 2)[:_KEEP]
    assert guard.oversized
    assert guard.read(4) == b"next"
    assert sock.script == []


def test_oversized_belongs_to_one_packet():
    guard, _ = make(b"\x30", b"x" * 200, b"\x30", b"ok")
    packet(guard)
    guard.read(200)
    assert guard.oversized
    guard.setblocking(True)
    guard.read(1)
    guard.setblocking(True)
    assert not guard.oversized and guard.read(2) == b"ok"


@pytest.mark.parametrize("n", [-5, _DRAIN_MAX + 1])
def test_an_insane_length_ends_the_session(n):
    guard, _ = make(b"x" * 100)
    with pytest.raises(OSError):
        guard.read(n)


def test_writes_go_out_whole_or_in_part():
    guard, sock = make()
    guard.write(b"abcdef")
    guard.write(bytearray(b"ghijkl"), 2)
    guard.write(memoryview(b"mn"))
    assert sock.sent == b"abcdefghmn"
    guard, sock = make(room=3)
    guard.write(b"abcdefgh")
    assert sock.sent == b"abcdefgh"


@pytest.mark.parametrize("room", [0, 1])
def test_a_broker_that_does_not_read_ends_the_write(room):
    guard, sock = make(room=room)
    with pytest.raises(OSError) as raised:
        guard.write(bytes(1000))
    assert raised.value.args[0] == errno.ETIMEDOUT
    assert sock.waited_s <= (_PATIENCE + 2) * _SLICE_S


def test_close_closes():
    guard, sock = make()
    guard.close()
    assert sock.closed
