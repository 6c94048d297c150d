"""The button of a device that has an event log: what it commands is noted there."""

from hardware.inputs.buttons import LONG


class NotedButton:
    """In the place of a button: a hardware.inputs.buttons.Button, or what stands in for one."""

    def __init__(self, button, device):
        self._button = button
        self._device = device

    @property
    def held_ms(self):
        """See Button."""
        return self._button.held_ms

    def step(self, now):
        """See Button.step."""
        press = self._button.step(now)
        if press == LONG:
            self._note()
        return press

    def _note(self):
        """Notes what tasks.py is about to do for it."""
        device = self._device
        if device.heater.latched or device.heater.warnings:
            device.journal.note("command", "heater/acknowledge, by the button: done")
        elif device.ble is not None:
            device.journal.note("command", "bms/release, by the button: done")
