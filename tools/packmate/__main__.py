"""From a box to a working device: `python -m tools.packmate COMMAND`, or `packmate COMMAND`.

packmate setup                                     makes settings.json and secrets.json
packmate flash BOARD [PORT] [FIRMWARE.bin]         MicroPython onto a new board
packmate deploy BOARD [PORT] --settings … --secrets …
packmate selftest [PORT]                           what works: panel, BMS, Wi-Fi, broker
packmate logs [PORT]                               what it says, with tracebacks explained
packmate logs --kept [PORT] | --broker HOST        how it crashed, and what has happened
packmate support [PORT] FILE                       all that helps a helper, without secrets
packmate history [PORT] FILE.csv                   the figures that it has kept
"""

import argparse
import pathlib
import sys

from tools.packmate import (
    PackmateError,
    afar,
    backup,
    bundles,
    check,
    deploy,
    flash,
    history,
    kept,
    logs,
    ports,
    selftest,
    sending,
    setup,
)

_PORT_HELP = "as /dev/ttyUSB0 or COM3; default: the one board that is on USB"


def parse(argv):
    """Returns what the command line says; its `run` does it and returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="packmate",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name, run, text):
        made = commands.add_parser(name, help=text, description=text)
        made.set_defaults(run=run)
        return made

    one = command("setup", _setup, "asks for the settings and writes them into two files")
    one.add_argument("--board", help="name of a folder in boards/; asked for otherwise")
    one.add_argument("--folder", type=pathlib.Path, default=pathlib.Path(), help="default: here")

    one = command("check", _check, "judges settings as the device will")
    one.add_argument("settings", type=pathlib.Path)
    one.add_argument("secrets", type=pathlib.Path, nargs="?")
    one.add_argument("--board", required=True)

    one = command("flash", _flash, "puts MicroPython onto a board, by esptool")
    one.add_argument("board")
    one.add_argument("port", nargs="?", help=_PORT_HELP)
    one.add_argument(
        "firmware",
        nargs="?",
        type=pathlib.Path,
        help="the .bin from micropython.org; default: the newest that is here, or in Downloads",
    )
    one.add_argument("--erase", action="store_true", help="the whole flash first, settings too")

    one = command("deploy", _deploy, "puts Packmate, or what of it differs, onto a device")
    one.add_argument("board")
    one.add_argument("port", nargs="?", help=_PORT_HELP)
    one.add_argument("--settings", type=pathlib.Path, help="in place of the device's own")
    one.add_argument("--secrets", type=pathlib.Path, help="in place of the device's own")
    one.add_argument("--image", type=pathlib.Path, help="a folder made by tools.image before")
    one.add_argument(
        "--update-key", type=pathlib.Path, help="whose updates are taken: update.key of `keys`"
    )
    one.add_argument("--no-selftest", action="store_true", help="not even a look afterwards")

    one = command("selftest", _selftest, "tries panel, buttons, BMS, Wi-Fi, broker; never heats")
    one.add_argument("port", nargs="?", help=_PORT_HELP)
    one.add_argument("--board", help="default: the one that was deployed")

    one = command("keys", _keys, "makes the pair of keys that updates over Wi-Fi are signed with")
    one.add_argument("folder", type=pathlib.Path, help="for signing.pem and update.key")

    one = command("bundle", _bundle, "makes a signed file of Packmate, for updates over Wi-Fi")
    one.add_argument("board")
    one.add_argument("file", type=pathlib.Path, help="where your server will find it")
    one.add_argument("--key", type=pathlib.Path, required=True, help="signing.pem of `keys`")
    one.add_argument("--image", type=pathlib.Path, help="a folder made by tools.image before")

    one = command("send", _send, "sends such a file to a device over MQTT, piece by piece")
    one.add_argument("file", type=pathlib.Path)
    one.add_argument("base", help="what its topics begin with, as packmate/a0b1c2d3e4f5")
    one.add_argument("--broker", metavar="HOST", required=True)
    one.add_argument("--broker-port", type=int, default=1883)
    one.add_argument("--user", help="at the broker; the password is asked for")
    one.add_argument("--older", action="store_true", help="also if it is not newer than what runs")

    one = command("logs", _logs, "shows what a device says; it goes on with its work")
    one.add_argument("port", nargs="?", help=_PORT_HELP)
    one.add_argument("--legend", type=pathlib.Path, help="default: of the image sent last")
    one.add_argument("--kept", action="store_true", help="what it keeps in flash; restarts it")
    one.add_argument("--broker", metavar="HOST", help="what it tells over MQTT, without a cable")
    one.add_argument("--broker-port", type=int, default=1883)
    one.add_argument("--user", help="at the broker; the password is asked for")
    one.add_argument("--topic", default="packmate", help="the setting mqtt_topic")

    one = command("history", _history, "writes what a device has kept of its pack into a table")
    one.add_argument("port", nargs="?", help=_PORT_HELP)
    one.add_argument("file", type=pathlib.Path, help="to be written: CSV")

    one = command("support", _support, "puts all that helps a helper into one file; restarts it")
    one.add_argument("port", nargs="?", help=_PORT_HELP)
    one.add_argument("file", type=pathlib.Path, help="a text file, without secrets")
    one.add_argument("--legend", type=pathlib.Path, help="default: of the image sent last")

    one = command("traceback", _traceback, "names the functions that a traceback means")
    one.add_argument("file", type=pathlib.Path, nargs="?", help="default: standard input")
    one.add_argument("--legend", type=pathlib.Path, help="default: of the image sent last")

    for name, run, text in (
        ("backup", _backup, "keeps a device's settings and state in a folder"),
        ("restore", _restore, "puts the settings and state of a folder onto a device"),
    ):
        one = command(name, run, text)
        one.add_argument("port", nargs="?", help=_PORT_HELP)
        one.add_argument("folder", type=pathlib.Path)
        one.add_argument("--secrets", action="store_true", help="the passwords, too")
    return parser.parse_args(argv)


def _finder(options):
    return lambda: ports.find(options.port)


def _setup(options):
    setup.run(options.folder, options.board)


def _check(options):
    return 0 if check.report(options.board, options.settings, options.secrets) else 1


def _flash(options):
    if options.firmware is None and (options.port or "").lower().endswith(".bin"):
        options.firmware, options.port = pathlib.Path(options.port), None
    flash.flash(options.board, _finder(options), options.firmware, options.erase)


def _deploy(options):
    after = None if options.no_selftest else selftest.run
    own = options.settings, options.secrets, options.update_key
    deploy.deploy(options.board, _finder(options), own, options.image, after)


def _selftest(options):
    return selftest.selftest(_finder(options), options.board)


def _keys(options):
    bundles.make_keys(options.folder)


def _bundle(options):
    bundles.make_bundle(options.board, options.file, options.key, options.image)


def _send(options):
    where = (options.broker, options.broker_port, options.user, options.base)
    sending.send(*where, options.file, options.older)


def _logs(options):
    legend = logs.load_legend(options.legend)
    if options.broker:
        afar.show(options.broker, options.broker_port, options.user, options.topic, legend)
    elif options.kept:
        kept.show(_finder(options), legend)
    else:
        logs.follow(ports.find(options.port), legend)


def _support(options):
    kept.support(_finder(options), options.file, logs.load_legend(options.legend))


def _history(options):
    history.history(_finder(options), options.file)


def _traceback(options):
    logs.explain_file(options.file, logs.load_legend(options.legend))


def _backup(options):
    backup.backup(_finder(options), options.folder, options.secrets)


def _restore(options):
    backup.restore(_finder(options), options.folder, options.secrets)


def main(argv=None):
    """Command line; returns the exit status."""
    for stream in (sys.stdout, sys.stderr):
        # On Windows a file or a pipe may not have each letter; a console has them all.
        stream.reconfigure(errors="replace")  # pyright: ignore[reportAttributeAccessIssue]
    options = parse(argv)
    try:
        return options.run(options) or 0
    except PackmateError as error:
        print(f"packmate: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("packmate: ended by Ctrl-C", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
