"""A BMS's radio module as a GATT server on bumble; a simulator speaks for the BMS behind it.

A simulator has `receive(data, t_us)` for what is written to it, `take(t_us)` which returns what it
has to say by now as a list of bursts, and `connected()` and `disconnected()`.
"""

import asyncio
import random

from bumble.att import ATT_ATTRIBUTE_NOT_FOUND_ERROR, ATT_Error
from bumble.core import UUID, AdvertisingData
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.pairing import PairingConfig, PairingDelegate

_LOOK_S = 0.002  # real time between two looks at the simulator
_SERVICE = UUID.from_16_bits(0xFFE0)
_CCCD = UUID.from_16_bits(0x2902)
_LOST = 0.7  # of the notifications, while it is garbled
_INTERVAL_MS = 10.0  # of advertising; units take longer, but virtual time may be compressed

P = Characteristic.Properties


class Form:
    """What a radio module looks like (jk.md §3.1, ant.md §1.1 and §2.1).

    `chars`: (16-bit UUID, properties) in the order of their handles. A burst is cut into pieces
    of at most `piece` bytes, and before that, if `half` is set, into halves of that size, as the
    BMS's own UART has them. `company` and `maker` are the advertised manufacturer data.
    """

    def __init__(self, chars, piece, half=0, company=None, maker=b"", mtu=247):
        self.chars = chars
        self.piece = piece
        self.half = half
        self.company = company
        self.maker = maker
        self.mtu = mtu


_ONE = ((0xFFE1, P.WRITE_WITHOUT_RESPONSE | P.NOTIFY), (0xFFE2, P.WRITE_WITHOUT_RESPONSE))
_TWO = ((0xFFE1, P.WRITE | P.WRITE_WITHOUT_RESPONSE), (0xFFE1, P.NOTIFY))

FORMS = {
    "jk_old": Form(_ONE, 20, mtu=23),
    "jk_new": Form(_TWO, 128, 150, 0x0B65, b"\x88\xa0"),
    "jk_131": Form(_ONE, 128, mtu=131),
    "ant_old": Form(_ONE, 20, mtu=23),
    "ant_new": Form(_ONE, 20, company=0x0657, maker=b"\x01\x02"),
    # Its notify characteristic comes first, and only the other one can be written.
    "swapped": Form(((0xFFE1, P.NOTIFY), (0xFFE1, P.WRITE)), 128),
    "no_bms": Form(((0xFFE2, P.WRITE),), 20),
}


class Unit:
    """See the module. `form` names one of FORMS. Faults and circumstances are attributes:

    rssi             dBm; None: out of range
    deaf             advertises, but no connection comes about
    taken            another central, the phone, holds it: neither advertised nor connectable
    silent           stays connected and notifies nothing
    garbled          most of its notifications get lost
    empty_discovery  how many of the next discoveries find nothing
    pin              number that pairing needs before notifications; None: no pairing (`protect`)
    refuses_pairing  says no whatever the number
    """

    def __init__(self, sim, form, address, name="", rssi=-60, pin=None):
        self.sim = sim
        self.form = FORMS[form]
        self.address = address
        self.name = name
        self.rssi = rssi
        self.pin = pin
        self.deaf = self.taken = self.silent = self.garbled = self.refuses_pairing = False
        self.empty_discovery = 0
        self.connections = 0
        self.writes = []  # what was written, as bytes; the last hundred
        self.notified = 0
        self.device = None
        self.connection = None
        self._air = None
        self._random = random.Random(1)
        self._notify = None
        self._task = None

    @property
    def asleep(self):
        """True while the BMS has switched its radio off."""
        return getattr(self.sim, "asleep", False)

    def hears(self, address_type):
        """True if a connection to this kind of address (0 public, 1 random) can come about."""
        away = self.rssi is None or self.taken or self.asleep or self.connection is not None
        return address_type == 1 and not away

    async def join(self, air):
        """Switches the unit on."""
        self._air = air
        self.device = device = await air.device(self.name or "BMS", self.address)
        device.pairing_config_factory = lambda _: self._pairing_config()
        device.gatt_server.max_mtu = self.form.mtu
        device.add_service(self._service())
        self.protect(self.pin)
        find = device.gatt_server.on_att_read_by_group_type_request
        device.gatt_server.on_att_read_by_group_type_request = lambda *args: self._find(
            find, *args
        )
        device.on("connection", self._on_connection)
        await self._advertise()
        self._task = asyncio.ensure_future(self._run())

    async def leave(self):
        """Switches the unit off and takes it away."""
        self._task.cancel()
        await self.drop()
        await self.device.stop_advertising()
        self._air.remove(self.device)

    async def drop(self):
        """Ends the connection from the unit's side."""
        if self.connection is not None:
            await self.connection.disconnect()

    def protect(self, pin):
        """Has the unit want to be paired by a number before it notifies; None: no pairing."""
        self.pin = pin
        locked = Characteristic.Permissions.WRITE_REQUIRES_AUTHENTICATION
        for attribute in self.device.gatt_server.attributes:
            if attribute.type == _CCCD and pin is None:
                attribute.permissions &= ~locked
            elif attribute.type == _CCCD:
                attribute.permissions |= locked

    # -- what it offers ---------------------------------------------------------------------------

    def _service(self):
        chars = []
        for number, properties in self.form.chars:
            value = CharacteristicValue(write=lambda _, data: self._on_write(bytes(data)))
            permissions = Characteristic.Permissions.WRITEABLE
            uuid = UUID.from_16_bits(number)
            char = Characteristic(uuid, properties, permissions, value)
            if properties & P.NOTIFY:
                self._notify = char
            chars.append(char)
        return Service(_SERVICE, chars)

    def _find(self, find, bearer, request):
        """Answers a discovery; some units return nothing at the first attempt."""
        if self.empty_discovery:
            self.empty_discovery -= 1
            raise ATT_Error(ATT_ATTRIBUTE_NOT_FOUND_ERROR, request.starting_handle)
        find(bearer, request)

    async def _advertise(self):
        form = self.form
        kind = AdvertisingData.Type
        data = [(kind.FLAGS, b"\x06"), (kind.INCOMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
                                        b"\xe0\xff")]  # fmt: skip
        if form.company is not None:
            maker = form.company.to_bytes(2, "little") + form.maker
            data.append((kind.MANUFACTURER_SPECIFIC_DATA, maker))
        name = [(kind.COMPLETE_LOCAL_NAME, self.name.encode())] if self.name else []
        await self.device.start_advertising(
            auto_restart=True,
            advertising_data=bytes(AdvertisingData(data)),
            scan_response_data=bytes(AdvertisingData(name)),
            advertising_interval_min=_INTERVAL_MS,
            advertising_interval_max=_INTERVAL_MS,
        )

    def is_heard(self):
        """True if a scan sees it."""
        return self.rssi is not None and not self.taken and not self.asleep

    # -- talking ----------------------------------------------------------------------------------

    def _on_connection(self, connection):
        self.connection = connection
        self.connections += 1
        connection.on("disconnection", self._on_disconnection)
        self.sim.connected()

    def _on_disconnection(self, _):
        self.connection = None
        self.sim.disconnected()

    def _on_write(self, data):
        self.writes.append(data)
        del self.writes[:-100]
        self.sim.receive(data, self._air.now_us())

    async def _run(self):
        while True:
            await asyncio.sleep(_LOOK_S)
            for burst in self.sim.take(self._air.now_us()):
                if self.connection is not None and not self.silent:
                    await self._say(burst)
            gone = self.rssi is None or self.asleep or self.taken
            if gone and self.connection is not None:
                await self.drop()

    async def _say(self, burst):
        size = min(self.form.piece, self.connection.att_mtu - 3)
        half = self.form.half or len(burst)
        for start in range(0, len(burst), half):
            part = burst[start : start + half]
            for at in range(0, len(part), size):
                if self.connection is None:
                    return
                piece = part[at : at + size]
                if self.garbled and self._random.random() < _LOST:
                    continue
                await self.device.notify_subscriber(self.connection, self._notify, piece)
                self.notified += 1

    # -- pairing ----------------------------------------------------------------------------------

    def _pairing_config(self):
        return PairingConfig(sc=True, mitm=True, bonding=False, delegate=_Shown(self))


class _Shown(PairingDelegate):
    """A unit whose number is printed on it, or fixed: it `shows` it."""

    def __init__(self, unit):
        super().__init__(io_capability=self.DISPLAY_OUTPUT_ONLY)
        self._unit = unit

    async def accept(self):
        return self._unit.pin is not None and not self._unit.refuses_pairing

    async def generate_passkey(self):
        return self._unit.pin

    async def display_number(self, number, digits=6):
        pass
