"""A language's lines, read one by one from its file: the owner's words, or the codes."""

from words import ALL_TABLES, LINE_BYTES


class Language:
    """Reads lines of the tables in words.py. file: an open binary file as languages.file makes it,
    or None. What was read is `line[0:size]`. `behind`: where in `file` its lines end.
    """

    def __init__(self, file):
        self.line = bytearray(LINE_BYTES)
        self.size = 0
        self.file = file
        self._head = bytearray(2 * ALL_TABLES + 2)
        if file is not None:
            try:
                file.seek(0)
                file.readinto(self._head)
            except OSError:
                self._head = bytearray(2 * ALL_TABLES + 2)
        last = 2 * ALL_TABLES
        self.behind = ((self._head[last] | self._head[last + 1] << 8) + 2) * LINE_BYTES

    def put(self, text, table, number):
        """Appends line `number` of a table to a Text, or the number itself if it has none."""
        if not self.read(table, number):
            text.fixed(number, 0)
            return
        if text.n + self.size <= len(text.buf):
            text.n = text.unit = self.copy(text.buf, text.n)

    def copy(self, buf, at):
        """Copies what was read to `at`; returns the position after it."""
        for i in range(self.size):
            buf[at + i] = self.line[i]
        return at + self.size

    def read(self, table, number):
        """Reads a line; returns False if there is none, or it cannot be read."""
        head = self._head
        line = (head[2 * table] | head[2 * table + 1] << 8) + number
        if number < 0 or line >= head[2 * table + 2] | head[2 * table + 3] << 8:
            return False
        try:
            self.file.seek((line + 2) * LINE_BYTES)
            whole = self.file.readinto(self.line) == LINE_BYTES
        except OSError:
            return False
        end = self.line.find(b"\0")
        self.size = LINE_BYTES if end < 0 else end
        return whole
