"""What stands on a mono panel before, or instead of, its page: start.py's in that place."""

from compat import const
from screen.mono import write_two_lines

_LIGHT_PCT = const(80)  # until the settings are known


def show_start(canvas, version, texts, table, number):
    """See start.show_start. Holds the caller for some 40 ms; nothing runs yet."""
    _show_name(canvas)
    canvas.text.start(version.encode())
    canvas.write(0, 26)
    texts.put(canvas.text.start(b""), table, number)
    write_two_lines(canvas, 40)
    _send(canvas)


def show_texts(canvas, texts, table, number):
    """See start.show_texts."""
    _show_name(canvas)
    for line in (0, 1):
        texts.put(canvas.text.start(b""), table, number + line)
        write_two_lines(canvas, 22 + 20 * line)
    _send(canvas)


def show_lines(canvas, lines):
    """See start.show_lines."""
    canvas.clear()
    for i in range(len(lines)):
        canvas.text.start(lines[i])
        write_two_lines(canvas, 1 + 20 * i)
    _send(canvas)


def show_progress(canvas, texts, table, number, percent):
    """See start.show_progress."""
    _show_name(canvas)
    texts.put(canvas.text.start(b""), table, number)
    write_two_lines(canvas, 22)
    canvas.text.start(b"%d %%" % percent)
    canvas.write(0, 50)
    _send(canvas)


def _show_name(canvas):
    canvas.clear()
    canvas.text.start(b"Packmate")
    canvas.write(0, 1, 2)


def _send(canvas):
    canvas.show()
    while canvas.step():
        pass
    canvas.panel.light(_LIGHT_PCT)
