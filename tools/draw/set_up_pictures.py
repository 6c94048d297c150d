"""Takes pictures of the set-up from a phone: the panel's, and the page as a phone shows it."""

import base64
import contextlib
import tempfile

from tools import browser
from tools.bench.bench import Bench
from tools.bench.bench_config import BenchConfig

_MONO = "esp32_devkit+sh1106"
_OPEN = "memory, set-up:"
_PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
_WITHIN_S = 60  # virtual, until the network is open


def take(folder, name="set_up"):
    """Writes NAME_lcd.png, NAME_mono.png and NAME_page.png; raises NoBrowserError."""
    with _new_device(_MONO) as bench:
        (folder / f"{name}_mono.png").write_bytes(bench.png(3))
    with _new_device() as bench:
        (folder / f"{name}_lcd.png").write_bytes(bench.png(2))
        (folder / f"{name}_page.png").write_bytes(_page(bench))


@contextlib.contextmanager
def _new_device(board_name=None):
    """Gives a bench whose device has no settings, and has opened its network."""
    with tempfile.TemporaryDirectory() as run_dir:
        config = BenchConfig(run_dir)
        config.board_name = board_name or config.board_name
        config.lapse = 5
        config.compile()
        with Bench(config) as bench:
            bench.wait_for(lambda b: any(_OPEN in line for _, line in b.console.lines), _WITHIN_S)
            yield bench


def chromium(bench):
    """Returns browser.chromium(...) for which every name is at the device, as in its network."""
    names = f"--host-resolver-rules=MAP * 127.0.0.1:{bench.web_port}"
    return browser.chromium("500,900", (names, "--disable-features=HttpsUpgrades"))


def as_phone(page):
    """Makes a webdriver's window one of a phone's size."""
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", _PHONE)


def _page(bench):
    with chromium(bench) as page:
        as_phone(page)
        page.get("http://captive.apple.com/hotspot-detect.html")
        page.execute_script("document.querySelector('input[value=van]').click()")
        taken = page.execute_cdp_cmd("Page.captureScreenshot", {})
    return base64.b64decode(taken["data"])
