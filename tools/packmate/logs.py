"""Shows what a device says, with the functions named that a traceback means."""

import codecs
import json
import sys

import serial

from tools import explain_traceback
from tools.packmate import PackmateError
from tools.packmate.deploy import LEGEND
from tools.packmate.prompt import close, open_port

_BEGINS = "Traceback (most recent call last)"


class Explainer:
    """Takes lines; gives them back, those of a traceback together once it is complete."""

    def __init__(self, legend):
        self._legend = legend
        self._held = []

    def take(self, line):
        """Returns the text that can be shown now, without its last line end, or None."""
        if _BEGINS in line:
            held = self.rest()
            self._held = [line]
            return held
        if not self._held:
            return line
        self._held.append(line)
        if line.startswith(" "):
            return None
        return self.rest()  # the line that names the exception

    def rest(self):
        """Returns the text of what is held back, explained; None if nothing is."""
        text = "\n".join(self._held)
        self._held = []
        return explain_traceback.explain(text, self._legend) if text else None


def load_legend(path=None):
    """Returns the legend in a file, or that of the image sent last; {} if it needed none."""
    chosen = path or LEGEND
    try:
        return json.loads(chosen.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if path is None:
            return {}
        raise PackmateError(f"{path}: there is no such file") from None
    except ValueError:
        raise PackmateError(f"{chosen}: is no legend: `make image` writes them") from None


def explain_file(path, legend):
    """Prints a traceback that somebody has kept, explained. path None: from standard input."""
    try:
        text = text_of(path.read_bytes()) if path else sys.stdin.read()
    except OSError as error:
        raise PackmateError(f"{path}: cannot be read: {error.strerror}") from None
    print(explain_traceback.explain(text, legend))


def text_of(data):
    """Returns the text in the bytes of a file; `>` of PowerShell writes UTF-16."""
    utf16 = data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    return data.decode("utf-16" if utf16 else "utf-8-sig", errors="replace")


def follow(port, legend):
    """Shows the console until Ctrl-C, which does not reach the device: Packmate goes on."""
    transport = open_port(port)
    print(f"what {port} says; Ctrl-C ends this and leaves the device as it is", flush=True)
    explainer = Explainer(legend)
    try:
        for line in _lines(transport.serial):
            shown = explainer.take(line)
            if shown is not None:
                print(shown, flush=True)
    except KeyboardInterrupt:
        pass
    except (OSError, serial.SerialException):
        print("the connection is gone: unplugged?")
    finally:
        shown = explainer.rest()
        if shown is not None:
            print(shown)
        close(transport)


def _lines(line):
    """Yields what comes, line by line, for ever; a long silence ends an unfinished one."""
    held = b""
    line.timeout = 1
    while True:
        new = line.read(max(1, line.in_waiting))
        held += new
        *whole, held = held.split(b"\n")
        if not new and held:
            whole, held = [held], b""
        for text in whole:
            yield text.decode(errors="replace").rstrip("\r")
