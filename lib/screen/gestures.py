"""What a finger on the glass means: places and times in, a gesture out.

A resistive panel is noisy: single places are far off, the finger seems to be lifted for a moment,
and the first and last place of a stroke are the worst. So the middle one of three counts, and a
stroke ends only when nothing has touched the glass for a while.
"""

from compat import const, ticks_diff

NOTHING = const(0)
TAP = const(1)  # `x`, `y`: where
LONG = const(2)  # it stays where it is; told while it is still there
LEFTWARDS = const(3)
RIGHTWARDS = const(4)
UPRIGHT = const(5)  # up or down

_LONG_MS = const(2000)
_LIFTED_MS = const(60)  # two taps in a row are further apart
_SWIPE_MS = const(800)  # what takes longer wipes or rests
_STILL = const(20)  # part of the picture's width that a finger may move and be still
_FAR = const(8)  # part of the width that a swipe has at least
_STEEP = const(2)  # a swipe goes so much further one way than the other


class Gestures:
    """Call `step` every 20 ms while the glass is touched, and now and then while it is not.

    width: of the picture, in the unit of places. `x`, `y`: where the stroke began. `held_ms`: how
    long the finger has been there, waiting for LONG; 1 once it has moved; 0 when all is told.

    What touches the glass from the start on is no finger.
    """

    def __init__(self, width):
        self._still = width // _STILL
        self._far = width // _FAR
        self.held_ms = 0
        self.x = self.y = 0
        self._touched = False
        self._free = False  # it has been seen untouched
        self._told = True
        self._since_ms = self._seen_ms = 0
        self._places = 0  # of this stroke, 3 at most: the last ones
        self._x1 = self._x2 = self._x3 = 0
        self._y1 = self._y2 = self._y3 = 0
        self._at_x = self._at_y = 0  # the middle one of the last three
        self._left = self._right = self._top = self._bottom = 0  # how far it has been

    def step(self, touched, x, y, now):
        """Returns a gesture, or NOTHING. x, y: where the glass is touched, if it is."""
        if touched:
            if not self._touched:
                self._begin(now)
            self._seen_ms = now
            self._take(x, y)
            return self._rest(now)
        self._free = True
        if not self._touched or ticks_diff(now, self._seen_ms) < _LIFTED_MS:
            return NOTHING
        self._touched = False
        self.held_ms = 0
        return NOTHING if self._told else self._meaning()

    def _begin(self, now):
        self._touched = True
        self._told = not self._free
        self._since_ms = now
        self._places = 0

    def _take(self, x, y):
        """Takes a place; the stroke begins where the middle one of the first three is."""
        self._x1, self._x2, self._x3 = self._x2, self._x3, x
        self._y1, self._y2, self._y3 = self._y2, self._y3, y
        first = self._places < 3
        if first:
            self._places += 1
        if self._places == 3:
            x = _middle(self._x1, self._x2, x)
            y = _middle(self._y1, self._y2, y)
        self._at_x = x
        self._at_y = y
        if first:
            self.x = self._left = self._right = x
            self.y = self._top = self._bottom = y
        else:
            self._left = min(self._left, x)
            self._right = max(self._right, x)
            self._top = min(self._top, y)
            self._bottom = max(self._bottom, y)

    def _rest(self, now):
        """Returns LONG once when a finger has been still for long."""
        if self._told:
            return NOTHING
        if self._is_moved():
            self.held_ms = 1
            return NOTHING
        self.held_ms = max(1, ticks_diff(now, self._since_ms))
        if self.held_ms < _LONG_MS:
            return NOTHING
        self._told = True
        self.held_ms = 0
        return LONG

    def _is_moved(self):
        return self._right - self._left > self._still or self._bottom - self._top > self._still

    def _meaning(self):
        """Returns what a stroke was that has ended."""
        if not self._is_moved():
            return TAP
        if ticks_diff(self._seen_ms, self._since_ms) > _SWIPE_MS:
            return NOTHING
        across = self._at_x - self.x
        down = self._at_y - self.y
        if self._is_swipe(across, down, self._right - self._left):
            return RIGHTWARDS if across > 0 else LEFTWARDS
        return UPRIGHT if self._is_swipe(down, across, self._bottom - self._top) else NOTHING

    def _is_swipe(self, along, aside, reach):
        """True if a stroke goes far enough along one direction, not aslant, nor there and back."""
        far = abs(along)
        return far >= self._far and far >= _STEEP * abs(aside) and 4 * reach <= 5 * far


def _middle(a, b, c):
    return max(min(a, b), min(max(a, b), c))
