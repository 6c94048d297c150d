"""Checks the stand-ins against what the ESP32 port does; prints one line for each mismatch."""

import asyncio
import gc
import os
import select
import sys
import time

import esp32
import machine
import network
from machine import ADC, PWM, RTC, SPI, UART, WDT, Pin, Timer
from micropython import alloc_emergency_exception_buf, const

alloc_emergency_exception_buf(100)
_ONE = const(1)
checks = 0


def same(what, have, want):
    global checks
    checks += 1
    if have != want:
        print(f"MISMATCH {what}: {have!r}, not {want!r}")


def refuses(what, error, function):
    try:
        function()
    except error as caught:
        return same(what, type(caught), error)
    same(what, "no error", error)


def pins():
    pin = Pin(32, Pin.OUT, value=1)
    same("one object per pin", pin is Pin(32), True)
    same("repr", repr(pin), "Pin(32)")
    same("output reads back", pin.value(), 1)
    pin.off()
    same("off", pin(), 0)
    pin.toggle()
    same("toggle", pin(), 1)
    pin(0)
    same("pull-up", Pin(33, Pin.IN, Pin.PULL_UP).value(), 1)
    same("pull-down", Pin(33, Pin.IN, Pin.PULL_DOWN).value(), 0)
    same("button", Pin(35, Pin.IN).value(), 1)
    refuses("no such pin", ValueError, lambda: Pin(24))
    refuses("pin 40", ValueError, lambda: Pin(40))
    refuses("pin name", ValueError, lambda: Pin("A7"))
    refuses("output on 35", ValueError, lambda: Pin(35, Pin.OUT))
    pwm = PWM(Pin(4), freq=1000, duty_u16=32768)
    same("pwm", (pwm.freq(), pwm.duty_u16(), pwm.duty()), (1000, 32768, 512))
    refuses("pwm duty", ValueError, lambda: pwm.duty_u16(65536))
    refuses("pwm freq", ValueError, lambda: PWM(Pin(4), freq=0))
    pwm.deinit()
    refuses("pwm after deinit", RuntimeError, lambda: pwm.duty_u16(1))
    same("adc", ADC(Pin(34), atten=ADC.ATTN_11DB).read_u16(), 0)
    refuses("adc pin", ValueError, lambda: ADC(Pin(5)))


def buses():
    refuses("uart 3", ValueError, lambda: UART(3, 9600))
    refuses("uart bits", ValueError, lambda: UART(1, 9600, bits=9))
    uart = UART(1, baudrate=115200, tx=26, rx=25, rxbuf=512)
    same("uart any", uart.any(), 0)
    same("uart read", uart.read(), None)
    same("uart readinto", uart.readinto(bytearray(4)), None)
    same("uart readline", uart.readline(), None)
    same("uart write", uart.write(b"hello"), 5)
    same("uart busy", uart.txdone(), False)
    uart.flush()
    same("uart done", uart.txdone(), True)
    poll = select.poll()
    poll.register(uart, select.POLLIN | select.POLLOUT)
    same("uart writable", poll.poll(0), [(uart, select.POLLOUT)])
    same("select", select.select([uart], [uart], [], 0.01), [[], [uart], []])
    refuses("spi 3", ValueError, lambda: SPI(3))
    spi = SPI(2, baudrate=20_000_000, polarity=1, sck=Pin(18), mosi=Pin(19), miso=None)
    same("spi write", spi.write(b"\x00"), None)
    answer = bytearray(b"ab")
    spi.readinto(answer)
    same("spi read", answer, b"\x00\x00")
    refuses("spi lengths", ValueError, lambda: spi.write_readinto(b"a", bytearray(2)))


def clocks():
    start = time.ticks_ms()
    same("ticks small", 0 <= start < 1 << 30, True)
    time.sleep_ms(50)
    same("sleep_ms", 50 <= time.ticks_diff(time.ticks_ms(), start) < 80, True)
    same("wrap", time.ticks_add((1 << 30) - 1, 2), 1)
    same("diff over wrap", time.ticks_diff(1, (1 << 30) - 1), 2)
    refuses("add too much", OverflowError, lambda: time.ticks_add(0, 1 << 29))
    same("epoch", time.gmtime(0), (2000, 1, 1, 0, 0, 0, 5, 1))
    same("mktime", time.mktime((2000, 1, 2, 0, 0, 0, 0, 0)), 86400)
    same("year", time.gmtime()[0], 2000)
    RTC().datetime((2026, 1, 2, 4, 3, 4, 5, 0))
    same("rtc", time.localtime()[:6], (2026, 1, 2, 3, 4, 5))
    refuses("wdt timeout", ValueError, lambda: WDT(timeout=0))
    refuses("timer number", ValueError, lambda: Timer(4))
    refuses("timer unset", ValueError, lambda: Timer(3).value())
    ran = []
    timer = Timer(1)
    timer.init(mode=Timer.ONE_SHOT, period=20, callback=ran.append)
    time.sleep_ms(30)
    same("one shot", ran == [timer], True)
    timer.init(period=10, callback=ran.append)
    time.sleep_ms(35)
    timer.deinit()
    same("periodic", len(ran), 4)
    time.sleep_ms(35)
    same("deinit", len(ran), 4)


def system():
    same("cause", machine.reset_cause(), machine.PWRON_RESET)
    same("freq", machine.freq(), 160_000_000)
    machine.freq(240_000_000)
    same("freq set", machine.freq(), 240_000_000)
    refuses("freq bad", ValueError, lambda: machine.freq(100_000_000))
    same("id", len(machine.unique_id()), 6)
    same("uname", os.uname().sysname, "esp32")
    same("heap info", len(esp32.idf_heap_info(esp32.HEAP_DATA)[0]), 4)
    nvs = esp32.NVS("test")
    refuses("nvs missing", OSError, lambda: nvs.get_i32("boots"))
    nvs.set_i32("boots", -7)
    nvs.set_blob("blob", b"\x01\xff")
    nvs.commit()
    again = esp32.NVS("test")
    blob = bytearray(4)
    same("nvs", (again.get_i32("boots"), again.get_blob("blob", blob)), (-7, 2))
    same("nvs blob", blob, b"\x01\xff\x00\x00")
    same("const", _ONE, 1)
    same("args", sys.argv, [])
    same("main", __name__, "__main__")


def wifi():
    refuses("interface", ValueError, lambda: network.WLAN(7))
    wlan = network.WLAN(network.STA_IF)
    same("one wlan", wlan is network.WLAN(network.WLAN.IF_STA), True)
    refuses("not started", OSError, lambda: wlan.connect("bench", "secret"))
    wlan.active(True)
    same("idle", wlan.status(), network.STAT_IDLE)
    same("no address", wlan.ifconfig()[0], "0.0.0.0")
    refuses("config", ValueError, lambda: wlan.config("colour"))
    wlan.config(reconnects=5)
    same("reconnects", wlan.config("reconnects"), 5)
    import socket

    same("a number needs no resolver", len(socket.getaddrinfo("127.0.0.1", 1883)), 1)
    refuses("no resolver", OSError, lambda: socket.getaddrinfo("broker.lan", 1883))
    wlan.connect("bench", "secret")
    time.sleep(1)
    same("connecting", wlan.status(), network.STAT_CONNECTING)
    time.sleep(3)
    same("got ip", (wlan.isconnected(), wlan.status()), (True, network.STAT_GOT_IP))
    same("address", wlan.ifconfig()[0], "127.0.0.1")
    same("resolver", len(socket.getaddrinfo("127.0.0.1", 1883)), 1)
    wlan.disconnect()
    time.sleep_ms(10)
    same("left", (wlan.isconnected(), wlan.status()), (False, network.STAT_IDLE))


async def tasks():
    order = []

    async def note(name, ms):
        await asyncio.sleep_ms(ms)
        order.append(name)
        return name

    same("gather", await asyncio.gather(note("b", 20), note("a", 10)), ["b", "a"])
    same("order", order, ["a", "b"])
    task = asyncio.create_task(note("never", 1000))
    await asyncio.sleep_ms(1)
    task.cancel()
    try:
        await task
        same("cancelled", False, True)
    except asyncio.CancelledError:
        same("cancelled", task.done(), True)
    try:
        await asyncio.wait_for_ms(note("late", 100), 30)
        same("timeout", False, True)
    except asyncio.TimeoutError:
        pass
    event = asyncio.Event()
    waiter = asyncio.create_task(event.wait())
    flag = asyncio.ThreadSafeFlag()
    Timer(2).init(mode=Timer.ONE_SHOT, period=15, callback=lambda _: flag.set())
    start = time.ticks_ms()
    await flag.wait()
    same("flag", 15 <= time.ticks_diff(time.ticks_ms(), start) < 45, True)
    event.set()
    await waiter
    same("awaited twice", await asyncio.gather(*[asyncio.create_task(note("x", 0))]), ["x"])


pins()
buses()
clocks()
system()
wifi()
asyncio.run(tasks())
gc.collect()
print("checks done:", checks)
while True:
    time.sleep(1)
