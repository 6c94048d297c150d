"""The packs on the bench: each with its plant, its simulated BMS, and how that is reached.

The first is the one that the page shows and whose faults can be set. More of them stand beside it,
in parallel: one at most on the cable, the others on the air. They share charger, load and the
heating mat, which lies under all of them.
"""

from tools.bench.bms import simulators
from tools.bench.esp32.clock import LAPSE_MAX
from tools.bench.esp32.serial_line import Nobody
from tools.plant import Plant

# The radio carries its bytes in real time: faster, a unit could not say what it has to say.
_ON_AIR_LAPSE = 60


class RadioError(ValueError):
    """There is no radio for a BMS over Bluetooth; the text says why."""


class Packs:
    """See the module. `names` of simulators.NAMES, the first one's first; `sims`, `plants` alike.

    `radio` is a tools.bench.radio.station.Station, once a BMS is on the air. `now_us()` is virtual
    time, `world` the World of the first pack, `ready` its simulated BMS if that is given.
    """

    def __init__(self, names, world, line, now_us, ready=None):
        check_names(names)
        self.names = list(names)
        self.radio = None
        self._world = world
        self._line = line
        self._now_us = now_us
        first = world.plant
        first.mat_mohm *= len(names)  # its share of the mat
        self.plants = [first] + [_beside(first, i) for i in range(1, len(names))]
        self._others = self.plants[1:]
        if self.on_air:
            self._make_radio(self.names[-1])
        self.sims = [simulators.make(*pair) for pair in zip(self.names, self.plants, strict=True)]
        if ready is not None:
            self.sims[0] = ready
        self.attach()

    @property
    def on_air(self):
        """True if any of them comes over Bluetooth."""
        return any(simulators.form(name) is not None for name in self.names)

    @property
    def wired(self):
        """True if one of them is on the cable."""
        return any(simulators.form(name) is None for name in self.names)

    @property
    def first_on_air(self):
        """True if the first of them comes over Bluetooth."""
        return simulators.form(self.names[0]) is not None

    @property
    def most_lapse(self):
        """The fastest that time may pass."""
        return _ON_AIR_LAPSE if self.on_air else LAPSE_MAX

    def change(self, name):
        """Has another BMS in front of the first pack; its faults stay."""
        names = [name] + self.names[1:]
        check_names(names)
        if simulators.form(name) is not None and self.radio is None:
            self._make_radio(name)
        old, new = self.sims[0], simulators.make(name, self.plants[0])
        new.silent, new.frozen, new.foreign = old.silent, old.frozen, old.foreign
        if old.generation in new.GENERATIONS:
            new.generation = old.generation
        self.names, self.sims[0] = names, new
        self.attach()

    def attach(self):
        """Puts each BMS at the end of the cable or into the air."""
        wired, aired = Nobody(), []
        for i, (name, sim) in enumerate(zip(self.names, self.sims, strict=True)):
            form = simulators.form(name)
            if form is not None:
                aired.append((sim, form, simulators.address(i)))
                continue
            wired = sim
            if i == 0:
                # Of a wire only: from the air it would be called by the radio's thread.
                sim.before_reply = self._world.advance
        self._line.connect(wired, self._now_us())
        if self.radio is not None:
            self.radio.place(aired)

    def advance(self):
        """Moves the others on as the first, which the world has moved, has been moved."""
        first = self.plants[0]
        for plant in self._others:
            plant.ambient_c, plant.heater_on = first.ambient_c, first.heater_on
            plant.charger_on, plant.charger_a = first.charger_on, first.charger_a
            plant.load_w = first.load_w
            if first.time_s > plant.time_s:
                plant.step(first.time_s - plant.time_s)

    def truth(self):
        """Returns the world's truth; of several packs, what they are together."""
        truth = self._world.truth()
        if not self._others:
            return truth
        plants = self.plants
        truth["current_ma"] = sum(plant.current_ma for plant in plants)
        truth["heater_mw"] = round(1000 * sum(plant.heater_w for plant in plants))
        truth["soc_pct"] = round(sum(plant.soc_pct for plant in plants) / len(plants))
        truth["coldest_dc"] = min(_coldest_dc(plant) for plant in plants)
        # Of each pack the coldest and the hottest sensor, as Packmate lists them.
        known = [sorted(dc for dc in plant.temps_dc if dc is not None) for plant in plants]
        truth["temps_dc"] = [dc for temps in known if temps for dc in (temps[0], temps[-1])]
        return truth

    def look(self):
        """Returns what each of several packs is like, by its number; None of a single one."""
        if not self._others:
            return None
        return {
            str(i + 1): {
                "bms": self.names[i],
                "pack_mv": plant.pack_mv,
                "current_ma": plant.current_ma,
                "soc_pct": plant.soc_pct,
                "coldest_dc": _coldest_dc(plant),
            }
            for i, plant in enumerate(self.plants)
        }

    def stop(self):
        """Ends the radio. May be called twice."""
        if self.radio is not None:
            self.radio.stop()

    def _make_radio(self, name):
        try:
            from tools.bench.radio.station import Station
        except ImportError as error:
            text = f"{name} needs the package bumble, and that needs Python 3.11 or newer"
            raise RadioError(text) from error
        self.radio = Station(self._now_us)


def check_names(names):
    """Raises ValueError unless BMSs of these names can be on the bench together."""
    wired = [name for name in names if simulators.form(name) is None]
    if len(wired) > 1:
        raise ValueError(f"only one BMS fits on the cable, not {' and '.join(wired)}")
    if len(names) > simulators.MOST or len(names) - len(wired) > simulators.MOST_ON_AIR:
        raise ValueError(
            f"no more than {simulators.MOST} BMSs at a time, and {simulators.MOST_ON_AIR} of "
            "them over Bluetooth"
        )


def _beside(first, i):
    plant = Plant(first.cells, first.capacity_ah, first.mat_mohm, first.loss_w_k, seed=i + 1)
    plant.mat_feed = first.mat_feed
    plant.set_soc(first.soc_pct)
    return plant


def _coldest_dc(plant):
    return round(10 * min(plant.temps_c))
