"""What happened, sampled: for plots."""


class Trace:
    """Samples a Lab; a list for each figure, all as long as `t_h` (hours since `zero_ms`)."""

    FIGURES = (
        "t_h",
        "near_c",
        "far_c",
        "mat_c",
        "air_c",
        "coldest_c",
        "hottest_c",
        "mat_w",
        "pack_w",
        "on",
        "charging",
        "state",
    )

    def __init__(self, lab, every_s=20):
        self.lab = lab
        self.zero_ms = lab.t_ms
        self.every_s = every_s
        self.events = []  # (hours, text)
        for name in self.FIGURES:
            setattr(self, name, [])

    def run(self, seconds, each=None):
        """Lets time pass and samples; `each(lab)` is called before every second."""
        for second in range(seconds):
            if each is not None:
                each(self.lab)
            if second % self.every_s == 0:
                self.sample()
            self.lab.tick()

    def mark(self, text):
        """Names this moment."""
        self.events.append(((self.lab.t_ms - self.zero_ms) / 3_600_000, text))

    def sample(self):
        """Takes one sample."""
        lab, plant = self.lab, self.lab.plant
        known = lab.known_dc
        row = (
            (lab.t_ms - self.zero_ms) / 3_600_000,
            plant.near_c,
            plant.far_c,
            plant.mat_c,
            plant.ambient_c,
            min(known) / 10 if known else None,
            max(known) / 10 if known else None,
            plant.heater_w,
            plant.current_a * plant.pack_mv / 1000,
            lab.on,
            plant.charge_on,
            lab.text,
        )
        for name, value in zip(self.FIGURES, row, strict=True):
            getattr(self, name).append(value)
