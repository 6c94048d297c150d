# A network that fails in every way, and a broker on it, for the device that chip32.py plays
# (tools/cost/resilience.py): run behind that one, in the same names and in its time. `real_us`
# tells µs of real time.
#
# `fault` prints a line: "fault", what it was called, ms from its end until all was well, state
# messages that were due and that came, commands that somebody listened to and answers, sessions,
# sockets that are open, the known loop in µs, and what each step of a task took, four hexadecimal
# digits each; separated by |. Each run is the same, step by step: a step that took longer in one
# of them alone was held up by something else.
import random
from array import array

import __main__ as chip

LATENCY_MS = 20
RETRY_MS = 1500  # until lwIP sends a lost segment again; doubled each time
SEND_BUFFER = 5760
BEACONS_MS = 6000  # missed, until a station knows that its network is gone
JOIN_MS = 2500
DRIP_MS = 3000  # a byte
LIMIT_S = 600  # for a fault to be over
MOST_STEPS = 40_000
COLLECTOR = 4  # tasks.run_collector goes through the heap, which is another one here
REFUSED = 111
RESET = 104
BASE = b"packmate/7061636b6d61"
NAME_SERVER = "192.168.1.1"


class Chance:
    """The same numbers in each run, on every build."""

    seed = 1

    def percent(self):
        self.seed = (self.seed * 16807 + 7) % 65_521
        return self.seed * 100 // 65_521


chance = Chance()


class Pipe:
    """One direction of a connection: pieces on the way, each due at its time, in order."""

    def __init__(self):
        self.pieces = []
        self.last_ms = 0

    def put(self, data, space_ms=0):
        late_ms = LATENCY_MS
        retry_ms = RETRY_MS
        while chance.percent() < net.loss:
            late_ms += retry_ms
            retry_ms *= 2
        self.last_ms = max(chip.clock.now + late_ms, self.last_ms) + space_ms
        self.pieces.append((self.last_ms, data))

    def size(self):
        return sum([len(data) for _, data in self.pieces])

    def take(self, most):
        """Returns what has arrived, `most` bytes at most; nothing arrives without a network."""
        found = b""
        while self.pieces and len(found) < most:
            due_ms, data = self.pieces[0]
            if due_ms > chip.clock.now or not chip.Wlan.there:
                break
            n = most - len(found)
            found += data[:n]
            if len(data) > n:
                self.pieces[0] = (due_ms, data[n:])
            else:
                self.pieces.pop(0)
        return found


class Line:
    """A TCP socket of the device, and what the broker has at the other end."""

    def __init__(self):
        self.up = Pipe()
        self.down = Pipe()
        self.heard = b""  # by the broker, until a packet is whole
        self.topics = []  # that were subscribed to
        self.open_ms = None  # when the connection stands
        self.gone = False  # the broker has closed it
        self.dead = False  # the other end has vanished, and nobody says so
        self.closed = False
        net.lines.append(self)

    def setblocking(self, flag):
        pass

    def connect(self, address):
        self.open_ms = chip.clock.now + 2 * LATENCY_MS

    def write(self, buf, at, n):
        return apart(self._write, buf, at, n)

    def readinto(self, buf, n):
        return apart(self._read, buf, n)

    def _write(self, buf, at, n):
        self._look()
        if not net.listens:
            raise OSError(REFUSED)
        if self.gone:
            raise OSError(RESET)
        room = SEND_BUFFER - self.up.size()
        if not self._stands() or room <= 0:
            return None
        n = min(n, room)
        self.up.put(bytes(memoryview(buf)[at : at + n]))
        return n

    def _read(self, buf, n):
        self._look()
        data = b"" if self.dead else self.down.take(n)
        buf[: len(data)] = data
        if data:
            return len(data)
        return 0 if self.gone and not self.down.pieces else None

    def close(self):
        self.closed = True

    def _stands(self):
        return self.open_ms is not None and chip.clock.now >= self.open_ms and net.lets_in

    def _look(self):
        """Lets the broker hear what has arrived there."""
        if self.dead or self.gone:
            return
        data = self.up.take(SEND_BUFFER)
        if data:
            self.heard += data
            broker.hear(self)

    def say(self, data):
        """The broker says something."""
        if broker.drips:
            for byte in data:
                self.down.put(bytes((byte,)), DRIP_MS)
        else:
            self.down.put(data)


class Datagrams:
    """A UDP socket: a server of names and one of the time are all that can be asked."""

    def __init__(self):
        self.pipe = Pipe()

    def setblocking(self, flag):
        pass

    def sendto(self, data, address):
        if not chip.Wlan.there or not net.names or chance.percent() < net.loss:
            return
        if address[1] == 53:
            record = b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc0\xa8\x01\x02"
            self.pipe.put(data[:2] + b"\x81\x80\x00\x01\x00\x01" + data[8:] + record)
        elif address[1] == 123:
            seconds = (net.wall_s + chip.clock.now // 1000).to_bytes(4, "big")
            self.pipe.put(b"\x24\x01" + bytes(22) + data[40:48] + bytes(8) + seconds + bytes(4))

    def readinto(self, buf, n=None):
        data = self.pipe.take(len(buf))
        buf[: len(data)] = data
        return len(data) or None

    def close(self):
        net.datagrams -= 1


class Net:
    """What goes wrong between device and broker. `loss`: of 100 segments; `names`: somebody
    answers for names; `lets_in`: connections come about; `listens`: they are not refused."""

    AF_INET = SOCK_DGRAM = 2
    SOCK_STREAM = 1
    loss = 0
    names = lets_in = listens = True
    wall_s = 3_990_000_000  # since 1900

    def __init__(self):
        self.lines = []
        self.datagrams = 0

    def socket(self, family=2, kind=1):
        if kind == 2:
            self.datagrams += 1
            return Datagrams()
        return Line()

    def getaddrinfo(self, host, port):
        return [(2, 1, 0, "", (host, port))]

    def sockets(self):
        """Returns how many are open; forgets the others."""
        self.lines = [line for line in self.lines if not line.closed]
        return len(self.lines) + self.datagrams


class Broker:
    """`greeting`: what it answers to CONNECT; `behind`: said behind it; `denies`: subscriptions to
    commands; `silent`, `drips`. `state_ms`: when the last state message came."""

    GOOD = b"\x20\x02\x00\x00"

    def __init__(self):
        self.greeting = self.GOOD
        self.behind = b""
        self.denies = self.silent = self.drips = False
        self.retained = {}
        self.states = self.state_ms = self.answers = self.sent = self.connects = 0
        self.records = []

    def hear(self, line):
        """Takes the whole packets of what was heard."""
        while len(line.heard) >= 2:
            data = line.heard
            length = shift = 0
            at = 1
            while at < len(data):
                length |= (data[at] & 127) << shift
                shift += 7
                at += 1
                if not data[at - 1] & 128:
                    break
            else:
                return
            if len(data) < at + length:
                return
            line.heard = data[at + length :]
            self.take(line, data[0], data[at : at + length])

    def take(self, line, kind, body):
        """Answers a packet."""
        if kind & 0xF0 == 0x30:
            self.take_message(line, kind, body)
        elif self.silent:
            return
        elif kind == 0x10:
            self.connects += 1
            line.say(self.greeting + self.behind)
            if self.greeting[3]:
                line.gone = True
        elif kind == 0x82:
            self.subscribe(line, body)
        elif kind == 0xC0:
            line.say(b"\xd0\x00")

    def subscribe(self, line, body):
        topic = body[4:-1]
        denied = self.denies and topic.endswith(b"/set")
        line.say(b"\x90\x03" + body[:2] + (b"\x80" if denied else b"\x00"))
        if denied:
            return
        line.topics.append(topic)
        if topic in self.retained:
            line.say(message(topic, self.retained[topic], 0x31))

    def take_message(self, line, kind, body):
        end = 2 + (body[0] << 8 | body[1])
        topic = body[2:end]
        payload = body[end:]
        if kind & 6:
            if not self.silent:
                line.say(b"\x40\x02" + payload[:2])
            payload = payload[2:]
        if kind & 1 and topic.endswith(b"/availability"):
            self.retained[topic] = payload  # of the discovery it is enough that it came
        if topic.endswith(b"/state"):
            self.states += 1
            self.state_ms = chip.clock.now
        elif topic.endswith(b"/result"):
            self.answers += 1
        elif topic.endswith(b"/history"):
            begin = payload.find(b'"record":') + 9
            self.records.append(int(payload[begin : payload.find(b",", begin)]))
        elif topic.endswith(b"/availability") and not self.silent:
            line.say(message(topic, payload, 0x30))

    def command(self, name, payload):
        """Somebody publishes a command; who listens to it is told, and owes an answer."""
        topic = BASE + b"/" + name
        for line in net.lines:
            if topic in line.topics and not line.gone and not line.closed and not line.dead:
                self.sent += 1
                line.say(message(topic, payload, 0x30))

    def end_all(self):
        """Closes every connection."""
        for line in net.lines:
            line.gone = True


def apart(work, *given):
    """Returns what `work` does: it takes no time of the device's."""
    begin = chip.real_us()
    try:
        return work(*given)
    finally:
        others_us[0] += chip.real_us() - begin


def message(topic, payload, kind):
    length = 2 + len(topic) + len(payload)
    head = bytes((kind,))
    while length >= 128:
        head += bytes((length & 127 | 128,))
        length >>= 7
    return head + bytes((length, len(topic) >> 8, len(topic) & 255)) + topic + payload


net = Net()
broker = Broker()


class Air:
    """The radio: a station notices a loss late, and joins in some seconds."""

    joined = False
    asked_ms = None
    lost_ms = None

    def connect(self, *args):
        self.asked_ms = chip.clock.now

    def disconnect(self):
        self.joined = False
        self.asked_ms = None

    def isconnected(self):
        now = chip.clock.now
        if chip.Wlan.there:
            self.lost_ms = None
        elif self.lost_ms is None:
            self.lost_ms = now
        if self.joined and self.lost_ms is not None and now - self.lost_ms >= BEACONS_MS:
            self.joined = False
        if not self.joined and chip.Wlan.there and self.asked_ms is not None:
            self.joined = now - self.asked_ms >= JOIN_MS
        return self.joined

    def status(self):
        if self.joined:
            return 1010
        over = self.asked_ms is not None and chip.clock.now - self.asked_ms >= JOIN_MS
        return 201 if over and not chip.Wlan.there else 1001


air = Air()
chip.Wlan.connect = lambda self, *args: air.connect()
chip.Wlan.disconnect = lambda self: air.disconnect()
chip.Wlan.isconnected = lambda self: air.isconnected()
chip.Wlan.status = lambda self, what=None: -60 if what else air.status()
chip.Wlan.ifconfig = lambda self: ("192.168.1.9", "255.255.255.0", NAME_SERVER, NAME_SERVER)
chip.Sockets.AF_INET = chip.Sockets.SOCK_DGRAM = 2
chip.Sockets.SOCK_STREAM = 1
chip.Sockets.socket = lambda self, *args: net.socket(*args)
chip.Sockets.getaddrinfo = lambda self, host, port: net.getaddrinfo(host, port)
due = [chip.clock.now] * len(chip.tasks)
took_us = array("H", bytes(2 * MOST_STEPS))  # each step of a task, since the fault began
others_us = [0]  # what network and broker took of one
loop_us = [0]  # the known loop, at its best
DATA = bytes(300)
steps = [0]
random.seed(1)


def known_loop():
    """What speed is scaled by: tools/mp/timing.py has it, too."""
    data = DATA
    total = 0
    for i in range(300):
        total += data[i]
    return total


def live(seconds):
    """Lets the tasks run for so long, and measures what each step takes."""
    end = chip.clock.now + 1000 * seconds
    while True:
        first = min(due)
        if first > end:
            break
        chip.clock.now = max(chip.clock.now, first)
        at = due.index(first)
        others_us[0] = 0
        begin = chip.real_us()
        pause = next(chip.tasks[at])
        step_us = chip.real_us() - begin - others_us[0]
        took_us[steps[0]] = 0 if at == COLLECTOR else min(step_us, 0xFFFF)
        steps[0] = (steps[0] + 1) % MOST_STEPS
        due[at] = chip.clock.now + pause
    chip.clock.now = end
    chip.gc.collect()
    begin = chip.real_us()
    known_loop()
    loop_us[0] = min(loop_us[0], chip.real_us() - begin)


def settle():
    """Waits until a session has stood for a while; returns False if none comes."""
    calm = 0
    for _ in range(LIMIT_S):
        live(1)
        calm = calm + 1 if chip.clock.now - broker.state_ms < 16_000 else 0
        if calm >= 20:
            return True
    return False


def fault(name, begin, seconds, end, each=None):
    """Has a fault for so long. begin, end: what to do; each: what to do once a second."""
    began = settle()
    steps[0] = 0
    loop_us[0] = 1 << 30
    broker.sent = broker.answers = broker.connects = 0
    states = broker.states
    start = chip.clock.now
    begin()
    for second in range(seconds):
        live(1)
        if each:
            each(second)
    end()
    over = chip.clock.now
    while broker.state_ms < over and chip.clock.now < over + 1000 * LIMIT_S:
        live(1)
    back = broker.state_ms - over
    live(30)
    arrived = broker.states - states
    figures = [back if began else -1, (chip.clock.now - start) // 15_000, arrived]
    figures += [broker.sent, broker.answers, broker.connects, net.sockets(), loop_us[0]]
    told = "".join(["%04x" % us for us in took_us[: steps[0]]]) if loop_us[0] else ""
    print("fault|" + name + "|" + "|".join([str(f) for f in figures]) + "|" + told)
