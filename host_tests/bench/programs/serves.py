"""Serves one page, once it is in the bench's Wi-Fi."""

from time import sleep_ms, ticks_ms

import network

from web.answer import whole
from website.site import Site
from website.web_server import WebServer

wlan = network.WLAN(network.STA_IF)
wlan.active(True)
wlan.connect("bench")
site = Site(())
site.answer("GET", "/", lambda request: whole(b"%d" % ticks_ms()))
server = WebServer(site)
print("serves")
while True:
    server.step(ticks_ms())
    sleep_ms(20)
