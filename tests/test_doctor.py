"""The doctor looks at this machine, and says what it means and what would unlock more."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from mailkit import doctor
from mailkit.doctor import Finding, capture_tier
from mailkit.ground import probe

ROOT = Path(__file__).parent.parent


def test_it_needs_nothing_installed() -> None:
    bare = [sys.executable, "-S", "-m", "mailkit", "doctor", "--json"]  # -S: without site-packages
    told = json.loads(subprocess.run(bare, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    assert set(told["programs"]) == set(doctor.CLIENTS)
    assert told["tier"] == "loopback" and told["capture"] in {"namespaces", "loopback capture", "teaching"}
    assert all(finding["found"] and finding["means"] for finding in told["findings"].values())


def test_for_a_person_every_thing_is_one_line_and_its_meaning() -> None:
    text = doctor.as_text()
    for finding in doctor.findings():
        assert f"  {finding.name} " in text and finding.means in text


def test_it_finds_what_is_installed() -> None:
    assert doctor.packages().ok and doctor.widgets().ok


def test_a_yes_needs_no_unlocking() -> None:
    assert all(
        not finding.unlocks for finding in doctor.findings() if finding.ok and finding.name != "mail programs"
    )


@pytest.mark.parametrize(
    ("able", "tier"),
    [
        (["own networks", "packets"], "namespaces"),
        (["packets"], "loopback capture"),
        (["dumpcap"], "loopback capture"),
        ([], "teaching"),
    ],
)
def test_the_best_tier_wins(able: list[str], tier: str) -> None:
    assert capture_tier([Finding(name, True, "", "") for name in able]) == tier


def test_a_port_that_is_busy_is_no_question_of_rights() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        busy = other.getsockname()[1]
        assert probe.is_allowed(busy)
        assert not probe.tried(lambda: probe.bind("127.0.0.1", busy), "free").ok


def test_the_lowest_port_is_the_boundary() -> None:
    lowest = probe.lowest_port()
    assert probe.is_allowed(lowest)
    assert lowest == 1 or not probe.is_allowed(lowest - 1)


def test_a_no_carries_the_systems_own_words() -> None:
    def forbidden() -> None:
        raise PermissionError(13, os.strerror(13))

    assert probe.tried(forbidden, "never") == probe.Answer(False, os.strerror(13))


def test_a_folder_is_tried_by_writing_and_left_as_it_was(tmp_path: Path) -> None:
    assert probe.writable(tmp_path).ok and list(tmp_path.iterdir()) == []
    assert not probe.writable(tmp_path / "nowhere").ok
