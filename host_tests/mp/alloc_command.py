"""Neither asking for commands nor carrying them out allocates, whatever becomes of them."""

import io

import harness
import samples

from bms import catalog, command, writer
from bms import pack as p
from bms.check import Check
from bms.pack import PackState
from compat import ticks_add
from languages import codes
from relay.commands import ACCEPTED, FROM_WRITES
from relay.message import BMS, Message
from relay.writes import Writes
from screen.draw.language import Language

CHUNK = 400
STEP_MS = 100
STEPS = 260  # of the longest command, twice


def dialect_of(name):
    """Returns a dialect by name."""
    if name == "jk_gps":
        from bms.jk.jk_gps import JkGps as cls
    elif name == "jk_ble":
        from bms.jk.jk_ble import JkBle as cls
    elif name == "jk_modbus":
        from bms.jk.jk_modbus import JkModbus as cls
    elif name == "ant_new":
        from bms.ant.ant_new import AntNew as cls
    else:
        from bms.ant.ant_old import AntOld as cls
    return cls(PackState(), CHUNK)


class Rig:
    """A queue of commands to a dialect that hears the same frames again and again."""

    def __init__(self, name, frames, password=b""):
        self.dialect = dialect_of(name)
        self.check = Check(self.dialect.pack)
        self.commands = command.Commands(
            catalog.create_writer(self.dialect, password), self.check, 10_000
        )
        self.frames = [bytearray(frame) + bytes(CHUNK - len(frame)) for frame in frames]
        self.sizes = [len(frame) for frame in frames]
        self.out = bytearray(32)
        self.now = (1 << 30) - 3000
        self.at = 0
        self.wish = 0
        self.states = bytearray(8)
        self.hush = False
        self.dialect.request(ticks_add(self.now, -6000), self.out)  # a bus is listened to first
        self.dialect.request(self.now, self.out)

    def step(self):
        """One turn of the loop: a frame, a wish now and then, a look."""
        self.now = ticks_add(self.now, STEP_MS)
        now = self.now
        if not self.hush:
            self.at = (self.at + 1) % len(self.frames)
            self.dialect.feed(self.frames[self.at], self.sizes[self.at], now)
            self.check.step(now)
        commands = self.commands
        if not commands.busy:
            self.wish = (self.wish + 1) % writer.COMMANDS
            commands.ask(self.wish, self.wish & 1 if self.wish < writer.UTP else -100, now)
            commands.ask(self.wish, 12_345, now)
            commands.ask(writer.UTPR, 200, now)
        commands.request(now, self.out)
        self.states[commands.state] = 1

    def run(self):
        """Many turns."""
        for _ in range(STEPS):
            self.step()

    def check_all(self, name, *states):
        """Checks that nothing is allocated, and that the commands came as far as they should."""
        self.dialect.pack.put(p.CHARGE_UTPR_DC, 50)
        harness.check_no_alloc(name, self.run)
        self.hush = True
        self.commands.ask(writer.CHARGE, 0, self.now)
        harness.check_no_alloc(name + ", silent", self.run)
        for state in states:
            harness.check(self.states[state], "%s: never in state %d" % (name, state))


def jk_settings(**fields):
    """Returns sane settings of a JK02 unit."""
    words = {10: 2800, 14: 3000, 18: 3650, 22: 3550, 102: 50, 114: 8, 118: 1, 122: 1}
    return samples.jk300(1, {at: word.to_bytes(4, "little") for at, word in words.items()})


def check_jk():
    """The three ways to a JK unit."""
    gps = samples.frames
    rig = Rig("jk_gps", (gps.whole(), gps.frame(b"\xab", command=2)))
    rig.check_all("jk_gps", command.SENT, command.CONFIRMED, command.REJECTED, command.REFUSED)
    device = bytearray(samples.jk_device(b"JK_B2A20S20P", b"15A", b"15.41"))
    device[150:182] = b"\xff" * 32
    device[299] = sum(device[:299]) & 0xFF
    status = samples.jk02_status(wide=True)
    rig = Rig("jk_ble", (device, status, jk_settings(), samples.JK_ACK))
    rig.check_all("jk_ble", command.SENT, command.CONFIRMED, command.REJECTED)
    frames = (
        samples.acknowledged(bytes(device), 0x1C),
        samples.acknowledged(status, 0x20),
        samples.acknowledged(jk_settings(), 0x1E),
        samples.crc16(b"\x01\x90\x02"),
    )
    rig = Rig("jk_modbus", frames)
    rig.check_all("jk_modbus", command.SENT, command.REJECTED)


def check_ant():
    """Both generations, with passwords."""
    ok = b"\xff\x0a\x00\x00"
    frames = (
        samples.ant_status(),
        samples.ant_frame(0x61, 7, b"\x01\x00"),
        samples.ant_frame(0x61, 4, b"\x01\x00"),
        samples.ant_frame(0x61, 3, b"\x03\x00"),
        samples.ant_frame(0x42, 0x44, b"\xf6\xff", ok),
        samples.ant_frame(0x12, 0x44, b"\xf6\xff", b"\xff\x0b\x00\x00"),
        samples.ant_frame(0x43, 0x15A, b"\x01\x00", b"\xff\x05\x00\x00"),
        samples.ant_frame(0x43, 0x162, b"\x04\x00"),
    )
    rig = Rig("ant_new", frames, b"12345678")
    rig.check_all("ant_new", command.SENT, command.CONFIRMED, command.REJECTED)
    locked = bytearray(samples.ant_status()[1:-4])
    locked[5] = 1
    frames = (b"\x7e" + samples.crc16(bytes(locked)) + b"\xaa\x55",) + frames[1:]
    rig = Rig("ant_new", frames, b"12345678")
    rig.check_all("ant_new, locked", command.SENT)
    echoes = [bytes.fromhex(hexes) for hexes in ("a5a5f50001f6", "a5a5f4373863", "a5a5fa0000fa")]
    rig = Rig("ant_old", [samples.ant_old_status()] + echoes, b"12345678")
    rig.check_all("ant_old", command.SENT)


class Desk:
    """What comes over MQTT and what is told of it."""

    PAYLOADS = (b"off", b"-100", b"save")

    def __init__(self):
        self.rig = Rig("jk_gps", (samples.frames.whole(), samples.frames.whole()))
        for _ in range(20):
            self.rig.step()
        self.part = Writes(self.rig.commands, writer.NAMES, writer.UTP)
        self.part.permitted = True
        self.part.now = self.rig.now
        self.message = Message(Language(io.BytesIO(codes.DATA)))
        self.taken = [0, 0]

    def run(self):
        """Every payload to every command, live and retained."""
        part = self.part
        for source in range(writer.COMMANDS):
            for payload in self.PAYLOADS:
                for retained in (False, True):
                    part.judge(FROM_WRITES + source, retained, payload, len(payload))
                    self.taken[part.refusal == ACCEPTED] += 1
                    part.changed()
                    part.learn()
                    self.message.begin(BMS)
                    part.put(self.message, self.rig.dialect.pack, not retained)


def check_relay():
    """The relay's part of commanding."""
    desk = Desk()
    harness.check_no_alloc("relay", desk.run)
    harness.check(desk.taken[0] and desk.taken[1], "nothing taken, or nothing refused")


check_jk()
check_ant()
check_relay()
