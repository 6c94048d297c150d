"""An update whose device dies in the middle of it; and one that a browser brings, to its proof."""

import threading

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from host_tests.device.update_rig import NEW, Place, Quiet
from tools import browser, image
from tools.bench.desk import PASSWORD
from tools.bench.esp32.chip import PWRON_RESET

pytestmark = pytest.mark.bench


@pytest.fixture(scope="module")
def made():
    """Returns (folder of a plain image, for a chip with PSRAM, key)."""
    return image.kept("lilygo_t_display", squeezed=False), rsa.generate_private_key(65537, 3072)


def power_cut(place):
    place.desk.bench.conductor.reset(PWRON_RESET)


def kill(place):
    """The program dies as it is; the watchdog finds out."""
    place.desk.bench.conductor.kill()


def unplug(place):
    place.desk.bench.set("bms_unplugged", True)


def strike(place, how, when):
    """Does it as soon as when() holds, in the bench's own time."""
    done = threading.Event()

    def look():
        if not done.is_set() and when():
            done.set()
            how(place)

    place.desk.bench.call(lambda: place.desk.bench.every(0.5, look))
    place.wait(done.is_set)


def test_without_power_while_it_comes_the_old_one_runs_killed_in_its_trial_the_new_one(
    tmp_path, made, monkeypatch
):
    with Place(tmp_path, made) as place:
        old = place.told()["installed_version"]
        place.serve({"version": NEW})
        monkeypatch.setattr(Quiet, "pause_s", 0.3)
        place.send("install")
        strike(place, power_cut, lambda: place.told()["update_percentage"] in range(20, 90))
        place.wait(lambda: not place.told()["in_progress"])  # it runs again, and has told it
        assert place.told()["installed_version"] == old and not place.slot()
        monkeypatch.setattr(Quiet, "pause_s", 0)
        place.send("install")
        strike(place, kill, lambda: place.slot() == "lib_b 1 0 heard_1\n")
        place.wait(lambda: place.slot() == "lib_b -1 100 \n")
        place.wait(lambda: place.told()["installed_version"] == "0.9.0")


def test_killed_in_both_starts_of_its_trial_the_old_one_runs(tmp_path, made):
    with Place(tmp_path, made) as place:
        old = place.told()["installed_version"]
        place.serve({"version": NEW})
        place.send("install")
        strike(place, power_cut, lambda: place.slot() == "lib_b 1 0 heard_1\n")
        strike(place, kill, lambda: place.slot() == "lib_b 0 0 heard_1\n")
        place.wait(lambda: place.slot() == "lib -1 0 rolled_back\n")
        place.wait(lambda: "did not prove itself" in place.told()["release_summary"])
        assert place.told()["installed_version"] == old


def test_a_bms_that_was_heard_and_is_no_more_brings_the_old_one_back(tmp_path, made):
    with Place(tmp_path, made) as place:
        place.wait(lambda: place.desk.state()["believed"]["link_up"])
        sooner = image.find_source("update.after").read_text()
        sooner = sooner.replace("_LOST_S = const(900)", "_LOST_S = const(240)")
        place.serve({"version": NEW, "update.after": sooner})
        place.send("install")
        strike(place, unplug, lambda: place.slot() == "lib_b 1 0 heard_1\n")
        place.wait(lambda: place.slot() == "lib -1 0 rolled_back\n")
        place.wait(lambda: "did not prove itself" in place.told()["release_summary"])


# -- a real browser -------------------------------------------------------------------------------


def test_one_that_a_browser_brings_while_the_bms_sleeps_proves_itself(tmp_path, made):
    try:
        with (
            Place(tmp_path, made, page=True, update_url="") as place,
            browser.chromium("390,844") as page,
        ):
            unplug(place)
            place.wait(lambda: place.desk.state()["believed"]["link_up"] is False)
            place.serve({"version": NEW})
            page.get(f"http://127.0.0.1:{place.desk.bench.web_port}/")
            bring(place, page)
            place.wait(lambda: place.slot() == "lib_b -1 100 \n")
            until(
                place,
                page,
                "document.getElementById('device-facts').textContent.includes('0.9.0')",
            )
            until(
                place, page, "document.getElementById('events').textContent.includes('has proved')"
            )
            assert ["command", "update, on the page: done"] in place.events()
    except browser.NoBrowserError as error:
        pytest.skip(str(error))


def until(place, page, expression):
    place.wait(lambda: page.execute_script(f"return {expression}"))


def bring(place, page):
    """Logs in, and sends the bundle; returns when the page says that it is tried."""
    until(place, page, "document.body.dataset.ready")
    page.find_element("id", "login").click()
    page.find_element("css selector", "#ask input").send_keys(PASSWORD)
    page.find_element("css selector", "#ask button.main").click()
    until(place, page, "!document.getElementById('update').hidden")
    page.execute_script("document.getElementById('bundle').hidden = false")
    page.find_element("id", "bundle").send_keys(str(place.served / "new.bundle"))
    page.find_element("css selector", "#ask button.main").click()
    until(place, page, "document.getElementById('update-note').textContent.includes('0.9.0')")
