"""From a fresh clone to "deployed", with every prompt: the page is what happens."""

import json

from host_tests.tools import stranger
from host_tests.tools.selftest_rig import levels_of
from tools import boards


def test_a_strangers_first_hour_is_what_the_page_shows(tmp_path):
    done = stranger.play(tmp_path)
    assert stranger.PAGE.read_text(encoding="utf-8") == stranger.page(done), (
        "run python -m host_tests.tools.stranger"
    )
    flash = tmp_path / "device" / "flash"
    assert json.loads((flash / "settings.json").read_text())["heater_mat_mohm"] == 26_200
    assert json.loads((flash / "secrets.json").read_text()) == {"wifi_password": "blue-heron-7"}
    assert {"boot.py", "main.py", "lib"} <= {path.name for path in flash.iterdir()}
    heater = boards.load(stranger.BOARD).HEATER_PIN
    assert set(levels_of(tmp_path / "device", heater)) == {0}
    assert all("blue-heron-7" not in text for _, text in done)
