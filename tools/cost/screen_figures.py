"""What the screen costs on each panel: `python -m tools.benchmark screen`.

Bytes are counted where they leave the driver, on real MicroPython. A time is the interpreter's,
brought to an ESP32 by the known loop, and that of the bytes on the board's bus.
"""

from tools import ROOT, boards
from tools.mp import runner

SCRIPT = ROOT / "tools" / "mp" / "measure_screen.py"
# What the tables call a panel, and a board that has it.
PANELS = {
    "240 × 135": "lilygo_t_display",
    "240 × 240": "esp32_s3_devkit+st7789_240x240",
    "320 × 170": "esp32_s3_devkit+st7789_320x170",
    "320 × 240": "esp32_s3_devkit",
    "128 × 64, mono": "esp32_s3_devkit+ssd1306",
}
ROUNDS = 20
SECONDS = 60
FIRST = "first page"
_FACTS = "WIDTH HEIGHT X Y MADCTL INVERT RST"
_PIECE = 11  # bytes of a window's commands, before its pixels
_HEAP = 64_000_000  # so that no collection is needed within a round
_ROW = 135  # bytes of a mono panel's row, with the commands and addresses before it
_I2C_HZ = 400_000  # hardware/panels/ssd1306.py
_I2C_BITS = 9  # a byte's, with its acknowledgement


class Costs:
    """Of a panel: `calls`, {page: [(when, bytes, ms on an ESP32)]}, and `everything`, the bytes of
    the panel's whole picture. `sleeps_ms`: what the driver waits for when it starts.

    `known_loop_us`: what the known loop takes on an ESP32.
    """

    def __init__(self, name, rounds, known_loop_us):
        self._board = board = boards.load(name)
        self.mono = board.PANEL_WIDTH == 128
        rows = measured(board, rounds)
        loops = {page: ns for page, when, _, ns in rows if when == "loop"}
        self.calls = {page: [] for page in loops}
        for page, when, sent, ns in rows:
            if when == "sleeps":
                self.sleeps_ms = ns / 1e6
            elif when != "loop":
                ms = ns * known_loop_us / loops[page] / 1000 + self.wire_ms(sent)
                self.calls[page].append((when, sent, ms))
        if self.mono:
            self.everything = 8 * _ROW
        else:
            self.everything = 2 * board.PANEL_WIDTH * board.PANEL_HEIGHT + _PIECE

    def wire_ms(self, sent):
        """Returns how long so many bytes take on the board's bus."""
        if self.mono:
            return sent * _I2C_BITS * 1000 / _I2C_HZ
        return sent * 8 * 1000 / self._board.SPI_HZ

    def anew(self, page):
        """Returns (bytes, ms) of drawing a page when it was another."""
        return _sum(self._of(page, "anew"))

    def second(self, page):
        """Returns (bytes, ms) of what changes on a page in a second of driving, on average."""
        sent, ms = _sum([call for call in self.calls[page] if call[0] != "anew"])
        return sent / SECONDS, ms / SECONDS

    def hold_ms(self, page):
        """Returns how long the longest call holds the loop."""
        return max(ms for _, _, ms in self.calls[page])

    def first(self):
        """Returns (bytes, ms) from the panel's start to the first picture."""
        sent, ms = _sum(self.calls["first picture"])
        return sent, ms + self.sleeps_ms

    def pages(self):
        """Returns the names of the pages."""
        return [page for page in self.calls if page != "first picture"]

    def _of(self, page, when):
        return [call for call in self.calls[page] if call[0] == when]


def _sum(calls):
    return sum(sent for _, sent, _ in calls), sum(ms for _, _, ms in calls)


def measured(board, rounds):
    """Returns the rows of tools/mp/measure_screen.py for a board: [(page, when, bytes, ns)]."""
    facts = [f"PANEL={board.PANEL}", f"SPI_HZ={board.SPI_HZ}"]
    facts += [f"PANEL_{name}={int(getattr(board, 'PANEL_' + name))}" for name in _FACTS.split()]
    places = (*runner.PLACES, "tools/draw")
    done = runner.run64(SCRIPT, [rounds, *facts], places=places, heap=_HEAP, timeout=300)
    problem = runner.failure(done)
    if problem:
        raise SystemExit(f"{SCRIPT}: {problem}")
    rows = [line.split("|") for line in done.stdout.splitlines()]
    return [(page, when, int(sent), int(ns)) for page, when, sent, ns in rows]


def costs(known_loop_us, rounds=ROUNDS):
    """Returns {panel: Costs}."""
    return {panel: Costs(name, rounds, known_loop_us) for panel, name in PANELS.items()}


def table(found):
    """Returns the lines of all tables, of what `costs` returns."""
    return [*_panels(found), *_pages(found)]


def _panels(found):
    lines = [
        "| panel | all its pixels, at a stretch | the first page anew | a second of it, and its"
        " share of all pixels | longest hold | the panel's start to the first picture |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for panel, cost in found.items():
        whole = _cell(cost.everything, cost.wire_ms(cost.everything))
        longest = max(cost.pages(), key=cost.hold_ms)
        share = f"{cost.second(FIRST)[0] * 100 / cost.everything:.0f} %"
        cells = [whole, _cell(*cost.anew(FIRST)), f"{_cell(*cost.second(FIRST))}, {share}"]
        cells += [f"{cost.hold_ms(longest):.0f} ms, {longest}", _cell(*cost.first())]
        lines.append(f"| {panel} | " + " | ".join(cells) + " |")
    return lines


def _pages(found):
    large = {panel: cost for panel, cost in found.items() if not cost.mono}
    lines = []
    for title, cell in (
        ("a second of the page", lambda cost, page: _cell(*cost.second(page))),
        ("the page anew, and its longest hold", _anew),
    ):
        lines += ["", f"| {title} | " + " | ".join(large) + " |"]
        lines.append("|---|" + "---:|" * len(large))
        for page in next(iter(large.values())).pages():
            cells = [cell(cost, page) for cost in large.values()]
            lines.append(f"| {page} | " + " | ".join(cells) + " |")
    return lines


def _anew(cost, page):
    return f"{_cell(*cost.anew(page))}, {cost.hold_ms(page):.0f} ms"


def _cell(sent, ms):
    return f"{_bytes(sent)}, {ms:.0f} ms"


def _bytes(count):
    return f"{count:,.0f} B"
