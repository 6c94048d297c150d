"""Reaching a BMS over Bluetooth: search, connect, discover, subscribe, pair if it must be.

Every wait has a deadline. `set_up` works on a BLELink and returns NONE, or why it failed;
whatever aioble raises meanwhile means that the step failed which `link.step` names.
"""

import asyncio
from time import ticks_ms

import aioble
from aioble import core
from bluetooth import UUID

from compat import const, ticks_diff
from links import ble_radio

# What a link is doing; the position in STATES.
IDLE = const(0)  # between two attempts
SEARCHING = const(1)
CONNECTING = const(2)
SETTING_UP = const(3)
UP = const(4)
HANDED = const(5)
STATES = b"idle\nsearching\nconnecting\nsetting_up\nup\nhanded_over"

# Why the last attempt ended, or why there are no figures; the line in words.RADIO_NAMES.
NONE = const(0)  # it has not ended
ABSENT = const(1)  # no such advertisement: out of range, asleep, or the phone has it
NOT_CONNECTED = const(2)  # it advertises, but no connection comes about
NO_SERVICE = const(3)  # the discovery found nothing
NO_CHARACTERISTIC = const(4)  # none to be notified by, or none to write to
NOT_SUBSCRIBED = const(5)
PIN_MISSING = const(6)  # it wants to pair by a number, and none is set
PAIRING_REFUSED = const(7)
DROPPED = const(8)  # the unit or the distance ended the connection
SILENT = const(9)  # connected, but nothing came
NO_FRAMES = const(10)  # what came was no good frame for a minute
MEMORY = const(11)  # too little for the stack; see Radio.free and Radio.largest
RADIO = const(12)  # the stack itself failed
HANDED_OVER = const(13)
WITHHELD = const(14)  # and the two after it: in the order of jk_frames.JkFrames.withheld
REASON_COUNT = const(17)

NO_HANDLE = const(-1)
DEFAULT_MTU = const(23)

_CHARACTERISTIC = const(0xFFE1)
_SERVICE = const(0xFFE0)
_WRITE_NO_RESPONSE = const(0x04)
_WRITE = const(0x08)
_NOTIFY = const(0x10)
_ATT_ERROR = const(0x100)  # NimBLE: the other side's error is in the low byte
_NOT_AUTHENTICATED = const(0x05)
_NOT_AUTHORISED = const(0x08)
_NOT_ENCRYPTED = const(0x0F)
_MOST_OTHERS = const(8)

# A step's deadline, ms.
_SEARCH_MS = const(5000)
_INTERVAL_US = const(60_000)
_WINDOW_US = const(30_000)  # half of the time; the rest is Wi-Fi's
_SETTLE_MS = const(500)  # between the end of a scan and a connection
_CONNECT_MS = const(8000)
_MTU_MS = const(2000)
_PAIR_MS = const(15_000)
_SUBSCRIBE_S = const(25)  # with pairing
_TICK_MS = const(100)
_DISCONNECT_MS = const(3000)
SET_UP_S = const(45)  # all of them together, and a little


async def set_up(link):
    """Leaves the link connected and subscribed (NONE), or returns the reason why not."""
    link.step = RADIO
    if link.device is None:
        await _search(link)
    if link.device is None:
        return ABSENT
    connection = await _connect(link)
    try:
        link.mtu = await connection.exchange_mtu(ble_radio.MTU, _MTU_MS) or DEFAULT_MTU
    except asyncio.TimeoutError:
        link.mtu = DEFAULT_MTU  # it does not know the request
    return await asyncio.wait_for(_subscribe(link, connection), _SUBSCRIBE_S)


async def _search(link):
    """Looks for the target; of several that fit, the strongest is taken."""
    link.state = SEARCHING
    target = link.target
    rssi = -128
    others = []
    link.radio.finder = target
    try:
        async with aioble.scan(_SEARCH_MS, _INTERVAL_US, _WINDOW_US, True) as scanner:
            async for result in scanner:
                found = target.dialects(result)
                if not found:
                    continue
                if result.device not in others and len(others) < _MOST_OTHERS:
                    others.append(result.device)
                if result.rssi > rssi:
                    rssi = link.rssi = result.rssi
                    link.device = result.device
                    link.found = found
                if target.choosy:
                    break
    finally:
        link.radio.finder = None
    link.candidates = len(others)
    await asyncio.sleep_ms(_SETTLE_MS)


async def _connect(link):
    link.state = CONNECTING
    link.step = NOT_CONNECTED
    device = link.device
    link.dropped = False
    link.radio.address = device.addr
    try:
        # The stack gives up a second before aioble does: nothing comes about unawaited.
        connection = await device.connect(_CONNECT_MS, _CONNECT_MS - 1000)
    except BaseException:
        device._connection = None  # else the next connect() returns a dead one
        try:
            core.ble.gap_connect(None)  # pyright: ignore[reportCallIssue]
        except OSError:
            pass  # nothing was under way
        raise
    finally:
        link.radio.address = None
    link.connection = connection
    link.address = device.addr
    link.conn = connection._conn_handle
    link.connects += 1
    return connection


async def _subscribe(link, connection):
    link.state = SETTING_UP
    link.step = NO_SERVICE
    service = await connection.service(UUID(_SERVICE))
    if service is None:
        return NO_SERVICE
    notifier = await _find_characteristics(link, service)
    if notifier is None or link.write_handle == NO_HANDLE:
        return NO_CHARACTERISTIC
    link.step = NOT_SUBSCRIBED
    link.clear()
    link.renewed = True
    link.handle = notifier._value_handle
    try:
        await notifier.subscribe()
    except core.GattError as error:
        reason = await _pair(link, error._status - _ATT_ERROR)
        if reason != NONE:
            return reason
        await notifier.subscribe()
    return DROPPED if link.dropped else NONE


async def _find_characteristics(link, service):
    """Finds by their properties what to listen and write to: both may have one UUID."""
    notifier = None
    link.write_handle = NO_HANDLE
    wanted = UUID(_CHARACTERISTIC)
    async for char in service.characteristics():
        if char.uuid != wanted:
            continue
        if char.properties & _NOTIFY:
            notifier = char
        if char.properties & (_WRITE_NO_RESPONSE | _WRITE):
            link.write_handle = char._value_handle
            link.write_mode = 0 if char.properties & _WRITE_NO_RESPONSE else 1
    return notifier


async def _pair(link, code):
    """Pairs if that is what the unit's refusal asks for; returns NONE or a reason."""
    if code not in (_NOT_AUTHENTICATED, _NOT_AUTHORISED, _NOT_ENCRYPTED):
        return NOT_SUBSCRIBED
    if link.pin < 0 and code != _NOT_ENCRYPTED:
        return PIN_MISSING
    link.step = PAIRING_REFUSED
    radio = link.radio
    radio.start_pairing(link.conn, link.pin)
    start = ticks_ms()
    while radio.secured == ble_radio.PAIRING:
        if link.dropped or ticks_diff(ticks_ms(), start) > _PAIR_MS:
            return PAIRING_REFUSED
        await asyncio.sleep_ms(_TICK_MS)
    return NONE if radio.secured == ble_radio.PAIRED else PAIRING_REFUSED


async def part(connection, dropped):
    """Ends a connection and has aioble forget it, even if that fails."""
    if not dropped:
        try:
            await connection.disconnect(_DISCONNECT_MS)
        except Exception:  # aioble raises half a dozen kinds
            pass
    connection.device._connection = None
