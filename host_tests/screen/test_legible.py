"""What a driver needs is large enough at arm's length, on every board's panel."""

import pytest

from tools import boards
from tools.draw import legible


@pytest.mark.parametrize("name", legible.with_panel())
def test_every_text_is_large_enough(name, capsys):
    assert legible.main([name]) == 0
    said = capsys.readouterr().out
    assert "GLANCE" in said and ("BIG" in said) == bool(boards.load(name).PSRAM)


def test_what_is_needed_is_marked():
    rows = list(legible.rows("adafruit_feather_s3_tft"))
    for page in legible.NEEDED:
        assert sum(needed for at, _, _, needed in rows if at == page) == len(legible.NEEDED[page])


def test_arc_minutes():
    assert legible.arc_minutes(24, 104) == pytest.approx(12.26, abs=0.01)
    assert legible.arc_minutes(16, 104) == pytest.approx(8.17, abs=0.01)


def test_what_is_too_small_is_told(monkeypatch, capsys):
    monkeypatch.setattr(legible, "NEEDED_MIN", 20)
    assert legible.main(["lilygo_t_display"]) == 1
    assert "TOO SMALL: 20 are wanted" in capsys.readouterr().out
