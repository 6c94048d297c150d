"""Reports that few devices have: see mqtt.reports. Imported where the settings ask for them."""

from bms.check import PLAUSIBLE
from mqtt.reports import SELDOM_MS, open_layout
from relay import message as m


class WritesReport(m.Message):
    """Of what can be written to the BMS, and how far the last command has come.

    writes: a relay.writes.Writes.
    """

    name = b"/bms"

    def __init__(self, codes, unit, writes, interval_ms):
        super().__init__(codes, open_layout, m.BMS)
        self.interval_ms = max(interval_ms, SELDOM_MS)
        self._unit = unit
        self._writes = writes

    def write(self, now):
        """See relay.message."""
        self.begin()
        shown = self._unit.check.verdict == PLAUSIBLE
        self._writes.put(self, self._unit.pack, shown)
        return self.finish()


class PacksReport(m.Message):
    """Of several packs: how many there are, how many are good, and whose the extremes are.

    bank: a bms.bank.Bank.
    """

    name = b"/packs"

    def __init__(self, codes, bank, interval_ms):
        super().__init__(codes, open_layout, m.PACKS)
        self.interval_ms = interval_ms
        self._bank = bank

    def write(self, now):
        """See relay.message."""
        bank = self._bank
        self.begin()
        self.put(len(bank.packs))
        self.put(bank.good)
        self.put(bank.coldest_pack or None)
        self.put(bank.hottest_pack or None)
        self.put(bank.cell_min_pack or None)
        self.put(bank.cell_max_pack or None)
        self.put(bank.blind or None)
        return self.finish()
