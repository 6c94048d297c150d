"""Draws scenes as a mono panel shows them: `python -m tools.draw.render_mono OUTDIR [SCENE …]`.

By real MicroPython, whose framebuf has the letters, through the panel's driver.
"""

import sys
from pathlib import Path

from tools import ROOT
from tools.bench.panels.mono_panel import CONTROLLERS, MonoPanel
from tools.draw import scenes
from tools.mp import runner

SCALE = 4
_PROGRAM = ROOT / "host_tests" / "mp" / "draw_mono.py"
_HEAP_BYTES = 1_000_000  # sources are compiled in it
_PLACES = (*runner.PLACES, "host_tests/mp", "tools/draw")


def transfers(driver, names, language="english"):
    """Returns what a driver sends for each of some scenes: lists of bytes; the first one's begins
    with the panel's start."""
    arguments = (driver, language, *names)
    done = runner.run64(_PROGRAM, arguments, places=_PLACES, heap=_HEAP_BYTES)
    problem = runner.failure(done)
    if problem:
        raise RuntimeError(problem)
    found = [[]]
    for line in done.stdout.splitlines():
        if line in names:
            found.append([])
        else:
            found[-1].append(bytes.fromhex(line))
    return found[:-1]


def draw(driver, names, language="english"):
    """Returns {scene: MonoPanel that shows it}."""
    panels = {}
    start = None
    for name, sent in zip(names, transfers(driver, names, language), strict=True):
        panel = panels[name] = MonoPanel(CONTROLLERS[driver])
        start = start or sent[0]
        if sent[0] is not start:
            panel.take(start)
            panel.take(b"\x00\xaf")  # it was switched on by the scene before
        for data in sent:
            panel.take(data)
    return panels


def main(argv):
    """Command line."""
    out = Path(argv[0])
    out.mkdir(parents=True, exist_ok=True)
    for name, panel in draw("hardware.panels.sh1106", argv[1:] or tuple(scenes.SCENES)).items():
        path = out / f"{name}.png"
        path.write_bytes(panel.png(SCALE))
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
