"""What a pack's BMS sends, put into a PackState as a dialect does."""

from array import array

from bms import pack as p


def feed(pack, plant, now):
    """Stores what the plant's BMS would send at `now`, in ticks."""
    pack.cells = plant.cells
    pack.cell_mv[: plant.cells] = array("H", plant.cell_mv)
    pack.temps = 2
    for i, dc in enumerate(plant.temps_dc):
        if dc is None:
            pack.drop_temp(i)
        else:
            pack.put_temp(i, dc)
    bms = plant.bms
    pack.put(p.PACK_MV, plant.pack_mv)
    pack.put(p.CURRENT_MA, plant.current_ma)
    pack.put(p.SOC_PCT, plant.soc_pct)
    pack.put(p.MOS_TEMP_DC, plant.mos_temp_dc)
    pack.put(p.CHARGE_ON, int(plant.charge_on))
    pack.put(p.DISCHARGE_ON, int(plant.discharge_on))
    pack.put(p.CHARGE_SWITCH, int(bms.charge_switch))
    pack.put(p.CELL_UVPR_MV, bms.cell_uvpr_mv)
    pack.put(p.CHARGE_UTP_DC, bms.charge_utp_dc)
    pack.put(p.CHARGE_UTPR_DC, bms.charge_utpr_dc)
    alarms = plant.alarms_raw
    pack.clear_alarms()
    for bit in range(alarms.bit_length()):
        if alarms >> bit & 1:
            pack.raise_alarm(bit)
    pack.summarise()
    pack.touch(p.STATUS, now)
    pack.touch(p.SETTINGS, now)
