"""Are all records delivered, whatever is killed? `make benchmark ARGS=outages`.

    python -m tools.cost.outages --lives 1000 --seed 5

A real mosquitto, a line to it that breaks, and the relay with its ring on real MicroPython, on
LittleFS in a flash that outlives it (host_tests/mp/history_program.py). That one lives again and
again, and ends each time at random: it is killed at some moment, or its flash loses the power at
some byte. Meanwhile the line is cut, or silent, or the broker is killed and starts anew. Somebody
who listens all the time writes down what comes; at last all is well, and then the broker must have
got each record that the flash had, with the figures that it was made of, whatever came twice.
"""

import argparse
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import threading
import time

import paho.mqtt.client as mqtt

from tools import ROOT, rendered
from tools.bench.net.broker import Broker, find_mosquitto
from tools.bench.net.proxy import Proxy
from tools.cost.delivery import BEGIN_S, LIFE_S, Book, Figures, table
from tools.mp import runner

_PROGRAM = ROOT / "host_tests" / "mp" / "history_program.py"
_FLASH_BYTES = 128 * 4096
_LEAST_S, _MOST_S = 0.1, 1.0  # of real time, that a life takes
_MOST_STEPS = (6000, 2000)  # of the flash, until the power goes: the mat is off, or on
_SILENT_S = 4.0  # longer than a relay of LAPSE waits for an answer
LIVES = 100
_LIMIT_S = 60
_ROUND = 10  # lives
_WELL_S = 300
TROUBLES = ("none", "none", "no broker at first", "the line is cut", "the line is silent")
TROUBLES += ("the broker is killed",)


class Listener:
    """Somebody at the broker; `heard` goes on over its restarts."""

    def __init__(self):
        self.heard = []

    def connect(self, port):
        """Listens there; returns when it does."""
        ready = threading.Event()
        self._gone = threading.Event()
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        self._client.on_connect = lambda client, *_: client.subscribe("packmate/+/history")
        self._client.on_subscribe = lambda *_: ready.set()
        self._client.on_disconnect = lambda *_: self._gone.set()
        self._client.on_message = lambda _c, _d, m: self.heard.append(json.loads(m.payload))
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        if not ready.wait(_LIMIT_S):
            raise RuntimeError("the broker lets nobody listen")

    def leave(self, gone):
        """Ends listening. gone: the broker ends it; whatever it has sent is heard before."""
        if gone:
            self._gone.wait(_LIMIT_S)
        self._client.disconnect()
        self._client.loop_stop()


class Network:
    """The broker, the line to it, and who listens."""

    def __init__(self):
        self.broker = Broker("mosquitto").start()
        self.proxy = Proxy(self.broker.port).start()
        self.listener = Listener()
        self.listener.connect(self.broker.port)

    def kill_broker(self):
        """It forgets all, and is there again; nobody is let in before somebody listens."""
        self.broker.kill()
        self.listener.leave(True)
        self.broker.start()
        self.listener.connect(self.broker.port)
        self.proxy.target_port = self.broker.port

    def close(self):
        """Ends all of it."""
        self.listener.leave(False)
        self.proxy.stop()
        self.broker.stop()


class Life:
    """One run of the program. `said`: its lines, as [word, *numbers]; `cut`: is set when the power
    has gone."""

    def __init__(self, places, told):
        self.told = told
        self.said = []
        self.noise = []
        self.cut = threading.Event()
        self._up = threading.Event()
        self._child = subprocess.Popen(
            [runner.find_tool("micropython"), "-X", "heapsize=1m", str(_PROGRAM)],
            env=os.environ | {"MICROPYPATH": places, "LIFE": json.dumps(told)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self._child.stdout:
            if not line.endswith("\n"):
                break  # it was killed while it said so
            word, *rest = line.split() or [""]
            if word == "cut":
                self.cut.set()
            elif word in ("up", "made", "safe"):
                self.said.append([word, *map(int, rest)])
                self._up.set()
            else:
                self.noise.append(line)
        self._up.set()

    def wait_up(self):
        """Waits until it lives."""
        if not self._up.wait(_LIMIT_S) or not self.said:
            raise RuntimeError(f"the program does not start: {''.join(self.noise)}")

    def kill(self):
        """Ends it, and reads all that it has said; the flash is as it was at that moment."""
        self._child.kill()
        self._child.wait()
        self._reader.join(_LIMIT_S)


class Trial:
    """Lives, one after the other, on one flash; chance has a seed. `figures`: what came of it."""

    def __init__(self, folder, seed):
        self._folder = pathlib.Path(folder)
        rendered.write("languages.codes", None, self._folder)
        places = (ROOT / "lib", ROOT / "firmware", self._folder, _PROGRAM.parent, ".frozen")
        self._places = ":".join(map(str, places))
        self._chance = random.Random(seed)
        self.figures = Figures()
        self._book = Book(self.figures)
        self._network = Network()
        self._flash = self._folder / "flash"
        self._flash.write_bytes(b"\xff" * _FLASH_BYTES)
        self._lives = 0
        self._mat = False
        self._due = 0  # all records before it must be told by now

    def run(self, lives):
        """Lives so many lives, and after each few one in which all is well; returns the Figures.

        An outage for good would fill the ring, which loses the oldest then, and says so.
        """
        try:
            for n in range(1, lives + 1):
                self._live()
                if n % _ROUND == 0:
                    self._live_well()
            self._live_well()
        finally:
            self._network.close()
        self._book.judge(self._network.listener.heard, self._due)
        return self.figures

    def _begin(self, **given):
        told = {
            "flash": str(self._flash),
            "mqtt_port": self._network.proxy.port,
            "new": self._lives == 0,
            "boot": self._lives,
            "begin_s": BEGIN_S + LIFE_S * self._lives,
            "timeless": 0,
            "mat": False,
            "budget": None,
            "rests": False,
        }
        self._lives += 1
        life = Life(self._places, told | given)
        life.wait_up()
        return life

    def _live(self):
        chance = self._chance
        mat = chance.random() < 0.3
        budget = chance.randrange(_MOST_STEPS[mat]) if chance.random() < 0.5 else None
        timeless = chance.choice((0, 0, 5, 1000))
        trouble = chance.choice(TROUBLES)
        seconds = chance.uniform(_LEAST_S, _MOST_S)
        self._set_line("down" if trouble == "no broker at first" else "normal")
        life = self._begin(mat=mat, budget=budget, timeless=timeless)
        self._suffer(trouble, seconds / 2)
        if budget is not None:
            life.cut.wait(_LIMIT_S)
            self.figures.cuts += 1
        else:
            time.sleep(seconds / 2)
            self.figures.kills += 1
        self._finish(life, mat)

    def _set_line(self, mode):
        self._network.proxy.set_mode(mode)
        self.figures.line_troubles += mode != "normal"

    def _suffer(self, trouble, seconds):
        time.sleep(seconds)
        if trouble == "the broker is killed":
            self._network.kill_broker()
            self.figures.broker_kills += 1
        elif trouble == "the line is cut":
            self._set_line("down")
            time.sleep(seconds)
        elif trouble == "the line is silent":
            self._set_line("silent")
            time.sleep(self._chance.choice((seconds, _SILENT_S)))
        self._set_line("normal")

    def _finish(self, life, mat):
        life.kill()
        if life.noise:
            self.figures.problems.append("".join(life.noise))
        self._book.note(life, self._mat)
        self._mat = mat

    def _live_well(self):
        """Goes on until all records of before are told; for some minutes at most."""
        self._set_line("normal")
        life = self._begin(rests=True)
        self._due = life.said[0][1]
        deadline = time.monotonic() + _WELL_S
        while time.monotonic() < deadline and not self._all_told():
            time.sleep(0.05)
        self._finish(life, False)

    def _all_told(self):
        told = {one["record"] for one in self._network.listener.heard}
        return self._book.due(self._due) <= told


def play(lives, seed=1):
    """Returns the Figures of so many lives."""
    if not find_mosquitto():
        raise SystemExit("this needs mosquitto")
    with tempfile.TemporaryDirectory(prefix="packmate-outages-") as folder:
        return Trial(folder, seed).run(lives)


def main(argv=None):
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.cost.outages", description=__doc__)
    parser.add_argument("--lives", type=int, default=LIVES)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv)
    figures = play(options.lives, options.seed)
    print("\n".join([*table(figures), *figures.problems]))
    return bool(figures.problems)


if __name__ == "__main__":
    sys.exit(main())
