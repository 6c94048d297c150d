"""Carries figures from the parts of the device to the screen."""

from screen import model as m


def fill_model(model, device, now):
    """Copies what the screen shows into its Model."""
    bms = device.bms
    if model.shown:
        bms = bms.units[model.shown - 1]
    model.heater = device.heater
    model.take(bms.pack, now, device.uptime_s)
    model.why = bms.link.reason
    model.why_texts = bms.link.TEXTS
    model.verdict = bms.check.verdict
    model.frozen = bms.check.frozen
    if model.frozen:
        model.age_ms = bms.check.content_ms
        model.age_s = model.age_ms // 1000
    model.heater_on = device.output.on
    model.held_ms = device.button.held_ms
    model.handed_over_s = 0 if device.ble is None else device.ble.handed_over_s
    model.wifi = _link_state(device.wifi_used, device.wifi.up)
    relay = device.relay
    model.mqtt = _link_state(device.mqtt_used, relay is not None and relay.connected)


def _link_state(used, up):
    if not used:
        return m.NOT_USED
    return m.CONNECTED if up else m.TRYING
