"""What the self-test has the device do: a program for MicroPython, in pieces that never wait long.

The judging is done beside it (on_board.py, on_lines.py). Secrets are read on the device, and stay
there.
"""

# `_module` makes a module of a source, so that the panel is driven by the firmware's own driver.
PROGRAM = """
import gc, json, os, sys, time
from binascii import hexlify, unhexlify
from machine import Pin, UART
class _Module:
    pass
def _module(name, text):
    found = {"__name__": name}
    exec(text, found)
    made = _Module()
    for key in found:
        setattr(made, key, found[key])
    _put(name, made)
def _put(name, made):
    sys.modules[name] = made
    parent, _, child = name.rpartition(".")
    if parent:
        if not isinstance(sys.modules.get(parent), _Module):
            _put(parent, _Module())
        setattr(sys.modules[parent], child, made)
def _drive(pin, level):
    made = Pin(pin, Pin.OUT, value=level)
    time.sleep_ms(2)
    return made.value()
def _pulled_up(pin):
    made = Pin(pin, Pin.IN, Pin.PULL_UP)
    time.sleep_ms(2)
    return made.value()
def _room():
    gc.collect()
    about = os.statvfs("/")
    return gc.mem_free() + gc.mem_alloc(), gc.mem_free(), about[0] * about[3]
"""

# The panel: bars and a frame by its driver, then one byte read from its controller, bit by bit.
PANEL = """
_panel = None
def _show(colours):
    global _panel
    from showing import panels
    _panel = panels.make()
    w = _panel.width
    h = _panel.height
    part = w // len(colours)
    white = b"\\xff" * (2 * max(part, h))
    for i in range(len(colours)):
        rows = colours[i] * (8 * part)
        for y in range(0, h, 8):
            n = min(8, h - y)
            _panel.send(i * part, y, part, n, memoryview(rows)[:2 * n * part])
    for i in range(len(colours)):
        for y in (0, h - 1):
            _panel.send(i * part, y, part, 1, memoryview(white)[:2 * part])
    for x in (0, len(colours) * part - 1):
        _panel.send(x, 0, 1, h, memoryview(white)[:2 * h])
    _panel.light(80)
def _bit_out(byte, clock, data):
    for shift in range(7, -1, -1):
        data(byte >> shift & 1)
        clock(1)
        clock(0)
def _peek(pins, write, read):
    sck, mosi, cs, dc = pins
    clock = Pin(sck, Pin.OUT, value=0)
    data = Pin(mosi, Pin.OUT, value=0)
    select = Pin(cs, Pin.OUT, value=1)
    kind = Pin(dc, Pin.OUT, value=0)
    select(0)
    _bit_out(write, clock, data)
    select(1)
    select(0)
    _bit_out(read, clock, data)
    kind(1)
    back = Pin(mosi, Pin.IN)  # one wire for both ways
    value = 0
    for _ in range(16):
        clock(1)
        value = value << 1 | back()
        clock(0)
    select(1)
    return value
"""

MONO = """
def _scan(number, scl, sda):
    from machine import I2C
    return I2C(number, scl=Pin(scl), sda=Pin(sda), freq=100000).scan()
def _frame():
    import framebuf
    from showing import panels
    panel = panels.make()
    box = framebuf.FrameBuffer(panel.picture, 128, 64, framebuf.MONO_VLSB, panel.STRIDE)
    box.rect(0, 0, 128, 64, 1)
    box.fill_rect(4, 4, 40, 12, 1)
    for row in range(8):
        panel.send_row(row)
    panel.light(80)
"""

LINE = """
_de = None
def _open(number, baud, rx, tx, de):
    global _line, _de
    _de = None if de is None else Pin(de, Pin.OUT, value=0)
    _line = UART(number, baudrate=baud, rx=rx, tx=tx, rxbuf=2048)
def _say(text):
    if _de is not None:
        _de(1)
    _line.write(unhexlify(text))
    if _de is not None:
        while not _line.txdone():
            pass
        _de(0)
def _hear():
    n = min(_line.any(), 1024)
    return str(hexlify(_line.read(n)), "ascii") if n else ""
"""

NETWORK = """
import network, socket
def _secret(name):
    try:
        with open("secrets.json") as file:
            return json.load(file).get(name, "")
    except (OSError, ValueError):
        return ""
def _join(ssid):
    global _wlan
    _wlan = network.WLAN(network.WLAN.IF_STA)
    _wlan.active(True)
    _wlan.config(reconnects=0)
    password = _secret("wifi_password")
    if password:
        _wlan.connect(ssid, password)
    else:
        _wlan.connect(ssid)
def _joined():
    if not _wlan.isconnected():
        return False, _wlan.status(), ""
    return True, _wlan.status("rssi"), _wlan.ifconfig()[0]
def _text(data):
    data = data.encode()
    return bytes((len(data) >> 8, len(data) & 255)) + data
def _knock(host, port, name, user):
    try:
        address = socket.getaddrinfo(host, port)[0][-1]
    except OSError:
        return "name", 0
    body = _text("MQTT") + bytes((4, 0xc2 if user else 2, 0, 30)) + _text(name)
    if user:
        body += _text(user) + _text(_secret("mqtt_password"))
    sock = socket.socket()
    try:
        sock.settimeout(5)
        sock.connect(address)
        size = len(body)
        sock.write(bytes((16, size) if size < 128 else (16, size & 127 | 128, size >> 7)) + body)
        answer = sock.read(4)
        if answer is None or len(answer) < 4 or answer[0] != 0x20:
            return "answer", 0
        sock.write(b"\\xe0\\x00")
        return "code", answer[3]
    except OSError as error:
        return "line", error.errno or 0
    finally:
        sock.close()
"""

PROBE = """
def _probe(pin):
    import ds18x20, onewire
    bus = ds18x20.DS18X20(onewire.OneWire(Pin(pin)))
    found = bus.scan()
    if not found:
        return None
    bus.convert_temp()
    time.sleep_ms(800)
    return round(10 * bus.read_temp(found[0]))
"""

AIR = """
def _listen():
    global _air, _seen
    import bluetooth
    _seen = {}
    def heard(event, data):
        if event == 5 and len(_seen) < 40:
            key = str(hexlify(bytes(data[1])), "ascii")
            text = _seen.get(key, (0, ""))[1] + str(hexlify(bytes(data[4])), "ascii")
            _seen[key] = (data[3], text[:248])
    _air = bluetooth.BLE()
    _air.active(True)
    _air.irq(heard)
    _air.gap_scan(8000, 100000, 50000, True)
def _quiet():
    _air.active(False)
    return _seen
def _has_library():
    try:
        import aioble
    except ImportError:
        return False
    return True
"""
