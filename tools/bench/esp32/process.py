"""The firmware's process: a real MicroPython with the stand-ins on its path."""

import os
import signal
import socket
import subprocess
import time
from collections import deque

from tools import ROOT

STANDINS = os.path.join(ROOT, "tools", "bench", "standins")
_CONSOLE_LINES = 400
_LONGEST_LINE = 500


class Console:
    """The last lines of the firmware's output, each with its virtual time in seconds."""

    def __init__(self):
        self.lines = deque(maxlen=_CONSOLE_LINES)
        self.count = 0
        self.listener = None  # called with (t_s, line)
        self._rest = b""

    def feed(self, data, t_s):
        """Takes output as it comes."""
        parts = (self._rest + data).split(b"\n")
        self._rest = parts.pop()[-_LONGEST_LINE:]
        for part in parts:
            self.add(part[:_LONGEST_LINE].decode("utf-8", "replace").rstrip("\r"), t_s)

    def end(self, t_s):
        """The process has ended: an unfinished line is one now."""
        if self._rest:
            self.feed(b"\n", t_s)

    def add(self, line, t_s):
        """Adds one line."""
        self.lines.append((t_s, line))
        self.count += 1
        if self.listener:
            self.listener(t_s, line)


class Process:
    """One life of the firmware, from power-on or reset to its end.

    `channel` and `alarm` are sockets, `output` is a descriptor; all are non-blocking for reading.
    `tells_cpu_time`: the system tells how much of it the process has used.
    """

    def __init__(self, config, uart_fds):
        channel, theirs = socket.socketpair()
        alarm, their_alarm = socket.socketpair()
        fds = [theirs.fileno(), their_alarm.fileno()] + list(uart_fds)
        self.output, their_output = os.pipe()
        os.set_blocking(self.output, False)
        self.channel = channel
        self.alarm = alarm
        alarm.setblocking(False)
        channel.setblocking(False)
        env = dict(os.environ)
        env.update(config.env)
        env["MICROPYPATH"] = ":".join([STANDINS] + list(config.paths) + [".frozen"])
        env["PACKMATE_BENCH"] = ",".join(str(fd) for fd in fds)
        env["PACKMATE_MAIN"] = config.main
        boot = os.path.join(STANDINS, "bench_boot.py")
        heap = f"heapsize={config.heap_bytes}"
        try:
            self._popen = subprocess.Popen(
                [config.micropython, "-X", heap, boot],
                cwd=config.run_dir,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=their_output,
                stderr=their_output,
                pass_fds=[fd for fd in fds if fd >= 0],
                start_new_session=True,
            )
        except OSError:
            self._close()
            raise
        finally:
            os.close(their_output)
            theirs.close()
            their_alarm.close()
        self._cpu_clock = ~self.pid << 3 | 2  # Linux: see clock_getcpuclockid()
        self._spent_us = -1
        self.tells_cpu_time = self.spent_us() >= 0

    @property
    def pid(self):
        """Process number."""
        return self._popen.pid

    def spent_us(self):
        """Returns the CPU time used so far, in µs, -1 if it is unknown. From any thread."""
        if self._popen.returncode is None:
            try:
                self._spent_us = time.clock_gettime_ns(self._cpu_clock) // 1000
            except OSError:
                pass  # it has just ended; or this system has no such clocks
        return self._spent_us

    def freeze(self):
        """Stops the process where it is."""
        self._signal(signal.SIGSTOP)

    def thaw(self):
        """Lets a frozen process run on."""
        self._signal(signal.SIGCONT)

    def interrupt(self):
        """Presses Ctrl-C at its console."""
        self._signal(signal.SIGINT)

    def kill(self):
        """Ends the process at once, however it is."""
        self._signal(signal.SIGKILL)

    def wait(self):
        """Waits for the end and returns the exit status (negative: the signal)."""
        return self._popen.wait()

    def close(self):
        """Kills the process and frees what belongs to it; returns its last output."""
        self.kill()
        self.wait()
        last = b"".join(iter(self.read_output, b""))
        self._close()
        return last

    def read_output(self):
        """Returns what the process has printed since, b"" if nothing."""
        try:
            return os.read(self.output, 65536)
        except BlockingIOError:
            return b""

    def _close(self):
        self.channel.close()
        self.alarm.close()
        if self.output is not None:
            os.close(self.output)
            self.output = None

    def _signal(self, number):
        if self._popen.poll() is None:
            self._popen.send_signal(number)
