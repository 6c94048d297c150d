"""The relay as the loop sees it: when to connect, what to send, and what came back.

Nothing here waits (mqtt.session). Messages are not queued: the next one is built when it can go,
from the figures of that moment.

QoS 0 throughout. A state message is superseded within seconds; a lost connection is noticed by the
ping, and after it everything is sent anew. Commands change nothing when they come twice, each is
answered, and no more is read from the broker while one is being obeyed: so none is ever dropped
here, however many come at once.
"""

from random import getrandbits

from bms.wire import put_bytes, put_word
from compat import const, ticks_add, ticks_diff
from mqtt import session as s
from relay import topics as t
from relay.commands import (
    ACCEPTED,
    FROM_BIRTH,
    FROM_SELF,
    FROM_WRITES,
    NOT_POSSIBLE,
    NOTHING,
    PAYLOAD_MAX,
    line_of,
)
from relay.packets import RETAIN
from words import REFUSAL_CODES

_GAP_MS = const(500)  # least time between two messages of a kind, whatever happens
_BACKOFF_MIN_MS = const(2_000)
_BACKOFF_MAX_MS = const(60_000)
_USEFUL_MS = const(10_000)  # a session that lived so long starts the back-off anew
_BIRTH_DELAY_MS = const(2_000)  # Home Assistant first subscribes; and others answer it as well
_REMEMBERED_MS = const(2_000)  # in which a broker tells what it had kept
_SETTLED_MS = const(300_000)
_AGE_LIMIT_MS = const(86_400_000)
_COUNTER = const(0x3FFFFFFF)
_RESULT_BYTES = const(112)
_COMMAND = b'{"command":"'


class Relay:
    """Publishes reports and hands back commands.

    session: mqtt.session.Session; topics: relay.topics.Topics; packs: the reports about packs
    (relay.state), and others: those beside them (mqtt.reports); announcer:
    mqtt.announcer.Announcer or None; judge: relay.commands.Judge; codes: the Language of
    languages.codes; message: the relay.message.Message of all; writes: relay.writes.Writes or
    None.

    Figures for telemetry: `connected`, `connects`, `failures`, `commands_done`,
    `commands_refused`, `refusal` (of relay.commands). `value`: what came with the last command.
    """

    def __init__(
        self, session, topics, packs, others, announcer, judge, codes, message, writes=None
    ):
        self.connected = False
        self.connects = 0
        self.failures = 0
        self.commands_done = 0
        self.commands_refused = 0
        self.refusal = ACCEPTED
        self.value = 0
        self.writes = writes
        self.session = session
        self._topics = topics
        self._packs = packs
        self._reports = packs + others
        self.announcer = announcer
        self._judge = judge
        self._codes = codes
        self._message = message
        self._payload = bytearray(PAYLOAD_MAX)
        self._result = bytearray(_RESULT_BYTES)
        self._source = 0  # of the command that is being obeyed
        self._was_open = False
        self._retry_ms = 0
        self._retrying = False  # False: connect at once
        self.backoff_ms = _BACKOFF_MIN_MS
        self._since_ms = 0  # when the session began, or the first attempt after it
        self._told_ms = [0] * len(self._reports)
        self._due = 0  # bit set of reports
        self._remembered = True
        self._birth_ms = 0
        self._birth = False
        self._good_ms = 0  # since when the pack is good
        self._good = False

    def start(self, now):
        """Begins to count the time without a session."""
        self._since_ms = now

    def step(self, wifi, now):
        """Does what is due, without waiting; call about ten times a second, oftener while `busy`.

        wifi: hardware.net.wifi.Wifi. Returns a command of relay.commands for the caller to obey
        (see `value`) and to `settle`; NOTHING; or WRITE, which has been handed on.
        """
        session = self.session
        if session.state == s.DOWN:
            self._try_connect(wifi, now)
        elif not wifi.up:
            session.drop(s.WIFI)
        came = session.step(now)
        self._watch(now)
        command = self._take(session, now) if came else NOTHING
        if command == NOTHING and session.state == s.UP:
            self._send_something(session, now)
            self._watch(now)
        return command

    def busy(self):
        """True while a step every few milliseconds is worth it."""
        announcing = self.connected and self.announcer is not None and self.announcer.active()
        return announcing or self.session.busy()

    def publish_soon(self):
        """Has all reports sent at once, since something worth telling changed."""
        self._due = (1 << len(self._reports)) - 1

    def starved(self):
        """True while there is no session because there is no memory for one."""
        return not self.connected and self.session.failure == s.MEMORY

    def down_ms(self, now):
        """Returns for how long there has been no session, 0 while there is one."""
        if self.connected:
            return 0
        down = ticks_diff(now, self._since_ms)
        return down if down < _AGE_LIMIT_MS else _AGE_LIMIT_MS

    # -- the session's life ----------------------------------------------------------------------

    def _try_connect(self, wifi, now):
        if self.down_ms(now) == _AGE_LIMIT_MS:
            self._since_ms = ticks_add(now, -_AGE_LIMIT_MS)  # or it would wrap to "just now"
        if not wifi.up:
            self._retrying = False  # the Wi-Fi's return is a reason to try at once
        elif not self._retrying or ticks_diff(now, self._retry_ms) >= 0:
            self._retrying = self._was_open = True
            self.session.open(wifi.name_server(), now)

    def _watch(self, now):
        state = self.session.state
        if state == s.UP and not self.connected:
            self._note_begin(now)
        elif state == s.DOWN and self._was_open:
            self._note_end(now)
        if self.connected and ticks_diff(now, self._since_ms) >= _USEFUL_MS:
            self.backoff_ms = _BACKOFF_MIN_MS
            self._since_ms = ticks_add(now, -_USEFUL_MS)

    def _note_begin(self, now):
        self.connected = True
        self.connects = self.connects + 1 & _COUNTER
        self._since_ms = now
        for i in range(len(self._told_ms)):
            self._told_ms[i] = ticks_add(now, -_GAP_MS)
        self.publish_soon()

    def _note_end(self, now):
        """A session ended, or an attempt failed: from here there is one way on."""
        self._was_open = self._remembered = False
        if self.connected:
            self.connected = False
            self._since_ms = now
        if self.announcer is not None:
            self.announcer.interrupt()
        self.failures = self.failures + 1 & _COUNTER
        # Between half and all of it, so that a broker's restart is not met by everyone at once.
        half = self.backoff_ms >> 1
        self._retry_ms = ticks_add(now, half + getrandbits(16) % half)
        self.backoff_ms = min(2 * self.backoff_ms, _BACKOFF_MAX_MS)

    # -- outgoing --------------------------------------------------------------------------------

    def _send_something(self, session, now):
        if session.idle():
            for i in range(len(self._reports)):
                if self._is_due(i, now):
                    self._tell(i, session, now)
                    return
        if self.announcer is not None:
            self._announce(session, now)

    def _is_due(self, i, now):
        since = ticks_diff(now, self._told_ms[i])
        gap = _GAP_MS if self._due >> i & 1 else self._reports[i].interval_ms
        return not 0 <= since < gap

    def _tell(self, i, session, now):
        report = self._reports[i]
        try:
            length = report.write(self._message, now)
        except (MemoryError, OSError):
            session.drop(s.MEMORY)
            return
        if not length:
            return  # the buffer is larger now; with the next step
        self._due &= ~(1 << i)
        self._told_ms[i] = now
        if length < 0:
            return  # a report that has nothing to tell (mqtt.victron_report)
        session.publish(report.name, self._message.buf, length, report.retained)
        session.push(now)

    def _announce(self, session, now):
        announcer = self.announcer
        since = ticks_diff(now, self._since_ms)
        if self._birth and ticks_diff(now, self._birth_ms) >= 0:
            self._birth = False
            announcer.forget()
        elif not self._remembered and since >= _REMEMBERED_MS:
            self._remembered = True
            announcer.forget()  # the broker has lost it
        elif self._learn(now):
            announcer.look()
        if self._remembered and announcer.active():
            try:
                announcer.step(session, now)
            except OSError as error:
                print("discovery:", error)
                self.announcer = None
                session.drop(s.MEMORY)

    def _learn(self, now):
        """Returns True if there may be more to announce, or to clear, than before."""
        new = self.writes is not None and self.writes.learn()
        good = True
        for report in self._packs:
            good = good and report.good(now)
            if report.renewed:
                report.renewed = False
                new = True
        if good and not self._good or new:
            self._good_ms = now
        self._good = good
        announcer = self.announcer
        if good and not announcer.settled and ticks_diff(now, self._good_ms) >= _SETTLED_MS:
            announcer.settled = new = True
        return new

    # -- incoming --------------------------------------------------------------------------------

    def _take(self, session, now):
        """Takes the message that waits; returns a command to obey, or NOTHING."""
        reader = session.reader
        source = self._topics.source(reader.body, 2, reader.topic_end)
        if FROM_SELF < source < FROM_BIRTH:
            # Its answer must be able to go at once; till then it waits, and all behind it.
            return self._judge_message(source, reader, now) if session.idle() else NOTHING
        retained = reader.kind & RETAIN
        online = line_of(s.ONLINE, reader.body, reader.at, reader.kept) == 0
        if source == FROM_SELF:
            if retained:
                self._remembered = True  # and so is the discovery
            if not online and session.state == s.UP:
                session.online = True  # an old connection ended late: no, we are here
        elif source == FROM_BIRTH and online and not retained:
            self._birth = True
            self._birth_ms = ticks_add(now, _BIRTH_DELAY_MS + getrandbits(11))
        session.done()
        return NOTHING

    def _judge_message(self, source, reader, now):
        self._source = source
        payload = self._payload
        room = len(payload)
        length = min(reader.length - reader.at, room + 1)
        for i in range(min(length, room)):
            payload[i] = reader.body[reader.at + i]
        judge = self._judge
        if source >= FROM_WRITES:
            judge = self.writes
            judge.now = now
        judge.judge(source, reader.kind & RETAIN, payload, length)
        self.session.done()
        if judge.refusal != ACCEPTED:
            self._refuse(judge.refusal)
            return NOTHING
        self.value = judge.value
        return judge.command

    def settle(self, done):
        """Answers the command that step() returned: whether it was obeyed. Call it at once."""
        if not done:
            self._refuse(NOT_POSSIBLE)
            return
        self.commands_done = self.commands_done + 1 & _COUNTER
        self._answer(ACCEPTED)

    def _refuse(self, why):
        self.commands_refused = self.commands_refused + 1 & _COUNTER
        self.refusal = why
        self._answer(why)

    def _answer(self, refusal):
        """Tells on the result topic what became of a command."""
        buf = self._result
        # Over the slash that the topic begins with.
        at = put_word(buf, len(_COMMAND) - 1, self._topics.names, self._source)
        buf[: len(_COMMAND)] = _COMMAND
        if refusal == ACCEPTED:
            at = put_bytes(buf, at, b'","done":true,"reason":null}')
        else:
            at = put_bytes(buf, at, b'","done":false,"reason":"')
            self._codes.read(REFUSAL_CODES, refusal)
            at = put_bytes(buf, self._codes.copy(buf, at), b'"}')
        self.publish_soon()
        if self.session.idle():
            self.session.publish(t.RESULT, buf, at, False)
