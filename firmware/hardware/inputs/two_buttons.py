"""Two push buttons: on boards that have all pages."""

from hardware.inputs.buttons import LONG, SHORT


class Buttons:
    """Two buttons as one, which is the first: of the second one a short press goes back by a page,
    a long one changes the brightness. device: has `screen` and `model`."""

    def __init__(self, first, second, device):
        self._first = first
        self._second = second
        self._device = device

    @property
    def held_ms(self):
        """See Button."""
        return self._first.held_ms

    def step(self, now):
        """See Button.step."""
        press = self._second.step(now)
        device = self._device
        if press == SHORT:
            device.screen.back(device.model)
        elif press == LONG:
            device.screen.brighter(device.model)
        return self._first.step(now)
