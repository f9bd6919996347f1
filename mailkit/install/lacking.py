"""What this Python lacks of what pyproject.toml asks for.

Only looked up, never imported: it takes a hundredth of a second.
"""

import re
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Literal

Needs = Literal["nothing", "course", "test"]  # what a command needs; "test" is the course and more


def lacking(needs: Needs, project: Path) -> list[str]:
    """The packages that this Python does not have, or not in the wanted range, by name."""
    if needs == "nothing" or not project.exists():  # no project: pip put us here, and all we need
        return []
    wanted = tomllib.loads(project.read_text(encoding="utf-8"))["project"]
    requirements = wanted["dependencies"]
    if needs == "test":
        requirements = requirements + wanted["optional-dependencies"]["test"]
    return [name(requirement) for requirement in requirements if not is_met(requirement)]


def name(requirement: str) -> str:
    """The package that a requirement of the form ``name>=low,<high`` is about.

    >>> name("scapy>=2.7,<3")
    'scapy'
    """
    return requirement.partition(">=")[0]


def is_met(requirement: str) -> bool:
    """Whether a requirement of the form ``name>=low,<high`` is installed here.

    >>> is_met("no-such-thing>=1,<2")
    False
    """
    low, high = requirement.partition(">=")[2].split(",<")
    try:
        installed = str(metadata.version(name(requirement)))  # "None" where an installation was cut short
    except metadata.PackageNotFoundError:
        return False
    return numbers(low) <= numbers(installed) < numbers(high)


def numbers(version: str) -> list[int]:
    """A version as something to compare.

    >>> numbers("3.9.1") < numbers("3.11")
    True
    """
    return [int(number) for number in re.findall(r"\d+", version)[:3]]


def listed(names: list[str]) -> str:
    """A few of them in words.

    >>> listed(["scapy"]), listed(["jupyterlab", "scapy", "matplotlib", "aiosmtpd"])
    ('scapy', 'jupyterlab, scapy and 2 more')
    """
    shown = ", ".join(names[:2])
    return f"{shown} and {len(names) - 2} more" if len(names) > 2 else shown
