"""What browsers send, whatever it is: forms, JSON, and bundles; nothing raises, and what is taken
is what was sent."""

import json
import types
import urllib.parse

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from host_tests.web import site_rig as rig
from host_tests.web.test_changes import Settings
from host_tests.web.test_upload import Device as UploadDevice
from host_tests.web.test_upload import bundle
from relay import commands as c
from settings import table
from web import form
from website import orders
from website.login import Login

kept = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
few = settings(kept, max_examples=15)
BYTES = st.binary(max_size=300)
CUTS = st.lists(st.integers(0, 2000), max_size=8)
NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=6)
FIELDS = st.dictionaries(NAMES, st.text(st.characters(codec="utf-8"), max_size=12), max_size=9)
WORDS = st.sampled_from([b"a=1", b"&", b"=", b"%", b"%41", b"%zz", b"+", b"b", b"\xff", b"a"])


def pieces(data, cuts):
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[start:end] for start, end in zip(edges, edges[1:], strict=False)]


# -- forms ----------------------------------------------------------------------------------------


def taken(data, cuts, most=64, longest=500):
    long = form.LongForm(most, longest)
    for piece in pieces(data, cuts):
        long.take(piece)
    return long.fields()


@given(sent=FIELDS, cuts=CUTS)
def test_a_form_is_what_was_sent_however_it_comes(sent, cuts):
    assert taken(urllib.parse.urlencode(sent).encode(), cuts) == sent


@given(data=BYTES | st.lists(WORDS, max_size=40).map(b"".join), cuts=CUTS)
@example(data=b"&", cuts=[1])
@example(data=b"a=1&", cuts=[])
@example(data=b"a=1&b=%", cuts=[6])
def test_a_form_of_any_bytes_is_read_as_one_that_comes_at_once(data, cuts):
    """And as a short one is, but that a & at the end is none of its fields."""
    found = taken(data, cuts)
    assert found == taken(data, [])
    short = form.fields(data[:-1] if data.endswith(b"&") and len(data) > 1 else data)
    assert found == short


@given(data=BYTES, cuts=CUTS, most=st.integers(1, 4), longest=st.integers(1, 30))
def test_no_form_is_larger_than_it_may_be(data, cuts, most, longest):
    found = taken(data, cuts, most, longest)
    assert found is None or len(found) <= most


# -- JSON -----------------------------------------------------------------------------------------

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(codec="utf-8"), max_size=20)
)
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner), max_leaves=8
)


def objects(*names):
    """Objects with some of these names, any bytes, and any JSON."""
    wish = st.dictionaries(st.sampled_from([*names, "more"]), JSON, max_size=3)
    return wish | JSON | BYTES


@kept
@given(wish=objects("password"))
def test_no_login_raises_or_lets_in_who_does_not_know_the_password(wish):
    door = Login("a good password", rig.make_device())
    status, told = rig.told(door.enter(rig.asked(wish)))
    assert status in (400, 403) and "token" not in told


ORDERS = ("heater/mode", "heater/boost", "heater/on_dc", "heater/acknowledge", "update", "no/such")
VALUES = JSON | st.sampled_from(["off", "charger", "-1", "30", "999", "install", "acknowledge", 7])


@kept
@given(
    wish=st.fixed_dictionaries({"command": st.sampled_from(ORDERS), "value": VALUES})
    | objects("command", "value")
)
def test_no_command_raises_and_one_that_is_obeyed_is_allowed(wish):
    obeyed = []
    kinds = c.MODES | c.BOOSTS
    device = rig.make_device()
    desk = orders.Orders(
        device, c.Judge(kinds, 1, 0, 50), lambda device, *what: obeyed.append(what) or True
    )
    status, told = rig.told(desk.answer(rig.asked(wish)))
    assert status in (200, 400)
    assert bool(obeyed) == (status == 200 and told["done"])
    for command, value in obeyed:
        assert command not in (c.SET_ON_DC, c.SET_OFF_DC, c.UPDATE)
        assert command != c.SET_MODE or value in (0, 1)


SETTINGS = [row[0] for row in table.SETTINGS]
SECRETS = [row[0] for row in table.SECRETS]
GIVEN = {"wifi_ssid": "van"}
WISHES = st.fixed_dictionaries(
    {},
    optional={
        "settings": st.dictionaries(st.sampled_from(SETTINGS), JSON, max_size=4) | JSON,
        "secrets": st.dictionaries(st.sampled_from(SECRETS), JSON, max_size=2) | JSON,
    },
)


@pytest.fixture
def changes(load, tmp_path):
    building = load("building.website")
    device = rig.make_device(
        output=types.SimpleNamespace(off=lambda: None),
        supervisor=types.SimpleNamespace(relax=lambda: None, excuse=lambda now: None),
        heater=types.SimpleNamespace(bms_output=None),
        login=types.SimpleNamespace(enter=None, leave=None, guarded=lambda make: make),
    )
    return building.add_changes(building.Site(()), device, Settings())


@kept
@given(wish=WISHES | objects("settings", "secrets"))
def test_what_is_no_good_setting_is_never_written(changes, tmp_path, wish):
    paths = [tmp_path / name for name in ("settings.json", "secrets.json")]
    for path, there in zip(paths, (GIVEN, {}), strict=True):
        path.write_text(json.dumps(there))
    before = [path.read_text() for path in paths]
    status, told = rig.told(changes.change(rig.asked(wish)))
    assert status in (200, 400, 422) and (status == 200) == (told.get("errors") == [])
    after = [path.read_text() for path in paths]
    if status != 200:
        assert after == before
    for text, rows in zip(after, (table.SETTINGS, table.SECRETS), strict=True):
        assert table.load(json.loads(text), rows)[1] == []


@kept
@given(query=st.text(st.sampled_from("fromstep=&%+0123456789"), max_size=30))
def test_no_query_of_the_history_raises(load, query):
    device = rig.make_device(recorder=types.SimpleNamespace(ring=None))
    answer = load("website.records").Records(device).answer(rig.asked(query=query))
    assert answer.status in (200, 400)


# -- bundles --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(65537, 3072)


@few
@given(at=st.integers(0, 1 << 20), bit=st.integers(0, 7), length=st.integers(0, 1 << 20))
@example(at=19, bit=0, length=0)
def test_no_damaged_bundle_is_tried_and_the_next_one_is(uploading, key, at, bit, length):
    """One bit changed, or cut short; the browser says what it sends."""
    good = bundle(key)
    data = bytearray(good)
    data[at % len(data)] ^= 1 << bit
    if length:
        data = data[: length % len(good)]
    uploading.due = 0  # each line has a clock of its own
    status, told = uploading.run(uploading.send(bytes(data)))
    assert status == 422 and told["error"] and not uploading.slot.exists()
    uploading.step(uploading.due + 1000)
    assert not uploading.device.updater.is_busy() and uploading.log[-1] == "renew"


@pytest.fixture
def uploading(load, key, tmp_path, monkeypatch):
    return UploadDevice(load, key, tmp_path, monkeypatch)
