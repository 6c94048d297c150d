"""The bench's web server: API, refusals, live stream. Against a fake bench, a real broker."""

import asyncio
import json
import struct
import time

import aiohttp
import pytest

from host_tests.bench.fake_bench import FakeBench, FakeConfig
from tools.bench.controls import ControlError
from tools.bench.desk import Desk
from tools.bench.recorder import COARSE_S, FIELDS, Recorder
from tools.bench.scenario import Player, play
from tools.bench.scenario_file import parse
from tools.bench.server import Server


@pytest.fixture
def desk(tmp_path):
    desk = Desk(FakeBench(FakeConfig(tmp_path, lapse=30)))
    desk.start()
    yield desk
    desk.stop()


def talk(desk, conversation):
    """Runs `conversation(session, server)` against a server of the desk."""

    async def run():
        server = await Server(desk).start()
        try:
            async with aiohttp.ClientSession(f"http://127.0.0.1:{server.port}") as session:
                return await conversation(session, server)
        finally:
            await server.stop()

    return asyncio.run(asyncio.wait_for(run(), 40))


async def until(fetch, good, limit_s=10):
    """Fetches until `good(result)`; returns the last result."""
    deadline = time.monotonic() + limit_s
    while True:
        result = await fetch()
        if good(result) or time.monotonic() > deadline:
            return result
        await asyncio.sleep(0.05)


async def state_of(session):
    async with session.get("/api/state") as answer:
        return await answer.json()


async def control(session, name, value=None):
    async with session.post("/api/control", json={"name": name, "value": value}) as answer:
        return answer.status, await answer.json()


def test_state_has_truth_and_belief(desk):
    async def conversation(session, _server):
        return await until(lambda: state_of(session), lambda state: state["believed"])

    state = talk(desk, conversation)
    assert state["true"]["pack_mv"] > 40_000
    assert state["believed"]["charge_utp_dc"] == 0
    assert state["mqtt"]["availability"] == "online"
    assert state["mqtt"]["messages"][0]["topic"].startswith("packmate/fake01/")
    assert state["controls"]["broker"] == "normal"


def test_controls_act(desk):
    async def conversation(session, _server):
        for name, value in (("ambient_dc", -123), ("charger", True), ("broker", "silent")):
            assert (await control(session, name, value))[0] == 200
        return await state_of(session)

    now = talk(desk, conversation)["controls"]
    assert (now["ambient_dc"], now["charger"], now["broker"]) == (-123, True, "silent")
    assert desk.proxy.mode == "silent"


def test_wifi_down_cuts_the_line_and_spares_the_brokers_own_fault(desk):
    desk.apply("broker", "silent")
    desk.apply("wifi_down", True)
    assert desk.proxy.mode == "down"
    desk.apply("wifi_2_up", True)
    assert desk.proxy.mode == "silent"  # by way of that one
    desk.apply("wifi_2_up", False)
    desk.apply("wifi_down", False)
    assert desk.proxy.mode == "silent"
    desk.apply("wifi_password_wrong", True)
    assert desk.proxy.mode == "down"


def test_actions_carry_no_value(desk):
    desk.apply("button_1", True)
    desk.apply("button_2")
    desk.apply("firmware_kill")
    assert desk.bench.pressed == [("button_1", None), ("button_2", None)]
    assert desk.bench.kills == 1


def test_heater_mode_goes_by_mqtt_and_shows_what_came_of_it(desk):
    async def conversation(session, _server):
        await until(lambda: state_of(session), lambda state: state["believed"])
        assert (await control(session, "heater_mode", "off"))[0] == 200
        return await until(
            lambda: state_of(session), lambda state: state["controls"]["heater_mode"] == "off"
        )

    state = talk(desk, conversation)
    assert state["controls"]["heater_mode"] == "off"
    topics = [message["topic"] for message in state["mqtt"]["messages"]]
    assert "packmate/fake01/heater/mode/set" in topics


def test_commands_before_the_firmware_shows_itself_are_refused(tmp_path):

    class Mute(FakeBench):
        def _on_connect(self, *_):
            pass

    desk = Desk(Mute(FakeConfig(tmp_path)))
    desk.start()
    try:
        with pytest.raises(ControlError, match="no Packmate has shown itself"):
            desk.apply("acknowledge")
    finally:
        desk.stop()


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("{", "the body is not JSON"),
        ("[]", 'an object with a text "name"'),
        ('{"name": 5}', 'an object with a text "name"'),
        ('{"name": "lapse", "valeu": 1}', 'unknown key "valeu"'),
        ('{"name": "sun", "value": 1}', "no such control: sun (have lapse, "),
        ('{"name": "lapse", "value": 0}', "lapse: must be within 1 and 600"),
        ('{"name": "charger", "value": "yes"}', "charger: must be true or false"),
        ('{"name": "charger"}', "charger: must be true or false"),
        ('{"name": "broker", "value": ["down"]}', "broker: must be one of normal"),
    ],
)
def test_bad_controls_are_refused_with_the_reason(desk, body, text):
    async def conversation(session, _server):
        async with session.post("/api/control", data=body) as answer:
            return answer.status, await answer.json()

    status, answer = talk(desk, conversation)
    assert status == 400
    assert text in answer["error"]


def test_api_describes_itself_and_every_route_exists(desk):
    async def conversation(session, _server):
        async with session.get("/api") as answer:
            description = await answer.json()
        missing = []
        for route in description["routes"]:
            method, path = route.split()
            async with session.request(method, path) as answer:
                if answer.status in (404, 405, 500):
                    missing.append((route, answer.status))
        return description, missing

    description, missing = talk(desk, conversation)
    assert missing == []
    assert {"name": "lapse", "kind": "int", "min": 1, "max": 600}.items() <= description[
        "controls"
    ][0].items()


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://evil.example"}, {"Host": "evil.example"}, {"Origin": "null"}],
    ids=str,
)
def test_other_origins_are_refused(desk, headers):
    async def conversation(session, _server):
        async with session.post(
            "/api/control", json={"name": "firmware_kill"}, headers=headers
        ) as answer:
            return answer.status

    assert talk(desk, conversation) == 403
    assert desk.bench.kills == 0


def test_the_page_may_load_nothing_from_elsewhere(desk):
    async def conversation(session, _server):
        async with session.get("/") as answer:
            return answer.headers["Content-Security-Policy"], await answer.text()

    policy, page = talk(desk, conversation)
    assert policy.startswith("default-src 'self'")
    assert "//" not in page.replace("<!--", "")


def test_panel_console_and_errors(desk):
    async def conversation(session, _server):
        found = {}
        for path in ("/api/panel.png?scale=2", "/api/panel.png?scale=0", "/api/panel.png?scale=x"):
            async with session.get(path) as answer:
                found[path] = (answer.status, await answer.read())
        for path in ("/api/console", "/api/history?since=a", "/nothing", "/page/../server.py"):
            async with session.get(path) as answer:
                found[path] = (answer.status, await answer.read())
        return found

    found = talk(desk, conversation)
    assert found["/api/panel.png?scale=2"][1].startswith(b"\x89PNG")
    assert found["/api/panel.png?scale=0"][0] == 400
    assert found["/api/panel.png?scale=x"] == (400, b'{"error": "scale: must be a number"}')
    assert b"Packmate, a fake one" in found["/api/console"][1]
    assert found["/api/history?since=a"][0] == 400
    assert found["/nothing"][0] == 404
    assert found["/page/../server.py"][0] == 404


def test_live_stream_gives_four_states_a_second_and_pixels(desk):
    async def conversation(session, _server):
        states, pictures = [], []
        begin = time.monotonic()
        async with session.ws_connect("/api/live") as live:
            while len(states) < 13 or len(pictures) < 2:
                message = await live.receive(timeout=60)
                if message.type == aiohttp.WSMsgType.TEXT:
                    states.append(json.loads(message.data))
                else:
                    pictures.append(message.data)
        return states, pictures, time.monotonic() - begin

    states, pictures, took_s = talk(desk, conversation)
    # A slow machine gives fewer, but none gives more: one is late, and the next not for that.
    assert len(states) / took_s < 5
    times = [state["time"]["t_s"] for state in states]
    assert times == sorted(times) and times[-1] > times[0]
    seqs = [struct.unpack_from(">IHH", picture) for picture in pictures]
    assert all((width, height) == (240, 135) for _, width, height in seqs)
    assert len({seq for seq, _, _ in seqs}) == len(seqs) >= 2
    assert len(pictures[0]) == 8 + 240 * 135 * 3
    sent = [sample[0] for state in states for sample in state["samples"]]
    assert sent == sorted(set(sent)) and len(sent) >= 10


def test_history_holds_what_was(desk):
    async def conversation(session, _server):
        async def fetch():
            async with session.get("/api/history") as answer:
                return await answer.json()

        history = await until(fetch, lambda history: len(history["samples"]) > 5)
        since = history["samples"][2][0]
        async with session.get("/api/history", params={"since": since}) as answer:
            return history, since, await answer.json()

    history, since, later = talk(desk, conversation)
    assert history["fields"] == list(FIELDS)
    sample = dict(zip(FIELDS, history["samples"][-1], strict=True))
    assert 0 < sample["true_dc"] < 100
    assert sample["sensed_dc"] == 80
    assert (sample["protect_dc"], sample["recover_dc"]) == (0, 50)
    assert all(row[0] > since for row in later["samples"])


def test_settings_of_the_firmware_lead_to_the_proxy(desk, tmp_path):
    settings = json.loads((tmp_path / "settings.json").read_text())
    assert settings["mqtt_port"] == desk.proxy.port
    assert settings["mqtt_port"] != desk.broker.port


def test_a_scenario_plays_on_the_desk(desk, capsys):
    scenario = parse(
        {
            "name": "off when unplugged",
            "end_s": 150,
            "steps": [
                {"at_s": 0, "set": {"charger": True, "pack_dc": -20, "ambient_dc": -50}},
                {"when": {"pins.heater": True}, "within_s": 300, "mark": "warm"},
                {"after_s": 20, "mark": "pulled", "set": {"bms_unplugged": True}},
                {"after_s": 20, "mark": "end"},
            ],
            "expect": [
                {
                    "name": "off",
                    "expect": {"pins.heater": False},
                    "after": "pulled",
                    "within_s": 3,
                },
                {"name": "said", "expect": {"believed.heater_state": "blocked"}, "by_s": 400},
            ],
            "always": [{"name": "alive", "always": {"chip.resets": 0}}],
        }
    )
    status = play(Player(scenario, desk.lookup, desk.apply, desk.headline), desk)
    text = capsys.readouterr().out
    assert status == 0, text
    assert "3 of 3 held" in text


def test_a_scenario_ends_when_the_bench_breaks(desk):
    scenario = parse(
        {
            "name": "x",
            "end_s": 9999,
            "expect": [{"name": "y", "expect": {"pins.heater": 5}, "by_s": 9999}],
        }
    )
    player = Player(scenario, desk.lookup, desk.apply, desk.headline)
    desk.bench.error = ValueError("gone")
    said = []
    assert play(player, desk, said.append) == 1
    assert any("the bench stopped: ValueError: gone" in line for line in said)
    assert said[-1] == "  Packmate, a fake one"


def sample(t_s, heater=0):
    return [t_s, 1, 2, 3, 4, 5, 6, heater, 0]


def test_recorder_is_bounded_and_keeps_heating_when_it_thins():
    recorder = Recorder(fine_room=20, coarse_room=30)
    for i in range(1000):
        recorder.add(sample(5 * i, heater=int(i % 12 == 3)))
    history = recorder.history()
    times = [row[0] for row in history]
    assert times == sorted(times)
    assert len(history) == 50
    assert times[-1] - times[-20] == 19 * 5
    old = history[1:29]
    assert all(
        later - sooner == COARSE_S for (sooner, *_), (later, *_) in zip(old, old[1:], strict=False)
    )
    assert all(row[FIELDS.index("heater")] == 1 for row in old)


def test_recorder_ignores_what_is_not_newer():
    recorder = Recorder()
    recorder.add(sample(5))
    recorder.add(sample(5))
    recorder.add(sample(4))
    assert [row[0] for row in recorder.history()] == [5]


def test_settings_in_the_run_folder_are_used_and_not_lost(tmp_path):
    found = {"name": "Mine", "heater_mat_mohm": 50_000, "mqtt_host": "10.0.0.9"}
    (tmp_path / "settings.json").write_text(json.dumps(found))
    (tmp_path / "secrets.json").write_text('{"mqtt_password": "mine"}')
    desk = Desk(FakeBench(FakeConfig(tmp_path, lapse=30)))
    assert desk.settings["name"] == "Mine" and desk.settings["heater_mat_mohm"] == 50_000
    assert desk.settings["mqtt_host"] == "127.0.0.1"  # or nothing would be heard of it
    assert desk.overruled == ["mqtt_host"]
    desk.start()
    desk.stop()
    assert json.loads((tmp_path / "settings.json").read_text())["name"] == "Mine"
    assert json.loads((tmp_path / "secrets.json").read_text())["mqtt_password"] == "mine"


@pytest.mark.parametrize("text", ['{"name": ', "[1]", ""])
def test_settings_in_the_run_folder_that_are_no_object_are_named(tmp_path, text):
    (tmp_path / "settings.json").write_text(text)
    with pytest.raises(ControlError, match="settings.json"):
        Desk(FakeBench(FakeConfig(tmp_path)))
    assert (tmp_path / "settings.json").read_text() == text
