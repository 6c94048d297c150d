"""What the application needs for BMSs over Bluetooth; imported only where there is one."""

import asyncio

import bluetooth

from compat import const
from words import NO_RADIO_TEXTS

_KEY = "ble_resets"  # in the state file: how often the chip was reset for the radio's sake
# Between two of them: a radio that a reset does not mend must not keep the device from the rest.
_RESET_GAP_S = const(3600)
_BY_BUTTON_MIN = const(10)


def switch_on(errors):
    """Switches the Bluetooth stack on before the application takes the memory for it."""
    try:
        bluetooth.BLE().active(True)
    except OSError as error:
        errors.append("bms_link: no memory for Bluetooth (%s)" % error)


class NoLink:
    """In the place of a link that cannot be made: it is down."""

    TEXTS = NO_RADIO_TEXTS  # what the screen says for a reason
    up = renewed = sending = handed_over = reset_wanted = False
    losses = pending = handed_over_s = 0
    reason = 1
    found = ()

    def readinto(self, buf):
        """Has nothing to read."""
        return 0

    def write(self, buf, n):
        """Sends nothing."""

    def free_bus(self, now):
        """Holds nothing."""

    def watch(self, answering, dialect):
        """Learns nothing."""


class Links:
    """All links of the device. `resets`: how often the chip was reset for the radio's sake."""

    def __init__(self, state):
        resets = state.get(_KEY, 0)
        self.resets = resets if isinstance(resets, int) and resets > 0 else 0
        self.links = []
        self._radio = None
        self._release_s = 0  # of a hand-over that waits for the BMS's heating to be off
        self._wait_s = 0

    def make(self, settings, pin, errors):
        """Returns a BLELink as the settings ask for it; if that fails, a NoLink, and why among
        `errors`. `pin` is the text of the secrets."""
        try:
            from links.ble_link import BLELink
            from links.ble_radio import Radio
            from links.ble_target import Target
        except ImportError:
            errors.append(
                "bms_link: needs aioble: mpremote mip install aioble-central aioble-client"
            )
            return NoLink()
        if self._radio is None:
            self._radio = Radio()
        target = Target(settings["ble_address"], settings["ble_name"], settings["bms_dialect"])
        link = BLELink(self._radio, target, int(pin) if pin else -1)
        self.links.append(link)
        return link

    def run(self, tasks):
        """Runs the device's tasks and, beside them, those of the links; see tasks.run.

        On asyncio, since the radio's library needs it.
        """
        asyncio.run(self._run([_follow(task) for task in tasks]))

    async def _run(self, running):
        await asyncio.gather(*running, *[link.run() for link in self.links])

    def press(self, device):
        """What a long press of the button does: leaves the BMSs to a phone, or takes them back."""
        self.leave(device, 0 if self.handed_over_s else _BY_BUTTON_MIN)

    def leave(self, device, minutes):
        """Leaves the BMSs to a phone for so long (0: takes them back), with the heater off."""
        device.output.off()
        self.release(60 * minutes, device.heater.bms_output)

    def release(self, seconds, heating):
        """Lets go of all BMSs for so long, in a moment; 0: takes them back.

        `heating`: the BMSOutput, where the BMS's own output heats, else None. That must be off
        before nobody here can switch it off any more: watch() lets go when the BMS says so, or
        after CONFIRM_S, and then it is told that it does not.
        """
        self._wait_s = 0
        if heating is not None:
            heating.held_off = seconds > 0
        if seconds and heating is not None:
            from heat.options.bms_output import CONFIRM_S

            self._release_s = seconds
            self._wait_s = CONFIRM_S
        else:
            self.hand_over(seconds)

    def _watch_release(self, heating):
        if not self._wait_s:
            return
        self._wait_s -= 1
        if self._wait_s and not heating.confirmed_off:
            return
        self._wait_s = 0
        heating.held_off = False
        if not heating.confirmed_off:
            heating.unconfirmed = True
            print("the BMS goes to the phone, and does not say that its heating is off")
        self.hand_over(self._release_s)

    def hand_over(self, seconds):
        """Lets go of all BMSs for so long; 0: takes them back."""
        for link in self.links:
            link.hand_over(seconds)

    @property
    def handed_over_s(self):
        """Seconds until the last one is taken back; 0: none is handed over."""
        left_s = 0
        for link in self.links:
            left_s = max(left_s, link.handed_over_s)
        return left_s

    def watch(self, device):
        """Resets the chip where a link believes that this helps; call once a second.

        Never while the mat is on, and at most once an hour: the first time soon, later when the
        device has been up for so long.
        """
        self._watch_release(device.heater.bms_output)
        wanted = False
        for link in self.links:
            wanted = wanted or link.reset_wanted
        if not wanted or device.output.on or self.handed_over_s:
            return
        if self.resets and device.uptime_s < _RESET_GAP_S:
            return
        print("ble: resets the chip, since the radio reaches nothing")
        device.output.off()
        device.state[_KEY] = self.resets + 1
        device.save()
        from hardware.reset_cause import restart

        restart()


async def _follow(task):
    while True:
        await asyncio.sleep_ms(next(task))
