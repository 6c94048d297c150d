"""The pure-Python framebuf draws what MicroPython's does, on both builds of it."""

import pytest

from host_tests.mp import draw_framebuf
from tools.draw import cpython_framebuf

SCRIPT = "host_tests/mp/draw_framebuf.py"


@pytest.fixture(scope="module")
def expected():
    return draw_framebuf.run(cpython_framebuf)


@pytest.mark.parametrize("width", (64, 32))
def test_same_bytes(request, expected, width):
    result = request.getfixturevalue(f"micropython{width}")(SCRIPT)
    drawn = [bytes.fromhex(line) for line in result.stdout.split()]
    assert len(drawn) == len(expected)
    for number, (real, ours) in enumerate(zip(drawn, expected, strict=True)):
        assert real == ours, f"picture {number}"


def test_pictures_are_not_trivial(expected):
    assert len(set(expected)) == len(expected)
    assert all(len(set(picture)) > 4 for picture in expected)


@pytest.mark.parametrize(
    "arguments",
    [(bytearray(7), 4, 4, 2), (bytearray(8), 0, 4, 2), (bytearray(8), 4, 4, 9)],
    ids=["too short", "no width", "no such format"],
)
def test_bad_arguments(arguments):
    with pytest.raises(ValueError):
        cpython_framebuf.FrameBuffer(*arguments)
