"""The tasks of the device: each does its step, checks in with the supervisor, and sleeps.

A task is a generator that yields for how many ms it sleeps. `run` has nothing to do with asyncio,
which takes 4 kB of a heap; where a BMS comes by radio, asyncio runs the same tasks (links.ble).
Steady state allocates nothing: sleeps, plain calls, fixed buffers.
"""

import sys
from array import array
from time import sleep_ms, ticks_ms

from bms.check import PLAUSIBLE
from compat import const, ticks_add, ticks_diff
from hardware.inputs.buttons import LONG, SHORT
from relay import commands as c
from starting import attempts

# The heater's task is watched by the watchdog itself, which nothing else feeds.
_BMS = const(0)
_SCREEN = const(1)
_RELAY = const(2)
NAMES = ("bms", "screen", "relay")

_IDLE_TICK_MS = const(100)
_HEATER_TICK_MS = const(500)  # the lease bears one step that comes this late
_SCREEN_TICK_MS = const(250)
_RELAY_TICK_MS = const(100)
_RELAY_BUSY_TICK_MS = const(20)  # while bytes come or go
_COLLECT_TICK_MS = const(10_000)
_DEAF_MS = const(1_200_000)  # no broker for so long is worth a try
_STARVED_MS = const(180_000)  # no broker for so long since there is no memory: only a reset helps
_LEAST_PIECE = const(3000)  # of the IDF's memory: two packets of the network
_BOUNCE_S = const(1200)
_SHIFT_EVERY = const(720)  # screen ticks: three minutes


def start_all(device):
    """Starts everything; returns the tasks."""
    device.start(ticks_ms())
    return (
        run_bms(device),
        run_heater(device),
        run_screen(device),
        run_relay(device),
        run_collector(device),
    ) + device.extras


def run_all(device):
    """Starts everything, and runs it until a task fails; raises what it failed with."""
    tasks = start_all(device)
    if device.ble is None:
        run(tasks)
    else:
        device.ble.run(tasks)


def run(tasks):
    """Runs tasks, each when it is due; ends with what one of them raises."""
    due_ms = array("i", (ticks_ms(),) * len(tasks))
    while True:
        first = 0
        for i in range(1, len(due_ms)):
            if ticks_diff(due_ms[i], due_ms[first]) < 0:
                first = i
        wait_ms = ticks_diff(due_ms[first], ticks_ms())
        if wait_ms > 0:
            sleep_ms(wait_ms)
        pause_ms = next(tasks[first])
        due_ms[first] = ticks_add(ticks_ms(), pause_ms)


def rest_ms(period_ms):
    """Returns how long to sleep until the clock is at a multiple of a period.

    So tasks with such periods wake the chip together, and not each at moments of its own.
    """
    return period_ms - ticks_ms() % period_ms


def run_bms(device):
    """Reads, decodes and asks; measures how long the loop was held, by this task or another."""
    pause_ms = 0
    now = ticks_ms()
    while True:
        before = now
        yield pause_ms
        now = ticks_ms()
        held_ms = ticks_diff(now, before) - pause_ms
        if held_ms > device.loop_max_ms:
            device.loop_max_ms = held_ms
        pause_ms = _IDLE_TICK_MS
        for unit in device.bms.units:
            pause_ms = min(pause_ms, unit.serve(now))
        device.supervisor.alive(_BMS, ticks_ms())
        if pause_ms:
            pause_ms = rest_ms(pause_ms)


def run_heater(device):
    """Law, guard, lease and watchdog; and the slow clock."""
    second = ticks_ms()
    while True:
        now = ticks_ms()
        _step_heater(device, now)
        if ticks_diff(now, second) >= 1000:
            while ticks_diff(now, second) >= 1000:
                second = ticks_add(second, 1000)
                device.uptime_s += 1
            device.bms.watch(now)
            if device.ble is not None:
                device.ble.watch(device)
            device.save_if_due()
        yield rest_ms(_HEATER_TICK_MS)


def _step_heater(device, now):
    on = False
    heater = device.heater
    options = device.options
    try:
        bms = device.bms
        up = bms.look(now)
        if options is not None:
            options.before(device, now)
        on = heater.step(bms.pack, bms.check, up, device.charger_pin(), now)
        if options is not None:
            options.after(device, on, now)
    except Exception as error:  # whatever it is: the mat is off, and the owner is told
        device.output.off()
        sys.print_exception(error)
        heater.fail()
        on = False
        if options is not None:
            options.fail(device, now)
    if not on:
        device.output.off()
    # From here on lease and watchdog count. Switched on last, and off first: the mat is never on
    # with the long watchdog.
    well = device.supervisor.step(ticks_ms(), on)
    if on and well:
        device.output.renew(now)
    elif on:
        device.output.off()


def run_screen(device):
    """Draws what has changed, a piece at a time."""
    ticks = 0
    model = device.model  # None: there are no pages
    if model is not None:
        from showing.telemetry import fill_model
    while True:
        now = ticks_ms()
        if model is not None:
            fill_model(model, device, now)
        while device.screen.update(model):
            yield 0
        ticks += 1
        if ticks == _SHIFT_EVERY:
            ticks = 0
            device.screen.shift()
        device.supervisor.alive(_SCREEN, ticks_ms())
        yield rest_ms(_SCREEN_TICK_MS)


def _serve_button(device, now):
    press = device.button.step(now)
    if press == SHORT:
        device.screen.button(device.model)
    elif press == LONG and (device.heater.latched or device.heater.warnings):
        acknowledge(device)
    elif press == LONG and device.ble is not None:
        device.ble.press(device)


def run_relay(device):
    """Wi-Fi and MQTT, none of which may hold the loop; and the button, often enough for a tap."""
    while True:
        now = ticks_ms()
        _serve_button(device, now)
        up = device.wifi.step(now)
        if device.clock is not None:
            device.clock.step(device.wifi, now)
        if device.meter is not None:
            bms = device.bms
            good = bms.check.verdict == PLAUSIBLE and not bms.check.frozen
            device.meter.step(bms.pack, good, now)
        busy = device.relay is not None and _serve_relay(device, up, now)
        device.supervisor.alive(_RELAY, ticks_ms())
        yield rest_ms(_RELAY_BUSY_TICK_MS if busy else _RELAY_TICK_MS)


def _serve_relay(device, up, now):
    """Returns True if the relay is worth another look soon."""
    relay = device.relay
    heater = device.heater
    bms = device.bms
    news = heater.state << 16 | heater.reason << 8 | bms.check.verdict << 1 | bms.answering
    alarms = bms.pack.alarms
    if news != device.news or alarms != device.alarms:  # worth telling at once
        device.news = news
        device.alarms[:] = alarms
        relay.publish_soon()
    command = relay.step(device.wifi, now)
    if command != c.NOTHING:
        relay.settle(obey(device, command, relay.value))
    if relay.writes is not None and relay.writes.changed():
        relay.publish_soon()
    if relay.down_ms(now) >= _STARVED_MS:
        _revive(device, up, now)
    return relay.busy()


def obey(device, command, value):
    """Carries out a command of the relay; returns False if that is not possible."""
    heater = device.heater
    if command == c.SET_MODE:
        return heater.set_mode(value)
    if command == c.BOOST:
        return heater.boost(value)
    if command == c.SET_ON_DC:
        return heater.set_thresholds(value, heater.inputs.own_off_dc)
    if command == c.SET_OFF_DC:
        return heater.set_thresholds(heater.inputs.own_on_dc, value)
    if command == c.UPDATE:
        from update.wish import ask

        return ask(device, value)
    if command == c.ACKNOWLEDGE:
        acknowledge(device)
    elif command == c.RESET_REPORT:
        heater.reset_report()
    return True


def _revive(device, up, now):
    """Tries what helps where nobody can press a button.

    Where the system has no memory for a socket, or for what it is to send, since Python's heap has
    taken it, it never comes back: the chip is reset, with the heater off first. For the heater
    that is no crash.
    """
    if device.relay.starved() or device.memory.idf_largest < _LEAST_PIECE:
        device.output.off()
        from hardware.reset_cause import ask

        ask()
        raise RuntimeError("no memory for the network")  # ends the application: the chip resets
    deaf = device.relay.down_ms(now) >= _DEAF_MS
    if not up or deaf and device.uptime_s >= device.bounce_after_s:
        # A network that has just come back after hours is given as long as any other.
        device.bounce_after_s = device.uptime_s + _BOUNCE_S
        device.wifi.bounce(now)  # of none it does nothing


def acknowledge(device):
    """Clears faults, with the heater off first, and warnings, which must not wear a relay."""
    if device.heater.latched:
        device.output.off()
    device.heater.acknowledge()


def run_collector(device):
    """Keeps the heap tidy at a chosen moment; and knows when the device has got going."""
    good = False
    while True:
        yield _COLLECT_TICK_MS
        device.memory.look()
        if not good and device.uptime_s >= attempts.GOOD_S:
            good = True
            attempts.clear()
