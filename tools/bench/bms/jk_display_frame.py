"""What a simulated JK unit writes to its display, in both variants, after jk.md §2.

Independent of lib/bms on purpose: what the firmware decodes must not come from its own tables.
"""

import struct

A55A, PB = b"\xa5\x5a", b"\x5a\xa5"
_GREEN, _BLUE, _RED, _UNUSED = 0x07E0, 0x001F, 0xF800, 0x0000
_WORDS, _REGISTER = 0x82, 0x80
_PB_CELLS = 16
# Flags of the status by the names of the plant's alarms, in the order of the words (§2.2).
_FLAGS = (
    "cell_undervoltage cell_overvoltage overcurrent mos_overtemp battery_overtemp short_circuit "
    "internal_comm wire_resistance cell_count_mismatch"
).split()
# Menus and the like, which no gateway needs: a cycle of 1406 bytes has 51 writes that enable
# touch fields (page, how many), and these single words.
_TOUCH = ((1, 16), (4, 8), (5, 8), (6, 2), (7, 8), (8, 8), (9, 1))
_MENU_A = (0x1720, *range(0x1800, 0x1810), 0x1813, 0x1815)
_MENU_B = (0x1003, 0x1721, *range(0x1840, 0x184F), 0x1853, 0x1855)


def words(head, address, values):
    """Returns a write of 16-bit words; negative ones as two's complement."""
    data = struct.pack(f">{len(values)}H", *[value & 0xFFFF for value in values])
    return head + bytes((len(data) + 3, _WORDS)) + struct.pack(">H", address) + data


def register(head, number, value):
    """Returns a write to one of the panel's registers."""
    return head + bytes((3, _REGISTER, number, value))


def status(picture):
    """Returns the A55A status: 96 bytes."""
    cells = picture.cell_mv
    bms = picture.bms
    values = [picture.pack_mv // 10, round(picture.current_ma / 100), 3, picture.soc_pct]
    values += [max(cells) - min(cells), picture.mos_cut_dc // 10, _cell_c(picture)]
    values += [1, round(sum(cells) / len(cells)), bool(getattr(bms, "balance_switch", True))]
    values += [picture.charge_on, picture.discharge_on]
    values += cells + [0] * (24 - len(cells))
    values += [name in picture.alarms for name in _FLAGS]
    return words(A55A, 0x1000, values)


def colours(picture, head, room):
    """Returns `room` writes that colour the cells' texts: the highest blue, the lowest red."""
    cells = picture.cell_mv
    high, low = cells.index(max(cells)), cells.index(min(cells))
    frames = []
    for i in range(room):
        colour = _BLUE if i == high else _RED if i == low else _GREEN
        frames.append(words(head, 0x2003 + 0x10 * i, [colour if i < len(cells) else _UNUSED]))
    return frames


def a55a_cycle(picture):
    """Returns the frames of one round: status, 24 colours, backlight; 294 bytes."""
    return [status(picture), *colours(picture, A55A, 24), register(A55A, 1, 0)]


def totals(picture, step=0):
    """Returns the block of the pack, 5AA5 at 0x1000."""
    cells = picture.cell_mv
    values = [picture.pack_mv // 10, round(picture.current_ma / 100), picture.soc_pct, 15]
    values += [picture.capacity_mah // 100, picture.remaining_mah // 100, max(cells)]
    values += [_cell_c(picture), 0, 1, round(sum(cells) / len(cells)), 3, 1, 1, step]
    return words(PB, 0x1000, values)


def cells_block(picture):
    """Returns the block of the cells, 5AA5 at 0x1210."""
    cells = (picture.cell_mv + [0] * _PB_CELLS)[:_PB_CELLS]
    values = cells + [2, picture.soc_pct, picture.capacity_mah // 100]
    values += [picture.remaining_mah // 100, max(picture.cell_mv) - min(picture.cell_mv), 1]
    values += [_cell_c(picture), round(picture.current_ma / 100), 1, 0, 1]
    return words(PB, 0x1210, values)


def pb_cycle(picture, step=0):
    """Returns the frames of one round of the 5AA5 variant: 1406 bytes."""
    frames = [totals(picture, step), cells_block(picture), *colours(picture, PB, 18)]
    frames += [register(PB, 1, 0), register(PB, 2, 0)]
    frames += [words(PB, 0x8500 + i, [1 if i == 0 else 16]) for i in range(16)]
    touch = [_touch(page, field) for page, count in _TOUCH for field in range(count)]
    frames += touch[:16]
    frames += [words(PB, address, [address & 15]) for address in _MENU_A]
    frames += touch[16:34] + [words(PB, 0x100E, [step])]
    frames += [words(PB, address, [address & 15]) for address in _MENU_B]
    return frames + touch[34:]


def _touch(page, field):
    """Enables a touch field; the content begins like a frame (jk.md §2.3)."""
    return words(PB, 0x00B0, [0x5AA5, page, field << 8 | 5, 1])


def _cell_c(picture):
    """Returns the one battery temperature in whole °C; a missing sensor shows as -200."""
    dc = picture.temps_cut_dc[0]
    return -200 if dc is None else dc // 10
