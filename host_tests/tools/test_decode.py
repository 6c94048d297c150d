"""tools/decode.py as a user runs it: input forms, output, complaints, exit status."""

import json
import subprocess
import sys

import pytest

from host_tests.jk_gps_rig import listen, values
from tools import ROOT, decode
from tools.decoding import capture
from tools.mp import frames

WHOLE = frames.whole()
VALUES = values(listen(WHOLE))
BAD_SUM = WHOLE[:40] + bytes([WHOLE[40] ^ 1]) + WHOLE[41:]


def hex_lines(data, width=16):
    return "\n".join(data[i : i + width].hex(" ") for i in range(0, len(data), width))


@pytest.fixture
def run(tmp_path, capsys):
    """Runs main() on a file with the content given; returns (status, objects, stderr)."""

    def call(content, *options):
        path = tmp_path / "input"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        try:
            status = decode.main([*options, str(path)])
        except SystemExit as stop:
            status = stop.code
        captured = capsys.readouterr()
        return status, [json.loads(line) for line in captured.out.splitlines()], captured.err

    return call


# -- input ----------------------------------------------------------------------------------------


def dump(data, row, width=16):
    """Returns a dump, each row made by `row(offset, bytes)`."""
    return "\n".join(row(at, data[at : at + width]) for at in range(0, len(data), width))


def printable(data):
    return "".join(chr(byte) if 32 <= byte < 127 else "." for byte in data)


def xxd(at, data):
    groups = " ".join(data[i : i + 2].hex() for i in range(0, len(data), 2))
    return f"{at:08x}: {groups:<39}  {printable(data)}"


def canonical(at, data):
    halves = data[:8].hex(" "), data[8:].hex(" ")
    return f"{at:08x}  {halves[0]:<23}  {halves[1]:<23}  |{printable(data)}|"


def words(at, data):
    pairs = [data[i : i + 2].ljust(2, b"\0")[::-1].hex() for i in range(0, len(data), 2)]
    return f"{at:07x} " + " ".join(pairs)


def octal(at, data):
    return f"{at:07o} " + data.hex(" ")


FORMS = {
    "raw": WHOLE,
    "hex": WHOLE.hex(),
    "upper": WHOLE.hex().upper(),
    "spaces": WHOLE.hex(" "),
    "lines": hex_lines(WHOLE),
    "crlf": hex_lines(WHOLE).replace("\n", "\r\n"),
    "0x": ", ".join(f"0x{byte:02X}" for byte in WHOLE),
    "0x, short": ",".join(f"{byte:#x}" for byte in WHOLE),
    "colons": WHOLE.hex(":"),
    "comments": f"# a pack, ä\n{hex_lines(WHOLE[:100])} # 4E 57\n\n{WHOLE[100:].hex()}\n# end",
    "byte order mark": "\ufeff" + WHOLE.hex(" "),
    "capture": json.dumps({"protocol": "jk_gps", "chunks": [WHOLE[:7].hex(), WHOLE[7:].hex(" ")]}),
    "xxd": dump(WHOLE, xxd),
    "xxd of 8 in a row": dump(WHOLE, xxd, 8),
    "hexdump -C": dump(WHOLE, canonical) + f"\n{len(WHOLE):08x}\n",
    "hexdump": dump(WHOLE, words) + f"\n{len(WHOLE):07x}\n",
    "od -t x1": dump(WHOLE, octal) + f"\n{len(WHOLE):07o}\n",
    "od -A x -t x1, no end": dump(WHOLE, lambda at, data: f"{at:06x} {data.hex(' ')}"),
    "a dump with a colon": dump(WHOLE, lambda at, data: f"{at:04X}: {data.hex(' ').upper()}"),
    "xxd -i": "unsigned char frame[] = {\n  "
    + dump(WHOLE, lambda at, data: ", ".join(f"0x{b:02x}" for b in data) + ",", 12)
    + "\n};\nunsigned int frame_len = 291;\n",
    "log": dump(WHOLE, lambda at, data: f"[17:15:40.815] RX: {data.hex(' ').upper()}", 20),
    "log, a short last piece": dump(WHOLE, lambda at, d: f"17:15:40 notify {d.hex(' ')}", 48),
    "log of hex alone": dump(WHOLE, lambda at, data: f"17:15:40 {data.hex(' ')}", 20),
    "log with dates": dump(
        WHOLE, lambda at, data: f"2024-01-20 12:00:01,123 DEBUG notify {data.hex()}", 20
    ),
    "log of ESPHome's UART": dump(
        WHOLE, lambda at, d: f"[12:34:56][D][uart_debug:114]: <<< {d.hex(':').upper()}", 32
    ),
    "log of ESPHome's BLE": dump(
        WHOLE, lambda at, d: f"[12:34:56][V][jk:213]: {d.hex('.').upper()} ({len(d)})", 20
    ),
    "log with an address": dump(
        WHOLE, lambda at, d: f"I 12:00:00 C8:47:8C:00:00:01 rx {d.hex(' ')}", 20
    ),
    "log since 1970": dump(WHOLE, lambda at, d: f"1700000000.123456 {d.hex(' ')}", 20),
    "log among other lines": "2024-02-22T11:48:10.123Z connected, 3 services\n"
    + dump(WHOLE, lambda at, d: f"2024-02-22T11:48:10.523Z <- {d.hex(' ')}", 20),
    "capture, indented": "\n  " + json.dumps({"chunks": [WHOLE.hex()]}, indent=1),
}


@pytest.mark.parametrize("content", FORMS.values(), ids=list(FORMS))
def test_every_form_of_input(run, content):
    line = {"protocol": "jk_gps", "kind": "status", "values": VALUES}
    assert run(content) == (0, [line], "")
    assert run(content, "--protocol", "jk_gps") == (0, [line], "")


@pytest.mark.parametrize(
    "content, complaint",
    [
        ("4E 57 0G", "line 1: '0G' is not hex"),
        ("4E 57\n4E5 00", "line 2: '4E5' is not hex"),
        ("a log of something\n", "line 1: 'log' is not hex"),  # `a` would be
        ('{"chunks": [', "not a capture file"),
        ('{"values": 1}', "`chunks` must be a list of hex strings"),
        ('{"chunks": "4E57"}', "`chunks` must be a list of hex strings"),
        ('{"chunks": [78]}', "`chunks` must be a list of hex strings"),
        ('{"chunks": ["4E 5"]}', None),  # one digit is a byte
        ('{"chunks": ["4E 5X"]}', "'5X' is not hex"),
        ("{" * 100_000, "not a capture file"),
    ],
)
def test_what_cannot_be_read_is_exit_status_2(run, content, complaint):
    status, lines, errors = run(content)
    assert lines == []
    assert status == (1 if complaint is None else 2)
    assert complaint is None or complaint in errors


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"# nothing\n", b"\0\xff" * 50, b"N\0", b"NW\0"]
)
def test_nothing_to_decode_is_exit_status_1(run, content):
    status, lines, errors = run(content)
    assert (status, lines) == (1, []) and "no frame decoded in " in errors


@pytest.mark.parametrize(
    "options, complaint",
    [
        (("--protocol", "jk_gsp"), "unknown protocol 'jk_gsp'"),
        (("--protocol", ""), "unknown protocol ''"),
        (("--prot", "jk_gps"), "unrecognized arguments"),
    ],
)
def test_unusable_arguments_are_exit_status_2(run, options, complaint):
    status, lines, errors = run(WHOLE, *options)
    assert (status, lines) == (2, []) and complaint in errors


def test_protocols_that_are_not_there_yet(run, monkeypatch):
    monkeypatch.setattr(decode.catalog, "NAMES", ("jk_gps",))
    for name in decode.PROTOCOLS[1:]:
        status, lines, errors = run(WHOLE, "--protocol", name)
        assert (status, lines) == (2, [])
        assert f"{name} is not supported yet; supported: jk_gps" in errors


def test_missing_file_and_folder(tmp_path, capsys):
    for path, complaint in ((tmp_path / "none", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(SystemExit) as stop:
            decode.main([str(path)])
        assert stop.value.code == 2 and complaint in capsys.readouterr().err


def test_a_row_that_hexdump_leaves_out_is_there():
    data = bytes(64) + b"NW"
    text = (
        "00000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|\n*\n"
        "00000040  4e 57                                             |NW|\n00000042\n"
    )
    assert capture.parse(text.encode()).chunks == [data]


@pytest.mark.parametrize("text", ["4e570013 0000", "0000: 4e57\n0009: 00", "0000 4e57"])
def test_what_only_resembles_a_dump_is_plain_hexadecimal(text):
    plain = bytes.fromhex(text.replace(":", " ").replace("\n", " "))
    assert capture.parse(text.encode()).chunks == [plain]


@pytest.mark.parametrize("name", ["jk_ble", "jk_gps", "ant_new"])
def test_names_of_the_settings_are_names_here(run, name):
    status, lines, errors = run(b"", "--protocol", name)
    assert (status, lines) == (1, []) and "no frame decoded" in errors


# -- output ---------------------------------------------------------------------------------------


def test_values_are_in_the_vocabulary(run):
    (line,) = run(WHOLE)[1]
    got = line["values"]
    assert got["current_ma"] == 12_340 and got["charge_on"] is True and got["balancing"] is False
    assert got["temps_dc"] == [190, 180] and got["alarms"] == [] and got["alarms_raw"] == 0
    assert got["charge_utp_dc"] == -10 and got["sw_version"] == "11.XW_S11.262H_"


def test_an_absent_sensor_is_null_and_an_unknown_figure_is_left_out(run):
    (line,) = run(frames.whole({0x81: 200, 0x84: None, 0x8B: 0x0202}))[1]
    got = line["values"]
    assert got["temps_dc"] == [None, 180] and "current_ma" not in got and "power_mw" not in got
    assert got["alarms"] == ["mos_overtemp", "battery_undertemp"] and got["alarms_raw"] == 0x0202


def test_never_a_password(run):
    for content in (WHOLE, frames.single(0xB2, frames.PASSWORD), BAD_SUM):
        status, lines, errors = run(content)
        text = json.dumps(lines) + errors
        assert "password" not in text and frames.PASSWORD.decode()[:6] not in text


def test_each_frame_shows_its_own_values_only(run):
    status, lines, errors = run(WHOLE + frames.single(0x85, 50) + frames.whole({0xA5: None}))
    assert (status, errors) == (0, "")
    assert lines[1] == {"protocol": "jk_gps", "kind": "status", "values": {"soc_pct": 50}}
    assert "charge_utp_dc" in lines[0]["values"] and "charge_utp_dc" not in lines[2]["values"]


def test_context_reaches_from_frame_to_frame(run):
    cold = frames.whole({0x81: 101, 0x82: 102}), frames.whole({0x81: 100, 0x82: 99})
    lines = run(b"".join(cold))[1]
    assert [line["values"]["temps_dc"] for line in lines] == [[-10, -20], [-10, 0]]
    assert run(cold[1])[1][0]["values"]["temps_dc"] == [None, None]


# -- complaints -----------------------------------------------------------------------------------


def test_a_bad_checksum_is_told_with_its_offset_and_the_rest_is_decoded(run):
    status, lines, errors = run(b"\0\0\0" + BAD_SUM + WHOLE, "--protocol", "jk_gps")
    assert status == 0 and [line["values"] for line in lines] == [VALUES]
    assert errors.splitlines() == [
        f"jk_gps: offset 3: bad checksum ({len(WHOLE)} bytes)",
        f"jk_gps: {3 + len(WHOLE)} of {3 + 2 * len(WHOLE)} bytes are in no frame",
    ]


@pytest.mark.parametrize(
    "content, reason",
    [
        (BAD_SUM, "offset 0: bad checksum (291 bytes)"),
        (b"\xaa" + frames.whole(end=b"\x69"), "offset 1: bad structure (291 bytes)"),
        (b"NW\xff\xff" + bytes(30), "offset 0: bad length"),
        (WHOLE[:200], "offset 0: bad length: the input ends here after 200 bytes"),
        (frames.request(), "offset 0: a request or an acknowledgement"),
        (frames.request(2, 0xAB, b"\1"), "offset 0: a request or an acknowledgement"),
    ],
)
def test_no_frame_decoded_and_why(run, content, reason):
    status, lines, errors = run(content, "--protocol", "jk_gps")
    assert (status, lines) == (1, [])
    assert errors.startswith(f"jk_gps: {reason}")
    assert errors.endswith(f"decode: no frame decoded in {len(content)} bytes (jk_gps)\n")


def test_a_frame_swallowed_by_a_false_header_at_the_end_is_found(run):
    status, lines, errors = run(b"NW\x01\x8f" + WHOLE, "--protocol", "jk_gps")
    assert status == 0 and [line["values"] for line in lines] == [VALUES]


def test_an_implausible_frame_is_shown_and_named(run):
    status, lines, errors = run(frames.whole({0x83: 2646}))
    assert status == 0 and lines[0]["values"]["pack_mv"] == 26_460
    assert "decoded, but implausible: cell_sum" in errors


# -- choosing a protocol --------------------------------------------------------------------------


def result(name, frames=1, proven=False, dropped=0):
    made = decode.Result(name)
    made.frames = [("status", {})] * frames
    made.proven, made.dropped = proven, dropped
    return made


def test_choice_by_proof_then_by_what_accounts_for_more():
    nothing, plain = result("none", frames=0), result("plain")
    proven, partly = result("proven", proven=True), result("partly", proven=True, dropped=8)
    assert decode.choose([nothing]) is None and decode.choose([]) is None
    assert decode.choose([nothing, plain]) is plain
    assert decode.choose([plain, proven]) is proven
    assert decode.choose([partly, proven, plain]) is proven
    with pytest.raises(decode.Undecided, match="plain and twin fit alike"):
        decode.choose([plain, result("twin"), nothing])


def test_refusal_to_guess(run, monkeypatch):
    monkeypatch.setattr(decode, "decode", lambda _, name: result(name))
    monkeypatch.setattr(decode, "supported", lambda: ["jk_gps", "jk_display"])
    status, lines, errors = run(WHOLE)
    assert (status, lines) == (1, [])
    assert errors == "decode: jk_gps and jk_display fit alike; choose one with --protocol\n"


# -- as a program ---------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["script", "module", "stdin"])
def test_as_a_program(how, tmp_path):
    (tmp_path / "frame.bin").write_bytes(WHOLE)
    script, file, cwd = [str(ROOT / "tools" / "decode.py")], "frame.bin", tmp_path
    if how == "module":
        script, file, cwd = ["-m", "tools.decode"], str(tmp_path / "frame.bin"), ROOT
    if how == "stdin":
        file = "-"
    done = subprocess.run(
        [sys.executable, *script, file], input=WHOLE, capture_output=True, cwd=cwd
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["values"] == VALUES


def test_chunks_are_kept_apart():
    chunks = capture.parse(b'{"chunks": ["4e57", "00"], "sw": "11.26"}')
    assert chunks.chunks == [b"NW", b"\0"] and chunks.context == {"sw": "11.26"}
    assert chunks.size() == 3
