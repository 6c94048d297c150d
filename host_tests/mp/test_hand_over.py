# only: 64
"""A BMS over Bluetooth that is left to the phone is not taken, whatever was under way."""

import asyncio

import fake_aioble  # first: it stands for the radio
from harness import check, check_equal

from links import ble_setup as s
from links.ble_link import BLELink
from links.ble_radio import Radio
from links.ble_target import Target

SET_UP_MS = 300
begun = []


async def set_up(link):
    begun.append(link)
    await asyncio.sleep_ms(SET_UP_MS)
    return s.NONE


async def play(steps, count=1):
    """Runs links, and after so many ms each has them do something; returns the links."""
    begun.clear()
    radio = Radio()
    links = [BLELink(radio, Target(dialect="jk_ble")) for _ in range(count)]
    tasks = [asyncio.create_task(link.run()) for link in links]
    for pause_ms, step in steps:
        await asyncio.sleep_ms(pause_ms)
        for link in links:
            step(link)
    check(not any([task.done() for task in tasks]), "a link goes on for ever")
    for task in tasks:
        task.cancel()
    await asyncio.sleep_ms(0)
    return links


def leave(link):
    link.hand_over(600)


def leave_and_take(link):
    link.hand_over(600)
    link.hand_over(0)


def look(link):
    states.append((link.state, link.up, link.counts[s.HANDED_OVER]))


def check_each(what, links, wanted):
    check_equal(states, [wanted] * links, what)


fake_aioble.esp32.regions = [(100_000, 90_000, 90_000, 50_000)]
s.set_up = set_up

states = []
asyncio.run(play(((50, leave), (SET_UP_MS + 400, look)), 2))
check_each("both are the phone's", 2, (s.HANDED, False, 1))
check_equal(len(begun), 1, "a set-up that waited for another does not begin")

states = []
asyncio.run(play(((50, leave_and_take), (SET_UP_MS + 1800, look))))
check_each("one that was taken back at once is up", 1, (s.UP, True, 1))
check_equal(len(begun), 2, "set-ups, of which one was called off")

states = []
asyncio.run(play(((SET_UP_MS + 100, leave), (300, look))))
check_each("one that is up is let go of", 1, (s.HANDED, False, 1))
print("ok")
