"""Updates over Wi-Fi, whole: the image on the bench, a real broker, a small server."""

import functools
import http.server
import json
import shutil
import threading
import time

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from host_tests.device.panel_text import shows
from screen.draw import palette as pal
from tools import image
from tools.bench.bench import Bench
from tools.bench.bench_config import BenchConfig
from tools.bench.desk import Desk
from tools.packmate import PackmateError, bundles, deploy, sending

pytestmark = pytest.mark.bench

BOARD = "LilyGO T-Display"
NEW = 'VERSION = "0.9.0"\n'
# The bench has to hear of the watchdog before the program is gone.
BROKEN = 'import time\ntime.sleep(1)\nraise ValueError("this version is broken")\n'
HANGS = "import time\nwhile True:\n    time.sleep(1)\n"


class Quiet(http.server.SimpleHTTPRequestHandler):
    pause_s = 0

    def log_message(self, *_):
        pass

    def copyfile(self, source, outputfile):
        while data := source.read(65_536):
            outputfile.write(data)
            time.sleep(self.pause_s)


@pytest.fixture(scope="module")
def made():
    """Returns (folder of a plain image, for a chip with PSRAM, key)."""
    return image.kept("lilygo_t_display", squeezed=False), rsa.generate_private_key(65537, 3072)


@pytest.fixture(scope="module")
def small(made):
    """The same for one without."""
    return image.kept("lilygo_t_display"), made[1]


class Place:
    """A desk whose firmware is an image of its own, and the server that it asks."""

    def __init__(self, tmp_path, made, psram=True, **settings):
        source, self.key = made
        self.image = tmp_path / "image"
        shutil.copytree(source, self.image)
        self.files = {
            name.removeprefix("lib/"): data
            for name, data in deploy.contents(self.image).items()
            if name.startswith("lib/")
        }
        # Where nothing runs, the bench's time is real time.
        slots = image.find_source("slots").read_text()
        shorter = slots.replace("_TRIAL_MS = 60_000", "_TRIAL_MS = 6_000")
        image.compile_module("slots", shorter, self.image / "slots.mpy")
        self.served = tmp_path / "served"
        self.served.mkdir()
        self.run_dir = tmp_path / "run"
        self.run_dir.mkdir()
        (self.run_dir / "update.key").write_text(bundles.public_text(self.key))
        handler = functools.partial(Quiet, directory=str(self.served))
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        config = BenchConfig(str(self.run_dir))
        config.lapse = 30
        config.run_image(str(self.image))
        config.psram = psram
        url = f"http://127.0.0.1:{self.server.server_port}/new.bundle"
        given = {"mqtt_interval_s": 5, "ha_discovery": False, "update_url": url}
        self.desk = Desk(Bench(config), {**given, **settings})

    def __enter__(self):
        self.desk.start()
        self.base = self.wait(lambda: self.desk.log.base_of("packmate", "availability"))
        self.wait(lambda: self.told())
        return self

    def __exit__(self, *_):
        self.desk.stop()
        self.server.shutdown()
        self.server.server_close()
        assert self.desk.bench.error is None

    def serve(self, changes, number=100, version="0.9.0", key=None, board=BOARD):
        """Has a bundle served: the image with other modules, {name: source}."""
        files = dict(self.files)
        for name, text in changes.items():
            target = self.served / "x.mpy"
            image.compile_module(name, text, target, 1)
            files[name.replace(".", "/") + ".mpy"] = target.read_bytes()
        data = bundles.build(key or self.key, board, files, number, version)
        (self.served / "new.bundle").write_bytes(data)
        return data

    def send(self, word):
        self.desk.log.publish(f"{self.base}/update/set", word)

    def told(self):
        return self.desk.log.latest_json(f"{self.base}/update")[0]

    def slot(self):
        path = self.run_dir / "slot"
        return path.read_text() if path.exists() else ""

    def events(self):
        text = "".join(
            path.read_text() for path in sorted(self.run_dir.glob("events.*"), reverse=True)
        )
        return [json.loads(line)[3:5] for line in text.splitlines()]

    def wait(self, look, limit_s=900):  # a hang; a busy machine may take minutes
        end = time.monotonic() + limit_s
        while time.monotonic() < end:
            found = look()
            if found:
                return found
            time.sleep(0.1)
        console = "\n".join(self.desk.bench.snapshot()["console"][-25:])
        pytest.fail(f"it never came: {self.told()} {self.slot()}\n{console}")


def test_a_bundle_is_found_taken_tried_and_stays(tmp_path, made, monkeypatch):
    with Place(tmp_path, made) as place:
        data = place.serve({"version": NEW})
        bench = place.desk.bench
        place.send("check")
        place.wait(lambda: place.told()["latest_version"] == "0.9.0")
        assert place.told()["installed_version"] != "0.9.0" and not place.slot()
        bench.set("pack_dc", -50)
        bench.set("charger", True)
        place.wait(lambda: bench.plant.heater_on)
        heated = []
        bench.call(lambda: bench.every(0.5, lambda: heated.append(bench.plant.heater_on)))
        monkeypatch.setattr(Quiet, "pause_s", 0.3)
        place.send("install")
        place.wait(lambda: place.told()["in_progress"])
        before = len(heated)
        place.wait(lambda: place.slot().startswith("lib_b"))
        assert not any(heated[before + 2 :]), "the heater was on meanwhile"
        place.wait(lambda: place.told()["installed_version"] == "0.9.0")
        place.wait(lambda: place.slot().startswith("lib_b -1 100 "))
        assert ["update", "0.9.0 is tried"] in place.events()
        place.wait(lambda: ["update", "0.9.0 has proved itself"] in place.events())
        # The same once more is a replay; and what is older is taken if it is asked for.
        place.send("install")
        place.wait(lambda: "not newer" in place.told()["release_summary"])
        (place.served / "new.bundle").write_bytes(data[:-1000])
        place.send("install_older")
        place.wait(lambda: "ends too early" in place.told()["release_summary"])
        place.wait(lambda: bench.plant.heater_on)
        assert place.slot().startswith("lib_b -1 100 ")


@pytest.mark.parametrize("module, text", [("board", BROKEN), ("starting.attempts", HANGS)])
def test_what_does_not_get_going_makes_room_for_what_did(tmp_path, made, module, text):
    with Place(tmp_path, made) as place:
        place.serve({module: text})
        place.send("install")
        place.wait(lambda: place.slot().startswith("lib_b"))
        place.wait(lambda: place.slot() == "lib -1 0 rolled_back\n")
        place.wait(
            lambda: "did not prove itself" in (place.told() or {}).get("release_summary", "")
        )
        assert not place.desk.bench.plant.heater_on


def test_what_is_refused_is_refused_in_words(tmp_path, made):
    with Place(tmp_path, made) as place:
        other = rsa.generate_private_key(65537, 3072)
        place.send("install")
        place.wait(lambda: "the server answers 404" in place.told()["release_summary"])
        place.serve({}, key=other)
        place.send("install")
        place.wait(lambda: "not signed with the key" in place.told()["release_summary"])
        place.serve({}, board="Another")
        place.send("install")
        place.wait(lambda: "another board" in place.told()["release_summary"])
        assert not place.slot() and place.desk.bench.snapshot()["chip"]["resets"] == 0


def test_without_the_setting_nothing_is_fetched(tmp_path, made):
    with Place(tmp_path, made, update_url="") as place:
        place.serve({"version": NEW})
        place.send("install")
        result = place.wait(lambda: place.desk.log.latest_json(f"{place.base}/result")[0])
        assert (result["done"], result["reason"]) == (False, "not_allowed")


def test_in_pieces_over_mqtt_it_is_refused_in_words_or_tried(tmp_path, made):
    """Nothing says from where updates may come: who has the key is believed all the same."""
    with Place(tmp_path, made, update_url="") as place:
        broker = ("127.0.0.1", place.desk.broker.port, None, place.base, tmp_path / "bundle")
        place.files = {"entry.mpy": bytes(9000)}  # all of it would be a thousand pieces
        place.serve({}, board="Another")
        shutil.copy(place.served / "new.bundle", tmp_path / "bundle")
        with pytest.raises(PackmateError, match="refused: it is for another board"):
            sending.send(*broker)
        place.serve({})
        shutil.copy(place.served / "new.bundle", tmp_path / "bundle")
        sending.send(*broker)
        place.wait(lambda: place.slot().startswith("lib_b"))


# -- without PSRAM --------------------------------------------------------------------------------


def summary(place):
    return (place.told() or {}).get("release_summary", "")


def test_without_psram_it_comes_instead_of_the_application(tmp_path, small, monkeypatch):
    with Place(tmp_path, small, psram=False) as place:
        bench = place.desk.bench
        assert place.told()["installed_version"] == place.told()["latest_version"] != "0.9.0"
        place.send("install")
        place.wait(lambda: "the server answers 404" in summary(place))
        other = rsa.generate_private_key(65537, 3072)
        place.serve({}, key=other)
        place.send("install")
        place.wait(lambda: "not signed with the key" in summary(place))
        place.serve({})
        place.send("check")
        place.wait(lambda: place.told()["latest_version"] == "0.9.0")
        assert not place.slot() and summary(place) == ""
        bench.set("pack_dc", -50)
        bench.set("charger", True)
        place.wait(lambda: bench.plant.heater_on)
        monkeypatch.setattr(Quiet, "pause_s", 0.3)
        heated = []  # whenever the panel says that it is off

        def look():
            if shows(bench.picture(), "update, heater off", pal.GREY):
                heated.append(bench.plant.heater_on)

        bench.call(lambda: bench.every(0.5, look))
        place.send("install")
        place.wait(lambda: place.slot() == "lib_b 2 0 \n")
        assert heated and not any(heated), "it is not told, or the heater was on meanwhile"
        place.wait(lambda: place.slot() == "lib_b -1 100 \n")
        assert any("has proved itself" in line for line in bench.snapshot()["console"])
        place.wait(lambda: bench.plant.heater_on)


def test_without_psram_what_does_not_get_going_makes_room_for_what_did(tmp_path, small):
    with Place(tmp_path, small, psram=False) as place:
        place.serve({"entry": BROKEN})
        place.send("install")
        place.wait(lambda: place.slot().startswith("lib_b"))
        place.wait(lambda: place.slot() == "lib -1 0 rolled_back\n")
        place.wait(lambda: "did not prove itself" in summary(place))
        assert place.told()["installed_version"] != "0.9.0"
