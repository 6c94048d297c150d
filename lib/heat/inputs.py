"""What one step of the heater knows: gathered once, judged twice, by the law and by the guard."""

from bms import alarms
from bms import pack as p
from compat import const, ticks_diff
from heat.sensors import Sensors

# A BMS's thresholds outside this are a decoding error (heater.md, facts).
_LOWEST_DC = const(-300)
_HIGHEST_DC = const(200)
# The output's lease, counted from the step that renewed it: a later step finds the output off,
# whatever was said before. Twice the steps' distance, and shorter than the watchdog.
LEASE_MS = const(1000)
# After a longer silence of our own nothing known before counts.
_GAP_MS = const(10_000)

# Alarms of the BMS that keep the heater off while they last. Each canonical alarm, and why it is
# here or not, is in docs/heater-alarms.md; a test holds the two equal.
_VETOES = alarms.mask(
    bytes(
        # Hot.
        (alarms.MOS_OVERTEMP, alarms.BATTERY_OVERTEMP, alarms.BOX_OVERTEMP)
        + (alarms.CHARGE_OVERTEMP, alarms.DISCHARGE_OVERTEMP, alarms.BOARD_OVERTEMP)
        + (alarms.BALANCER_OVERTEMP,)
        # Sensors and wires that are not to be trusted.
        + (alarms.TEMP_SENSOR_FAULT, alarms.OPEN_WIRE, alarms.WIRE_RESISTANCE)
        + (alarms.CELL_COUNT_MISMATCH, alarms.CELL_VOLTAGE_IMPLAUSIBLE)
        + (alarms.CURRENT_SENSOR, alarms.CURRENT_SENSOR_FAULT, alarms.MODULE_LOST)
        # Something draws too much, or has done so.
        + (alarms.SHORT_CIRCUIT, alarms.CHARGE_SHORT_CIRCUIT, alarms.DISCHARGE_SHORT_CIRCUIT)
        + (alarms.SCP_RELEASE_FAILED, alarms.OVERCURRENT, alarms.DISCHARGE_OVERCURRENT)
        + (alarms.DISCHARGE_OCP2, alarms.DISCHARGE_OCP3, alarms.DISCHARGE_ON_FAILED)
        + (alarms.DISCHARGE_FUSE, alarms.CHARGE_FUSE)
        # The pack has nothing left to give.
        + (alarms.PACK_UNDERVOLTAGE, alarms.CELL_UNDERVOLTAGE, alarms.LOW_VOLTAGE_SHUTDOWN)
        # The BMS is broken, and may be unable to disconnect anything.
        + (alarms.CHARGE_MOS_FAULT, alarms.DISCHARGE_MOS_FAULT, alarms.PRECHARGE_FAULT)
        + (alarms.RELAY_PRECHARGE_FAULT, alarms.RELAY_STUCK, alarms.ANTI_SPARK_FAULT)
        + (alarms.AFE_PROTECTION_A, alarms.AFE_PROTECTION_B, alarms.AFE_FAULT)
        + (alarms.INTERNAL_COMM, alarms.INTERNAL_COMM_FAULT, alarms.PCL_MODULE_FAULT)
        + (alarms.SYSTEM_ERROR,)
    )
)
# The JK UART has one name for any cold; the others tell charging from discharging.
_COLDS = alarms.mask((alarms.BATTERY_UNDERTEMP, alarms.CHARGE_UNDERTEMP))
_FULLS = alarms.mask((alarms.CELL_OVERVOLTAGE, alarms.PACK_OVERVOLTAGE))


class Inputs:
    """One step's inputs: plain integers in the units of their names, None where unknown.

    `trusted`: link, age, plausibility and content are all good. `reading`: a status frame came
    since the step before. `elapsed_ms`: since the step before; `on_ms`: the part of it during
    which the output can have been on. `heating`, `heating_ms`: the same, the pauses of slow on and
    off counted in. `from_bms`: the thresholds are the BMS's, not our owner's. `cut`: the BMS, not
    its owner, keeps charging off, or one of several does.
    """

    def __init__(self, settings):
        self.sensors = Sensors()
        self.elapsed_ms = 0
        # A BMS that heats goes on without us.
        self.lease_ms = _GAP_MS if settings["heater_output"] == "bms" else LEASE_MS
        self.on = False  # the output at the end of the elapsed time
        self.on_ms = 0
        self.heating = False
        self.heating_ms = 0
        self.inhibited = False  # it is we who keep charging switched off
        self.enabled = False  # an output is fitted, and there is a mode or command to use it
        self.link_up = False
        self.fresh = False
        self.plausible = False
        self.frozen = False
        self.trusted = False
        self.reading = False
        self.bms_protect_dc = None  # the BMS's own limit, whoever's thresholds are in force
        self.protect_dc = None
        self.recover_dc = None
        self.soc_pct = None
        self.cell_min_mv = None
        self.cell_uvpr_mv = None
        self.cell_ovp_mv = None
        self.pack_mv = None
        self.current_ma = None
        self.mos_dc = None  # the warmest board of those that tell one
        self.blind = True  # there is none, or not of all
        self.cut = False
        self.day = None  # the number of the local day; whoever knows the time puts it here
        self.charge_on = None
        self.charger_flag = None
        self.charger_pin = None
        self.cold_alarm = False
        self.danger = False
        self.probe_dc = None  # of a probe of our own on a cell
        self._max_age_ms = settings["data_max_age_s"] * 1000
        self.from_bms = settings["heater_thresholds"] != "own"
        self.own_on_dc = settings["heater_on_dc"]
        self.own_off_dc = settings["heater_off_dc"]
        self._pin_used = settings["charger_pin_used"]
        self.held = False  # the BMS still keeps charging cut off, for the cold in which it cut it
        self.blind_pack = 0  # number of a pack on the mat that has no battery sensor; 0: none
        self._stepped = False
        self.now = 0
        self._seq = 0
        self._fingerprint = 0

    def gather(self, pack, check, link_up, charger_pin, commanded, heating, now):
        """Reads everything; `commanded`: the output was to be on since the step before."""
        self._clock(commanded, heating, now)
        mat = check.mat  # of several packs (bms.heated)
        if mat is not None:
            pack = mat
        self.link_up = link_up
        fresh = pack.fresh(p.STATUS, now, self._max_age_ms)
        self.reading = fresh and (not self.fresh or pack.seq != self._seq)
        self.fresh = fresh
        self.plausible = check.plausible
        self.frozen = check.still
        self.trusted = link_up and fresh and self.plausible and not self.frozen
        self._seq = pack.seq
        if not self.trusted:
            self.sensors.restart()
        elif self.reading:
            self.sensors.take(pack, self.probe_dc)
        elif pack.fingerprint != self._fingerprint:  # of several packs, not all: hot is hot
            self.sensors.look(pack, self.probe_dc)
        self._fingerprint = pack.fingerprint
        self.charger_pin = charger_pin if self._pin_used else None
        self._read_thresholds(pack)
        self._read_pack(pack)
        if mat is not None:
            mat.tell(self)
        self._read_alarms(pack)

    def _clock(self, commanded, heating, now):
        elapsed = ticks_diff(now, self.now) if self._stepped else 0
        self._stepped = True
        self.now = now
        if elapsed < 0 or elapsed > _GAP_MS:
            self.sensors.restart()
        if elapsed < 0:
            elapsed = 0
            commanded = heating = False
        self.elapsed_ms = elapsed
        lease_ms = self.lease_ms
        most_ms = min(elapsed, lease_ms)
        self.on = commanded and elapsed <= lease_ms
        self.on_ms = most_ms if commanded else 0
        self.heating = heating and elapsed <= lease_ms
        self.heating_ms = most_ms if heating else 0

    def _read_thresholds(self, pack):
        if not self.from_bms:
            self.protect_dc = self.own_on_dc
            self.recover_dc = self.own_off_dc
            return
        protect = pack.get(p.CHARGE_UTP_DC)
        recover = pack.get(p.CHARGE_UTPR_DC)
        if protect is None or recover is None:
            protect = recover = None
        elif not _LOWEST_DC <= protect < recover <= _HIGHEST_DC:
            protect = recover = None
        self.protect_dc = protect
        self.recover_dc = recover

    def _read_pack(self, pack):
        self.soc_pct = pack.get(p.SOC_PCT)
        self.cell_min_mv = pack.get(p.CELL_MIN_MV)
        self.cell_uvpr_mv = pack.get(p.CELL_UVPR_MV)
        self.cell_ovp_mv = pack.get(p.CELL_OVP_MV)
        self.pack_mv = pack.get(p.PACK_MV)
        self.current_ma = pack.get(p.CURRENT_MA)
        self.mos_dc = pack.get(p.MOS_TEMP_DC)
        self.charge_on = pack.get(p.CHARGE_ON)
        self.charger_flag = pack.get(p.CHARGER_PRESENT)
        self.cut = self.charge_on == 0 and (self.inhibited or pack.get(p.CHARGE_SWITCH) != 0)
        self.blind = self.mos_dc is None
        self.bms_protect_dc = pack.get(p.CHARGE_UTP_DC)

    def _read_alarms(self, pack):
        """And follows a cut by cold: by the BMS's alarm, or by its charge MOS that was off at
        the limit or below and has stayed off, though its owner has it on and no cell is full.
        """
        self.danger = self.cold_alarm = False
        full = pack.get(p.FULL) == 1
        at = 0
        for raised in pack.alarms:
            if raised:
                if raised & _VETOES[at]:
                    self.danger = True
                if raised & _COLDS[at]:
                    self.cold_alarm = True
                if raised & _FULLS[at]:
                    full = True
            at += 1
        cold_dc = self.sensors.cold_dc
        if self.cold_alarm:
            self.held = True
        elif full or not self.cut:
            self.held = False
        elif cold_dc is not None and self.protect_dc is not None and cold_dc <= self.protect_dc:
            self.held = True
