"""A device at a serial port, stopped at its prompt: its files, by the real mpremote's transport.

Stopping a running Packmate is done as a person would with Ctrl-C: it switches the heater off, and
gives an hour before its watchdog resets the chip (firmware/app.py, firmware/supervisor.py).
"""

import ast
import base64
import contextlib
import io
import struct
import time

from mpremote.transport import TransportError, TransportExecError
from mpremote.transport_serial import SerialTransport

from tools.packmate import PackmateError

CHUNK = 1536  # bytes in one go: 2 kB of text and the program that takes it fit every board
_ANSWER_S = 5  # the longest that a device at its prompt takes for a few bytes
_PROMPT = b"\r\n>>> "
_STOP = b"\r\x03\x02"  # Ctrl-C stops what runs; Ctrl-B leaves the raw REPL, and makes a prompt
_AGAIN_S = 3
_QUIET_S = 0.2  # a prompt that nothing follows for so long is the last one
_TRIES = 5
_SWITCHING_OFF = b"switching the BMS's heating off"  # firmware/heating/ending.py
_SWITCHING_OFF_S = 60
_UNSURE = b"DOES NOT SAY THAT ITS HEATING IS OFF"

# The hour anew: whatever the program was at when Ctrl-C ended it, its watchdog may be short.
_HOUR = "from machine import WDT\nWDT(timeout=3600000)"

# Whatever resets it from here on, it is no crash. Where there is no Packmate, nobody counts.
_NO_CRASH = """
try:
    from hardware.reset_cause import ask
    ask()
except Exception:
    pass
"""

# Paths are relative to where a device starts, which is the root of its file system.
_TOOLS = """
import os, sys, hashlib
from binascii import a2b_base64, hexlify
_view = memoryview(bytearray(1024))
def _tell(path):
    hash = hashlib.sha256()
    with open(path, "rb") as file:
        while True:
            size = file.readinto(_view)
            if not size:
                break
            hash.update(_view[:size])
    print(str(hexlify(hash.digest()), "ascii"), path)
def _walk(folder):
    for entry in os.ilistdir(folder):
        path = folder + "/" + entry[0] if folder else entry[0]
        if not entry[1] & 0x4000:
            _tell(path)
        elif path == "lib" or folder:
            _walk(path)
def _clear(path):
    os.remove(path)
    while "/" in path:
        path = path[:path.rfind("/")]
        try:
            os.rmdir(path)
        except OSError:
            break
def _folders(path):
    at = path.find("/")
    while at > 0:
        try:
            os.mkdir(path[:at])
        except OSError:
            pass
        at = path.find("/", at + 1)
def _put(text):
    _file.write(a2b_base64(text))
def _names(folder):
    try:
        for entry in os.ilistdir(folder):
            print(entry[0])
    except OSError:
        pass
def _get(size):
    print(str(hexlify(_file.read(size)), "ascii"), end="")
"""


class Device:
    """Use as `with Device(port) as device`; at the end the device is restarted, come what may."""

    def __init__(self, port):
        self._port = open_port(port)
        self._known = False  # the device has our functions

    def __enter__(self):
        try:
            with _in_words():
                try:
                    self._take_over()
                except TransportError:  # its loader's words at a reset, say
                    self._take_over()
                self._port.exec(_HOUR)
                self._port.exec(_NO_CRASH)
                self._port.exec(_TOOLS)
                self._known = True
        except BaseException:
            self._leave()
            raise
        return self

    def __exit__(self, kind, error, trace):
        self._leave()

    def about(self):
        """Returns (MicroPython's version as a tuple, its words for the board and the chip)."""
        with _in_words():
            told = self._port.eval("(sys.implementation.version, sys.implementation._machine)")
        return tuple(told[0][:3]), told[1]

    def run(self, program):
        """Has the device run a program of a moment's length."""
        with _in_words():
            self._port.exec(program)

    def ask(self, expression, seconds=10):
        """Returns what an expression is on the device: a number, a str, a tuple of those, ..."""
        with _in_words():
            told, wrong = self._port.exec_raw(f"print(repr({expression}))", timeout=seconds)
            if wrong:
                raise TransportExecError(told, wrong.decode())
            return ast.literal_eval(told.strip().decode())

    def files(self):
        """Returns {path: SHA-256 as hex} of the files at the root, and of all below lib."""
        with _in_words():
            text = self._port.exec("_walk('')").decode()
        lines = [line.split(" ", 1) for line in text.splitlines()]
        return {path: digest for digest, path in lines}

    def digest(self, path):
        """Returns the SHA-256, as hex, of what the device has in a file."""
        with _in_words(path):
            return self._port.exec(f"_tell({path!r})").decode().partition(" ")[0]

    def write(self, path, data, progress=lambda size: None):
        """Writes a file, with its folders; progress(bytes so far) is called on the way."""
        with _in_words(path):
            self._port.exec(f"_folders({path!r})\n_file = open({path!r}, 'wb')")
            for at in range(0, len(data), CHUNK):
                part = base64.b64encode(data[at : at + CHUNK]).decode()
                self._port.exec(f"_put('{part}')")
                progress(min(at + CHUNK, len(data)))
            self._port.exec("_file.close()")

    def read(self, path):
        """Returns the bytes of a file."""
        parts = []
        with _in_words(path):
            self._port.exec(f"_file = open({path!r}, 'rb')")
            while True:
                part = bytes.fromhex(self._port.exec(f"_get({CHUNK})").decode())
                if not part:
                    break
                parts.append(part)
            self._port.exec("_file.close()")
        return b"".join(parts)

    def names(self, folder):
        """Returns the names of what is in a folder; none if it is not there."""
        with _in_words(folder):
            return self._port.exec(f"_names({folder!r})").decode().split()

    def remove(self, path):
        """Removes a file, and the folders that it leaves empty."""
        with _in_words(path):
            self._port.exec(f"_clear({path!r})")

    def _take_over(self):
        stop(self._port)
        with contextlib.redirect_stdout(io.StringIO()):  # mpremote prints what it hears
            self._port.enter_raw_repl()

    def _leave(self):
        """Restarts the device, if it still listens, and lets go of the port."""
        try:
            if self._known:
                self._port.exec_raw_no_follow("import machine\nmachine.reset()")
        except (TransportError, OSError):
            pass  # whatever has broken the connection has been told
        close(self._port)


def open_port(port):
    """Returns an open SerialTransport; PackmateError in words if that does not go."""
    try:
        return SerialTransport(port, timeout=_ANSWER_S)
    except (TransportError, OSError):
        raise PackmateError(
            f"{port} cannot be opened: is the board plugged in, does another program hold the "
            "port, and (on Linux) are you in the group dialout?"
        ) from None


def close(transport):
    """Lets go of the port, which may be gone already."""
    with contextlib.suppress(OSError):
        transport.close()


def stop(transport):
    """Stops what runs on the device; returns when it is at its prompt.

    Where the BMS's own output heats, Packmate has the BMS switch it off first, which takes time
    that a second Ctrl-C would cut short.
    """
    heard = b""
    for _ in range(_TRIES):
        transport.serial.write(_STOP)
        heard += _listen(transport.serial, _AGAIN_S)
        if _SWITCHING_OFF in heard and not heard.endswith(_PROMPT):
            print("the device has the BMS switch its heating off; that takes up to a minute")
            heard += _listen(transport.serial, _SWITCHING_OFF_S)
        if heard.endswith(_PROMPT):
            break
    else:
        raise PackmateError(
            "the device does not come to MicroPython's prompt: is MicroPython on it "
            "(`packmate flash`), and is this its port? Press its reset button and try again"
        )
    if _UNSURE in heard:
        print("THE BMS DOES NOT SAY THAT ITS HEATING IS OFF: look in its app")


def _listen(line, seconds):
    """Returns what comes until a prompt has been quiet for a moment, or the time is over."""
    heard = b""
    end = time.monotonic() + seconds
    quiet_from = time.monotonic()
    while time.monotonic() < end:
        waiting = line.in_waiting
        if waiting:
            heard += line.read(waiting)
            quiet_from = time.monotonic()
        elif heard.endswith(_PROMPT) and time.monotonic() > quiet_from + _QUIET_S:
            break
        else:
            time.sleep(0.01)
    return heard


@contextlib.contextmanager
def _in_words(path=""):
    """Turns what mpremote and pyserial raise into a PackmateError."""
    about = f"{path}: " if path else ""
    try:
        yield
    except TransportExecError as error:
        said = str(error.error_output).strip().splitlines()
        reason = said[-1] if said else "unknown"
        if "28" in reason.split() or "ENOSPC" in reason:
            reason = "its flash is full"
        raise PackmateError(f"{about}the device says: {reason}") from None
    except (TransportError, OSError, ValueError, struct.error) as error:
        raise PackmateError(
            f"{about}the connection to the device broke ({error or type(error).__name__}). "
            "Run the same command again: it goes on with what is missing"
        ) from None
