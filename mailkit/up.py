"""``python3 -m mailkit up``: the village for other programs, until Ctrl-C.

::

    birch.example
      incoming  IMAP   127.0.2.25  port 43117  STARTTLS
      outgoing  SMTP   127.0.2.25  port 38211  STARTTLS
      alice@birch.example          password tea-at-four

What a person types into Thunderbird's settings, or, with ``--json``, one line that a program can read.
"""

import argparse
import json
import signal
import sys
import threading
from types import FrameType

from mailkit.ground.plan import NAME_SERVER, SERVICES
from mailkit.world import Village

PURPOSES = {  # in the order in which mail programs ask
    "imaps": "incoming mail",
    "imap": "incoming mail",
    "pop3s": "incoming mail",
    "pop3": "incoming mail",
    "submissions": "outgoing mail",
    "submission": "outgoing mail",
    "smtp": "from other servers",
}


def run(args: argparse.Namespace) -> int:
    """Start a village, say where everything is, and serve until interrupted or terminated.

    Returns:
        The exit code: 0 after Ctrl-C or SIGTERM, 2 when something in `args` or on this machine is wrong.
    """
    done = threading.Event()

    def finish(number: int, frame: FrameType | None) -> None:
        done.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, finish)
    try:
        village = Village(args.dir, args.port_base, _accounts(args.account))
    except (OSError, RuntimeError, ValueError) as error:
        print(f"mailkit up: {error}", file=sys.stderr)
        return 2
    with village:
        print(json.dumps(describe(village)) if args.json else table(village), flush=True)
        while not done.wait(1.0):  # in steps: on Windows a wait without end would not hear Ctrl-C
            pass
    return 0


def describe(village: Village) -> dict[str, object]:
    """Where everything is, for programs; the keys are a promise (DESIGN.md calls it `up --json`)."""
    return {
        "tier": village.ground.tier,
        "dns": list(village.ground.reached(NAME_SERVER, 53)),
        "ca": str(village.ca.certificate),
        "webmail": None,
        "domains": {
            provider.domain: {
                name: list(village.ground.reached(provider.host, standard.port))
                for name, standard in SERVICES.items()
            }
            for provider in village.providers
        },
        "accounts": [
            {
                "address": account.address,
                "password": village.passwords[account.address],
                "quota": account.quota,
            }
            for provider in village.providers
            for account in provider.accounts
            if account.address in village.passwords
        ],
        "dir": str(village.dir),
    }


def table(village: Village) -> str:
    """Where everything is, for a person who sets up a mail program."""
    lines = ["The village is up.  Settings for a mail program:", ""]
    for provider in village.providers:
        lines.append(provider.domain)
        for name, purpose in PURPOSES.items():
            host, real = village.ground.reached(provider.host, SERVICES[name].port)
            security = "SSL/TLS" if SERVICES[name].tls_first else "STARTTLS"
            lines.append(f"  {purpose:18}  {name:11}  {host:12}  port {real:<5}  {security}")
        for account in provider.accounts:
            if account.address in village.passwords:
                lines.append(f"  user name {account.address}, password {village.passwords[account.address]}")
        lines.append("")
    host, port = village.ground.reached(NAME_SERVER, 53)
    lines += [
        f"name server         {host} port {port} (UDP and TCP)",
        f"certificate         {village.ca.certificate} (to be trusted, or its warning accepted)",
        f"mail and queues in  {village.dir}",
        "",
        "Ctrl-C ends it.",
    ]
    return "\n".join(lines)


def _accounts(given: list[str] | None) -> dict[str, str]:
    """``user@domain:password`` as a dict.

    Raises:
        ValueError: one of them is not of that form.
    """
    accounts = {}
    for text in given or []:
        address, colon, password = text.partition(":")
        if not colon or "@" not in address or not password:
            raise ValueError(f"--account wants user@domain:password, but got {text!r}")
        accounts[address.lower()] = password
    return accounts
