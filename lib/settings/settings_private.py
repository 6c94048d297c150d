"""Settings that tell who or where somebody is: hidden in whatever is passed on to others.

Secrets are never in it at all. Read by firmware/website/events.py and tools/packmate/kept.py.
"""

PRIVATE = ("name", "wifi_ssid", "wifi_ssid_2", "mqtt_host", "mqtt_user", "ble_address", "ble_name")
PRIVATE += ("update_url",)
