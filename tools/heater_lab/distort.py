"""Ways to bring faults about: each gives a pair of functions of a Lab, one to begin, one to end.

What falsifies frames is made anew for each beginning, so that it may keep what it has seen.
"""


def attribute(name, bad, good):
    """Sets an attribute of the lab."""
    return lambda lab: setattr(lab, name, bad), lambda lab: setattr(lab, name, good)


def of_plant(name, bad, good):
    """Sets an attribute of the plant."""
    return (
        lambda lab: setattr(lab.plant, name, bad),
        lambda lab: setattr(lab.plant, name, good),
    )


def frames(make):
    """Lets a function, made by `make()`, falsify each frame: it is given lab and pack."""
    return _listed("falsify", make)


def commands(make):
    """Lets a function, made by `make()`, command the lab's heater in each second."""
    begin, stop = _listed("commands", make)

    def end(lab):
        stop(lab)
        lab.heater.boost(0)
        lab.heater.set_mode(lab.heater.base_mode)

    return begin, end


def _listed(name, make):
    def begin(lab):
        getattr(lab, name).append((make, make()))

    def end(lab):
        setattr(lab, name, [pair for pair in getattr(lab, name) if pair[0] is not make])

    return begin, end


def scaled_mat(factor):
    """The mat's resistance is `factor` of what it was."""
    return (
        lambda lab: setattr(lab.plant, "mat_mohm", round(lab.plant.mat_mohm * factor)),
        lambda lab: setattr(lab.plant, "mat_mohm", round(lab.plant.mat_mohm / factor)),
    )


def mat_fell_off():
    """The mat heats the air of the box."""
    return of_plant("mat_touches", False, True)


def clock_jump(ms):
    """The millisecond counter jumps; there is no way back."""

    def begin(lab):
        lab.now = lab.now + ms & 0x3FFFFFFF

    return begin, lambda lab: None


class Stuck:
    """Sensors at these positions repeat what they said last."""

    def __init__(self, *positions):
        self.positions = positions
        self.held = None

    def __call__(self, lab, pack):
        if self.held is None:
            self.held = [pack.temps_dc[i] for i in self.positions]
        for i, dc in zip(self.positions, self.held, strict=True):
            if pack.temp_valid[i]:
                pack.put_temp(i, dc)


class Off:
    """The first sensor is off by `dc`, reached at `dc_per_s`; 0: at once."""

    def __init__(self, dc, dc_per_s=0):
        self.dc = dc
        self.dc_per_s = dc_per_s
        self.seconds = 0

    def __call__(self, lab, pack):
        self.seconds += 1
        size = min(abs(self.dc), self.dc_per_s * self.seconds or 1 << 20)
        if pack.temp_valid[0]:
            pack.put_temp(0, pack.temps_dc[0] + (size if self.dc > 0 else -size))


class Leap:
    """The first sensor is off by `dc` in every other frame."""

    def __init__(self, dc):
        self.dc = dc
        self.odd = False

    def __call__(self, lab, pack):
        self.odd = not self.odd
        if self.odd and pack.temp_valid[0]:
            pack.put_temp(0, pack.temps_dc[0] + self.dc)


class Lie:
    """All sensors tell of a pack that warms and cools a little, for ever, at -1 to 2 °C."""

    def __init__(self):
        self.seconds = 0

    def __call__(self, lab, pack):
        self.seconds += 1
        place = self.seconds // 100 % 6
        for i in range(pack.temps):
            if pack.temp_valid[i]:
                pack.put_temp(i, 10 * (place if place < 4 else 6 - place) - 10)


class Swap:
    """The two sensors change places."""

    def __call__(self, lab, pack):
        if pack.temp_valid[0] and pack.temp_valid[1]:
            first, second = pack.temps_dc[0], pack.temps_dc[1]
            pack.put_temp(0, second)
            pack.put_temp(1, first)


class Say:
    """Slots say what they should not: `values` by slot, None for unknown."""

    def __init__(self, values):
        self.values = values

    def __call__(self, lab, pack):
        for slot, value in self.values.items():
            if value is None:
                pack.drop(slot)
            else:
                pack.put(slot, value)


class Scale:
    """All voltages are `percent` of what they are."""

    def __init__(self, percent, slot):
        self.percent = percent
        self.slot = slot

    def __call__(self, lab, pack):
        for i in range(pack.cells):
            pack.cell_mv[i] = pack.cell_mv[i] * self.percent // 100
        pack.put(self.slot, pack.get(self.slot) * self.percent // 100)


class Alarm:
    """The BMS raises an alarm."""

    def __init__(self, bit):
        self.bit = bit

    def __call__(self, lab, pack):
        pack.raise_alarm(self.bit)


class ModeStorm:
    """A mode in each second: charger, charger_or_soc, off, charger ..."""

    def __init__(self):
        self.count = 0

    def __call__(self, lab):
        self.count += 1
        lab.heater.set_mode(self.count % 3)


class BoostStorm:
    """A boost of two hours, then of none, in turn, in each second."""

    def __init__(self):
        self.count = 0

    def __call__(self, lab):
        self.count += 1
        lab.heater.boost(120 if self.count & 1 else 0)


class AcknowledgeStorm:
    """An acknowledgement in each second."""

    def __call__(self, lab):
        lab.heater.acknowledge()
