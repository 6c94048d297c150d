"""The emulated ST7789 against hand-made command streams."""

import struct
import zlib

import pytest

from tools.bench.panels.panel import ILI9341, ILI9342C, Panel


def wake(panel, madctl=0x70, invert=True):
    for code, data in ((0x11, b""), (0x3A, b"\x55"), (0x36, bytes([madctl])), (0x29, b"")):
        send(panel, code, data)
    send(panel, 0x21 if invert else 0x20)


def send(panel, code, data=b"", t_us=None):
    panel.feed(0, bytes([code]), t_us)
    if data:
        panel.feed(1, data, t_us)


def window(panel, x, y, width, height):
    send(panel, 0x2A, struct.pack(">HH", x, x + width - 1))
    send(panel, 0x2B, struct.pack(">HH", y, y + height - 1))


def pixel(panel, x, y):
    at = 3 * (y * panel.width + x)
    return tuple(panel.rgb()[at : at + 3])


@pytest.fixture
def panel():
    panel = Panel()
    wake(panel)
    return panel


def test_is_black_until_woken_and_switched_on():
    panel = Panel()
    window(panel, 40, 53, 1, 1)
    assert panel.rgb() == bytes(240 * 135 * 3)
    send(panel, 0x3A, b"\x55")
    send(panel, 0x36, b"\x70")
    window(panel, 40, 53, 1, 1)
    send(panel, 0x2C, b"\xff\xff")
    send(panel, 0x21)
    send(panel, 0x29)
    assert pixel(panel, 0, 0) == (0, 0, 0)  # still asleep
    send(panel, 0x11)
    assert pixel(panel, 0, 0) == (255, 255, 255)
    send(panel, 0x28)
    assert not panel.lit and pixel(panel, 0, 0) == (0, 0, 0)
    assert panel.errors == []


def test_the_window_begins_40_columns_and_53_rows_in(panel):
    window(panel, 40, 53, 1, 1)
    send(panel, 0x2C, b"\xf8\x00")
    window(panel, 40 + 239, 53 + 134, 1, 1)
    send(panel, 0x2C, b"\x07\xe0")
    assert pixel(panel, 0, 0) == (255, 0, 0)
    assert pixel(panel, 239, 134) == (0, 255, 0)
    assert sum(panel.rgb()) == 2 * 255
    assert panel.errors == []


def test_pixels_outside_the_glass_are_not_seen(panel):
    window(panel, 0, 0, 320, 53)
    send(panel, 0x2C, b"\xff\xff" * (320 * 53))
    assert sum(panel.rgb()) == 0 and panel.errors == []


def test_rows_run_left_to_right_then_down_in_any_chunks(panel):
    data = b"".join(struct.pack(">H", value) for value in (0xF800, 0x07E0, 0x001F, 0xFFFF))
    window(panel, 50, 60, 2, 2)
    panel.feed(0, b"\x2c")
    for byte in data:
        panel.feed(1, bytes([byte]))
    assert pixel(panel, 10, 7) == (255, 0, 0)
    assert pixel(panel, 11, 7) == (0, 255, 0)
    assert pixel(panel, 10, 8) == (0, 0, 255)
    assert pixel(panel, 11, 8) == (255, 255, 255)


def test_ramwr_starts_anew_and_ramwrc_goes_on(panel):
    window(panel, 40, 53, 4, 1)
    send(panel, 0x2C, b"\xf8\x00\xf8\x00")
    send(panel, 0x3C, b"\x07\xe0")
    assert [pixel(panel, x, 0) for x in (0, 1, 2, 3)] == [(255, 0, 0)] * 2 + [
        (0, 255, 0),
        (0, 0, 0),
    ]
    send(panel, 0x2C, b"\x00\x1f")
    assert pixel(panel, 0, 0) == (0, 0, 255)


def test_inversion_is_what_this_glass_needs(panel):
    window(panel, 40, 53, 1, 1)
    send(panel, 0x2C, b"\xf8\x00")
    send(panel, 0x20)
    assert pixel(panel, 0, 0) == (0, 255, 255)
    assert pixel(panel, 1, 0) == (255, 255, 255)


def test_turned_half_round_by_madctl(panel):
    """MY and MX swapped against the mounting's 0x70: the picture stands on its head."""
    send(panel, 0x36, b"\xa0")
    window(panel, 40, 52, 1, 1)  # the glass begins one row earlier from this side
    send(panel, 0x2C, b"\xf8\x00")
    window(panel, 41, 52, 1, 1)
    send(panel, 0x2C, b"\x07\xe0")
    assert pixel(panel, 239, 134) == (255, 0, 0)
    assert pixel(panel, 238, 134) == (0, 255, 0)


def test_portrait_writes_land_turned(panel):
    """MADCTL 0: (0, 0) of the glass is column 52, row 40; in landscape that is the lower left."""
    send(panel, 0x36, b"\x00")
    window(panel, 52, 40, 1, 1)
    send(panel, 0x2C, b"\xf8\x00")
    assert pixel(panel, 0, 134) == (255, 0, 0)


def test_bgr_swaps_red_and_blue(panel):
    send(panel, 0x36, b"\x78")
    window(panel, 40, 53, 1, 1)
    send(panel, 0x2C, b"\xf8\x00")
    assert pixel(panel, 0, 0) == (0, 0, 255)


@pytest.mark.parametrize(
    "stream, text",
    [
        ([(0x99, b"")], "undefined command 99"),
        ([(0x2A, b"\x00\x28\x01\x17\x00")], "too many parameters for CASET"),
        ([(0x21, b"\x01")], "too many parameters for INVON"),
        ([(0x2A, b"\x01\x17\x00\x28")], "2A 279..40"),
        ([(0x2B, b"\x00\x00\x01\x00")], "2B 0..256 of 240"),
        ([(0x2A, b"\x00\x28"), (0x2B, b"\x00\x35\x00\x35")], "2A with 2 parameters"),
        ([(0x2A, b""), (0x2B, b"\x00\x35\x00\x35")], "2A with 0 parameters"),
        ([(0x36, b""), (0x21, b"")], "36 with 0 parameters"),
        ([(0x3A, b"\x66")], "COLMOD 66"),
        (
            [(0x2A, b"\x00\x28\x00\x28"), (0x2B, b"\x00\x35\x00\x35"), (0x2C, b"\1\2\3\4\5\6")],
            "4 bytes more than the window holds",
        ),
    ],
)
def test_mistakes_of_a_driver_are_noticed(panel, stream, text):
    for code, data in stream:
        send(panel, code, data)
    assert panel.error_count == 1
    assert text in panel.errors[0]


def test_commands_too_soon_after_waking_are_noticed():
    panel = Panel()
    send(panel, 0x11, t_us=1_000_000)
    send(panel, 0x29, t_us=1_002_000)
    assert panel.errors == ["command 29 3000 us too early"]
    send(panel, 0x01, t_us=2_000_000)
    send(panel, 0x29, t_us=2_005_000)
    assert panel.error_count == 1


def test_pixels_need_16_bits_chosen_first():
    panel = Panel()
    send(panel, 0x11)
    send(panel, 0x2C, b"\xff\xff")
    assert panel.errors == ["2C before 3A has chosen 16 bits per pixel"]


def test_waking_waits_for_the_end_of_a_reset():
    panel = Panel()
    panel.hard_reset(1_000_000)
    send(panel, 0x11, t_us=1_119_000)
    assert panel.errors == ["command 11 1000 us too early"]
    panel.hard_reset(2_000_000)
    send(panel, 0x11, t_us=2_120_000)
    assert panel.error_count == 1
    send(panel, 0x10, t_us=2_200_000)
    assert panel.errors[1] == "command 10 40000 us too early"
    send(panel, 0x11, t_us=2_300_000)
    assert panel.errors[2] == "command 11 20000 us too early"
    send(panel, 0x01, t_us=3_000_000)
    send(panel, 0x11, t_us=3_006_000)
    assert panel.errors[3] == "command 11 114000 us too early"


def test_a_command_right_after_the_pulse_of_a_reset_is_noticed():
    panel = Panel()
    panel.hard_reset(1_000_000)
    send(panel, 0x3A, b"\x55", t_us=1_001_000)
    assert panel.errors == ["command 3A 4000 us too early"]


def test_an_ili9341_has_other_registers():
    panel = Panel(320, 240, 0, 0, 0x28, False, ILI9341)
    wake(panel, 0x28, invert=False)
    send(panel, 0xC5, b"\x3e\x28")
    assert panel.errors == []
    send(panel, 0xC0, b"\x23\x00")
    send(panel, 0xDF)
    assert panel.errors == ["too many parameters for PWCTRL1", "undefined command DF"]


def test_an_ili9342c_is_wider_than_high_and_locked():
    panel = Panel(320, 240, 0, 0, 0x08, True, ILI9342C)
    wake(panel, 0x08)
    window(panel, 319, 239, 1, 1)
    send(panel, 0x2C, b"\xf8\x00")
    assert pixel(panel, 319, 239) == (255, 0, 0) and panel.errors == []
    send(panel, 0xC1, b"\x03")
    send(panel, 0xC8, b"\xff\x93\x41")
    send(panel, 0xC1, b"\x03")
    assert panel.errors == ["C1 before C8 has unlocked it"] * 2
    send(panel, 0xC8, b"\xff\x93\x42")
    send(panel, 0xC1, b"\x03")
    assert panel.error_count == 2
    window(panel, 0, 0, 1, 241)
    assert panel.errors[2] == "2B 0..240 of 240"


def test_reset_forgets_the_registers_and_keeps_the_memory(panel):
    window(panel, 40, 53, 1, 1)
    send(panel, 0x2C, b"\xf8\x00")
    panel.hard_reset()
    assert not panel.lit
    wake(panel)
    assert pixel(panel, 0, 0) == (255, 0, 0)
    seq = panel.seq
    assert panel.rgb() and panel.seq == seq  # looking changes nothing
    send(panel, 0x2C, b"\x00\x00")
    assert panel.seq != seq


def test_png_is_what_it_says(panel):
    window(panel, 40, 53, 1, 1)
    send(panel, 0x2C, b"\xf8\x00")
    data = panel.png(scale=2)
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", data[16:24]) == (480, 270)
    body = data[data.index(b"IDAT") + 4 : data.index(b"IEND") - 8]
    rows = zlib.decompress(body)
    assert len(rows) == 270 * (1 + 3 * 480)
    assert rows[:10] == b"\x00" + b"\xff\x00\x00" * 2 + b"\x00\x00\x00"
