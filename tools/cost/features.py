"""What each thing that the relay can do takes of both heaps: `python -m tools.benchmark features`.

A start of the image is played without it and with it (boot_play.py), up to its tasks. Without
PSRAM the model of the chip's two heaps says what the system has at the least; with PSRAM Python's
heap is elsewhere, and what counts is what the drivers take.
"""

from tools.cost import boot_play, chip_heaps, memory

_UNTIL = "tasks"
PLAIN = {"ha_discovery": False}
_HEAD = "| | Python's heap, bytes | the system's, bytes |"
# Beside PLAIN, each by itself.
SMALL = {
    "Home Assistant's entities": {"ha_discovery": True},
    "commands over MQTT": {"mqtt_mode": True, "mqtt_boost": True, "mqtt_thresholds": True},
    "updates": {"update_url": "http://192.168.1.2/"},
    "the time of day (`preheat_at`)": {"preheat_at": "06:30"},
    "the small history": {"history_kb": 64},
}
ROOMY = {
    "Home Assistant's entities": {"ha_discovery": True},
    "the same by device": {"ha_discovery": True, "ha_by_device": True},
    "history, 512 kB of flash": {"history_kb": 512},
    "Influx lines": {"mqtt_influx": True},
    "Victron": {"mqtt_victron": True},
    "charge limits": {"charge_max_a": 100},
    "a budget of data": {"mqtt_mb_a_month": 20},
    "commands to the BMS": {"bms_writes": True, "mqtt_writes": True},
}


def taken(stages):
    """Returns the bytes that drivers and sockets hold of the system's memory after these stages;
    the large buffer that a start holds meanwhile is not counted."""
    held = {}
    sockets = 0
    heaps = chip_heaps.ChipHeaps()
    for stage in stages:
        for what, size in stage.taken:
            if what == "socket":
                sockets += heaps.needs(what)
            elif what != "uart" or size < chip_heaps.BALLAST:
                held[what] = heaps.needs(what, size)
        for what in stage.given:
            held.pop(what, None)
    return sockets + sum(held.values())


def least_free(stages):
    """Returns what the system has at the least, by the model."""
    return min(moment.idf_free for moment in chip_heaps.follow(memory.traffic(stages))[0])


def measure(features, psram):
    """Returns {name, None without any of them: [boot_play.Stage]}."""
    with boot_play.images(roomy=psram) as play:
        return {
            name: play(PLAIN | settings, psram=psram, until=_UNTIL, timeout_s=600)
            for name, settings in {None: {}, **features}.items()
        }


def rows(found, system):
    """Returns the lines of a table about what measure() found; system: what counts of the other
    heap, of the stages of one start."""
    without = found[None]
    lines = [_HEAD, "|---|---:|---:|"]
    lines.append(f"| Wi-Fi, MQTT, heater | {without[-1].live:,} | {system(without):,} |")
    for name, stages in found.items():
        if name is not None:
            more = stages[-1].live - without[-1].live
            other = system(stages) - system(without)
            lines.append(f"| {name} | {more:+,} | {other:+,} |")
    return lines


def table():
    """Returns the lines of two Markdown tables, without PSRAM and with it."""
    return [
        "Without PSRAM; the system's: what is free at the least.",
        "",
        *rows(measure(SMALL, False), least_free),
        "",
        "With PSRAM; the system's: what drivers and sockets take.",
        "",
        *rows(measure(ROOMY, True), taken),
    ]
