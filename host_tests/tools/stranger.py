"""A stranger's first hour, played: python -m host_tests.tools.stranger writes docs/first-hour.md.

What a fresh clone holds is copied to a folder; there `packmate setup` is answered at a terminal,
question by question, and `packmate deploy` brings the result onto a device, which is the real
MicroPython at the end of a pty (pty_rig.py), with a simulated world around it (selftest_rig.py).
"""

import os
import pty
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from host_tests.tools.pty_rig import PtyDevice
from host_tests.tools.selftest_rig import furnish
from tools import ROOT, boards
from tools.mp.samples import SAMPLES

PAGE = ROOT / "docs" / "first-hour.md"
BOARD = "adafruit_feather_s3_tft"
PORT = "/dev/ttyACM0"

# What the stranger types at each prompt, in their order.
ANSWERS = (
    "Van",  # name
    "1",  # BMS
    "2",  # what switches the mat
    "1",  # which switch
    "1",  # when it may heat
    "1",  # thresholds
    "26.2",
    "14.6",
    "1280",
    "van",  # Wi-Fi
    "blue-heron-7",
    "",  # a second one
    "127.0.0.1",  # broker
    "",  # its port
    "",  # user
    "",  # what an inverter is told
    "",  # a page of its own
    "?",
    "low_power true",
    "",
    "y",
)
_SILENCE_S = 120  # the longest that a command has nothing to say; making the image takes most
_PROMPT = re.compile(rb"(\]|none|\?): $")

_HEAD = """# The first hour, as played

Made by `python -m host_tests.tools.stranger`, which does what a stranger does: it takes what a
fresh clone holds, answers `packmate setup` at a terminal, and deploys to a device. That device is
a real MicroPython at the end of a serial line; its chip, its BMS, its Wi-Fi and its broker are
simulated, and **no real board was used**. Left out are the installation (it needs the internet)
and `packmate flash` (the real esptool has written into an emulated chip by it:
`host_tests/tools/test_packmate_flash.py`); shortened are the lists, at `…`.

From the box to the figures it is ten minutes, by reckoning, not by a clock beside a board:

| | minutes | |
|---|---:|---|
| clone, `pipx install` | 1 to 2 | as the internet is |
| MicroPython's `.bin` by browser, `packmate flash` | 1 to 2 | 1.2 MB at 460,800 baud |
| `packmate setup` | 2 to 3 | 17 questions, some answered by Return |
| `packmate deploy` | 2 | 360 kB, or 580 with PSRAM, at 115,200 baud; the self-test |

```
git clone …/packmate && cd packmate
pipx install --include-deps --editable ".[flash]"
```

"""
_PHONE = """
## The same with a phone

`packmate deploy BOARD` without the two files brings Packmate onto the board; the device opens a
Wi-Fi network then, and a phone that joins it is asked the same ([set-up.md](set-up.md)).

| on the screen | on the phone |
|---|---|
| ![](pictures/set_up_lcd.png) | ![](pictures/set_up_page.png) |
"""


def tracked():
    """Returns the names of all files that git would hand out."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    names = listed.stdout.decode().split("\0")
    return [name for name in names if name and (ROOT / name).is_file()]


def fresh_clone(folder):
    """Copies what git would hand out, as it is now, into a folder."""
    for name in tracked():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)


def converse(command, folder, answers=()):
    """Runs a command at a terminal, answering its prompts; returns all that was to be seen."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        os.execv(sys.executable, [sys.executable, *command])
    seen = b""
    waiting = list(answers)
    while True:
        if not select.select([terminal], [], [], _SILENCE_S)[0]:
            os.kill(child, signal.SIGKILL)
            raise RuntimeError(f"{command}: nobody answers\n{seen.decode()}")
        try:
            data = os.read(terminal, 4096)
        except OSError:  # Linux: it has ended
            break
        if not data:
            break
        seen += data
        if waiting and _PROMPT.search(seen):
            os.write(terminal, waiting.pop(0).encode() + b"\n")
    os.close(terminal)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    text = re.sub(r"\x1b\[K", "", seen.decode().replace("\r\n", "\n"))
    if status or waiting:
        raise RuntimeError(f"{command}: status {status}, not asked: {waiting}\n{text}")
    return text


class _Broker:
    """Lets one client in."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        with self._listener, self._listener.accept()[0] as line:
            line.recv(1000)
            line.sendall(b"\x20\x02\0\0")
            line.recv(10)


def world_of_board():
    """Returns what is around the device, for selftest_rig.furnish."""
    board = boards.load(BOARD)
    pins = (board.SPI_SCK, board.SPI_MOSI, board.PANEL_CS, board.PANEL_DC)
    answers = SAMPLES["jk_gps"][:1]
    return {"panel": pins, "readable": True, "answers": answers, "wifi_password": "blue-heron-7"}


def play(folder):
    """Plays it all below a folder; returns [(command as it is typed, what was to be seen)]."""
    clone = folder / "packmate"
    device = folder / "device"
    device.mkdir()
    fresh_clone(clone)
    broker = _Broker()
    module = ["-m", "tools.packmate"]
    answers = [str(broker.port) if i == 13 else text for i, text in enumerate(ANSWERS)]
    files = ["--settings", "settings.json", "--secrets", "secrets.json"]
    done = [
        (
            "packmate setup --board " + BOARD,
            converse([*module, "setup", "--board", BOARD], clone, answers),
        )
    ]
    words = ["check", "settings.json", "secrets.json", "--board", BOARD]
    done.append(("packmate " + " ".join(words), converse([*module, *words], clone)))
    furnish(device, **world_of_board())
    with PtyDevice(device) as made:
        made.wait_for(">>> ")
        text = converse([*module, "deploy", BOARD, made.port, *files], clone)
        text = text.replace(made.port, PORT)
    done.append((f"packmate deploy {BOARD} " + " ".join(files), text))
    return [(command, plain(text, broker.port)) for command, text in done]


def plain(text, port):
    """Returns a text without what differs from run to run, and with its lists shortened."""
    text = text.replace("127.0.0.1", "192.168.8.10").replace(str(port), "1883")
    text = text.replace("[1883]: 1883", "[1883]: ").replace("blue-heron-7", "")
    text = re.sub(r"\r *(\d+%  \S+ *)?", "", text)
    text = re.sub(r"  mqtt_port = .*\n.*\n", "", text)  # ours is another than the default
    text = re.sub(r"\d+ kB", "… kB", text)
    text = re.sub(r"\d+ of \d+ files", "… files", text)
    lines = [line.split("\r")[-1].rstrip() for line in text.splitlines()]
    return "\n".join(_shortened(lines)).strip("\n")


def _shortened(lines):
    """Yields lines; of the list of all settings the first three."""
    listed = 0
    for line in lines:
        listed = listed + 1 if re.match(r"  \w+ \[.*\]: ", line) else 0
        if listed < 4:
            yield line
        elif listed == 4:
            yield "  …"


def page(done):
    """Returns the text of the page."""
    parts = [f"```\n$ {command}\n{text}\n```\n" for command, text in done]
    return _HEAD + "\n".join(parts) + _PHONE


def main():
    """Writes the page."""
    with tempfile.TemporaryDirectory() as folder:
        PAGE.write_text(page(play(Path(folder))), encoding="utf-8")
    print(PAGE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
