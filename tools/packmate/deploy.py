"""Brings an image onto a device: sends what differs, removes what is old, and looks again.

While files are missing, main.py is: a device that is switched off in the middle of it stays at its
prompt, with the heater off by boot.py. So an interrupted transfer goes on where it was.
"""

import hashlib
import shutil
import subprocess
import sys

from tools import ROOT
from tools.packmate import PackmateError, check, flash
from tools.packmate.prompt import Device
from tools.small.stock_names import ADDED

# Where `packmate logs` finds the names of the image that was sent last.
LEGEND = ROOT / "build" / "deployed.legend.json"


_SETTINGS = "settings.json"
_SECRETS = "secrets.json"
_KEY = "update.key"
# What has the next start begin with the set-up from a phone (firmware/boot.py).
_SET_UP = "from machine import RTC\nRTC().memory(b'set-up')"
_MAIN = "main.py"
# Which set of files runs (firmware/slots.py); what a power cut may leave beside it; and what was
# there in older images.
_SLOT = "slot"
_OLD = ("slot~", "slot.new", "slots.py")
_BOOT = "boot.py"


def make_image(board_name):
    """Makes the image of a board as it is in this checkout; returns its folder."""
    check.load_board(board_name)
    print("making the image: some ten seconds")
    command = [sys.executable, "-X", "utf8", "-m", "tools.image", board_name]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    if done.returncode:
        raise PackmateError(done.stderr.strip())
    return ROOT / "build" / board_name


def keep_legend(folder):
    """Keeps the legend that lies beside an image, if it needs one, for `packmate logs`."""
    legend = folder.with_name(folder.name + ".legend.json")
    LEGEND.unlink(missing_ok=True)
    if legend.exists():
        LEGEND.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(legend, LEGEND)


def contents(folder):
    """Returns {path on the device: bytes} of an image."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def digest(data):
    """Returns the SHA-256 of bytes, as hex."""
    return hashlib.sha256(data).hexdigest()


def is_old(path):
    """True if a file that no image has is one of ours: all of lib but the libraries beside us."""
    if path in _OLD:
        return True
    first, _, rest = path.partition("/")
    name = rest.partition("/")[0]
    return first == "lib" and bool(rest) and name.partition(".")[0] not in ADDED


def ordered(paths):
    """Returns paths in the order in which they are sent: boot.py first, main.py last."""
    return sorted(paths, key=lambda path: (path != _BOOT, path == _MAIN, path))


def refusal(version, machine, board_name):
    """Returns why the image of a board cannot run on a device, or None; see Device.about."""
    if version < flash.OLDEST:
        shown = ".".join(str(part) for part in version)
        oldest = ".".join(map(str, flash.OLDEST))
        return f"the device has MicroPython {shown}: {oldest} is the oldest"
    _, chip, _ = flash.firmware_of(board_name)
    found = machine.rpartition(" with ")[2].lower()
    if found.startswith("esp32") and found != chip:
        return f"the device has {found}, and {board_name} is for {chip}: is it this board?"
    return None


class Progress:
    """Tells how far a transfer is: one line that changes on a terminal, else a line a file."""

    def __init__(self, total):
        self._total = max(total, 1)
        self._done = 0
        self._width = 0  # of what stands in the line
        self._out = sys.stdout

    def show(self, path, size):
        """`size` bytes of the file are sent."""
        if self._out.isatty():
            percent = 100 * (self._done + size) // self._total
            self._write(f"{percent:3}%  {path}")

    def _write(self, text):
        """Puts a text over the one before, by spaces: not every console of Windows has codes."""
        self._out.write("\r" + text.ljust(self._width))
        self._width = len(text)
        self._out.flush()

    def sent(self, path, size):
        """The file is sent as a whole."""
        self._done += size
        if not self._out.isatty():
            print(f"{100 * self._done // self._total:3}%  {path}", file=self._out)
        elif self._done >= self._total:
            self._write("")
            self._out.write("\r")


def send(device, path, data, progress=lambda size: None):
    """Writes a file and looks at what has arrived; PackmateError if it is something else."""
    device.write(path, data, progress)
    if device.digest(path) != digest(data):
        raise PackmateError(
            f"{path}: has not arrived as it was sent. Run the same command again; if that does "
            "not help, the cable or the board's flash is bad"
        )


def slot_of_usb(line):
    """Returns the line of the file `slot` by which the set of files from USB runs, for the line
    that was there. The number of the highest bundle stays: an older one would be a replay."""
    parts = line.split(b" ")
    number = parts[2] if len(parts) == 4 and parts[2].isdigit() else b"0"
    return b"lib -1 %s \n" % number


def bring(device, files, there):
    """Makes the device hold `files`, {path: bytes}; returns (paths sent, paths removed).

    there: {path: SHA-256} of what it holds. What came over Wi-Fi runs no longer.
    """
    if _SLOT in there:
        files = files | {_SLOT: slot_of_usb(device.read(_SLOT))}
    differing = {path for path, data in files.items() if there.get(path) != digest(data)}
    old = sorted(path for path in there if path not in files and is_old(path))
    if not differing and not old:
        return [], []
    if _MAIN in there:
        device.remove(_MAIN)
    for path in old:
        device.remove(path)
        print(f"removed  {path}")
    order = ordered(differing | {_MAIN})
    progress = Progress(sum(len(files[path]) for path in order))
    for path in order:
        send(device, path, files[path], lambda size, path=path: progress.show(path, size))
        progress.sent(path, len(files[path]))
    return order, old


def look_at_settings(device, there, board_name):
    """Says what the device will say of the settings that it has; without any, it will ask."""
    if _SETTINGS not in there:
        device.run(_SET_UP)
        print(
            "no settings.json on the device: it opens a Wi-Fi network now, in which a phone sets"
        )
        print("it up (docs/set-up.md). Or make one with `packmate setup`, and send it with")
        print(f"  packmate deploy {board_name} --settings settings.json --secrets secrets.json")
        return
    try:
        settings = check.load(device.read(_SETTINGS), "settings.json of the device")
    except PackmateError as error:
        print(error)
        return
    for line in check.complaints(board_name, settings):
        print(f"settings.json of the device: {line}")


def own_files(board_name, settings, secrets, key=None):
    """Returns {path on the device: bytes} of the owner's own files, checked."""
    if secrets and not settings:
        found = check.complaints(board_name, {}, check.load_file(secrets))
    elif settings:
        raw = check.load_file(settings)
        found = check.complaints(board_name, raw, check.load_file(secrets) if secrets else None)
    else:
        found = []
    if found:
        raise PackmateError("\n".join([*found, "nothing was sent"]))
    given = {_SETTINGS: settings, _SECRETS: secrets, _KEY: key}
    return {name: path.read_bytes() for name, path in given.items() if path}


def deploy(board_name, find_port, own=(), folder=None, after=None):
    """Puts Packmate onto a device. find_port() names the port, asked for once all else is right.

    own: the owner's settings, secrets and update.key, each a file or None. folder: an image made
    before.
    after(device, board_name, {path: …} of its files): what is done once all has arrived.
    """
    own = own_files(board_name, *own) if own else {}
    folder = folder or make_image(board_name)
    files = contents(folder)
    if _MAIN not in files:
        raise PackmateError(f"{folder}: is no image: it has no main.py")
    with Device(find_port()) as device:
        wrong = refusal(*device.about(), board_name)
        if wrong:
            raise PackmateError(wrong)
        there = device.files()
        for path, data in own.items():
            if there.get(path) != digest(data):
                send(device, path, data)
                print(f"sent  {path}")
        sent, removed = bring(device, files, there)
        keep_legend(folder)
        count = len(files.keys() & sent)
        print(f"{count} of {len(files)} files sent, {len(removed)} old ones removed, verified")
        if _SETTINGS not in own:
            look_at_settings(device, there, board_name)
        if after is not None:
            after(device, board_name, there | own)
    print("restarted; `packmate logs` shows what the device says")
