"""Draws circuit diagrams as SVG, and knows what is connected with what.

    sheet = Sheet(400, 200, "A lamp")
    sheet.box("BAT", (20, 40), (80, 100), "battery", [("+", 100, 60), ("−", 100, 120)])
    sheet.part("fuse", "F1", (140, 60), (200, 60), "2 A")
    sheet.wire("plus", (100, 60), (140, 60))
    sheet.nets()                          # [{"BAT.−"}, {"BAT.+", "F1.1"}, {"F1.2"}]
    open("lamp.svg", "w").write(sheet.svg())

Coordinates are pixels. Wires meet where an end of one lies on another, and a dot is drawn where
three ways meet; wires that merely cross do not meet, and the upright one hops over.
"""

from html import escape
from itertools import pairwise

from tools.draw.symbols import HALF, MOSFET, OPTOCOUPLER, PARTS, STYLE


class Sheet:
    """One diagram. Every method draws; pins are remembered as REF.pin."""

    def __init__(self, width, height, title):
        self.pins = {}
        self.wires = []  # (kind, points)
        self.walls = []
        self._width = width
        self._height = height
        self._title = title
        self._back = []
        self._front = []

    # -- what is drawn ---------------------------------------------------------------------------

    def zone(self, kind, points, label, at):
        """Tints an area: what lies in it shares one ground."""
        path = " ".join(f"{x},{y}" for x, y in points)
        self._back.append(f'<polygon class="{kind}" points="{path}"/>')
        self.text(*at, label, "zone")

    def wall(self, *points):
        """Draws a line that no wire may cross."""
        self.walls.append(points)
        self._back.append(f'<path class="wall" d="{_path(points)}"/>')

    def frame(self, x, y, width, height):
        """Draws a dashed frame around parts that sit together."""
        self._back.append(
            f'<rect class="dash" x="{x}" y="{y}" width="{width}" height="{height}" rx="8"/>'
        )

    def box(self, ref, corner, size, title, pins, title_y=26):
        """Draws a device; `pins` are (name, x, y) on its edge, labelled inside.

        The title's first line is bold; `title_y` is its place below the upper edge.
        """
        (left, top), (width, height) = corner, size
        self._front.append(
            f'<rect class="body" x="{left}" y="{top}" width="{width}" height="{height}" rx="6"/>'
        )
        for i, line in enumerate(title.split("\n")):
            kind = "note" if i else "name"
            self.text(left + width // 2, top + title_y + 17 * i, line, kind, "middle")
        for name, x, y in pins:
            self._pin(ref, name, (x, y))
            self._front.append(f'<circle class="dot" cx="{x}" cy="{y}" r="3.5"/>')
            if x == left:
                self.text(x + 9, y + 5, name)
            elif x == left + width:
                self.text(x - 9, y + 5, name, anchor="end")
            else:
                self.text(x, y + (19 if y == top else -9), name, anchor="middle")

    def part(self, symbol, ref, start, end, value, label):
        """Draws a two-pole part with the pins REF.1 at `start` and REF.2 at `end`.

        `label` is (x, y, anchor) of the name, with the value below.
        """
        self._pin(ref, "1", start)
        self._pin(ref, "2", end)
        (x1, y1), (x2, y2) = start, end
        angle = (90 if y2 > y1 else 270) if x1 == x2 else (0 if x2 > x1 else 180)
        half = HALF.get(symbol, 20)
        lead = (abs(x2 - x1) + abs(y2 - y1)) // 2
        self._front.append(
            f'<g transform="translate({(x1 + x2) // 2} {(y1 + y2) // 2}) rotate({angle})">'
            f'<path class="ink" d="M{-lead} 0H{-half}M{half} 0H{lead}"/>{PARTS[symbol]}</g>'
        )
        self._label(ref, value, *label)

    def mosfet(self, ref, x, y, value):
        """Draws an N-channel MOSFET: drain (x, y - 30), source (x, y + 30), gate (x + 40, y)."""
        self._pin(ref, "D", (x, y - 30))
        self._pin(ref, "S", (x, y + 30))
        self._pin(ref, "G", (x + 40, y))
        self._front.append(f'<g transform="translate({x} {y})">{MOSFET}</g>')
        self._label(ref, value, x - 26, y - 2, "end")

    def optocoupler(self, ref, x, y, value):
        """Draws one, 80 wide: collector (x, y) and emitter 40 below, the LED on the right."""
        self._pin(ref, "C", (x, y))
        self._pin(ref, "E", (x, y + 40))
        self._pin(ref, "A", (x + 80, y))
        self._pin(ref, "K", (x + 80, y + 40))
        self._front.append(f'<g transform="translate({x} {y})">{OPTOCOUPLER}</g>')
        self._label(ref, value, x + 84, y + 62, "start")

    def nothing(self, x, y, remark):
        """Draws the mark of a pin that nothing may be connected to."""
        cross = f"M{x - 6} {y - 6}l12 12M{x - 6} {y + 6}l12 -12"
        self._front.append(f'<path class="wire plus" d="{cross}"/>')
        self.text(x + 16, y + 5, remark, "warn")

    def radio(self, start, end):
        """Draws a link without a wire."""
        self._front.append(f'<path class="air" d="{_path((start, end))}"/>')
        for (x, y), side in ((start, 1), (end, -1)):
            arcs = "".join(
                f"M{x + side * r} {y - r}a{r + 4} {r + 4} 0 0 {int(side > 0)} 0 {2 * r}"
                for r in (8, 15, 22)
            )
            self._front.append(f'<path class="wire signal" d="{arcs}"/>')

    def wire(self, kind, *points):
        """Draws a wire through `points`, each stretch level or upright."""
        for a, b in pairwise(points):
            if (a[0] == b[0]) == (a[1] == b[1]):
                raise ValueError(f"a wire runs aslant from {a} to {b}")
        self.wires.append((kind, points))

    def text(self, x, y, text, kind="", anchor="start"):
        """Writes one line."""
        self._front.append(
            f'<text x="{x}" y="{y}" class="{kind}" text-anchor="{anchor}">{_escaped(text)}</text>'
        )

    def _label(self, ref, value, x, y, anchor):
        self.text(x, y, ref, "name", anchor)
        for i, line in enumerate(value.split("\n")):
            self.text(x, y + 17 * (i + 1), line, "note", anchor)

    def _pin(self, ref, name, at):
        key = f"{ref}.{name}"
        if key in self.pins:
            raise ValueError(f"two pins are called {key}")
        self.pins[key] = at

    # -- what is connected -----------------------------------------------------------------------

    def nets(self):
        """Returns the sets of pins that wires connect, each pin in exactly one of them."""
        groups = [({key}, [(at,)]) for key, at in self.pins.items()]
        for _, points in self.wires:
            names, paths = set(), [points]
            for group in list(groups):
                if any(_meet(points, path) for path in group[1]):
                    groups.remove(group)
                    names |= group[0]
                    paths += group[1]
            groups.append((names, paths))
        return [names for names, _ in groups]

    def loose_ends(self):
        """Returns the ends of wires that meet neither a pin nor another wire."""
        ends = [end for _, points in self.wires for end in (points[0], points[-1])]
        return [end for end in ends if self._ways(end) < 2]

    def breaches(self):
        """Returns the walls' points that wires cross."""
        found = []
        for wall in self.walls:
            for _, points in self.wires:
                for a, b in pairwise(points):
                    found += [spot for c, d in pairwise(wall) if (spot := _cross(a, b, c, d))]
        return found

    def _ways(self, spot):
        ways = list(self.pins.values()).count(spot)
        for _, points in self.wires:
            if _touches(points, spot):
                ways += 1 if spot in (points[0], points[-1]) else 2
        return ways

    # -- output ----------------------------------------------------------------------------------

    def svg(self):
        """Returns the picture as text."""
        width, height = self._width, self._height
        title = _escaped(self._title)
        lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" role="img">',
            f"<title>{title}</title>",
            f"<style>{STYLE}</style>",
            f'<rect class="paper" x="1" y="1" width="{width - 2}" height="{height - 2}" rx="10"/>',
            *self._back,
        ]
        for kind, points in self.wires:
            lines.append(f'<path class="wire {kind}" d="{self._hopping(points)}"/>')
        lines += self._front
        spots = {end for _, points in self.wires for end in (points[0], points[-1])}
        for x, y in sorted(spots.union(self.pins.values())):
            if self._ways((x, y)) > 2:
                lines.append(f'<circle class="dot" cx="{x}" cy="{y}" r="4.5"/>')
        lines.append(f'<text class="title" x="20" y="36">{title}</text>')
        return "\n".join(lines) + "\n</svg>\n"

    def _hopping(self, points):
        path = "M{} {}".format(*points[0])
        for a, b in pairwise(points):
            if a[0] == b[0]:
                step = 1 if b[1] > a[1] else -1
                for y in sorted(self._crossings(a, b), reverse=step < 0):
                    path += f"V{y - 7 * step}a7 7 0 0 {int(step > 0)} 0 {14 * step}"
            path += f"L{b[0]} {b[1]}"
        return path

    def _crossings(self, a, b):
        """The heights at which level wires cross the upright stretch from `a` to `b`."""
        found = set()
        for _, points in self.wires:
            for c, d in pairwise(points):
                if c[1] == d[1] and (spot := _cross(a, b, c, d)):
                    found.add(spot[1])
        return found


def _escaped(text):
    return escape(text, quote=False)


def _path(points):
    return "M" + "L".join(f"{x} {y}" for x, y in points)


def _touches(points, spot):
    """True if `spot` lies on the path; a path of one point is a pin."""
    if len(points) == 1:
        return points[0] == spot
    return any(
        min(a[0], b[0]) <= spot[0] <= max(a[0], b[0])
        and min(a[1], b[1]) <= spot[1] <= max(a[1], b[1])
        for a, b in pairwise(points)
    )


def _meet(a, b):
    """True if an end of one path lies on the other."""
    return any(_touches(b, end) for end in (a[0], a[-1])) or any(
        _touches(a, end) for end in (b[0], b[-1])
    )


def _cross(a, b, c, d):
    """Where an upright and a level stretch cross in their midst, None if they do not."""
    if a[0] != b[0]:
        a, b, c, d = c, d, a, b
    if a[0] == b[0] and c[1] == d[1] and min(c[0], d[0]) < a[0] < max(c[0], d[0]):
        if min(a[1], b[1]) < c[1] < max(a[1], b[1]):
            return a[0], c[1]
    return None
