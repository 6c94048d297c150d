"""How bright the panel is, in which colours, and when it is off."""

from compat import const

# settings["screen_night"]
NIGHT_OFF = const(0)
NIGHT_TIME = const(1)
NIGHT_LIGHT = const(2)
NIGHT_ALWAYS = const(3)
NIGHTS = ("off", "time", "light", "always")

_UNKNOWN = const(-1)
# A light sensor's reading, 0 to 100, has to pass the bounds by so much, so that a street lamp
# changes nothing.
_DARK = const(20)
_BRIGHT = const(35)
_STEPS = b"\x64\x3c\x23\x14\x0a\x05"  # percent, of what the button goes through


class Lamp:
    """`light_pct`: how bright the backlight is to be; 0: off. `night`: the colours of the night.
    `asleep`: it is off since nobody has needed it for settings["screen_off_min"].
    """

    def __init__(self, settings):
        self.asleep = self.night = False
        self.light_pct = settings["screen_brightness_pct"]
        self._day_pct = self.light_pct
        self._night_pct = settings["screen_night_pct"]
        self._how = NIGHTS.index(settings["screen_night"])
        self._from_min = minute(settings["screen_night_from"])
        self._to_min = minute(settings["screen_night_to"])
        self._off_s = settings["screen_off_min"] * 60
        self._wake_ma = settings["screen_wake_ma"]
        self._used_s = 0
        self._wrong = 0  # how much was wrong at the last look

    def look(self, uptime_s, day_min, dark_pct, ma, wrong):
        """Takes up what counts; call once a second.

        day_min: minute of the local day, -1 while unknown. dark_pct: how bright it is around, 0 to
        100, None without a sensor. ma: the pack's current, None if unknown. wrong: how much there
        is to be told that is wrong.
        """
        if wrong > self._wrong or ma is not None and self._wake_ma and abs(ma) >= self._wake_ma:
            self._used_s = uptime_s
        self._wrong = wrong
        self.asleep = self._off_s > 0 and uptime_s - self._used_s >= self._off_s
        if self._how == NIGHT_TIME:
            self.night = day_min != _UNKNOWN and self._is_night(day_min)
        elif self._how == NIGHT_LIGHT:
            if dark_pct is not None:
                self.night = dark_pct < (_BRIGHT if self.night else _DARK)
        else:
            self.night = self._how == NIGHT_ALWAYS
        self._set()

    def touch(self, uptime_s):
        """Somebody has pressed a button; returns True if that has but woken the panel."""
        slept = self.asleep
        self._used_s = uptime_s
        self.asleep = False
        self._set()
        return slept

    def brighter(self):
        """Goes to the next brightness of day or night, from the brightest to the darkest."""
        pct = self._night_pct if self.night else self._day_pct
        following = _STEPS[0]
        for step in _STEPS:
            if step < pct:
                following = step
                break
        if self.night:
            self._night_pct = following
        else:
            self._day_pct = following
        self._set()

    def _set(self):
        self.light_pct = 0
        if not self.asleep:
            self.light_pct = self._night_pct if self.night else self._day_pct

    def _is_night(self, day_min):
        if self._from_min <= self._to_min:
            return self._from_min <= day_min < self._to_min
        return day_min >= self._from_min or day_min < self._to_min


def minute(text):
    """Returns the minute of the day of "HH:MM"."""
    return int(text[:2]) * 60 + int(text[3:])
