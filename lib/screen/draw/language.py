"""The owner's words: lines read one by one from a language's file (languages/english.py)."""

from bms.wire import put_word
from words import LINE_BYTES, TABLES


class Language:
    """Appends lines of the tables in words.py to a Text.

    file: an open binary file as languages.english makes it, or None. `codes`: {table: names}, what
    a line is replaced by that cannot be read.
    """

    def __init__(self, file):
        self.codes = {}
        self._file = file
        self._head = bytearray(2 * TABLES + 2)
        self._line = bytearray(LINE_BYTES)
        if file is not None:
            try:
                file.seek(0)
                file.readinto(self._head)
            except OSError:
                self._head = bytearray(2 * TABLES + 2)

    def put(self, text, table, number):
        """Appends line `number` of a table: its words, else its code, else the number itself."""
        if number < 0 or not self._read(table, number):
            self._put_code(text, table, number)
            return
        line = self._line
        end = line.find(b"\0")
        for i in range(LINE_BYTES if end < 0 else end):
            text.put(line[i])

    def _read(self, table, number):
        """Reads a line; returns False if there is none, or it cannot be read."""
        head = self._head
        line = (head[2 * table] | head[2 * table + 1] << 8) + number
        if line >= head[2 * table + 2] | head[2 * table + 3] << 8:
            return False
        try:
            self._file.seek((line + 2) * LINE_BYTES)
            return self._file.readinto(self._line) == LINE_BYTES
        except OSError:
            return False

    def _put_code(self, text, table, number):
        names = self.codes.get(table)
        end = -1 if names is None else put_word(text.buf, text.n, names, number)
        if end < 0:
            text.fixed(number, 0)
        else:
            text.n = text.unit = end
