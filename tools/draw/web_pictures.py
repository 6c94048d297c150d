"""Takes pictures of the device's own page, on a desk and on a phone, and of an update on it.

A pack cools without a charger, which comes then; its cable and its broker are lost for a while.
"""

import contextlib
import pathlib
import shutil
import tempfile
import time

from cryptography.hazmat.primitives.asymmetric import rsa

from tools import browser, image
from tools.bench.bench import Bench
from tools.bench.bench_config import BenchConfig
from tools.bench.desk import PASSWORD, Desk
from tools.draw.set_up_pictures import as_phone
from tools.packmate import bundles

_BOARD = "lilygo_t_display"
_START = {"pack_dc": 50, "ambient_dc": -120, "soc_pct": 62, "charger": False, "load_ma": 4_000}
_WALL_S = 850_000_000
# (s since the start, control, value)
_EVENTS = (
    (2_400, "bms_unplugged", True),
    (2_520, "bms_unplugged", False),
    (4_800, "broker", "down"),
    (5_100, "broker", "normal"),
    (7_200, "charger", True),
)
_END_S = 10_800
_VERSION = "0.9.0"
_LOADED_S = 5
_TAKEN_WITHIN_S = 60


def take(folder):
    """Writes web.png, web_phone.png, web_log.png and web_update.png; raises NoBrowserError."""
    with _device() as (desk, bundle), browser.chromium("1280,1120") as page:
        _open(page, f"http://127.0.0.1:{desk.bench.web_port}/")
        page.save_screenshot(str(folder / "web.png"))
        as_phone(page)
        time.sleep(1)
        page.save_screenshot(str(folder / "web_phone.png"))
        page.find_element("css selector", ".log-card").screenshot(str(folder / "web_log.png"))
        _bring(page, bundle)
        page.find_element("css selector", ".device-card").screenshot(
            str(folder / "web_update.png")
        )


@contextlib.contextmanager
def _device():
    """Gives a desk whose device has run for hours, and the file of a bundle for it."""
    with tempfile.TemporaryDirectory(prefix="packmate-picture-") as folder:
        place = pathlib.Path(folder)
        files = place / "image"  # of its own: an update is written beside it
        shutil.copytree(image.kept(_BOARD, squeezed=False), files)
        run_dir = place / "run"
        run_dir.mkdir()
        config = BenchConfig(str(run_dir))
        config.run_image(str(files))
        config.psram = True
        config.lapse = 600
        config.wall_s = _WALL_S
        key = rsa.generate_private_key(65537, 3072)
        (run_dir / "update.key").write_text(bundles.public_text(key))
        bundle = place / "van.bundle"
        name = image.load_board(_BOARD).NAME
        bundle.write_bytes(bundles.build(key, name, {"entry.mpy": bytes(30_000)}, 100, _VERSION))
        desk = Desk(Bench(config), {"name": "Van", "mqtt_interval_s": 60}, page=True)
        desk.start(_START)
        try:
            for t_s, control, value in _EVENTS:
                desk.bench.at(t_s, lambda name=control, value=value: desk.apply(name, value))
            desk.bench.run_until(_END_S)
            desk.apply("lapse", 1)
            yield desk, bundle
        finally:
            desk.stop()


def _open(page, address):
    """Opens the page, and logs in."""
    page.get(address)
    time.sleep(2)
    page.find_element("id", "login").click()
    page.find_element("css selector", "#ask input").send_keys(PASSWORD)
    page.find_element("css selector", "#ask button.main").click()
    page.execute_script("document.querySelector('#ranges input').click()")
    time.sleep(_LOADED_S)


def _bring(page, bundle):
    """Sends a bundle, and waits until the page says that it is tried."""
    page.execute_script("document.getElementById('bundle').hidden = false")
    page.find_element("id", "bundle").send_keys(str(bundle))
    page.execute_script("document.getElementById('bundle').hidden = true")
    page.find_element("css selector", "#ask button.main").click()
    end = time.monotonic() + _TAKEN_WITHIN_S
    while _VERSION not in page.find_element("id", "update-note").text and time.monotonic() < end:
        time.sleep(0.1)
