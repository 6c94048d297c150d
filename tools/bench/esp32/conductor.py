"""Conducts virtual time between the firmware's process and the emulated hardware.

One `turn()` after another, in one thread: while the firmware idles, time hops to what is due next
and on; while it computes, time passes as its CPU time does, and while it is frozen or dead as real
time does. See clock.py for the rule and standins/bench_ops.py for what is said on the channel.
"""

import select
import socket
import time

from tools.bench.esp32 import chip as hardware
from tools.bench.esp32.agenda import Agenda
from tools.bench.esp32.firmware_link import NEVER_US, FirmwareLink
from tools.bench.esp32.process import Process
from tools.bench.standins import bench_ops as ops

BOOTING = "booting"
RUNNING = "running"
FROZEN = "frozen"
DEAD = "dead"

# Measured (stock 1.27.0, an emulated ESP32): from a reset to our first line; a panic's output.
_BOOT_US = 700_000
_PANIC_US = 160_000
_MOST_WAIT_US = 100_000
_SHORT_WAIT_US = 30  # real time below which a wait costs more than it gains
_COMPUTING_WAIT_US = 1_000  # likewise while the firmware computes, maybe on this very core
_LOOK_US = 20_000  # real time between two looks at output and commands while time hops
_READ = 16_384  # bytes at a time: the system makes and frees memory anew for more, each time
_NO_WATCHDOG_US = 3_000_000  # a dead processor without a watchdog: somebody pulls the plug


def real_us():
    """Real time in µs of the clock that the firmware's process sees as well."""
    return time.monotonic_ns() // 1000


class Conductor:
    """See the module. `lines` are the SerialLines, `buffered` a mask of pins (the panel's)."""

    def __init__(self, config, clock, chip, lines, console, buffered=0):
        self.clock = clock
        self.chip = chip
        self.console = console
        self.state = DEAD
        self.resets = 0
        self.wakes = 0
        self.process = None
        self.wires = {}  # pin -> what is on that 1-Wire bus (tools.bench.esp32.one_wire)
        self._config = config
        self._lines = lines
        self._by_uart = {line.uart: line for line in lines}
        self._buffered = buffered
        self._agenda = Agenda()
        self._wake_in, self._wake_out = socket.socketpair()
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)
        self._link = FirmwareLink(chip, lines, 1000 * config.ticks_start_ms)
        self._idle = None  # the Idling that the firmware is in, None while it computes
        self._looked_us = 0
        self._dead_since_us = None
        self._frozen_us = (0, 0)  # from when to when it was frozen last
        chip.on_uart_tx = self._uart_tx

    # -- for the bench ----------------------------------------------------------------------------

    @property
    def boot_us(self):
        """Virtual time of the last start, µs."""
        return self._link.boot_us

    def now_us(self):
        """Virtual time in µs."""
        return self.clock.now(real_us())

    def catch_up(self):
        """Moves idle time on to where the pace allows now; for whoever looks between events."""
        if self._idle is not None and self.state == RUNNING:
            due_us = min(self._idle.until_us, self._next_due_us(self._idle.uarts))
            self.clock.advance(real_us(), due_us)

    def at(self, t_us, callback):
        """Calls `callback()` at virtual time `t_us`."""
        self._agenda.at(t_us, callback)

    def every(self, period_us, callback):
        """Calls `callback()` every `period_us`."""
        self._agenda.every(self.now_us() + period_us, period_us, callback)

    def interrupt(self):
        """Ends a wait. From any thread."""
        try:
            self._wake_out.send(b"x")
        except OSError:
            pass  # plenty of wake-ups are pending already; or it is closed

    def power_on(self):
        """Starts the firmware for the first time."""
        self._boot(hardware.PWRON_RESET)

    def reset(self, cause=hardware.HARD_RESET, keeps_pins=False, panic_us=0):
        """Resets the chip now, as its button does; it boots after the time that takes.

        `keeps_pins`: see Chip.reset; `panic_us`: what is printed first.
        """
        t_us = self.now_us() + panic_us
        self._end_process()
        self.chip.reset(cause, t_us, keeps_pins)
        self.resets += 1
        self.state = BOOTING
        self._dead_since_us = None
        self.at(t_us + _BOOT_US, lambda: self._boot(cause))

    def kill(self):
        """Kills the firmware's process. The pins stay until the watchdog bites."""
        if self.process:
            self._process_gone("killed")

    def freeze(self):
        """Stops the firmware's process where it is."""
        if self.process and self.state == RUNNING:
            self.process.freeze()
            self.state = FROZEN
            self.clock.run(real_us())
            self._frozen_us = (self.now_us(), NEVER_US)

    def thaw(self):
        """Lets a frozen process run on."""
        if self.state == FROZEN:
            self._frozen_us = (self._frozen_us[0], self.now_us())
            self.process.thaw()
            self.state = RUNNING
            if self._idle is None:
                self._run(real_us())
            else:
                self.clock.idle(real_us())

    def close(self):
        """Ends the process and frees everything."""
        self._end_process()
        for line in self._lines:
            line.close()
        self._wake_in.close()
        self._wake_out.close()

    # -- turns ------------------------------------------------------------------------------------

    def turn(self):
        """Does what is due, or waits for it a little."""
        real = real_us()
        if self._idle is not None and self.state == RUNNING:
            self._turn_idle(real)
        else:
            self._turn_running(real)

    def _turn_idle(self, real):
        idle = self._idle
        due_us = self._next_due_us(idle.uarts)
        if idle.until_us < due_us:
            due_us = idle.until_us
        t_us = self.clock.advance(real, due_us)
        if t_us < due_us:
            wait_us = self.clock.wait_us(real, due_us)
            if wait_us > _SHORT_WAIT_US:
                self._wait(min(wait_us, _MOST_WAIT_US))
            return
        if real - self._looked_us > _LOOK_US or idle.sockets:
            self._looked_us = real
            self._wait(0)
            if self._idle is not idle or self.state != RUNNING:
                return
        self._run_due(t_us)
        if self._idle is not idle:
            return
        news = self._link.has_news(idle)
        if t_us >= idle.until_us or news or self._pump(idle.uarts, t_us):
            self._reply(free_us=self._free_us(real, idle, t_us) if news else 0)

    def _free_us(self, real, idle, t_us):
        """Returns for how long from `t_us` on nothing happens but the rest of the idling.

        So a timer whose handler changes nothing, which is the rule, costs one exchange, not two.
        """
        until_us = idle.until_us
        alone = self._next_due_us(idle.uarts) >= until_us and self.clock.may(real, until_us)
        return max(0, until_us - t_us) if alone else 0

    def _turn_running(self, real):
        t_us = self.clock.now(real)
        due_us = self._next_due_us(0xFF)
        if t_us < due_us:
            self._wait(min(max(due_us - t_us, _COMPUTING_WAIT_US), _MOST_WAIT_US))
            return
        # What the firmware has said by now comes first, a feed of the watchdog for instance: a
        # busy machine may have held this process up.
        before = self._idle, self.state
        self._wait(0)
        if (self._idle, self.state) != before:
            return
        self._run_due(t_us)
        self._pump(0xFF, t_us)
        if self.state == RUNNING and self.process and self._link.has_changed():
            self._send_alarm()

    def _next_due_us(self, uarts):
        due_us = self._agenda.next_us(NEVER_US)
        chip_us = self.chip.next_due_us()
        if chip_us is not None and chip_us < due_us:
            due_us = chip_us
        for line in self._lines:
            if uarts >> line.uart & 1:
                line_us = line.next_due_us()
                if line_us is not None and line_us < due_us:
                    due_us = line_us
        return due_us

    def _run_due(self, t_us):
        self._agenda.run(t_us)
        if self.chip.run(t_us):
            self._bite(t_us)
        if self._dead_since_us is not None and t_us - self._dead_since_us >= _NO_WATCHDOG_US:
            self.reset(hardware.HARD_RESET)

    def _bite(self, t_us):
        if self.chip.bite_releases:
            self.console.add("-- watchdog bites --", t_us / 1e6)
            self.reset(hardware.WDT_RESET)
        else:
            self.console.add("-- watchdog bites: a panic, the pins stay --", t_us / 1e6)
            self.reset(hardware.WDT_RESET, True, _PANIC_US)

    def _pump(self, uarts, t_us):
        """Lets the UARTs (a bit each) have the bytes of which enough have come together."""
        given = 0
        for line in self._lines:
            due_us = line.next_due_us() if uarts >> line.uart & 1 else None
            if due_us is not None and due_us <= t_us:
                given += line.pump(t_us)
        return given > 0

    # -- waiting ----------------------------------------------------------------------------------

    def _wait(self, wait_us):
        """Waits up to `wait_us` real µs for the firmware, its output or the bench."""
        fds = [self._wake_in]
        process = self.process
        if process:
            fds += (process.channel, process.output)
        ready = select.select(fds, (), (), wait_us / 1e6)[0]
        for fd in ready:
            if fd is self._wake_in:
                fd.recv(4096)
            elif process is not self.process:
                return  # it ended while we looked
            elif fd is process.channel:
                self._read_channel()
            else:
                self._read_output()

    def _read_output(self):
        self.console.feed(self.process.read_output(), self.now_us() / 1e6)

    def _read_channel(self):
        try:
            data = self.process.channel.recv(_READ)
        except BlockingIOError:
            return
        except ConnectionResetError:
            data = b""
        if not data:
            self._process_gone("ended")
            return
        real = real_us()
        for op, arg, n, t_us, body in self._link.records(data):
            self._record(op, arg, n, self._made_us(t_us, real), body, real)
            if op == ops.RESET:
                return

    def _made_us(self, t_us, real):
        """Returns when a record was made that the firmware has stamped with `t_us`."""
        frozen_us, thawed_us = self._frozen_us
        if frozen_us < t_us < thawed_us:
            t_us = thawed_us  # nobody has told it yet how long it was frozen
        return self.clock.believe(t_us, real)

    def _record(self, op, arg, n, t_us, body, real):
        if op == ops.IDLE:
            self._start_idling(self._link.idling(body), real)
        elif op == ops.WAKE:
            if self._idle is not None:
                self._reply()
        elif op == ops.HELLO:
            self._reply(self.chip.reset_cause | self._buffered << 8)
        elif op == ops.WIRE:
            self._reply(self._on_wire(self.wires.get(arg), n, t_us))
        elif op == ops.RESET:
            self._reset_by_program(arg, t_us)
        else:
            self.chip.handle(op, arg, n, t_us, body)

    def _reset_by_program(self, power_goes, t_us):
        if power_goes:
            self.console.add("-- the power goes --", t_us / 1e6)
            self.reset(hardware.PWRON_RESET)
        else:
            self.console.add("-- machine.reset() --", t_us / 1e6)
            self.reset(hardware.HARD_RESET, True)

    def _on_wire(self, device, n, t_us):
        """Returns what the master of a 1-Wire bus sees; a bus with nothing on it is high."""
        if n >= ops.WIRE_WRITE:
            if device is not None:
                device.write(n & 0xFF, t_us)
            return 0
        if n == ops.WIRE_READ:
            return 0xFF if device is None else device.read(t_us)
        return device is not None and device.reset(t_us)

    def _start_idling(self, idle, real):
        self._idle = idle
        if self.state == RUNNING:
            self.clock.idle(real)
        if self._link.has_news(idle) or self._link.has_untold_bytes(idle.uarts):
            self._reply()  # something has happened that it cannot know yet

    # -- speaking to the firmware -----------------------------------------------------------------

    def _reply(self, flags=0, free_us=0):
        """Ends the firmware's idling (or answers its greeting); for `free_us` it may then go on
        idling by itself, and the bench has that time at once."""
        real = real_us()
        t_us = self.clock.now(real)
        if free_us:
            self.clock.advance(real, t_us + free_us)
        for line in self._lines:
            line.pump(t_us + free_us)
        self._idle = None
        self.wakes += 1
        self._run(real)
        self.clock.sample(real)
        spent_us = self.clock.spent_us if self.process.tells_cpu_time else -1
        try:
            self.process.channel.send(self._link.cells(t_us, real, spent_us, flags, free_us))
        except OSError:
            self._process_gone("ended")

    def _send_alarm(self):
        real = real_us()
        cells = self._link.cells(self.clock.now(real), real, self.process.spent_us())
        try:
            self.process.alarm.send(cells)
        except OSError:
            pass  # full: nobody reads; or the process has just ended

    def _run(self, real):
        """From here on the firmware computes."""
        process = self.process
        self.clock.run(real, process.spent_us if process.tells_cpu_time else None)

    def _uart_tx(self, uart, n, t_us):
        line = self._by_uart.get(uart)
        if line:
            line.chip_wrote(n, t_us)

    # -- the process's life -----------------------------------------------------------------------

    def _boot(self, cause):
        self._end_process()
        self._link.restart(self.now_us())
        self.chip.reset_cause = cause
        slaves = {line.uart: line.open() for line in self._lines}
        if self._config.wall_s is not None:
            wall_s = self._config.wall_s + int(self.now_us() / 1e6)
            self._config.env["PACKMATE_WALL"] = str(wall_s)
        self.process = Process(self._config, [slaves.get(i, -1) for i in (1, 2)])
        self.state = RUNNING
        self._idle = None
        self._run(real_us())

    def _process_gone(self, how):
        """The process is no more: pins and watchdog carry on as they were."""
        self._end_process()
        t_us = self.now_us()
        self.console.add(f"-- the firmware has {how} --", t_us / 1e6)
        self.state = DEAD
        if self.chip.watchdog_due_us is None:
            self._dead_since_us = t_us
            self.at(t_us + _NO_WATCHDOG_US, lambda: None)

    def _end_process(self):
        self.clock.run(real_us())
        if self.process:
            t_s = self.now_us() / 1e6
            self.console.feed(self.process.close(), t_s)
            self.console.end(t_s)
            self.process = None
        self._idle = None
