"""What can be asked of ``python3 -m mailkit``: one function a command, and the work lives elsewhere.

Only the standard library is imported here, so that ``--help`` needs nothing installed.
"""

import argparse
import os
import sys
from collections.abc import Sequence

from mailkit.install import ROOT, with_project

WELCOME = """\
How e-mail works: a course of notebooks, on top of a whole mail system on your own machine.

  python3 -m mailkit lab       opens the course; the first time it installs what it needs
"""


def main(argv: Sequence[str]) -> int:
    """Do what is asked; return the exit code."""
    args = parse(argv)
    return int(args.run(args))


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """What is asked: `run` does it, and `needs` says what has to be installed for it.

    >>> parse(["test", "-k", "pop3"]).pytest, parse(["doctor"]).needs
    (['-k', 'pop3'], 'nothing')
    """
    parser = make_parser()
    args, rest = parser.parse_known_args(argv)
    if args.command == "test":
        args.pytest = rest
    elif rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    return args


def make_parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    parser = argparse.ArgumentParser(
        prog="python3 -m mailkit",
        description=WELCOME,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="python3 -m mailkit COMMAND --help says more about a command.",
    )
    parser.set_defaults(run=lambda _: _welcome(parser), needs="nothing")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command")

    lab = commands.add_parser("lab", help="open the course in JupyterLab")
    lab.add_argument("--no-browser", action="store_true", help="print the address and open no browser")
    lab.add_argument("--port", type=int, help="the port of JupyterLab (otherwise one that is free)")
    lab.set_defaults(run=_lab, needs="course")

    usage = "%(prog)s [options of pytest]"
    test = commands.add_parser("test", help="run all tests", usage=usage, allow_abbrev=False)
    test.set_defaults(run=_test, needs="test")

    doctor = commands.add_parser("doctor", help="say what this machine can do, and what unlocks more")
    doctor.add_argument("--json", action="store_true", help="for programs")
    doctor.set_defaults(run=_doctor, needs="nothing")

    up = commands.add_parser("up", help="run the village for other mail programs")
    up.add_argument("--json", action="store_true", help="print one line of JSON once everything listens")
    up.add_argument("--dir", metavar="DIR", help="keep mail and queues in this folder across runs")
    up.add_argument(
        "--account",
        metavar="USER@DOMAIN:PASSWORD",
        action="append",
        default=[],
        help="one more account; may be repeated",
    )
    up.add_argument("--port-base", metavar="N", type=int, default=0, help="fixed ports, from N upwards")
    up.set_defaults(run=_up, needs="course")
    return parser


def _welcome(parser: argparse.ArgumentParser) -> int:
    parser.print_help()
    return 0


def _lab(args: argparse.Namespace) -> int:
    from mailkit import lab

    return lab.open_course(browser=not args.no_browser, port=args.port)


def _test(args: argparse.Namespace) -> int:
    import pytest

    os.chdir(ROOT)
    os.environ.update(with_project(os.environ))
    sys.path.insert(0, str(ROOT))
    return pytest.main(["-rs", *args.pytest])


def _doctor(args: argparse.Namespace) -> int:
    from mailkit import doctor

    print(doctor.as_json() if args.json else doctor.as_text())
    return 0


def _up(args: argparse.Namespace) -> int:
    from mailkit import up

    return up.run(args)
