"""Reports that few devices have: see mqtt.reports. Imported where the settings ask for them."""

import json

from bms import pack as p
from compat import const
from mqtt.reports import SELDOM_MS
from relay import message as m
from relay import topics as t

_INFO_MS = const(300_000)
# In the order of relay.fields' table.
_TEXTS = bytes((p.MODEL, p.HW_VERSION, p.SW_VERSION, p.SERIAL, p.NAME, p.MFG_DATE))
_TEXTS += bytes((p.MFG_YYMM, p.DEVICE_ID, p.MANUFACTURER_ID))
_MOHM_ROOM = const(6)  # of a wire, with its comma


class InfoReport:
    """Of what a BMS says that it is, and of the wires to its cells.

    name: the last part of its topic; about: the relay.state.StateReport of the same unit. Where
    this is used there is PSRAM, so that it may allocate a little every five minutes.
    """

    retained = True  # it stays true: who comes later is told at once

    def __init__(self, name, unit, about, interval_ms):
        self.name = name
        self.interval_ms = max(interval_ms, _INFO_MS)
        self._unit = unit
        self._about = about
        self._said = []

    def write(self, message, now):
        """See relay.message."""
        pack = self._unit.pack
        message.begin(m.INFO)
        said = [pack.text(which) for which in _TEXTS]
        for text in said:
            message.put_json(json.dumps(text).encode())
        if said != self._said:
            self._said = said
            self._about.renewed = True  # for mqtt.bms_announcer
        self._put_wires(message, pack, now)
        return message.finish()

    def _put_wires(self, message, pack, now):
        mohm = pack.cell_res_mohm
        if mohm is None or not self._about.good(now) or not any(mohm):
            message.put_nothing(b"cell_res_mohm")
        elif message.begin_list(b"cell_res_mohm", pack.cells * _MOHM_ROOM):
            for i in range(pack.cells):
                message.put_item(mohm[i])
            message.end_list()


class WritesReport:
    """Of what can be written to the BMS, and how far the last command has come.

    writes: a relay.writes.Writes; about: the relay.state.StateReport of the same unit.
    """

    retained = False
    name = t.BMS

    def __init__(self, unit, writes, about, interval_ms):
        self.interval_ms = max(interval_ms, SELDOM_MS)
        self._unit = unit
        self._writes = writes
        self._about = about

    def write(self, message, now):
        """See relay.message."""
        message.begin(m.BMS)
        self._writes.put(message, self._unit.pack, self._about.good(now))
        return message.finish()


class PacksReport:
    """Of several packs: how many there are, how many are good, and whose the extremes are.

    bank: a bms.bank.Bank.
    """

    retained = False
    name = t.PACKS

    def __init__(self, bank, interval_ms):
        self.interval_ms = interval_ms
        self._bank = bank

    def write(self, message, now):
        """See relay.message."""
        bank = self._bank
        message.begin(m.PACKS)
        message.put(len(bank.packs))
        message.put(bank.good)
        message.put(bank.coldest_pack or None)
        message.put(bank.hottest_pack or None)
        message.put(bank.cell_min_pack or None)
        message.put(bank.cell_max_pack or None)
        message.put(bank.blind or None)
        message.put(bank.heated.lax_pack or None)
        return message.finish()
