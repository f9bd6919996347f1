"""``python3 -m mailkit``: the door, on a machine that has nothing but Python.

    python3 -m mailkit lab
        |
        +-- is this Python new enough?      no: one sentence, and the command that helps
        +-- cli.py      what is asked, and what does it need?
        +-- install.py  is that here?       no: it is put into .venv, and we start again in there
        +-- cli.py      does it

This file is written so that even Python 3.6 can read it far enough to say what is wrong.
"""

import sys

from mailkit.pythons import another_python


def main(argv: "list[str]") -> int:
    """Do what the words after ``python3 -m mailkit`` ask; return the exit code."""
    if sys.version_info < (3, 11):
        return stop(*too_old(argv))
    from mailkit import cli, install

    try:
        install.make_ready(cli.parse(argv).needs)
        return cli.main(argv)
    except install.Trouble as trouble:
        return stop(trouble.sentence, trouble.command)
    except KeyboardInterrupt:
        print("\nStopped. Nothing is spoiled: the next try does what is left to do.", file=sys.stderr)
        return 130  # what a shell expects after Ctrl-C


def stop(sentence: str, command: str) -> int:
    """Say what is wrong in one sentence, and the one command that helps."""
    print("\n{}\n\n    {}\n".format(sentence, command), file=sys.stderr)
    return 1


def too_old(argv: "list[str]") -> "tuple[str, str]":
    """The sentence about a Python before 3.11, and how to start a newer one."""
    sentence = "mailkit needs Python 3.11 or newer, and this is {}".format(sys.version.split()[0])
    another = another_python()
    if another:
        return sentence + "; this machine has a newer one too:", " ".join([another, "-m", "mailkit"] + argv)
    where = "; get one from https://www.python.org/downloads/ and then:"
    return sentence + where, " ".join(["python3.13", "-m", "mailkit"] + argv)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
