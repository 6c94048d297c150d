"""A language's file: it has every text, each fits where it is shown, and none is misplaced."""

import re
import zlib
from io import BytesIO

import pytest

import words as w
from bms import alarms, bank, check
from heat import charger
from languages import codes, english, file, german
from screen import labels, titles
from screen.draw.fonts.barlow import LARGE, TEXT
from screen.draw.language import Language
from screen.draw.letters import FIRST_LETTER, encoded
from screen.draw.text import Text
from screen.more import advice as more
from screen.pages.errors import number_of, width
from tools import ROOT, boards, rendered

ROOM = 236  # of a whole line, and of one on a coloured ground
GROUND_ROOM = 230
LANGUAGES = (english, german)


def names(table):
    return table.decode().split("\n")


def reasons_of(module):
    """Returns how many reasons a link has; it cannot be imported without its hardware."""
    text = (ROOT / "firmware" / "links" / f"{module}.py").read_text()
    return int(re.search(r"REASON_COUNT = const\((\d+)\)", text)[1])


COUNTS = {
    w.STATE_TEXTS: len(names(w.STATE_NAMES)),
    w.REASON_TEXTS: len(names(w.REASON_NAMES)),
    w.FAULT_TEXTS: w.FAULT_LINES * w.LAST_FAULT,
    w.MODE_TEXTS: len(names(w.MODE_NAMES)),
    w.CHARGER_TEXTS: len(names(charger.SOURCE_NAMES)),
    w.PREHEAT_TEXTS: len(names(w.PREHEAT_NAMES)),
    w.VERDICT_TEXTS: len(names(check.NAMES)),
    w.ALARM_TEXTS: len(names(alarms.NAMES)),
    w.WIRE_TEXTS: reasons_of("uart_link"),
    w.RADIO_TEXTS: reasons_of("ble_setup"),
    w.NO_RADIO_TEXTS: 2,
    w.BANK_TEXTS: len(names(bank.NAMES)),
    w.WARNING_TEXTS: len(names(w.WARNING_NAMES)),
    w.SCREEN_TEXTS: labels.UPDATE + 1,
    w.RESET_CODES: len(names(w.RESET_NAMES)),
    w.WIFI_CODES: len(names(w.WIFI_NAMES)),
    w.MQTT_CODES: len(names(w.MQTT_NAMES)),
    w.ADVICE_TEXTS: w.ADVICE_LINES * more.ADVICES,
    w.PAGE_TEXTS: titles.COUNT,
}
NOTHING = {w.REASON_TEXTS: 0, w.WARNING_TEXTS: 0, w.NO_RADIO_TEXTS: 0}
NOTHING |= {w.WIFI_CODES: 0, w.MQTT_CODES: 0}
NOTHING[w.VERDICT_TEXTS] = check.PLAUSIBLE


def lines(language):
    """Yields (table, number, text) of a whole language."""
    for table, texts in enumerate(language.TEXTS):
        for number, text in enumerate(texts.split("\n")):
            yield table, number, text


# Alarms that are shown with a cell's number, where that is known.
WITH_CELL = (alarms.CELL_OVERVOLTAGE, alarms.CELL_UNDERVOLTAGE, alarms.WIRE_RESISTANCE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_has_its_text(language):
    assert len(language.TEXTS) == w.TABLES == len(COUNTS)
    for table, texts in enumerate(language.TEXTS):
        assert len(texts.split("\n")) == COUNTS[table], table
    for table, number, text in lines(language):
        last = table == w.ADVICE_TEXTS and number % w.ADVICE_LINES == w.ADVICE_LINES - 1
        assert text or last or NOTHING.get(table) == number, (table, number)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_can_be_drawn_and_fits(language):
    grounds = (w.STATE_TEXTS, w.VERDICT_TEXTS, w.ALARM_TEXTS, w.WARNING_TEXTS)
    for table, number, text in lines(language):
        code = encoded(text)
        assert len(code) <= w.LINE_BYTES, text
        assert all(number_of(TEXT, byte) >= 0 for byte in code), text
        assert code.count(b"?") == text.count("?"), text  # no letter is unknown
        if table == w.REASON_TEXTS and 0 < number <= w.LAST_FAULT:
            code += b"  9/9"
        if table == w.ALARM_TEXTS and number in WITH_CELL:
            code += b": 32"
        on_ground = table in grounds or table == w.REASON_TEXTS and number <= w.LAST_FAULT
        room = GROUND_ROOM if on_ground else ROOM
        assert width(TEXT, code, 0, len(code)) <= room, text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_column_is_wide_enough_for_its_texts(language):
    texts = language.TEXTS[w.SCREEN_TEXTS].split("\n")

    def wide(text):
        return width(TEXT, encoded(text), 0, len(text))

    for number in range(labels.REPORT, labels.CLEAR):
        assert wide(texts[number]) <= 104, texts[number]
    for table in (w.MODE_TEXTS, w.CHARGER_TEXTS, w.PREHEAT_TEXTS):
        for text in language.TEXTS[table].split("\n"):
            assert wide(text) <= 128, text
    for table in (w.WIFI_CODES, w.MQTT_CODES):
        for text in language.TEXTS[table].split("\n"):
            assert wide(text) <= 168, text
    for number in (labels.CELLS, labels.TEMP):
        assert wide(texts[number]) <= 44, texts[number]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_data_can_be_said_in_large_letters(language):
    texts = language.TEXTS[w.SCREEN_TEXTS].split("\n")
    for number in (labels.NO_DATA, labels.NO_DATA_YET):
        code = encoded(texts[number])
        assert all(number_of(LARGE, byte) >= 0 for byte in code)
        hours = encoded(texts[labels.IN_HOURS])
        wide = width(LARGE, code, 0, len(code)) + width(TEXT, hours, 0, len(hours))
        assert wide <= 190 - 7


def test_every_alarm_has_its_advice():
    assert len(more.ADVICE) == len(names(alarms.NAMES))
    assert set(more.ADVICE) | {more.DATA, more.FROZEN, more.WARNED} == set(range(more.ADVICES))
    assert more.ADVICE[alarms.WIRE_RESISTANCE] == more.WIRES
    assert more.ADVICE[alarms.CHARGE_UNDERTEMP] == more.TOO_COLD
    assert more.ADVICE[alarms.DISCHARGE_UNDERTEMP] == more.COLD_LOAD
    assert more.ADVICE[alarms.CHARGER_COMM_FAULT] == more.CHARGER
    assert more.ADVICE[alarms.LOW_VOLTAGE_SHUTDOWN] == more.VOLTAGE_LOW
    assert more.ADVICE[alarms.DISCHARGE_FUSE] == more.REPAIR


def test_what_is_beyond_ascii_has_a_byte_of_its_own():
    assert encoded("äß~A") == bytes((127, 133)) + b"~A"
    language = Language(BytesIO(german.DATA))
    language.put(Text(), w.REASON_TEXTS, w.SENSOR_SPREAD)
    assert bytes(language.line[: language.size]) == b"F\x84HLER UNEINIG"


def test_some_texts_are_where_they_belong():
    found = {(table, number): text for table, number, text in lines(english)}
    assert found[w.REASON_TEXTS, w.STUCK_ON] == "MAT STAYS ON"
    assert found[w.REASON_TEXTS, w.PROBE_LOST] == "the probe is silent"
    assert found[w.FAULT_TEXTS, 4 * (w.STUCK_ON - 1) + 2] == "PULL ITS FUSE NOW. The"
    assert found[w.ALARM_TEXTS, alarms.CHARGE_UNDERTEMP] == "too cold to charge"
    assert found[w.ALARM_TEXTS, alarms.EXPIRING] == "BMS licence ends soon"
    assert found[w.VERDICT_TEXTS, check.CELL_SUM] == "WRONG DATA: sum of cells"
    for name, want in (("TO", "to"), ("CLEARED", "FAULT CLEARED"), ("STARTING", "starting")):
        assert found[w.SCREEN_TEXTS, getattr(labels, name)] == want


def read(language, table, number):
    text = Text().start(b"")
    language.put(text, table, number)
    return bytes(text.buf[: text.n]).decode()


def test_what_is_read_is_what_was_written():
    language = Language(BytesIO(english.DATA))
    for table, number, text in lines(english):
        assert read(language, table, number) == text


class Broken(BytesIO):
    """A file on a flash that cannot be read any more."""

    def readinto(self, _buffer):
        raise OSError(5)


@pytest.mark.parametrize("file", [None, Broken(english.DATA), BytesIO(b"")])
def test_what_cannot_be_read_is_shown_by_its_number(file):
    language = Language(file)
    assert read(language, w.STATE_TEXTS, 99) == "99"
    assert read(language, w.MODE_TEXTS, 1) == "1"


def test_a_line_that_an_older_file_lacks_is_shown_by_its_number():
    language = Language(BytesIO(english.DATA))
    assert read(language, w.REASON_TEXTS, 90) == "90"
    assert read(language, w.REASON_TEXTS, -1) == "-1"
    assert read(language, w.WRITE_CODES, 1) == "1"  # only the codes have that table


def test_the_codes_are_a_language_that_has_a_line_for_each_number():
    language = Language(BytesIO(codes.DATA))
    assert len(codes.TABLES) == w.ALL_TABLES
    for table, count in COUNTS.items():
        if table not in (w.FAULT_TEXTS, w.SCREEN_TEXTS, w.ADVICE_TEXTS, w.PAGE_TEXTS):
            assert len(names(codes.TABLES[table])) == count, table
    for table in codes.TABLES:
        assert max(map(len, table.split(b"\n"))) <= w.LINE_BYTES
    assert read(language, w.STATE_TEXTS, w.HEATING) == "heating"
    assert read(language, w.REASON_TEXTS, w.NONE) == ""
    assert read(language, w.ALARM_TEXTS, alarms.EXPIRING) == "expiring"
    assert read(language, w.MQTT_CODES, 0) == "" and read(language, w.MQTT_CODES, 8) == "wifi"
    assert read(language, w.BANK_TEXTS, bank.WHOLE) == ""  # nothing is wrong


@pytest.mark.parametrize(
    "text, wanted",
    [
        ("für heiß", "fuer heiss"),
        ("FÜHLER", "FUEHLER"),
        ("Übersee, Ä", "Uebersee, Ae"),
        ("x", "x"),
    ],
)
def test_letters_that_a_mono_panel_does_not_have_are_spelled_out(text, wanted):
    assert file.spelled_out(text) == wanted


def test_the_file_for_a_mono_panel_has_ascii_alone_and_each_line_has_room():
    mono = boards.load("esp32_c3_devkit+sh1106")
    data = rendered.FILES["languages.german"](german, mono)
    lines = data[2 * w.LINE_BYTES : -4]  # behind the places of the tables
    assert b"fuer diese Matte" in lines and max(lines) < FIRST_LETTER
    assert len(data) == len(german.DATA) + 4 and zlib.crc32(data) == 0x2144DF1C
    plain = rendered.FILES["languages.german"](german, boards.load("lilygo_t_display"))
    assert plain[:-4] == german.DATA


def test_the_file_of_an_image_carries_its_checksum():
    data = rendered.FILES["languages.english"](english, None)
    assert data[:-4] == english.DATA
    assert zlib.crc32(data) == 0x2144DF1C
