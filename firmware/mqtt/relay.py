"""The relay as the loop sees it: when to connect, what to send, and what came back.

Nothing here waits. Whatever can block is done by mqtt.thread's thread, one order at a time. While
that thread is held up, messages are not queued: the next one is built when it can go, from the
figures of that moment.

QoS 0 throughout. A state message is superseded within seconds; umqtt's QoS 1 would hold the thread
for the answer and does not send again; a lost connection is noticed by the ping, and after it
everything is sent anew. Commands change nothing when they come twice, and a lost one is seen in
the state message.
"""

import sys
from random import getrandbits

import relay
from compat import const, ticks_add, ticks_diff
from mqtt import exchange as x
from mqtt.thread import FAILURES, Broker, Worker
from relay import view as v
from relay.commands import (
    ACCEPTED,
    ANNOUNCE,
    BUSY,
    FROM_WRITES,
    NOT_POSSIBLE,
    NOTHING,
    PAYLOAD_MAX,
    REFUSALS,
    Judge,
)
from relay.state import learn

__all__ = ("FAILURES", "REFUSALS", "Relay")

_KEEPALIVE_S = const(60)
_PING_MS = const(30_000)
_STATE_GAP_MS = const(500)  # least time between two state messages, whatever happens
_BACKOFF_MIN_MS = const(2_000)
_BACKOFF_MAX_MS = const(60_000)
_STABLE_MS = const(60_000)  # a session that lived so long starts the back-off anew
_BIRTH_DELAY_MS = const(2_000)  # Home Assistant first subscribes; and others answer it as well
_LEARN_MS = const(5_000)
_ROOM_MS = const(30_000)
_AGE_LIMIT_MS = const(86_400_000)
_COUNTER = const(0x3FFFFFFF)
_ALL_TOLD = const(-1)
# The next config is told by its part and its place there.
_PART_BITS = const(8)
_INDEX = const(255)
_SELDOM = ("configs", "discovery", "controls", "writes_discovery", "packs_discovery")


class Relay:
    """Publishes one pack's state and hands back commands.

    settings, secrets: dicts as settings.load gives them; topics: relay.topics.Topics; message:
    relay.state.StateMessage, whose buffer carries all outgoing messages; model, version (str) of
    board and firmware.

    Figures for telemetry: `connected`, `connects`, `failures`, `failure` (position in FAILURES),
    `detail` (the broker's code or an errno), `commands_done`, `commands_refused`, `refusal`
    (position in REFUSALS). `value`: what came with the last command (relay.commands.Judge).
    `writes`: the message's relay.writes.Writes, or None.
    """

    def __init__(self, settings, secrets, topics, message, model, version):
        self.connected = False
        self.connects = 0
        self.failures = 0
        self.failure = 0
        self.detail = 0
        self.commands_done = 0
        self.commands_refused = 0
        self.refusal = ACCEPTED
        self.value = 0
        self._topics = topics
        self._message = message
        self.writes = message.writes
        if self.writes is not None:
            topics.commands += self.writes.topics()
        self._exchange = x.Exchange(message.buf)
        self._worker = Worker(
            self._exchange,
            Broker(
                settings["mqtt_host"],
                settings["mqtt_port"],
                settings["mqtt_user"],
                secrets["mqtt_password"],
                _KEEPALIVE_S,
            ),
            topics,
        )
        self._announces = settings["ha_discovery"]
        self._about = (settings["name"], model, version, settings["mqtt_interval_s"])
        self._known = bytearray(3)  # sensors and cells: relay.state.learn; and what is used
        self._known[2] = (
            (settings["heater_output"] != "none")
            | (settings["heater_thresholds"] == "own") << 1
            | (settings["heater_probe"] != "none") << 2
            | (settings["preheat_at"] != "") << 3
            | (settings["bms_link"] == "ble" or len(settings["packs"]) > 0) << 4
        )
        self._parts = 2 if self.writes is None else 3  # of the discovery
        self._discovery = None  # only while there is something to announce: it takes 7 kB
        self._interval_ms = settings["mqtt_interval_s"] * 1000
        self._judge = Judge()
        self._entry = bytearray(x.ENTRY)
        self._payload = bytearray(PAYLOAD_MAX)
        self._init_schedule()

    def _init_schedule(self):
        self._retry_ms = 0
        self._retrying = False  # False: connect at once
        self._backoff_ms = _BACKOFF_MIN_MS
        self._since_ms = 0  # when the session began, or the first attempt after it
        self._state_ms = 0
        self._state_due = True
        self._ping_ms = 0
        self._birth_ms = 0
        self._birth = False
        self._learn_ms = 0
        self._next_config = 0  # _ALL_TOLD: none
        self._ends = 0
        self._overruns = 0
        self._passes = 0
        self._passed_ms = 0

    def start(self, now):
        """Starts the thread. Raises OSError if there is no memory for its stack."""
        self._passed_ms = now
        self._since_ms = now
        self._worker.start()

    def step(self, pack, online, now):
        """Does what is due, without waiting; call about ten times a second.

        pack: bms.pack.PackState, read only if a message is built; online: the Wi-Fi stands.
        Returns a command of relay.commands for the caller to obey (see `value`) and to `settle`;
        NOTHING; or WRITE, which has been handed on.
        """
        self._watch(now)
        if not self._exchange.pending():
            if not self.connected:
                self._try_connect(online, now)
            elif not online:
                self._exchange.give(x.DROP)
            else:
                self._send_something(pack, now)
        self._exchange.ring()
        return self._next_command(now)

    def publish_soon(self):
        """Has the next state message sent at once, since something worth telling changed."""
        self._state_due = True

    def silent_ms(self, now):
        """Returns for how long the thread has given no sign of life, in ms.

        A name server or a broker that does not answer makes it half a minute; it never needs more
        than two.
        """
        silent = ticks_diff(now, self._passed_ms)
        return silent if silent < _AGE_LIMIT_MS else _AGE_LIMIT_MS

    def down_ms(self, now):
        """Returns for how long there has been no session, 0 while there is one."""
        if self.connected:
            return 0
        down = ticks_diff(now, self._since_ms)
        return down if down < _AGE_LIMIT_MS else _AGE_LIMIT_MS

    # -- the session's life ----------------------------------------------------------------------

    def _watch(self, now):
        exchange = self._exchange
        passes = exchange.cell(x.PASSES)
        if passes != self._passes:
            self._passes = passes
            self._passed_ms = now
        elif self.silent_ms(now) == _AGE_LIMIT_MS:
            self._passed_ms = ticks_add(now, -_AGE_LIMIT_MS)  # or it would wrap to "just now"
        if self.down_ms(now) == _AGE_LIMIT_MS:
            self._since_ms = ticks_add(now, -_AGE_LIMIT_MS)
        if self.connected and ticks_diff(now, self._since_ms) >= _STABLE_MS:
            self._backoff_ms = _BACKOFF_MIN_MS
        ends = exchange.cell(x.ENDS)
        if ends != self._ends:
            self._ends = ends
            self._note_end(now)
        elif exchange.cell(x.UP) == 1 and not self.connected:
            self._note_begin(now)
        overruns = exchange.cell(x.OVERRUNS)
        if overruns != self._overruns:
            self._overruns = overruns
            self._refuse(BUSY)

    def _note_begin(self, now):
        self.connected = True
        self.connects = self.connects + 1 & _COUNTER
        self._since_ms = now
        self._ping_ms = now
        self._learn_ms = now
        self._state_ms = ticks_add(now, -_STATE_GAP_MS)
        self._state_due = True
        self._next_config = 0
        self._birth = False

    def _note_end(self, now):
        """A session ended, or an attempt failed: from here there is one way on."""
        if self.connected:
            self.connected = False
            self._since_ms = now
        self.failures = self.failures + 1 & _COUNTER
        self.failure = self._exchange.cell(x.FAILURE)
        self.detail = self._exchange.cell(x.DETAIL)
        # Between half and all of it, so that a broker's restart is not met by everyone at once.
        half = self._backoff_ms >> 1
        self._retry_ms = ticks_add(now, half + getrandbits(16) % half)
        self._retrying = True
        self._backoff_ms = min(2 * self._backoff_ms, _BACKOFF_MAX_MS)

    def _try_connect(self, online, now):
        if not online:
            self._retrying = False  # the Wi-Fi's return is a reason to try at once
        elif not self._retrying or ticks_diff(now, self._retry_ms) >= 0:
            self._retrying = True
            self._retry_ms = now
            self._exchange.give(x.CONNECT)

    # -- outgoing --------------------------------------------------------------------------------

    def _send_something(self, pack, now):
        if ticks_diff(now, self._ping_ms) >= _PING_MS:
            self._ping_ms = now
            self._exchange.give(x.PING)
        elif ticks_diff(now, self._state_ms) >= (
            _STATE_GAP_MS if self._state_due else self._interval_ms
        ):
            self._state_due = False
            self._state_ms = now
            self._report(self._message.view)
            self._exchange.topic = self._topics.state
            self._exchange.give(x.PUBLISH, self._message.build(pack, now))
        elif self._announces:
            self._announce(pack, now)

    def _report(self, view):
        view.put(v.MQTT_CONNECTS, self.connects)
        view.put(v.MQTT_FAILURES, self.failures)
        view.put(v.MQTT_FAILURE, self.failure)
        view.put(v.COMMANDS_DONE, self.commands_done)
        view.put(v.COMMANDS_REFUSED, self.commands_refused)
        view.put(v.COMMAND_REFUSAL, self.refusal)

    def _announce(self, pack, now):
        if self._birth and ticks_diff(now, self._birth_ms) >= 0:
            self._birth = False
            self._next_config = 0
        if ticks_diff(now, self._learn_ms) >= 0:
            self._learn_ms = ticks_add(now, _LEARN_MS)
            writes = self.writes
            new = self._message.shows(pack, now) and (
                learn(self._known, pack) or (writes is not None and writes.learn())
            )
            if new:
                self._drop_discovery()  # which knows of what was there before
                self._next_config = 0
        if self._next_config != _ALL_TOLD:
            self._announce_next(now)

    def _announce_next(self, now):
        try:
            if self._discovery is None:
                self._discovery = self._load_part(self._next_config >> _PART_BITS)
            discovery = self._discovery
            index = self._next_config & _INDEX
            length = discovery.build(index)
        except MemoryError:
            self._drop_discovery()
            self._next_config = _ALL_TOLD
            self._birth = True  # once more, when there may be room
            self._birth_ms = ticks_add(now, _ROOM_MS)
            return
        self._exchange.topic = discovery.topic
        self._exchange.give(x.PUBLISH, length, True)
        self._next_config += 1
        if index + 1 == discovery.count:
            self._drop_discovery()
            self._next_config += _INDEX - index  # the next part
            if self._next_config >> _PART_BITS == self._parts:
                self._next_config = _ALL_TOLD
                self._state_due = True  # entities know their first value at once

    def _load_part(self, part):
        """Returns what announces a part of the entities. Only one part is in memory at a time."""
        buf = self._message.buf
        if part == 2:
            return self.writes.discovery(self._topics, buf, self._about, self._known)
        if part == 1:
            from relay.controls import Controls as Part
        else:
            from relay.discovery import Discovery as Part
        return Part(self._topics, buf, *self._about, self._known)

    def _drop_discovery(self):
        """Gives the memory of the modules back, whether their import was finished or not."""
        self._discovery = None
        for name in _SELDOM:
            if sys.modules.pop("relay." + name, None) is not None:
                try:
                    delattr(relay, name)
                except (AttributeError, KeyError):
                    pass  # its import was not finished

    # -- incoming --------------------------------------------------------------------------------

    def _next_command(self, now):
        entry = self._entry
        if not self._exchange.take(entry):
            return NOTHING
        length = entry[x.LENGTH]
        for i in range(PAYLOAD_MAX):
            self._payload[i] = entry[x.PAYLOAD + i]
        judge = self._judge
        if entry[x.SOURCE] >= FROM_WRITES:
            judge = self.writes
            judge.now = now
        judge.judge(entry[x.SOURCE], entry[x.RETAINED] == 1, self._payload, length)
        if judge.refusal != ACCEPTED:
            self._refuse(judge.refusal)
            return NOTHING
        if judge.command == ANNOUNCE:
            self._birth = True
            self._birth_ms = ticks_add(now, _BIRTH_DELAY_MS + getrandbits(11))
            return NOTHING
        self.value = judge.value
        return judge.command

    def settle(self, done):
        """Notes whether the command that step() returned was obeyed."""
        if not done:
            self._refuse(NOT_POSSIBLE)
            return
        self.commands_done = self.commands_done + 1 & _COUNTER
        self._state_due = True

    def _refuse(self, why):
        self.commands_refused = self.commands_refused + 1 & _COUNTER
        self.refusal = why
        self._state_due = True
