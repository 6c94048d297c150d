"""What somebody with a van answers, and what follows from it: at a terminal and on the page."""

SETTINGS = {
    "name": "Van",
    "heater_output": "gpio",
    "heater_mode": "charger_or_soc",
    "heater_soc_floor_pct": 30,
    "heater_thresholds": "own",
    "heater_on_dc": 5,
    "heater_off_dc": 60,
    "heater_mat_mohm": 8200,
    "pack_max_mv": 14600,
    "pack_wh": 5120,
    "wifi_ssid": "van",
    "mqtt_host": "broker",
    "mqtt_user": "me",
    "bms_poll_ms": 2000,
}
SECRETS = {"wifi_password": " pass word ", "mqtt_password": "secret"}
