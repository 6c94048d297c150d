"""The fault campaign in small: every fault while heating, the quick ones in every state, pairs.

All of it is `python -m tools.heater_lab campaign`; what it found is in docs/heater-faults.md.
"""

import random

import pytest

from heat.guard.vetoes import Guard
from tools.heater_lab import campaign, cli, faults_table, night, plots, speed
from tools.heater_lab.faults import FAULTS, RIDES
from tools.heater_lab.lab import DIES, HANGS, PANICS, Lab
from tools.heater_lab.starts import HEATING, STARTS, make_start

QUICK = [x for x in FAULTS.values() if x.bound_s is not None and x.bound_s <= 15]
PAIRS = 60


def hold(start, faults):
    campaign.Play(start, faults).run()


@pytest.mark.parametrize("fault", FAULTS.values(), ids=repr)
def test_every_fault_while_heating(fault):
    hold(HEATING[1], [fault])


@pytest.mark.parametrize("start", [name for name in STARTS if name != HEATING[1]])
def test_the_quick_faults_in_every_other_state(start):
    for fault in random.Random(start).sample(QUICK, 12):
        hold(start, [fault])


def test_two_faults_at_once():
    plays = [(start, faults) for start, faults in campaign.pairs() if set(faults) <= set(QUICK)]
    for start, faults in random.Random(1).sample(plays, PAIRS):
        hold(start, faults)


def test_the_states_are_what_they_are_called():
    for name in STARTS:
        lab = make_start(name)
        text = "heating" if name in HEATING else name.split(" ")[0]
        assert lab.text.startswith(text.removesuffix(" by")), name
        assert lab.on == (name in HEATING)
        assert lab.now > (1 << 30) - 10_000  # the counter is about to wrap


# -- a campaign that cannot fail would prove nothing --------------------------------------------


@pytest.mark.parametrize(
    "fault, attribute, value, what",
    [
        ("silent", "bound_s", 5, "on for 11 s, bound 5 s"),
        ("implausible", "reasons", ["stale"], "shows blocked:implausible"),
        ("link_down", "then", "latches", "latches nothing"),
        ("reads_cold", "hot_c", 5, "a cell reached"),
        ("stuck_on", "alarm_s", 60, "alarm after"),
    ],
)
def test_a_broken_bound_is_found(monkeypatch, fault, attribute, value, what):
    monkeypatch.setattr(FAULTS[fault], attribute, value)
    with pytest.raises(campaign.Broken, match=what):
        hold(HEATING[1], [FAULTS[fault]])


@pytest.mark.parametrize("fault", ["alarm_mos_overtemp", "mat_limit", "jumps_up"])
def test_a_guard_that_sleeps_is_found(monkeypatch, fault):
    monkeypatch.setattr(Guard, "step", lambda *_: 0)
    with pytest.raises(campaign.Broken, match="on for"):
        hold(HEATING[1], [FAULTS[fault]])


# -- the laboratory itself -----------------------------------------------------------------------


def test_a_lease_ends_by_itself_and_the_watchdog_follows():
    lab = make_start(HEATING[1])
    struck_ms, boots = lab.t_ms, lab.boots
    lab.loop = HANGS
    lab.tick(3)
    assert not lab.on and lab.off_ms - struck_ms == 1100
    assert lab.boots == boots + 1 and lab.loop != HANGS


@pytest.mark.parametrize(("loop", "off_ms"), [(DIES, 1200), (PANICS, 2110)])
def test_without_the_timer_it_is_the_watchdog_and_what_its_bite_does_to_the_pin(loop, off_ms):
    lab = make_start(HEATING[1])
    struck_ms = lab.t_ms
    lab.loop = loop
    lab.tick(4)
    assert not lab.on and lab.off_ms - struck_ms == off_ms


def test_a_restart_keeps_what_was_saved_and_nothing_else():
    lab = make_start("fault:not_heating")
    before = lab.heater.latched
    lab.boot()
    assert lab.heater.latched == before
    lab.flash = None
    lab.boot()
    assert lab.heater.latched == 0


def test_an_unfit_setting_is_refused():
    with pytest.raises(ValueError, match="heater_mode"):
        Lab({"heater_mode": "sometimes"})


def test_a_winter_in_coarse_steps():
    heat_kwh, cut = speed.winter(20)
    assert 2 < heat_kwh < 40
    assert 0 < cut < 0.2


def test_pictures(tmp_path, capsys):
    out = tmp_path / "x.png"
    assert cli.main(["fault", "silent", "--out", str(out)]) == 0
    assert out.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    plots.draw(night.play(hours=1), out, "An hour", "At noon.", clock=12)
    assert out.stat().st_size > 20_000
    assert cli.main(["faults"]) == 0
    assert "sensors_swapped" in capsys.readouterr().out


def test_the_table_in_the_documentation_has_every_fault():
    """Its rows are those that the command would write; the figures come from a whole campaign."""
    text = faults_table.PAGE.read_text()
    assert text.count(faults_table.BEGIN) == text.count(faults_table.END) == 1
    lines = text.split(faults_table.BEGIN)[1].split(faults_table.END)[0].strip().splitlines()
    assert tuple(lines[:2]) == faults_table.HEAD
    rows = [line for line in lines[2:] if line.startswith("|")]
    assert len(rows) == len(list(faults_table.shown()))
    for line, fault in zip(rows, faults_table.shown(), strict=True):
        assert line.startswith(faults_table.key(fault))
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        limit = fault.alarm_s if fault.alarm_s is not None else fault.bound_s
        assert cells[3].removeprefix("alarm: ") == faults_table.seconds(limit)
        assert cells[5] == ("the thermal fuse acts" if fault.alarm_s else fault.then)
    assert f"{len(FAULTS)} faults in each of {len(STARTS)} states" in lines[-1]
    assert RIDES in text
