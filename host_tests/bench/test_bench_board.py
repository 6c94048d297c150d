"""Which board the bench plays: `--board`."""

import pytest

import tools.bench.__main__ as bench_main
from tools.bench.bench_config import BenchConfig


@pytest.fixture
def made(monkeypatch):
    """The configs that benches would be made of; none is started."""
    configs = []

    def refuse(config):
        configs.append(config)
        raise OSError("enough")

    monkeypatch.setattr(bench_main, "Bench", refuse)
    monkeypatch.setattr(BenchConfig, "compile", lambda config: None)
    return configs


@pytest.mark.parametrize(
    "name, psram, width",
    [
        ("lilygo_t_display", False, 240),
        ("esp32_2432s028+st7789", False, 320),
        ("esp32_s3_devkit", True, 320),
    ],
)
def test_the_bench_has_the_boards_pins_panel_and_memory(made, name, psram, width):
    assert bench_main.main(["--board", name]) == 2
    (config,) = made
    assert config.load_board().PANEL_WIDTH == width and config.psram is psram


def test_without_a_word_it_is_the_t_display(made):
    bench_main.main([])
    assert made[0].board_name == "lilygo_t_display" and not made[0].psram


def test_a_board_that_is_not_there_is_refused(made, capsys):
    with pytest.raises(SystemExit):
        bench_main.main(["--board", "x"])
    assert "esp32_devkit+no_panel" in capsys.readouterr().err and made == []
