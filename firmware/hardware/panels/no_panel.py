"""Driver of no panel, for a board that has none: what is sent is forgotten."""


class Panel:
    """See docs/panels.md."""

    width = 240
    height = 135

    def send(self, x, y, w, h, pixels):
        """Shows nothing."""

    def light(self, brightness_pct=100):
        """Lights nothing."""

    def shift(self):
        """Moves nothing."""
