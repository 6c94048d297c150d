"""The task that serves the page, and what the page is made of."""

import types

import pytest

from host_tests.web import site_rig as rig


class Server:
    """Notes what is done to it."""

    def __init__(self):
        self.calls = []
        self.busy = False

    def step(self, now):
        self.calls.append("step")
        return self.busy

    def close(self):
        self.calls.append("close")


@pytest.fixture
def device():
    memory = types.SimpleNamespace(idf_free=30_000)
    return rig.make_device(memory=memory, changes=types.SimpleNamespace(step=lambda: None))


@pytest.fixture
def run(load, device):
    server = Server()
    task = load("building.website").run(device, server)
    return lambda: next(task), server


def test_it_comes_back_soon_while_there_is_something_to_do(run):
    step, server = run
    assert step() == 100
    server.busy = True
    assert step() == 20 and server.calls == ["step", "step"]


def test_it_makes_way_while_the_system_has_too_little_memory(run, device):
    step, server = run
    device.memory.idf_free = 19_999
    assert step() == 10_000 and server.calls == ["close"]
    device.memory.idf_free = 20_000
    assert step() == 100 and server.calls == ["close", "step"]


def test_a_bug_in_it_ends_the_page_and_nothing_else(run, capsys, monkeypatch):
    monkeypatch.setattr("sys.print_exception", print, raising=False)
    step, server = run
    server.step = lambda now: {}["a bug"]
    assert [step() for _ in range(3)] == [1000] * 3
    assert "there is no page until the next start" in capsys.readouterr().out
