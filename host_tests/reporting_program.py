"""A script for real MicroPython in a process of its own, which prints a report now and then."""

import json
import os
import subprocess
import threading
import time

from tools import ROOT
from tools.mp import runner

LIMIT_S = 30


class ReportingProgram:
    """script: of host_tests/mp; places: to import from; heap: of MicroPython, as 400k.

    `last` is the newest report, which is a line of JSON; `noise` what it has printed else.
    """

    def __init__(self, script, *arguments, places, heap, **environment):
        path = str(ROOT / "host_tests" / "mp" / script)
        self._child = subprocess.Popen(
            [runner.find_tool("micropython"), "-X", f"heapsize={heap}", path, *arguments],
            env=os.environ | {"MICROPYPATH": ":".join(map(str, places))} | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.last = {}
        self.noise = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self._child.stdout:
            try:
                self.last = json.loads(line)
            except ValueError:
                self.noise.append(line)

    def runs(self):
        """True while it has not ended by itself."""
        return self._child.poll() is None

    def kill(self):
        """Ends it."""
        self._child.kill()
        self._child.wait()
        self._reader.join(5)

    def told(self):
        """Returns the last of what it has said, for a test that fails."""
        return f"{self.last} {''.join(self.noise[-20:])}"


def wait_for(condition, limit_s=LIMIT_S, tell=lambda: "", pause_s=0.02):
    """Returns what `condition()` gives as soon as it is true; fails after limit_s.

    pause_s: between two looks.
    """
    deadline = time.monotonic() + limit_s
    while not (result := condition()):
        assert time.monotonic() < deadline, f"it did not happen: {tell()}"
        time.sleep(pause_s)
    return result
