"""Carries figures from the parts of the device to the two places that show them."""

from bms.check import PLAUSIBLE
from relay import view as v
from screen import model as m


def fill_link(view, bms):
    """Puts what is to be told of a BMS beside its pack into a View."""
    framer = bms.dialect.framer
    view.put(v.LINK_UP, bms.answering)
    view.put(v.PLAUSIBLE, bms.check.verdict == PLAUSIBLE)
    view.put(v.FROZEN, bms.check.frozen)
    view.put(v.VERDICT, bms.check.verdict)
    view.put(v.FRAMES, framer.frames)
    view.put(v.BAD_CHECKSUMS, framer.bad_checksum)
    view.put(v.BAD_LENGTHS, framer.bad_length)
    view.put(v.DROPPED_BYTES, framer.dropped)
    view.put(v.LINK_LOSSES, bms.link.losses)
    view.put(v.LINK_REASON, bms.link.reason)


def fill_view(view, device):
    """Puts everything the state message tells beside the pack into the relay's View."""
    heater = device.heater
    fill_link(view, device.bms)
    view.put(v.HEATER_ON, device.output.on)
    view.put(v.HEATER_DUTY_PERMILLE, heater.duty_permille)
    view.put(v.HEATER_POWER_MW, heater.power_mw)
    view.put(v.HEATER_WH_TODAY, heater.wh_today)
    view.put(v.HEATER_STATE, heater.state)
    view.put(v.HEATER_REASON, heater.reason)
    view.put(v.HEATER_MODE, heater.mode)
    view.faults = heater.latched
    view.put(v.HEAP_FREE, device.memory.python_free)
    view.put(v.HEAP_MIN_FREE, device.memory.python_min_free)
    view.put(v.UPTIME_S, device.uptime_s)
    view.put(v.RESETS, device.boots)
    view.put(v.RESET_CAUSE, device.reset_cause)
    view.put(v.LOOP_MAX_MS, device.loop_max_ms)
    view.put(v.RSSI_DBM, device.wifi.rssi_dbm())
    view.put(v.WIFI_LOSSES, device.wifi.losses)
    view.put(v.WIFI_FAILURES, device.wifi.failures)
    view.put(v.WIFI_REASON, device.wifi.reason)
    view.put(v.HANDED_OVER_S, None if device.ble is None else device.ble.handed_over_s)
    _fill_heater(view, heater)


def _fill_heater(view, heater):
    law = heater.law
    inputs = heater.inputs
    view.put(v.HEATER_READY_S, heater.ready_s)
    view.put(v.HEATER_READY_WH, heater.ready_wh)
    view.put(v.HEATER_BOOST_S, heater.boost_s)
    view.put(v.HEATER_PROBE_DC, heater.probe_dc)
    view.put(v.HEATER_ON_DC, law.on_dc)
    view.put(v.HEATER_OFF_DC, law.off_dc)
    view.put(v.HEATER_OWN_ON_DC, None if inputs.from_bms else inputs.own_on_dc)
    view.put(v.HEATER_OWN_OFF_DC, None if inputs.from_bms else inputs.own_off_dc)
    view.put(v.HEATER_COLD_MIN, heater.cold_min)
    view.put(v.HEATER_COLD_CHARGED_MAH, heater.cold_charged_mah)
    view.put(v.HEATER_LEARNED_J_K, heater.learned_j_k or None)
    view.put(v.HEATER_PREHEAT, heater.preheat)
    view.put(v.HEATER_CHARGER, law.charger.source if law.charger.present else 0)


def fill_model(model, device, now):
    """Copies what the screen shows into its Model."""
    bms = device.bms
    if model.shown:
        bms = bms.units[model.shown - 1]
    model.take(bms.pack, now, device.uptime_s)
    model.why = bms.link.reason
    model.whys = bms.link.WORDS
    model.verdict = bms.check.verdict
    model.frozen = bms.check.frozen
    if model.frozen:
        model.age_ms = bms.check.content_ms
        model.age_s = model.age_ms // 1000
    model.heater = device.heater
    model.heater_on = device.output.on
    model.held_ms = device.button.held_ms
    model.handed_over_s = 0 if device.ble is None else device.ble.handed_over_s
    model.wifi = _link_state(device.wifi_used, device.wifi.up)
    model.mqtt = _link_state(device.mqtt_used, device.mqtt_used and device.relay.connected)


def _link_state(used, up):
    if not used:
        return m.NOT_USED
    return m.CONNECTED if up else m.TRYING
