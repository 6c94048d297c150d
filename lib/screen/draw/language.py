"""A language's lines, read one by one from its file: the owner's words, or the codes."""

from words import ALL_TABLES, LINE_BYTES


class Language:
    """Reads lines of the tables in words.py. file: an open binary file as languages.file makes it,
    or None. What was read is `line[0:size]`.
    """

    def __init__(self, file):
        self.line = bytearray(LINE_BYTES)
        self.size = 0
        self._file = file
        self._head = bytearray(2 * ALL_TABLES + 2)
        if file is not None:
            try:
                file.seek(0)
                file.readinto(self._head)
            except OSError:
                self._head = bytearray(2 * ALL_TABLES + 2)

    def put(self, text, table, number):
        """Appends line `number` of a table to a Text, or the number itself if it has none."""
        if not self.read(table, number):
            text.fixed(number, 0)
            return
        for i in range(self.size):
            text.put(self.line[i])

    def read_behind(self, at, buf):
        """Reads what is behind the lines, from `at` on, into all of `buf`. Raises OSError."""
        last = 2 * ALL_TABLES
        end = (self._head[last] | self._head[last + 1] << 8) + 2
        self._file.seek(end * LINE_BYTES + at)
        if self._file.readinto(buf) != len(buf):
            raise OSError("languages: the file is damaged")

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
            self._file.seek((line + 2) * LINE_BYTES)
            whole = self._file.readinto(self.line) == LINE_BYTES
        except OSError:
            return False
        end = self.line.find(b"\0")
        self.size = LINE_BYTES if end < 0 else end
        return whole
