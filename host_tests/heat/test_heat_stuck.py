"""How slowly a pack may warm, off, and still be taken for one whose mat is on."""

import types

import pytest

from heat.guard.stuck import OffWatch

HEATED_S = 1000  # for 4 °C, by the mat


class Pack:
    """What OffWatch looks at: an unheated pack that cooled before, and warms now at a rate."""

    def __init__(self):
        self.sensors = types.SimpleNamespace(epoch=1, mean_dc=0)
        self.inputs = types.SimpleNamespace(
            elapsed_ms=10_000, heating_ms=10_000, sensors=self.sensors
        )
        self.thermal = types.SimpleNamespace(
            fall_ckh=50,
            j_k=1000,
            heated_s=lambda mw, need_dc: HEATED_S,
            is_calm=lambda inputs: True,
            is_warmed=lambda mw, fall_ckh, rise_dc, took_s: True,
        )
        self.watch = OffWatch()

    def step(self):
        return self.watch.step(self.inputs, self.thermal, 100_000, True, False, False)


@pytest.mark.parametrize("windows, found", [(0.9, True), (2.5, True), (2.8, True), (3.5, False)])
def test_warming_is_compared_over_three_windows(windows, found):
    pack = Pack()
    pack.step()  # heated, once
    pack.inputs.heating_ms = 0
    for _ in range(101):  # the lag, in which what the mat and cells still hold comes out
        assert not pack.step()
    seen = False
    steps = int(windows * HEATED_S / 10)
    for step in range(steps + 1):
        pack.sensors.mean_dc = 40 * step // steps
        pack.step()
        seen = seen or pack.watch.warns
    assert seen == found
