"""The catalogue: names on the wire, advertisements, and no more imported than is asked for."""

import subprocess
import sys

import pytest

from bms import adverts, catalog
from bms.pack import PackState
from tools import ROOT

DIALECT_MODULES = set(catalog.modules())


@pytest.mark.parametrize("alias", ["jk02_24s", "jk02_32s", "jk04"])
def test_wire_names_are_of_one_dialect(alias):
    assert catalog.find(alias).name == "jk_ble"
    assert catalog.create(alias, PackState(), 256, 1000).NAME == "jk_ble"


def test_names_and_transports():
    assert len(set(catalog.NAMES)) == len(catalog.NAMES) == 6
    for entry in catalog.DIALECTS:
        assert entry.ways & (catalog.UART | catalog.BLE)
        assert catalog.baud(entry.name) == entry.bauds[0]
    assert catalog.baud("jk_display") == 2400 and catalog.baud("ant_new") == 19_200
    assert catalog.NAMES.index("ant_new") < catalog.NAMES.index("ant_old")  # both may answer


@pytest.mark.parametrize(
    "name, companies, services, expected",
    [
        ("JK_B2A20S20P", (), (), ("jk_ble",)),
        ("my boat", (0x0B65,), (0xFFE0,), ("jk_ble",)),
        ("ANT-BLE16ZMUB", (), (), ("ant_new", "ant_old")),
        ("ant@ble24\r", (), (), ("ant_new", "ant_old")),
        (None, (0x2313,), (), ("ant_new", "ant_old")),
        ("my boat", (), (0xFFE0,), ("jk_ble", "ant_new", "ant_old")),
        ("headphones", (0x004C,), (0x180F,), ()),
        (None, (), (), ()),
    ],
)
def test_advertisements(name, companies, services, expected):
    assert adverts.match(name, companies, services) == expected
    for dialect in expected:
        assert catalog.find(dialect).ways & catalog.BLE


@pytest.mark.parametrize("name", catalog.NAMES)
def test_a_dialect_brings_no_other(name):
    code = f"""
import sys
sys.path.insert(0, {str(ROOT / "lib")!r})
from bms import catalog, pack
catalog.create({name!r}, pack.PackState(), 256, 1000)
print(*sorted(sys.modules))
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert DIALECT_MODULES & set(run.stdout.split()) == {catalog.find(name).module}


def test_an_address_is_for_those_that_have_one():
    assert catalog.create("jk_modbus", PackState(), 256, 1000, 7).address == 7
    assert catalog.create("jk_modbus", PackState(), 256, 1000).address is None
    assert catalog.create("jk_gps", PackState(), 256, 1000, 7).NAME == "jk_gps"
