"""Asks a person for what only a person knows, and writes settings.json and secrets.json.

The questions are those of the device's own page (lib/setup/questions.py). What is there already is
proposed; each answer is judged at once by the device's own table. From a script, the answers are
lines on standard input.
"""

import getpass
import json
import sys

from settings import settings_charge
from settings.table import SECRETS, SETTINGS, load
from setup.answers import differing
from setup.questions import hold, questions
from tools import boards
from tools.packmate import PackmateError, backup, check
from tools.packmate.setup_packs import ask_packs

_ROWS = {row[0]: row for row in SETTINGS}
_SECRET_ROWS = {row[0]: row for row in SECRETS}


def read_line(prompt, hidden=False):
    """Returns what the person types, which a password on a terminal does not show."""
    try:
        if hidden and sys.stdin.isatty():
            return getpass.getpass(prompt)
        line = input(prompt)
    except EOFError:
        raise PackmateError(
            "the answers end before the questions do; nothing is written"
        ) from None
    if not sys.stdin.isatty():
        print()  # nobody's return key has ended the line
    return line.rstrip("\r") if hidden else line.strip()


def choose(text, options, proposed=0):
    """Asks for one of `options`, a list of str; returns its place."""
    print(f"\n{text}")
    for place, option in enumerate(options):
        print(f"  {place + 1}  {option}")
    while True:
        answer = read_line(f"number [{proposed + 1}]: ")
        if not answer:
            return proposed
        if answer.isdecimal() and 1 <= int(answer) <= len(options):
            return int(answer) - 1
        print(f"a number from 1 to {len(options)}, please")


def choose_board(name=None):
    """Returns (name, data module) of the board."""
    if name is None:
        names = sorted(boards.names(), key=lambda name: not boards.load(name).PSRAM)
        found = [check.load_board(name) for name in names]
        memory = ["plenty of memory" if board.PSRAM else "no Bluetooth" for board in found]
        shown = [f"{b.NAME} ({text})" for b, text in zip(found, memory, strict=True)]
        name = names[choose("Which board is it?", shown)]
    return name, check.load_board(name)


def problem(key, value, rows):
    """Returns what the device would say of one value, or None."""
    _, errors = load({key: value}, (rows[key],))
    if key == "charge_table" and value and not errors:
        try:
            settings_charge.read(value)
        except ValueError as error:
            errors.append(f"{key}: {error}")
    return errors[0] if errors else None


def ask(question, given, secrets):
    """Asks one question until the answer is good, and puts the answer where it belongs."""
    hidden = question.key in _SECRET_ROWS
    store, rows = (secrets, _SECRET_ROWS) if hidden else (given, _ROWS)
    proposed = store.get(question.key, rows[question.key][4])
    print(f"\n{question.text}")
    shown = "kept as it is" if hidden and proposed else question.show(proposed)
    while True:
        answer = read_line(f"[{shown}]: ", hidden)
        if not answer:
            return
        try:
            value = question.parse(answer)
        except (ValueError, OverflowError):
            print("a number, please")
            continue
        wrong = problem(question.key, value, rows)
        if wrong is None:
            store[question.key] = value
            return
        print(wrong)


def ask_all(board, given, secrets):
    """Asks all questions that what is known so far gives reason for, and that have two answers."""

    def value_of(key):
        return given.get(key, _ROWS[key][4])

    for question in questions():
        if not hold(question.when, value_of):
            continue
        if not question.options:
            if board.PSRAM or not question.roomy:
                ask(question, given, secrets)
            continue
        offered = [o for o in question.options if board.PSRAM or not o.roomy]
        options = [o for o in offered if hold(o.when, value_of)]
        at = next((n for n, o in enumerate(options) if o.fits(value_of)), 0)
        if len(options) > 1:
            at = choose(question.text, [o.text for o in options], at)
        given.update(options[at].values)


def ask_for_more(given):
    """Takes any other setting, as KEY VALUE; returns False once the person has no more."""
    answer = read_line("KEY VALUE, ? for the list, packs for several packs, empty for none: ")
    if answer == "packs":
        ask_packs(given, choose, read_line)
        return True
    if answer == "?":
        for key, _, _, _, default, text in SETTINGS:
            print(f"  {key} [{json.dumps(default)}]: {text}")
        return True
    if not answer:
        return False
    key, _, text = answer.partition(" ")
    if key not in _ROWS:
        print(f"{key}: unknown setting")
        return True
    try:
        value = json.loads(text)
    except ValueError:
        value = text.strip()
    wrong = None if key == "packs" else problem(key, value, _ROWS)
    if wrong:
        print(wrong)
    else:
        given[key] = value
    return True


def read_existing(path):
    """Returns what an earlier file holds, {} if there is none."""
    if not path.exists():
        return {}
    raw = check.load_file(path)
    if not isinstance(raw, dict):
        raise PackmateError(f"{path}: holds no JSON object; move it away first")
    return raw


def run(folder, board_name=None):
    """Asks, shows, and writes both files into `folder`."""
    paths = (folder / "settings.json", folder / "secrets.json")
    given, secrets = (read_existing(path) for path in paths)
    print("An empty answer takes what is in brackets, and - takes nothing.")
    print("No file changes before the end.")
    board_name, board = choose_board(board_name)
    ask_all(board, given, secrets)
    print("\nEverything else has a default (docs/settings.md).")
    while True:
        while ask_for_more(given):
            pass
        found = check.complaints(board_name, given, secrets)
        if not found:
            break
        print("\nThe device would complain:")
        for line in found:
            print(f"  {line}")
        print("Put it right here, or end with Ctrl-C.")
    finish(paths, differing(given), differing(secrets, SECRETS), board_name)


def finish(paths, given, secrets, board_name):
    """Shows what will be written, asks, and writes; what was there is asked about by name."""
    print("\nsettings.json:")
    for key, value in given.items():
        print(f"  {key} = {json.dumps(value, ensure_ascii=False)}")
        print(f"      {_ROWS[key][5]}")
    print(f"secrets.json: {', '.join(secrets) or 'empty'} (never shown)")
    there = ", ".join(str(path) for path in paths if path.exists())
    text = f"\nWrite both, over {there}? [y]: " if there else "\nWrite both? [y]: "
    if read_line(text).lower() not in ("", "y", "yes"):
        raise PackmateError("nothing is written")
    for path, values in zip(paths, (given, secrets), strict=True):
        data = json.dumps(values, indent=2, ensure_ascii=False) + "\n"
        backup.write(path, data.encode(), private=path is paths[1])
        print(f"written  {path}")
    print("Next:")
    print(f"  packmate deploy {board_name} --settings {paths[0]} --secrets {paths[1]}")
