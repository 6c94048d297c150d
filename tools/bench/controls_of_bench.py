"""What `Bench.set` can set: one method for each control, used in the bench's thread."""

import functools

from tools.bench.bms import simulators
from tools.bench.bms.jk_gps_frame import TEMP_RULES
from tools.bench.esp32 import power
from tools.bench.esp32.clock import LAPSE_MAX
from tools.bench.esp32.conductor import FROZEN, real_us

_PRESS_US = 150_000
# Faults of a radio unit before there is one; see Station.
_ON_AIR = dict(away=False, taken=False, deaf=False, sleeps=False, pairing="none")
# Names of controls and of the plant.
_PLANT_FLAGS = ("sensors_swapped", "mat_open", "output_stuck", "mat_on_bms")
_ABSENT = {"none": (), "first": (0,), "second": (1,), "both": (0, 1)}


class Controls:
    """The bench's controls; `bench` is a Bench."""

    def __init__(self, bench):
        self._bench = bench
        self._load_ma = 0
        self._foreign_name = simulators.FOREIGN[0]
        self._setters = {
            "lapse": self._lapse,
            "ambient_dc": self._ambient,
            "pack_dc": lambda value: self._temp(value, bench.packs.plants),
            "others_dc": lambda value: self._temp(value, bench.packs.plants[1:]),
            "soc_pct": self._soc,
            "charger": self._charger,
            "charger_ma": lambda value: setattr(bench.plant, "charger_a", value / 1000),
            "load_ma": self._load,
            "bms_unplugged": self._unplugged,
            "bms_cut": lambda _: self._cut(),
            "bms_garbled": self._garbled,
            "bms_frozen": lambda value: setattr(bench.bms, "frozen", bool(value)),
            "bms_silent": lambda value: setattr(bench.bms, "silent", bool(value)),
            "bms": bench.change_bms,
            "psram": bench.change_psram,
            "bms_foreign": self._foreign,
            "bms_generation": self._generation,
            "sensor_absent": self._sensor_absent,
            "temp_rule": self._temp_rule,
            "probe": lambda value: setattr(bench.probe, "place", value),
            "probe_stuck": lambda value: setattr(bench.probe, "stuck", bool(value)),
            "wifi_down": lambda value: self._wifi(up=not value),
            "wifi_password_wrong": lambda value: self._wifi(wrong_password=bool(value)),
            "wifi_channel": lambda value: self._wifi(channel=int(value)),
            "wifi_2_up": lambda value: self._wifi(second_up=bool(value)),
            "idf_taken": lambda value: setattr(bench.chip, "idf_taken", value),
            "firmware_frozen": self._frozen,
            "power_cut": lambda value: power.arm(bench.config.run_dir, value),
            "clock_jump_s": self._clock_jump,
            "firmware_kill": lambda _: bench.conductor.kill(),
            "firmware_reset": lambda _: bench.conductor.reset(),
            "button_1": lambda value: self._button(bench.board.BUTTON_1, value),
            "button_2": lambda value: self._button(bench.board.BUTTON_2, value),
        }
        for name in _PLANT_FLAGS:
            self._setters[name] = functools.partial(self._plant_flag, name)
        for name in _ON_AIR:
            self._setters["ble_" + name] = functools.partial(self._on_air, name)
        self._setters["ble_drop"] = lambda _: self._radio("ble_drop").drop()
        self._setters["ble_empty"] = lambda _: self._radio("ble_empty").hide_service()
        for pin in {bench.board.BUTTON_1, bench.board.BUTTON_2} - {-1}:
            bench.chip.drive(pin, 1)

    def set(self, name, value):
        """Sets a control; KeyError: unknown, ValueError: bad value."""
        setter = self._setters[name]
        bench = self._bench
        bench.world.advance(bench.conductor.now_us())
        try:
            setter(value)
        except TypeError as error:
            raise ValueError(f"{name}: cannot be {value!r}") from error

    def _plant_flag(self, name, value):
        setattr(self._bench.plant, name, bool(value))

    def values(self):
        """Returns the present value of every control that has a state."""
        bench = self._bench
        plant = bench.plant
        absent = plant.sensor_absent
        absent = (0, 1) if absent is True else tuple(absent or ())
        return {
            **{"ble_" + name: value for name, value in self._of_radio().items()},
            "lapse": bench.clock.lapse,
            "ambient_dc": round(10 * plant.ambient_c),
            "charger": bool(plant.charger_on),
            "charger_ma": round(1000 * plant.charger_a),
            "load_ma": self._load_ma,
            "bms_unplugged": bench.line.unplugged,
            "bms_garbled": bench.line.garbled,
            "bms_frozen": bench.bms.frozen,
            "bms_silent": bench.bms.silent,
            "bms": bench.bms_name,
            "bms_foreign": self._foreign_name,
            "bms_generation": bench.bms.generation,
            "sensor_absent": next(k for k, v in _ABSENT.items() if v == absent),
            "sensors_swapped": plant.sensors_swapped,
            "temp_rule": getattr(bench.bms, "temp_rule", None),
            "mat_open": plant.mat_open,
            "output_stuck": plant.output_stuck,
            "probe": bench.probe.place,
            "probe_stuck": bench.probe.stuck,
            "mat_on_bms": plant.mat_on_bms,
            "wifi_down": not bench.chip.wifi.up,
            "wifi_password_wrong": bench.chip.wifi.wrong_password,
            "wifi_channel": bench.chip.wifi.channel,
            "wifi_2_up": bench.chip.wifi.second_up,
            "psram": bench.config.psram,
            "idf_taken": bench.chip.idf_taken,
            "firmware_frozen": bench.conductor.state == FROZEN,
        }

    def unsuitable(self):
        """Returns the names of the controls that would be refused with the BMSs that are there."""
        packs, bms = self._bench.packs, self._bench.bms
        names = []
        if not packs.wired:
            names += ["bms_unplugged", "bms_cut"]
        if not packs.on_air:
            names += ["ble_drop", "ble_empty", *("ble_" + name for name in _ON_AIR)]
        if len(bms.GENERATIONS) == 1:
            names.append("bms_generation")
        if not hasattr(bms, "temp_rule"):
            names.append("temp_rule")
        return names

    def _lapse(self, value):
        if value <= LAPSE_MAX:  # the clock says what is wrong with others
            value = min(value, self._bench.packs.most_lapse)
        self._bench.clock.set_lapse(value, real_us())

    def _clock_jump(self, value):
        self._bench.chip.rtc_jump_us += value * 1_000_000

    def _ambient(self, value):
        self._bench.plant.ambient_c = value / 10

    @staticmethod
    def _temp(value, plants):
        for plant in plants:
            plant.set_temp(value / 10)

    def _soc(self, value):
        for plant in self._bench.packs.plants:
            plant.set_soc(value)

    def _charger(self, value):
        """Connects a charger: power to the pack, and the board's contact closes to ground."""
        self._bench.plant.charger_on = bool(value)
        self._bench.chip.drive(self._bench.board.CHARGER_PIN, 0 if value else None)

    def _load(self, value):
        plant = self._bench.plant
        self._load_ma = int(value)
        plant.load_w = value * plant.pack_mv / 1e6

    def _unplugged(self, value):
        if value and not self._bench.packs.wired:
            raise ValueError("bms_unplugged: this BMS has no cable; see ble_away")
        self._bench.line.unplugged = bool(value)

    def _cut(self):
        if not self._bench.packs.wired:
            raise ValueError("bms_cut: this BMS has no cable; see ble_away")
        self._bench.line.cutting = True

    def _garbled(self, value):
        self._bench.line.garbled = bool(value)
        if self._bench.radio is not None:
            self._bench.radio.garble(bool(value))

    def _radio(self, control):
        if not self._bench.packs.on_air:
            raise ValueError(f"{control}: this BMS is on a wire")
        return self._bench.radio

    def _on_air(self, name, value):
        if value != _ON_AIR[name]:
            self._radio("ble_" + name)
        if self._bench.radio is not None:
            self._bench.radio.set(name, value)

    def _of_radio(self):
        return self._bench.radio.faults if self._bench.radio is not None else _ON_AIR

    def _sensor_absent(self, value):
        if value not in _ABSENT:
            raise ValueError("sensor_absent: one of {}".format(", ".join(_ABSENT)))
        self._bench.plant.sensor_absent = _ABSENT[value]

    def _foreign(self, value):
        if value not in simulators.FOREIGN:
            raise ValueError("bms_foreign: one of {}".format(", ".join(simulators.FOREIGN)))
        self._bench.bms.foreign = simulators.make_foreign(value, self._bench.plant)
        self._foreign_name = value

    def _generation(self, value):
        if value not in self._bench.bms.GENERATIONS:
            raise ValueError("bms_generation: this BMS has none but normal")
        self._bench.bms.generation = value
        if self._bench.packs.first_on_air:
            self._bench.radio.drop()  # it tells what it is at the beginning of a connection

    def _temp_rule(self, value):
        if not hasattr(self._bench.bms, "temp_rule"):
            raise ValueError("temp_rule: this BMS has one way to send temperatures")
        if value not in TEMP_RULES:
            raise ValueError("temp_rule: one of {}".format(", ".join(TEMP_RULES)))
        self._bench.bms.temp_rule = value

    def _wifi(self, **change):
        self._bench.chip.wifi.set(self._bench.conductor.now_us(), **change)

    def _frozen(self, value):
        conductor = self._bench.conductor
        conductor.freeze() if value else conductor.thaw()

    def _button(self, pin, value):
        """Buttons connect to ground. None: a short press; otherwise held or let go."""
        if pin < 0:
            raise ValueError("this board has no such button")
        chip, conductor = self._bench.chip, self._bench.conductor
        chip.drive(pin, 0 if value in (None, True) else 1)
        if value is None:
            conductor.at(conductor.now_us() + _PRESS_US, lambda: chip.drive(pin, 1))
