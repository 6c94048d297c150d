"""Updates over Wi-Fi, whole: the image on the bench, a real broker, a small server."""

import shutil

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from host_tests.certificates import HERE, Authority
from host_tests.device.panel_text import shows
from host_tests.device.update_rig import NEW, Place, Quiet
from screen.draw import palette as pal
from tools import image
from tools.packmate import PackmateError, sending

pytestmark = pytest.mark.bench

# The bench has to hear of the watchdog before the program is gone.
BROKEN = 'import time\ntime.sleep(1)\nraise ValueError("this version is broken")\n'
HANGS = "import time\nwhile True:\n    time.sleep(1)\n"
DRAWS_NOT = """
class Book:
    def __init__(self, *_):
        pass

    def update(self, model):
        raise ValueError("this version cannot draw")
"""


@pytest.fixture(scope="module")
def made():
    """Returns (folder of a plain image, for a chip with PSRAM, key)."""
    return image.kept("lilygo_t_display", squeezed=False), rsa.generate_private_key(65537, 3072)


@pytest.fixture(scope="module")
def small(made):
    """The same for one without."""
    return image.kept("lilygo_t_display"), made[1]


def test_a_bundle_is_found_taken_tried_and_stays(tmp_path, made, monkeypatch):
    """From an https address: the line is secure, and the signature is what counts."""
    certificate = Authority(tmp_path, "ours").sign("server", HERE)
    with Place(tmp_path, made, secure=certificate) as place:
        data = place.serve({"version": NEW})
        bench = place.desk.bench
        bench.set("lapse", 10)  # TLS takes real time, on both ends
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
        bench.set("lapse", 30)
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


@pytest.mark.parametrize(
    "module, text",
    [("board", BROKEN), ("starting.attempts", HANGS), ("screen.book", DRAWS_NOT)],
    ids=["broken", "hangs", "draws_not"],
)
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
        place.wait(lambda: place.slot() == "lib_b 2 0 heard_1\n")
        assert heated and not any(heated), "it is not told, or the heater was on meanwhile"
        place.wait(lambda: place.slot() == "lib_b -1 100 \n")
        place.wait(lambda: any("has proved itself" in x for x in bench.snapshot()["console"]))
        place.wait(lambda: bench.plant.heater_on)


def test_without_psram_what_does_not_get_going_makes_room_for_what_did(tmp_path, small):
    with Place(tmp_path, small, psram=False) as place:
        place.serve({"entry": BROKEN})
        place.send("install")
        place.wait(lambda: place.slot().startswith("lib_b"))
        place.wait(lambda: place.slot() == "lib -1 0 rolled_back\n")
        place.wait(lambda: "did not prove itself" in summary(place))
        assert place.told()["installed_version"] != "0.9.0"
