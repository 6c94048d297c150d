"""Draws the dashboard as Home Assistant shows it: `python -m tools.home_assistant.dashboard`.

The firmware lives a frosty night on the bench; what it has told is the past of a real Home
Assistant, which shows docs/home-assistant/dashboard.yaml in a headless Chromium. The first time
that is installed (tools.home_assistant). Takes some ten minutes.
"""

import argparse
import json
import math
import pathlib
import re
import sys
import tempfile
import time

import jinja2
import paho.mqtt.client as mqtt
import yaml
from PIL import Image

from tools import ROOT, browser
from tools.bench.bench import Bench
from tools.bench.bench_config import BenchConfig
from tools.bench.desk import Desk
from tools.home_assistant import DASHBOARD, HomeAssistant, NoHomeAssistantError

PICTURE = ROOT / "docs" / "pictures" / "home_assistant.png"
NAME = "Packmate"
_SETTINGS = {
    "name": NAME,
    "mqtt_interval_s": 60,
}
_BOARD = "esp32_s3_devkit+no_panel"  # has PSRAM, and nothing to draw: it is over sooner
_HOUR_S = 3600
_HOURS = 12
_BEGIN_H = 21.5  # of the day's clock
_LAPSE = 600
_ASK_S = 5
_SIZE = "1280,1090"
_COLOURS = 96
_SHOWN_S = 90
_CHARTS = 4
# Home Assistant's page is made of shadows; what is written in all of them, and its charts.
_LOOK = """
const walk = (node) => {
  if (["SCRIPT", "STYLE"].includes(node.nodeName)) return ["", 0];
  let text = node.nodeType === 3 ? node.data : "";
  let charts = node.nodeName === "CANVAS" ? 1 : 0;
  for (const child of [...(node.shadowRoot?.childNodes ?? []), ...node.childNodes]) {
    const found = walk(child);
    text += found[0];
    charts += found[1];
  }
  return [text, charts];
};
return walk(document.body);
"""


# -- what the dashboard shows ---------------------------------------------------------------------


def cards(node=None):
    """Yields each card of the dashboard, as a dict."""
    if node is None:
        node = yaml.safe_load(DASHBOARD.read_text(encoding="utf-8"))
    if isinstance(node, list):
        for part in node:
            yield from cards(part)
    elif isinstance(node, dict):
        if "type" in node and ("entity" in node or "entities" in node):
            yield node
        for key, part in node.items():
            if key != "entities":
                yield from cards(part)


def entities(*kinds):
    """Returns the ids of the entities that cards of these kinds show; without kinds, of all."""
    found = set()
    for card in cards():
        if not kinds or card["type"] in kinds:
            found |= {card["entity"]} if "entity" in card else set()
            found |= {row["entity"] for row in card.get("entities", ())}
    return found


def entity_id(topic, config):
    """Returns the id that Home Assistant gives an entity that is new, by its discovery."""
    words = f"{config['dev']['name']} {config['name']}".lower()
    return topic.split("/")[1] + "." + re.sub(r"[^a-z0-9]+", "_", words).strip("_")


# -- the night ------------------------------------------------------------------------------------


class Night:
    """A night on the bench. `told`: [(virtual time in s, topic, payload)], all that was told."""

    def __init__(self, desk):
        self.told = []
        self._desk = desk
        self._asked_s = 0.0
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="night")
        self._client.on_connect = lambda client, *_: client.subscribe("#")
        self._client.on_message = self._hear
        self._client.connect("127.0.0.1", desk.broker.port)
        self._client.loop_start()

    def _hear(self, _client, _data, message):
        self.told.append((self._desk.t_s, message.topic, message.payload.decode()))

    def live(self):
        """Lives it: loads in the evening, frost, and the sun comes."""
        bench = self._desk.bench
        bench.call(self._set_weather)
        bench.every(600, self._set_weather)
        for hour in range(1, _HOURS + 1):
            bench.run_until(hour * _HOUR_S)
            print(f"{hour} of {_HOURS} h are over", flush=True)
        bench.set("lapse", 1)

    def _set_weather(self):
        hour = (_BEGIN_H + self._desk.bench.now_s() / _HOUR_S) % 24
        sun = max(0.0, math.sin(math.pi * (hour - 7.5) / 9)) if 7.5 < hour < 16.5 else 0.0
        evening = 17 <= hour < 23
        controls = {
            "ambient_dc": round(-40 + 60 * math.cos(2 * math.pi * (hour - 15) / 24)),
            "charger": sun > 0,
            "charger_ma": round(1000 + 12_000 * sun),
            "load_ma": 4_500 if evening else 900,
        }
        for name, value in controls.items():
            self._desk.bench.set(name, value)

    def tell_all(self):
        """Has the firmware tell all that it knows, as it does after each command."""
        if time.monotonic() - self._asked_s > _ASK_S:
            self._asked_s = time.monotonic()
            self._desk.apply("boost_min", 0)

    def close(self):
        """Ends listening."""
        self._client.loop_stop()
        self._client.disconnect()

    def past(self):
        """Returns the graphs of the dashboard until now, as earlier_states takes them."""
        begin_s = time.time() - self._desk.t_s
        configs = self._configs()
        shown = {"states": entities("history-graph"), "sums": entities("statistics-graph")}
        past = {"states": {}, "sums": {}}
        for kind, ids in shown.items():
            for topic, config in configs:
                if entity_id(topic, config) in ids:
                    values = [(begin_s + t_s, v) for t_s, v in self._values(config)]
                    found = sums(values) if kind == "sums" else values
                    past[kind][config["uniq_id"]] = found
            assert len(past[kind]) == len(ids), f"{kind}: the firmware does not tell all of {ids}"
        return past

    def _configs(self):
        found = {t: x for _, t, x in self.told if t.endswith("/config") and x}
        return [(topic, json.loads(text)) for topic, text in found.items()]

    def _values(self, config):
        """Yields (virtual time, state) of an entity, as its own template gives it."""
        template = jinja2.Environment().from_string(config["val_tpl"])
        topic = config["stat_t"].replace("~", config["~"])
        for t_s, heard, text in self.told:
            if heard == topic:
                state = template.render(value_json=json.loads(text))
                yield t_s, {"ON": "on", "OFF": "off", "None": "unknown"}.get(state, state)


def sums(values):
    """Returns the last of each hour, by the hour's beginning."""
    found = {}
    for seconds, value in values:
        found[seconds // _HOUR_S * _HOUR_S] = float(value)
    return sorted(found.items())


# -- the picture ----------------------------------------------------------------------------------


def take(home, path):
    """Takes the picture of the dashboard of a HomeAssistant."""
    with browser.chromium(_SIZE) as page:
        page.get(home.address + "/manifest.json")
        page.execute_script("localStorage.setItem('dockedSidebar', '\"always_hidden\"')")
        page.get(home.address + "/lovelace/0")
        home.wait(lambda: _is_drawn(page), _SHOWN_S)
        time.sleep(5)  # its charts grow into their places
        page.save_screenshot(str(path))
    picture = Image.open(path).convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
    picture.save(path, optimize=True)


def _is_drawn(page):
    text, charts = page.execute_script(_LOOK)
    return "Half a day" in text and charts >= _CHARTS and "Loading" not in text


def draw(path):
    """Lives the night, and takes the picture."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        place = pathlib.Path(place)
        (place / "bench").mkdir()
        (place / "home").mkdir()
        config = BenchConfig(str(place / "bench"))
        config.board_name = _BOARD
        config.psram = True
        config.lapse = _LAPSE
        config.wall_s = int(time.time()) - 946_684_800 - _HOURS * _HOUR_S
        config.compile(psram=True)
        desk = Desk(Bench(config), _SETTINGS)
        desk.start({"ambient_dc": 0, "pack_dc": 40, "soc_pct": 74, "charger": False})
        night = Night(desk)
        try:
            night.live()
            with HomeAssistant(place / "home", desk.broker.port, night.past()) as home:
                home.wait(lambda: night.tell_all() or home.knows_past(), _SHOWN_S)
                take(home, path)
        finally:
            night.close()
            desk.stop()


def main(argv=None):
    """Command line."""
    parser = argparse.ArgumentParser(prog="dashboard", description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=pathlib.Path, default=PICTURE, help="the PNG")
    try:
        draw(parser.parse_args(argv).out)
    except (NoHomeAssistantError, browser.NoBrowserError) as error:
        print(f"dashboard: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
