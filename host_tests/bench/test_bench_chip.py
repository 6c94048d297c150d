"""The chip around the processor: pins, timers, watchdog, Wi-Fi, records."""

import struct

import pytest

from tools.bench.esp32.chip import WDT_RESET, Chip
from tools.bench.standins import bench_ops as ops

OUT = 3


@pytest.fixture
def chip():
    chip = Chip()
    chip.log = []
    chip.on_output = lambda pin, level, t_us: chip.log.append((pin, level, t_us))
    return chip


def test_an_output_shows_its_level_only_in_output_mode(chip):
    chip.handle(ops.PIN, 32, 1, 10, b"")
    assert chip.levels[32] is None and chip.log == []
    chip.handle(ops.MODE, 32, OUT, 20, b"")
    chip.handle(ops.PIN, 32, 0, 30, b"")
    chip.handle(ops.MODE, 32, 1, 40, b"")
    assert chip.log == [(32, 1, 20), (32, 0, 30), (32, None, 40)]


def test_pwm_takes_the_pin_and_gives_it_back(chip):
    chip.handle(ops.MODE, 4, OUT, 0, b"")
    chip.handle(ops.PWM, 4, 6, 10, struct.pack("<IH", 1000, 13107))
    assert chip.duty_permille(4) == 200 and chip.levels[4] == 1
    chip.handle(ops.PWM, 4, 6, 20, struct.pack("<IH", 1000, 0))
    assert chip.levels[4] == 0
    chip.handle(ops.PWM, 4, 6, 30, struct.pack("<IH", 1000, 65535))
    assert chip.duty_permille(4) == 1000
    chip.handle(ops.PWM_OFF, 4, 0, 40, b"")
    assert chip.levels[4] == 0 and chip.duty_permille(4) == 0


def test_the_watchdog_bites_at_its_time_and_not_before(chip):
    chip.handle(ops.WDT, 0, 4, 1_000_000, struct.pack("<I", 2500))
    assert chip.next_due_us() == 3_500_000
    assert not chip.run(3_499_999)
    chip.handle(ops.FEED, 0, 0, 3_000_000, b"")
    assert not chip.run(5_499_999)
    assert chip.run(5_500_000)


def test_feeding_without_a_watchdog_starts_none(chip):
    chip.handle(ops.FEED, 0, 0, 3_000_000, b"")
    assert chip.next_due_us() is None


def test_timers_fire_once_or_again_and_again(chip):
    chip.handle(ops.TIMER, 0, 9, 0, struct.pack("<qB", 250_000, 1))
    chip.handle(ops.TIMER, 3, 9, 0, struct.pack("<qB", 100_000, 0))
    assert chip.next_due_us() == 100_000
    chip.run(100_000)
    assert chip.fired() == 1 << 48
    assert chip.next_due_us() == 250_000
    chip.run(250_000)
    chip.run(500_000)
    assert chip.fired() == 1 << 48 | 2
    chip.handle(ops.TIMER_OFF, 0, 0, 600_000, b"")
    assert chip.next_due_us() is None


def test_missed_interrupts_do_not_queue_up(chip):
    """As on the chip, where one flag is set however often the counter came round."""
    chip.handle(ops.TIMER, 1, 9, 0, struct.pack("<qB", 1_000, 1))
    chip.run(5_000_500)
    assert chip.fired() >> 16 <= 2
    assert chip.next_due_us() == 5_001_000


def test_reset_lets_go_of_everything(chip):
    chip.handle(ops.MODE, 32, OUT, 0, b"")
    chip.handle(ops.PIN, 32, 1, 0, b"")
    chip.handle(ops.TIMER, 0, 9, 0, struct.pack("<qB", 1_000, 1))
    chip.handle(ops.WDT, 0, 4, 0, struct.pack("<I", 2500))
    chip.drive(35, 1)
    chip.reset(WDT_RESET, 7_000)
    assert chip.log[-1] == (32, None, 7_000)
    assert chip.next_due_us() is None and chip.fired() == 0
    assert chip.reset_cause == WDT_RESET
    assert chip.inputs == 1 << 35  # what is outside stays


def test_a_reset_of_the_processors_alone_leaves_the_pins(chip):
    chip.handle(ops.MODE, 32, OUT, 0, b"")
    chip.handle(ops.PIN, 32, 1, 0, b"")
    chip.handle(ops.WDT, 0, 4, 0, struct.pack("<I", 2500))
    chip.reset(WDT_RESET, 7_000, keeps_pins=True)
    assert chip.levels[32] == 1 and chip.log[-1] == (32, 1, 0)
    assert chip.next_due_us() is None


def test_what_the_bite_does_is_forgotten_with_each_arming(chip):
    chip.handle(ops.WDT, 0, 4, 0, struct.pack("<I", 2500))
    assert not chip.bite_releases
    chip.handle(ops.STAGE, 0, 1, 0, b"")
    assert chip.bite_releases
    chip.handle(ops.WDT, 0, 4, 0, struct.pack("<I", 1200))
    assert not chip.bite_releases


def test_unknown_records_are_refused(chip):
    with pytest.raises(ValueError):
        chip.handle(99, 0, 0, 0, b"")


def test_driving_inputs(chip):
    chip.drive(33, 0)
    chip.drive(35, 1)
    assert (chip.driven, chip.inputs) == (1 << 33 | 1 << 35, 1 << 35)
    chip.drive(35, None)
    assert (chip.driven, chip.inputs) == (1 << 33, 0)


def test_wifi_joins_notices_losses_and_comes_back(chip):
    wifi = chip.wifi
    chip.handle(ops.LINK, 0, 1, 0, b"")
    assert wifi.state == ops.WIFI_IDLE
    chip.handle(ops.JOIN, 0, 12, 0, b"bench\0secret")
    assert (wifi.ssid, wifi.state) == ("bench", ops.WIFI_CONNECTING)
    chip.run(chip.next_due_us())
    assert wifi.state == ops.WIFI_GOT_IP
    wifi.set(10_000_000, up=False)
    chip.run(12_000_000)
    assert wifi.state == ops.WIFI_GOT_IP  # not noticed yet
    chip.run(17_000_000)
    assert wifi.state == ops.WIFI_LOST
    chip.run(20_000_000)
    assert wifi.state == ops.WIFI_NO_AP
    wifi.set(21_000_000, up=True)
    chip.run(23_000_000)
    assert wifi.state == ops.WIFI_GOT_IP


def test_wifi_with_a_wrong_password_and_after_disconnect(chip):
    wifi = chip.wifi
    wifi.set(0, wrong_password=True)
    chip.handle(ops.LINK, 0, 1, 0, b"")
    chip.handle(ops.JOIN, 0, 12, 0, b"bench\0secret")
    chip.run(3_000_000)
    assert wifi.state == ops.WIFI_WRONG_PASSWORD
    chip.handle(ops.LINK, 0, 2, 4_000_000, b"")
    chip.run(20_000_000)
    assert wifi.state == ops.WIFI_WRONG_PASSWORD and wifi.due_us is None  # as the port tells it
    wifi.set(21_000_000, wrong_password=False)
    chip.handle(ops.JOIN, 0, 12, 21_000_000, b"bench\0secret")
    assert wifi.state == ops.WIFI_WRONG_PASSWORD
    chip.run(24_000_000)
    assert wifi.state == ops.WIFI_GOT_IP
    chip.handle(ops.LINK, 0, 2, 25_000_000, b"")
    assert wifi.state == ops.WIFI_IDLE


def test_a_network_that_moves_to_another_channel_is_lost_and_found(chip):
    wifi = chip.wifi
    chip.handle(ops.LINK, 0, 1, 0, b"")
    chip.handle(ops.JOIN, 0, 12, 0, b"bench\0secret")
    chip.run(3_000_000)
    wifi.set(4_000_000, channel=11)
    chip.run(9_000_000)
    assert wifi.state == ops.WIFI_GOT_IP  # not noticed yet
    chip.run(10_000_000)
    assert wifi.state == ops.WIFI_LOST
    chip.handle(ops.LINK, 0, 2, 10_100_000, b"")
    chip.handle(ops.JOIN, 0, 12, 11_000_000, b"bench\0secret")
    chip.run(13_500_000)
    assert wifi.state == ops.WIFI_GOT_IP and wifi.attempts == 2


def test_the_second_network_is_another_one(chip):
    wifi = chip.wifi
    chip.handle(ops.LINK, 0, 1, 0, b"")
    for second_up, state in ((False, ops.WIFI_NO_AP), (True, ops.WIFI_GOT_IP)):
        wifi.set(0, second_up=second_up, up=not second_up, wrong_password=second_up)
        chip.handle(ops.JOIN, 0, 12, 0, b"bench-2\0secret")
        chip.run(3_000_000)
        assert wifi.state == state
