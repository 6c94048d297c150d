"""The channel between the firmware's stand-ins and the bench. Read by both sides.

Firmware to bench, a stream of records, little endian: op (u8), arg (u8), n (u16), t (i64), then,
for ops of 32 and more, n bytes. t is virtual time in µs since the chip's reset, taken when the
thing was done: records may be buffered, yet lose neither order nor time.

    PIN      arg pin, n level            MODE     arg pin, n mode | pull << 4
    PWM_OFF  arg pin                     UART_TX  arg id, n bytes were written to its pty
    TIMER_OFF arg id                     FEED     (watchdog)
    RESET    arg 0 machine.reset, 1 the power goes    LINK  n 0 inactive, 1 active, 2 disconnect
    STAGE    n 1: the watchdog's bite resets the system, and not only the processors
    WAKE     a socket became ready: end the idling at once
    HELLO    answered by a reply         OVERRUN  arg id, n bytes were lost by a full rxbuf
    WIRE     arg pin, n WIRE_RESET, WIRE_READ, or WIRE_WRITE | byte: 1-Wire; answered by a reply
    PWM      arg pin, freq u32, duty_u16 u16
    SPI      arg id, the bytes           SPI_INIT arg id, baud u32, sck i8, mosi i8
    UART     arg id, baud u32, tx i8, rx i8
    TIMER    arg id, period_us i64, repeat u8
    WDT      timeout_ms u32              JOIN     ssid, a zero byte, password
    IDLE     until i64 (as t; -1: no end), timers handled u64, SERIAL seen last i64, UARTs watched
             u8 (bit per id), sockets watched u8; answered by a reply when the idling ends

Bench to firmware, replies of CELLS signed 64-bit integers:

    0 OFFSET   add to the monotonic clock in µs to get t, as long as the process has its turns
    1 INPUTS   input levels, a bit per pin
    2 FIRED    how often each timer has fired, 4 times 16 bits, wrapping
    3 RX1      bytes given to UART 1 since reset       4 RX2      ... UART 2
    5 WIFI     see WIFI_... below
    6 FLAGS    HELLO: reset cause in bits 0-7, buffered pins from bit 8; WIRE: what was read
    7 SERIAL   counts up with every reply; the alarm line sends the same cells
    8 DRIVEN   a bit per pin that something outside drives; the others follow their pulls
    9 RTC      by how much the wall clock has jumped so far, µs
    10 TOLD    t of the reply            11 SPENT  CPU time of the process then, µs; -1: unknown
    12 TAKEN   bytes of the IDF's memory that something has used up since the reset
    13 FREE    until this t nothing comes from outside: who idles no longer than that and has
               said nothing since, goes on by himself, and the bench takes it that he has

The second descriptor, the alarm line, carries such replies unasked, when a timer fires or an input
changes while the firmware computes; a thread waits on it and schedules their handling.
"""

PIN = 1
MODE = 2
PWM_OFF = 3
UART_TX = 4
TIMER_OFF = 5
FEED = 6
RESET = 7
LINK = 8
WAKE = 9
HELLO = 10
OVERRUN = 11
WIRE = 12
STAGE = 13
PAYLOAD = 32
PWM = 32
SPI = 33
SPI_INIT = 34
I2C = 8  # added to the number of an I2C, whose bytes go as SPI
UART = 35
TIMER = 36
WDT = 37
JOIN = 38
IDLE = 39

HEAD = "<BBHq"
HEAD_SIZE = 12
IDLE_BODY = "<qQqBB"
IDLE_SIZE = 26

OFFSET = 0
INPUTS = 1
FIRED = 2
RX1 = 3
RX2 = 4
WIFI = 5
FLAGS = 6
SERIAL = 7
DRIVEN = 8
RTC = 9
TOLD = 10
SPENT = 11
TAKEN = 12
FREE = 13
CELLS = 14

LEAST_SHARE = 20  # real time per virtual time at most while the firmware computes; esp32/clock.py

WIRE_RESET = 0x000
WIRE_READ = 0x100
WIRE_WRITE = 0x200

TIMERS = 4
PINS = 49  # of an ESP32-S3; an ESP32 has 40

# Cell WIFI: 0 inactive, else what WLAN.status() says.
WIFI_OFF = 0
WIFI_IDLE = 1000
WIFI_CONNECTING = 1001
WIFI_GOT_IP = 1010
WIFI_LOST = 200
WIFI_NO_AP = 201
WIFI_WRONG_PASSWORD = 202
