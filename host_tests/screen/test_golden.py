"""Every picture is the one that somebody has looked at: see tools.draw.golden."""

import pytest

from tools.draw import cpython_framebuf, golden, panel_layouts, scenes

SCRIPT = "host_tests/mp/draw_golden.py"


@pytest.mark.parametrize("language", golden.LANGUAGES)
@pytest.mark.parametrize("size", golden.PANELS)
def test_every_picture_is_golden(micropython64, size, language):
    arguments = [str(size[0]), str(size[1]), language]
    result = micropython64(SCRIPT, *arguments, places=("lib", "tools/draw"), heap=4_000_000)
    drawn = dict(line.split() for line in result.stdout.splitlines())
    start = f"{size[0]}x{size[1]} {language} "
    wanted = {k.removeprefix(start): v for k, v in golden.wanted().items() if k.startswith(start)}
    others = [name for name in drawn.keys() | wanted.keys() if drawn.get(name) != wanted.get(name)]
    assert not others, "look at them, then: python -m tools.draw.golden --write"
    assert len(drawn) > 45


@pytest.mark.parametrize("language", golden.LANGUAGES)
def test_every_picture_of_a_mono_panel_is_golden(language):
    drawn = {name: golden.crc(glass) for name, glass in golden.mono_pictures(language)}
    wanted = {k: v for k, v in golden.wanted().items() if k.startswith(f"128x64 {language} ")}
    assert drawn == wanted, "look at them, then: python -m tools.draw.golden --write"
    assert len(drawn) > 20


def test_a_change_is_noticed(monkeypatch, tmp_path, capsys):
    glass = scenes.draw("fault", cpython_framebuf)
    monkeypatch.setattr(golden, "FILE", tmp_path / "golden.txt")
    monkeypatch.setattr(golden, "pictures", lambda: [("small english fault", glass)])
    assert golden.main(["--write"]) == 0
    assert golden.main([]) == 0
    glass.pixels[1000] ^= 1
    assert golden.main([]) == 1
    assert "another picture: small english fault" in capsys.readouterr().out
    assert [p.name for p in golden.draw_sheets(tmp_path, golden.pictures())] == [
        "small_english.png"
    ]


@pytest.mark.parametrize("language", golden.LANGUAGES)
@pytest.mark.parametrize("size", golden.PANELS)
def test_nothing_is_cut_and_no_figure_of_a_pack_is_a_dash(size, language, monkeypatch):
    """But for texts whose length others choose: names, settings errors."""
    cut = []
    with golden.drawers(*size) as found:
        brush = panel_layouts.importlib.import_module("screen.draw.brush")
        plain = brush.Brush.begin

        def begin(self, x, y, w, h, look):
            text = self.text
            whole = bytes(text.buf[: text.n])
            plain(self, x, y, w, h, look)
            if look < brush.BAR and text.n != len(whole):
                cut.append((name, whole))

        monkeypatch.setattr(brush.Brush, "begin", begin)
        monkeypatch.setattr(brush.Brush, "step", _skip)
        for name in found:
            found[name](language)
    assert not cut, "\n".join(map(str, cut))


def _skip(self):
    self.pieces -= 1
