"""Device-based discovery of Home Assistant 2024.11 and later, and the way to it and back.

One retained message tells a device with all its entities. It is some 40 kB long, and is never in
memory: a first pass over the records of relay.discovery adds up its length, a second one sends it
piece by piece. An entity that is not there is told as one that is to go.

Home Assistant keeps what its owner has changed of an entity (its name, its history) when it is
told on the topic that the entity comes from that this moves; then the topic is cleared, and the
entity told where it is now. (Cleared at last, as Home Assistant's own page has it, the old topic
makes a warning for each entity.) Imported where the settings ask for it, or did so before the
restart.
"""

from compat import const
from mqtt.announcer import BEGIN, HEAD, PREFIX, UNIQUE, Announcer

_COUNTS = const(4)  # as in mqtt.announcer
_BLANKS = const(7)
_DEVICE = const(7)  # the number of the blank that tells the device

_PIECES_A_STEP = const(8)
_AWAY = const(0)  # what a record is: not there, and maybe there elsewhere
_GOES = const(1)
_TOLD = const(2)
_MOVES = b'{"migrate_discovery":true}'
_COMPONENTS = b',"cmps":{'


def announce(parts, by_device, state, mark):
    """Returns what tells the entities. parts: those of an Announcer; by_device: as the settings
    want it; state: what survives a restart, in which `mark` says that it was so before."""
    if by_device:
        return DeviceAnnouncer(
            *parts, moves=mark not in state, moved=lambda: state.update({mark: 1})
        )
    topics = [device_topic(blanks) for blanks in parts[1]]
    return Return(Announcer(*parts), topics, lambda: state.pop(mark, None))


class Sender:
    """Sends retained messages piece by piece. `work` is what to do, None for nothing: a generator
    that yields whenever something was given to the session or a part of it is done; `inside`: a
    message is begun."""

    def __init__(self):
        self.work = None
        self.inside = False

    def start(self, work):
        """Takes up work."""
        self.work = work

    def stop(self):
        """Leaves it."""
        self.work = None
        self.inside = False

    def go_on(self, session, now):
        """Does a part of the work; returns True when all is done."""
        for _ in range(_PIECES_A_STEP):
            if not session.push(now) or not self.inside and not session.idle():
                return False
            try:
                next(self.work)  # pyright: ignore[reportArgumentType]
            except StopIteration:
                self.work = None
                return True
        session.push(now)
        return False

    def put(self, session, topic, payload):
        """Sends a whole message."""
        self.inside = True
        session.begin(len(topic), len(payload))
        yield
        for text in (topic, payload):
            if text:
                session.give(text, len(text))
                yield
        self.inside = False


def device_topic(blanks):
    """Returns the topic that tells the device whose texts to fill in these are."""
    return blanks[PREFIX] + b"/device/" + blanks[UNIQUE] + b"/config"


class DeviceAnnouncer(Announcer):
    """Stands in for an Announcer. moves: entities that were told one by one are to move; moved: a
    function that is called when all are there."""

    def __init__(self, *parts, moves, moved):
        super().__init__(*parts)
        self._sender = Sender()
        self._moves = moves
        self._moved = moved
        self._last = [bytearray() for _ in self._blanks]  # what was told of each record

    def forget(self):
        """Has everything told anew."""
        self._last = [bytearray() for _ in self._blanks]
        self.look()

    def active(self):
        """True while there is something to look at or to send."""
        return self._again or self._sender.work is not None

    def interrupt(self):
        """The session is gone: what was being sent is sent again."""
        self._sender.stop()
        self._again = True

    def step(self, session, now):
        """Does a part of what is to be done. Raises OSError if the file is damaged."""
        if self._sender.work is None:
            if not self._again:
                return
            self._again = False
            self._sender.start(self._tell_all(session))
        self._sender.go_on(session, now)

    # -- what is to be done ----------------------------------------------------------------------

    def _tell_all(self, session):
        for number in range(len(self._blanks)):
            self._device = number  # which one is being looked at
            found = bytearray(self._count)
            length = 0
            for record, at in self._records():
                found[record] = self._judge()
                length += self._length(at, found[record])
                yield
            if found == self._last[self._device]:
                continue
            if self._moves:
                yield from self._to_each(session, found, _MOVES)
                yield from self._to_each(session, found, b"")
            yield from self._tell(session, found, length)
            self._last[self._device] = found
        if self._moves:
            self._moves = False
            self._moved()

    def _records(self):
        """Yields (number, where its pieces begin) of each record of this device, its head read."""
        at = BEGIN
        record = 0
        while record < self._count and not (self._device and at >= self._pack_end):
            self._file.seek(at)
            if self._file.readinto(self._head) != HEAD:
                raise OSError("discovery: the file is damaged")
            end = at + HEAD + (self._head[HEAD - 2] << 8 | self._head[HEAD - 1])
            yield record, at + HEAD
            at = end
            record += 1

    def _judge(self):
        if self._is_met(self._head[0]):
            return _TOLD
        return _GOES if self._can_clear(self._head[0]) else _AWAY

    def _name(self, at):
        """Returns (platform, key) of a record; its payload's pieces come next in the file."""
        self._file.seek(at)
        return self._read_piece()[1][1:-1], self._read_piece()[1][1:-7]  # /key/config

    def _read_piece(self):
        """Returns (the number of a blank or 0, the text behind it)."""
        piece = self._piece
        self._file.readinto(piece, 2)
        blank = piece[0]
        size = piece[1]
        self._file.readinto(piece, size)
        return blank, bytes(piece[:size])

    def _length(self, at, what):
        """Returns how long a record is in the message, with a comma."""
        if what == _AWAY:
            return 0
        platform, key = self._name(at)
        around = len(b',"":') + len(key)
        shown = len(b'"p":""') + len(platform)
        if what == _GOES:
            return around + len(b"{}") + shown
        head = self._head
        length = head[2] << 8 | head[3]
        for i in range(_BLANKS):
            length += head[_COUNTS + i] * (
                shown if i == _DEVICE - 1 else len(self._blanks[self._device][i])
            )
        return around + length

    def _to_each(self, session, found, payload):
        """Sends a payload to the topics that entities had of their own."""
        blanks = self._blanks[self._device]
        for record, at in self._records():
            if found[record] == _TOLD or not payload and found[record] == _GOES:
                platform, key = self._name(at)
                topic = blanks[PREFIX] + b"/" + platform + b"/" + blanks[UNIQUE] + b"/" + key
                yield from self._sender.put(session, topic + b"/config", payload)
            else:
                yield

    def _tell(self, session, found, length):
        blanks = self._blanks[self._device]
        topic = device_topic(blanks)
        device = b"{" + blanks[_DEVICE - 1] + _COMPONENTS
        # Each component was counted with a comma, and the first has none.
        session.begin(len(topic), len(device) + max(0, length - 1) + len(b"}}"))
        self._sender.inside = True
        yield
        for text in (topic, device):
            session.give(text, len(text))
            yield
        first = True
        for record, at in self._records():
            if found[record] == _AWAY:
                continue
            platform, key = self._name(at)
            text = b'"' + key + b'":' if first else b',"' + key + b'":'
            first = False
            shown = b'"p":"' + platform + b'"'
            left = self._head[HEAD - 2] << 8 | self._head[HEAD - 1]  # bytes of pieces
            left -= len(b"//") + len(b"//config") + len(platform) + len(key) + 4  # of the topic
            if found[record] == _GOES:
                text += b"{" + shown + b"}"
                left = 0
            session.give(text, len(text))
            yield
            while left > 0:
                number, text = self._read_piece()
                left -= 2 + len(text)
                if number:
                    text = (shown if number == _DEVICE else blanks[number - 1]) + text
                if text:
                    session.give(text, len(text))
                    yield
        session.give(b"}}", 2)
        yield
        self._sender.inside = False


class Return:
    """Leaves the devices in which entities were told until now; then `announcer` takes its place
    at the `relay`, and tells them one by one.

    devices: the topics of these; moved: a function that is called when they are cleared.
    """

    def __init__(self, announcer, devices, moved):
        self._sender = Sender()
        self.relay = announcer  # until the relay is there
        self.settled = False
        self._announcer = announcer
        self._devices = devices
        self._moved = moved

    def forget(self):
        """See mqtt.announcer.Announcer; likewise what follows."""

    look = forget

    def active(self):
        """True: there is something to send."""
        return True

    def interrupt(self):
        """The session is gone: all is sent again."""
        self._sender.stop()

    def step(self, session, now):
        """Does a part of what is to be done."""
        if self._sender.work is None:
            self._sender.start(self._leave(session))
        if self._sender.go_on(session, now):
            self._announcer.settled = self.settled
            self.relay.announcer = self._announcer  # pyright: ignore[reportAttributeAccessIssue]
            self._moved()

    def _leave(self, session):
        for payload in (_MOVES, b""):
            for topic in self._devices:
                yield from self._sender.put(session, topic, payload)
