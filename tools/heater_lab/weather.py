"""Winter air: a yearly low, a daily wave, and fronts that drift, equal for equal seeds."""

import math
import random

DAY_S = 86_400


class Winter:
    """`air_c(t_s)` is the temperature outside, t_s seconds after a noon."""

    def __init__(self, seed=1, mean_c=-6.0, swing_c=5.0, front_c=6.0):
        odd = random.Random(seed)
        self._mean_c = mean_c
        self._swing_c = swing_c
        # Fronts: waves of two to seven days, out of step.
        self._fronts = [
            (2 * math.pi / (odd.uniform(2, 7) * DAY_S), odd.uniform(0, 7), front_c / 3)
            for _ in range(3)
        ]

    def air_c(self, t_s):
        """Returns °C; warmest two hours after noon."""
        air_c = self._mean_c + self._swing_c * math.cos(2 * math.pi * (t_s / DAY_S - 1 / 12))
        for speed, phase, depth_c in self._fronts:
            air_c += depth_c * math.sin(speed * t_s + phase)
        return air_c
