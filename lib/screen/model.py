"""What the pages show: plain integers, None where unknown. No page looks anywhere else."""

from bms import pack as p
from compat import const

# Wi-Fi and MQTT.
NOT_USED = const(0)
TRYING = const(1)
CONNECTED = const(2)

# The line to the BMS, as the lost page tells it.
SILENT = const(0)  # no bytes
NOISE = const(1)  # bytes, but no frame that passes its checks
ANSWERING = const(2)


class Model:
    """A copy of the pack's figures, made by `take`, and what the application sets itself.

    The application sets, before each update: `link` (SILENT, NOISE or ANSWERING), `wifi` and
    `mqtt` (NOT_USED, TRYING or CONNECTED), `verdict` and `frozen` (bms.check: figures are withheld
    while the verdict is not 0), `heater_state` and `heater_reason` (positions in the tables given
    to the Screen), `heater_on` (the output), `heater_mw` (0 or None: unknown) and
    `heater_ready_s` (heating until warm enough; None: unknown).
    """

    def __init__(self, alarm_bytes=8):
        self.seen = False
        self.age_s = 0  # of the status figures; since the start while there are none
        self.age_ms = 0
        self.uptime_s = 0
        self.alarms = bytearray(alarm_bytes)
        self.alarm_count = 0
        self.clear()
        self.charge_utp_dc = None
        self.charge_otp_dc = None
        self.cell_uvp_mv = None
        self.cell_uvpr_mv = None
        self.cell_ovp_mv = None
        self.link = SILENT
        self.wifi = NOT_USED
        self.mqtt = NOT_USED
        self.verdict = 0
        self.frozen = False
        self.heater_state = 0
        self.heater_reason = 0
        self.heater_on = False
        self.heater_mw = None
        self.heater_ready_s = None

    def clear(self):
        """Makes every figure of the pack unknown."""
        self.soc_pct = None
        self.pack_mv = None
        self.current_ma = None
        self.power_mw = None
        self.cell_min_mv = None
        self.cell_max_mv = None
        self.cell_delta_mv = None
        self.temp_min_dc = None
        self.temp_max_dc = None
        self.charge_on = None
        self.discharge_on = None
        self.heating = None

    def take(self, pack, now, uptime_s):
        """Copies what is shown from a PackState. `uptime_s` is the time since the start."""
        self.uptime_s = uptime_s
        self.seen = pack.seen(p.STATUS)
        self.age_ms = pack.age_ms(p.STATUS, now)
        self.age_s = self.age_ms // 1000 if self.seen else uptime_s
        self.soc_pct = pack.get(p.SOC_PCT)
        self.pack_mv = pack.get(p.PACK_MV)
        self.current_ma = pack.get(p.CURRENT_MA)
        self.power_mw = pack.get(p.POWER_MW)
        self.cell_min_mv = pack.get(p.CELL_MIN_MV)
        self.cell_max_mv = pack.get(p.CELL_MAX_MV)
        self.cell_delta_mv = pack.get(p.CELL_DELTA_MV)
        self.temp_min_dc = pack.get(p.TEMP_MIN_DC)
        self.temp_max_dc = pack.get(p.TEMP_MAX_DC)
        self.charge_on = pack.get(p.CHARGE_ON)
        self.discharge_on = pack.get(p.DISCHARGE_ON)
        self.heating = pack.get(p.HEATING)
        self.charge_utp_dc = pack.get(p.CHARGE_UTP_DC)
        self.charge_otp_dc = pack.get(p.CHARGE_OTP_DC)
        self.cell_uvp_mv = pack.get(p.CELL_UVP_MV)
        self.cell_uvpr_mv = pack.get(p.CELL_UVPR_MV)
        self.cell_ovp_mv = pack.get(p.CELL_OVP_MV)
        self._take_alarms(pack)

    def _take_alarms(self, pack):
        count = 0
        for i in range(len(self.alarms)):
            bits = pack.alarms[i]
            self.alarms[i] = bits
            while bits:
                count += bits & 1
                bits >>= 1
        self.alarm_count = count

    def alarm(self, which):
        """Returns the bit number of the raised alarm at position `which`, -1 if there is none."""
        for bit in range(len(self.alarms) * 8):
            if self.alarms[bit >> 3] & 1 << (bit & 7):
                if which == 0:
                    return bit
                which -= 1
        return -1
