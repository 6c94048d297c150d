"""Virtual time: compressed while the firmware idles, 1:1 while it computes or is dead.

Pure: the caller passes real time in (µs of any monotonic clock). Virtual time never goes back.

While the firmware computes, virtual time passes as its process's CPU time does: a busy loop meets
its watchdog as on hardware, and a busy machine that gives the process no turn makes nothing late.
A process that waits in the system uses no CPU time, and yet must meet its watchdog: time passes at
a small share of real time at least. While the processor is frozen, dead or off, virtual time
passes as real time does. While the firmware idles, time hops from event to event along the
*pace line*, `lapse` virtual seconds per real second; time spent computing is caught up along that
line, but no more than `_LAG_US` of real time, so that a long computation is not followed by a
burst.
"""

from tools.bench.standins import bench_ops as ops

LAPSE_MIN = 1
LAPSE_MAX = 600
_LAG_US = 250_000  # the most the pace line may be ahead, in real time
_SLACK_US = 2_000  # hops may run ahead of it by this much real time: short sleeps are inexact
_WINDOW_US = 2_000_000  # real time over which the actual lapse is measured
_SAMPLE_US = 100_000
_COARSE_US = 20_000  # CPU time of another process comes in steps: 4 to 16 ms were seen (Linux)


class Clock:
    """Virtual time in µs since the bench was started. Starts running, not idling."""

    def __init__(self, real_us, lapse=LAPSE_MIN):
        self.lapse = LAPSE_MIN
        self.idling = False
        self._virtual = 0  # at _real, or for good while idling
        self._real = real_us
        self.spent_us = 0  # CPU time of what runs, when it began to; 0 where real time counts
        self._spent = None  # function: that CPU time; None: real time counts
        self._looked_us = None  # for which real time `_passed_us` is
        self._passed_us = 0
        self._least = 0  # time does not go back behind this, whichever thread looks
        self._pace_virtual = 0
        self._pace_real = real_us
        self._samples = [(real_us, 0)]
        self.set_lapse(lapse, real_us)

    def now(self, real_us):
        """Returns virtual time in µs."""
        if self.idling:
            return self._virtual
        return max(self._least, self._virtual + self._passed(real_us))

    def set_lapse(self, lapse, real_us):
        """Changes the wanted factor; raises ValueError outside LAPSE_MIN..LAPSE_MAX."""
        if not LAPSE_MIN <= lapse <= LAPSE_MAX:
            raise ValueError(f"lapse must be within {LAPSE_MIN} and {LAPSE_MAX}")
        self._pace_virtual = self.now(real_us)
        self._pace_real = real_us
        self.lapse = lapse
        self._samples = [(real_us, self._pace_virtual)]

    def run(self, real_us, spent=None):
        """From here on time passes 1:1, as `spent()` does, the CPU time in µs of a process.

        Without it time passes as real time does.
        """
        self._least = virtual = self.now(real_us)
        self.spent_us = spent() if spent else 0
        self._spent = spent
        self._real = self._looked_us = real_us
        self._passed_us = 0
        self.idling = False
        self._virtual = virtual

    def idle(self, real_us):
        """From here on time stands still but for `advance`."""
        self._least = virtual = self.now(real_us)
        self.idling = True
        self._virtual = virtual

    def believe(self, t_us, real_us):
        """The running firmware says that it is `t_us`; returns when that is, `now` at the latest.

        Its own clock is finer than what the system tells of its CPU time, but goes on a little
        when its process has no turn.
        """
        now_us = self.now(real_us)
        if t_us > now_us and not self.idling:
            most_us = self._virtual + self._passed(real_us)
            if self._spent:
                most_us += _COARSE_US
            self._least = now_us = max(now_us, min(t_us, most_us))
        return min(t_us, now_us)

    def advance(self, real_us, limit_us):
        """While idling: moves towards `limit_us` as far as the pace allows; returns the time."""
        self._virtual = max(self._virtual, min(limit_us, self._allowed(real_us)))
        return self._virtual

    def may(self, real_us, limit_us):
        """While idling: True if `advance` gets to `limit_us`."""
        return limit_us <= self._allowed(real_us)

    def wait_us(self, real_us, limit_us):
        """Returns the real time in µs for which to wait for `limit_us`; 0: it is there.

        While idling, until the pace line is there: so a wait makes room for a few hops, and not
        each of them waits.
        """
        if self.idling:
            ahead = limit_us - self._pace(real_us)
            return max(0, -(-ahead // self.lapse))
        return max(0, limit_us - self.now(real_us))

    def actual(self, real_us):
        """Returns the measured factor over the last two real seconds (or since set_lapse)."""
        self.sample(real_us)
        real, virtual = self._samples[0]
        if real_us <= real:
            return float(self.lapse)
        return (self.now(real_us) - virtual) / (real_us - real)

    def sample(self, real_us):
        """Notes the time for `actual`; call at least ten times a second."""
        samples = self._samples
        if real_us - samples[-1][0] >= _SAMPLE_US:
            samples.append((real_us, self.now(real_us)))
            while len(samples) > 2 and samples[1][0] <= real_us - _WINDOW_US:
                samples.pop(0)

    def _passed(self, real_us):
        if real_us != self._looked_us:  # asking the system costs more than all the rest
            self._looked_us = real_us
            passed = real_us - self._real if real_us > self._real else 0
            if self._spent:
                spent_us = self._spent() - self.spent_us
                passed = max(passed // ops.LEAST_SHARE, min(passed, spent_us))
            self._passed_us = passed
        return self._passed_us

    def _allowed(self, real_us):
        return self._pace(real_us) + _SLACK_US * (self.lapse - 1)

    def _pace(self, real_us):
        pace = self._pace_virtual + self.lapse * (real_us - self._pace_real)
        most = self._virtual + self.lapse * _LAG_US
        if pace > most:
            pace = most
            self._pace_virtual = most
            self._pace_real = real_us
        return pace
