"""A device at a serial port for tests: the real unix MicroPython at the end of a pty.

It speaks the raw REPL by itself. What it lacks of an ESP32 is here: it starts boot.py and main.py
from its file system (a folder), a soft reset starts it anew with boot.py alone, machine.reset()
with both; and its cable can break.
"""

import fcntl
import os
import pty
import select
import subprocess
import termios
import threading
import time
import tty

from tools.mp import runner

MACHINE = """
import os

def reset():
    os.system("kill -9 $PPID")

class WDT:
    def __init__(self, timeout):
        with open("../watchdog", "a") as file:
            file.write("%d\\n" % timeout)

class RTC:
    def memory(self, data=None):
        if data is None:
            try:
                return open("../rtc", "rb").read()
            except OSError:
                return b""
        with open("../rtc", "wb") as file:
            file.write(data)
"""
_START = """
import sys
for _name in sys.argv[1:]:
    try:
        _text = open(_name).read()
    except OSError:
        continue
    exec(_text)
"""


class PtyDevice:
    """Use as `with PtyDevice(folder) as device`; `device.port` is its serial port.

    The files of the device are in `folder`/flash. `starts` counts what ran: "power", "soft",
    "reset". `cut_after`: so many bytes from the host on, the cable is broken. `noise`: (bytes from
    the host, what arrives in their place).
    """

    def __init__(self, folder):
        self.flash = folder / "flash"
        self.flash.mkdir(exist_ok=True)
        self._builtin = folder / "builtin"
        self._builtin.mkdir(exist_ok=True)
        if not (self._builtin / "machine.py").exists():  # another has furnished it better
            (self._builtin / "machine.py").write_text(MACHINE)
        (self._builtin / "start.py").write_text(_START)
        self.starts = []
        self.received = 0
        self.cut_after = None
        self.noise = (b"", b"")
        self._ending = False

    def __enter__(self):
        self._host, slave = _openpty()
        self.port = os.ttyname(slave)
        self._slave = slave  # held open, lest the port goes when a host closes it
        self._start("power", "boot.py", "main.py")
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._ending = True
        self._thread.join()
        self._unplug()

    def watchdog(self):
        """Returns the timeouts that the watchdog was given, in ms."""
        path = self.flash.parent / "watchdog"
        return [int(line) for line in path.read_text().split()] if path.exists() else []

    def kept(self):
        """Returns what is in the RTC's memory."""
        path = self.flash.parent / "rtc"
        return path.read_bytes() if path.exists() else b""

    def wait_for(self, text, seconds=5):
        """True if the program has printed a text since its start; waits for that."""
        return self.waits_for(lambda: text.encode() in self._printed, seconds)

    @staticmethod
    def waits_for(condition, seconds):
        """True if a condition has come true; waits for that."""
        end = time.monotonic() + seconds
        while not condition() and time.monotonic() < end:
            time.sleep(0.01)
        return condition()

    def _start(self, why, *scripts):
        self._chip, slave = _openpty(signals=True)
        self._program = subprocess.Popen(
            [runner.find_tool("micropython"), "-i", str(self._builtin / "start.py"), *scripts],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=self.flash,
            env=os.environ | {"MICROPYPATH": f"{self._builtin}:.frozen:lib"},
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(slave)
        self._printed = b""
        self.starts.append(why)

    def _carry(self):
        while not self._ending:
            ready, _, _ = select.select([self._host, self._chip], [], [], 0.05)
            if self._host in ready:
                self._to_chip(os.read(self._host, 4096))
            if self._chip in ready and not self._to_host():
                self._start_again()
            if self.cut_after is not None and self.received >= self.cut_after:
                self._unplug()
                break

    def _to_chip(self, data):
        self.received += len(data)
        os.write(self._chip, data.replace(*self.noise) if self.noise[0] else data)

    def _to_host(self):
        """Returns False if the program has ended."""
        try:
            data = os.read(self._chip, 4096)
        except OSError:
            return False
        self._printed += data
        os.write(self._host, data)
        return bool(data)

    def _start_again(self):
        self._program.wait()
        os.close(self._chip)
        if self._program.returncode:  # by machine.reset(), or Ctrl-C before it listened to that
            self._start("reset", "boot.py", "main.py")
            return
        os.write(self._host, b"MPY: soft reboot\r\n")
        self._start("soft", "boot.py")
        heard = b""
        while not heard.endswith(b">>> "):  # it drops what comes before its prompt
            heard += os.read(self._chip, 4096)
        os.write(self._chip, b"\x01")

    def _unplug(self):
        if self._program.poll() is None:
            self._program.kill()
            self._program.wait()
        for end in (self._host, self._slave, self._chip):
            try:
                os.close(end)
            except OSError:  # is closed already
                pass


def _openpty(signals=False):
    """Returns (master, slave) that change no byte; signals: Ctrl-C interrupts the program."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    if signals:
        modes = termios.tcgetattr(slave)
        modes[3] |= termios.ISIG
        termios.tcsetattr(slave, termios.TCSANOW, modes)
    return master, slave
