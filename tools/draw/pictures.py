"""Makes the pictures of the documentation anew: `make pictures`.

The panel's scenes are drawn by the screen's own code; those of the bench and of the device's own
page are what a headless Chromium shows of them, with a cold pack being heated.
"""

import json
import subprocess
import sys
import time
import urllib.request

from tools import ROOT, browser
from tools.draw import golden, render_lcd, render_mono, set_up_pictures, web_pictures

OUT = ROOT / "docs" / "pictures"
_SCENES = ("charging", "heating", "lost", "heating_by_charger", "heater_waiting", "fault")
_PAGES = ("big", "cells", "warmth", "energy", "alarms", "links")  # of tools.draw.book_scenes
_LINKS = ("links", "links_trouble", "links_second")  # likewise
_LARGE_SCENE = "heating"  # as a panel of 320x240 shows it
_MONO_SCENES = ("heating", "normal", "lost", "history")
_HEATING_WITHIN_S = 240
_THEN_S = 12
_THEN_LAPSE = 120  # twenty minutes of heating


def post(address, name, value):
    """Sets a control of the bench."""
    body = json.dumps({"name": name, "value": value}).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(address + "api/control", body, headers)
    urllib.request.urlopen(request).close()


def heating(address):
    """True once the heater's output is on."""
    with urllib.request.urlopen(address + "api/state") as answer:
        return json.load(answer)["pins"]["heater"]


def take_bench(path):
    """Starts a bench, waits until it heats, and takes its picture."""
    command = [sys.executable, "-m", "tools.bench", "--port", "0", "--lapse", "600"]
    bench = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        address = bench.stdout.readline().strip()
        with browser.chromium("1280,1000") as page:
            page.get(address)
            post(address, "pack_dc", 15)
            post(address, "ambient_dc", -120)
            deadline = time.monotonic() + _HEATING_WITHIN_S
            while not heating(address) and time.monotonic() < deadline:
                time.sleep(0.5)
            post(address, "lapse", _THEN_LAPSE)
            time.sleep(_THEN_S)
            page.save_screenshot(str(path))
    finally:
        bench.terminate()
        bench.wait()


def main():
    """Command line."""
    OUT.mkdir(parents=True, exist_ok=True)
    render_lcd.main(["--size", "320x240", str(OUT), _LARGE_SCENE])
    (OUT / f"{_LARGE_SCENE}.png").replace(OUT / "lcd_320x240.png")
    golden.draw_sheet(OUT / "lcd_pages.png", (240, 135), _PAGES)
    golden.draw_sheet(OUT / "lcd_links.png", (240, 135), _LINKS)
    render_lcd.main([str(OUT), *_SCENES])
    for scene in _SCENES:
        (OUT / f"{scene}.png").replace(OUT / f"lcd_{scene}.png")
    render_mono.main([str(OUT), *_MONO_SCENES])
    for scene in _MONO_SCENES:
        (OUT / f"{scene}.png").replace(OUT / f"mono_{scene}.png")
    try:
        take_bench(OUT / "bench.png")
        web_pictures.take(OUT)
        set_up_pictures.take(OUT)
    except browser.NoBrowserError as error:
        print(f"bench.png, web*.png, set_up_page.png: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
