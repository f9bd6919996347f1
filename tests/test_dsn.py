"""Reports on delivery: what the sender may order (RFC 3461), and what comes back (RFC 3464)."""

import asyncio
import email
import json
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_queue import BUSY, HOUR, LETTER, UNKNOWN, Office

from mailkit.letter.envelope import NOBODY, Envelope
from mailkit.smtp import dsn
from mailkit.talk.refusal import Refused
from mailkit.world import Village

ALICE, BOB = "alice@birch.example", "bob@cedar.example"


class Sender:
    """Somebody who sends one letter through an `Office` and gets reports."""

    def __init__(self, folder: Path, outcome: Refused | str, dsn: bool = False) -> None:
        self.reports: list[EmailMessage] = []
        self.office = Office(folder, lambda recipient: outcome, dsn=dsn)
        carry = self.office.carry

        async def keep(attempt):  # type: ignore[no-untyped-def]
            if attempt.envelope.sender == NOBODY:
                self.reports.append(email.message_from_bytes(attempt.content, policy=policy.default))
            return await carry(attempt)

        self.office.queue.carry = keep

    def send(self, hours: float, wishes: dict[str, str], **parameters: str) -> list[dict[str, str]]:
        """Send, let time pass; the report's groups of fields about the recipients."""

        async def work() -> None:
            envelope = Envelope(ALICE, (BOB,), parameters, {BOB: wishes})
            await self.office.queue.accept("1", envelope, LETTER)
            await self.office.clock.fast_forward(hours * HOUR)

        asyncio.run(work())
        return [dict(fields(report)[1]) for report in self.reports]


def fields(report: EmailMessage) -> list[EmailMessage]:
    """The groups of fields in a report's second part."""
    parts = list(report.iter_parts())
    assert parts[1].get_content_type() == "message/delivery-status"
    return list(parts[1].get_payload())


@pytest.fixture(scope="module")
def v() -> Iterator[Village]:
    with Village() as village:
        yield village


@pytest.mark.parametrize(
    ("outcome", "hours", "notify", "knows_dsn", "actions"),
    [
        (UNKNOWN, 0, None, False, ["failed"]),
        (UNKNOWN, 0, "FAILURE", False, ["failed"]),
        (UNKNOWN, 0, "NEVER", False, []),
        (UNKNOWN, 0, "SUCCESS,DELAY", False, []),
        (BUSY, 3, None, False, []),
        (BUSY, 5, None, False, ["delayed"]),
        (BUSY, 100, "DELAY,FAILURE", False, ["delayed"]),
        (BUSY, 125, None, False, ["delayed", "failed"]),
        (BUSY, 125, "FAILURE", False, ["failed"]),
        (BUSY, 125, "NEVER", False, []),
        ("2.0.0 taken", 0, None, False, []),
        ("2.0.0 taken", 0, "SUCCESS", False, ["relayed"]),
        ("2.0.0 taken", 0, "SUCCESS", True, []),
    ],
)
def test_what_is_reported_and_what_not(
    tmp_path: Path,
    outcome: Refused | str,
    hours: float,
    notify: str | None,
    knows_dsn: bool,
    actions: list[str],
) -> None:
    sender = Sender(tmp_path, outcome, knows_dsn)
    told = sender.send(hours, {"NOTIFY": notify} if notify else {})
    assert [fate["Action"] for fate in told] == actions
    assert len(sender.office.queue) == (1 if outcome is BUSY and hours < 120 else 0)


def test_every_field_of_a_failure(tmp_path: Path) -> None:
    sender = Sender(tmp_path, UNKNOWN)
    (fate,) = sender.send(0, {"ORCPT": "rfc822;bob+2Btea@cedar.example"}, ENVID="tea+2D42")
    (report,) = sender.reports
    about = fields(report)[0]
    assert about["Original-Envelope-Id"] == "tea-42"
    assert about["Reporting-MTA"] == "dns; mx.birch.example"
    assert about["Arrival-Date"]
    assert fate["Original-Recipient"] == "rfc822; bob+tea@cedar.example"
    assert fate["Final-Recipient"] == "rfc822; bob@cedar.example"
    assert fate["Status"] == "5.1.1"
    assert fate["Remote-MTA"] == "dns; mx.cedar.example"
    assert fate["Diagnostic-Code"] == "smtp; 550 5.1.1 no such person here"
    assert fate["Last-Attempt-Date"]
    assert "Will-Retry-Until" not in fate
    assert report["Auto-Submitted"] == "auto-replied"


def test_a_warning_says_how_long_it_will_be_tried_and_brings_only_the_header(tmp_path: Path) -> None:
    sender = Sender(tmp_path, BUSY)
    (fate,) = sender.send(5, {})
    assert fate["Status"] == "4.4.1"
    assert fate["Will-Retry-Until"]
    assert list(sender.reports[0].iter_parts())[2].get_content_type() == "text/rfc822-headers"


@pytest.mark.parametrize(("ret", "kind"), [("FULL", "message/rfc822"), ("HDRS", "text/rfc822-headers")])
def test_the_letter_comes_back_as_its_sender_wished(tmp_path: Path, ret: str, kind: str) -> None:
    sender = Sender(tmp_path, UNKNOWN)
    sender.send(0, {}, RET=ret)
    part = list(sender.reports[0].iter_parts())[2]
    assert part.get_content_type() == kind
    assert ("Tea?" in part.as_string()) == (ret == "FULL")


def test_orders_survive_in_the_queues_file(tmp_path: Path) -> None:
    Sender(tmp_path, BUSY).send(1, {"NOTIFY": "SUCCESS"}, RET="HDRS", ENVID="tea-42")
    kept = json.loads((tmp_path / "1.json").read_text())
    assert kept["parameters"] == {"RET": "HDRS", "ENVID": "tea-42"}
    assert kept["wishes"] == {BOB: {"NOTIFY": "SUCCESS"}}


def test_orders_travel_with_the_letter_and_the_last_server_reports(v: Village) -> None:
    with v.alice.smtp() as provider:
        provider.ehlo_or_helo_if_needed()
        assert provider.has_extn("dsn")
        provider.sendmail(
            ALICE,
            [BOB],
            b"Message-ID: <dsn@birch.example>\r\n\r\nTea?\r\n",
            mail_options=["RET=HDRS", "ENVID=tea-42"],
            rcpt_options=["NOTIFY=SUCCESS", "ORCPT=rfc822;bob@cedar.example"],
        )
    v.settle()
    report = v.alice.inbox()[-1].message
    assert report["Subject"] == "Your letter has been delivered"
    about, fate = fields(report)
    assert about["Reporting-MTA"] == "dns; mx.cedar.example"  # the one that laid it in
    assert about["Original-Envelope-Id"] == "tea-42"
    assert (fate["Action"], fate["Status"]) == ("delivered", "2.0.0")
    assert fate["Original-Recipient"] == "rfc822; bob@cedar.example"
    hop = next(each for each in v.evidence.dialogues if each.protocol == "smtp" and each.mentions("dsn@"))
    assert b"RET=HDRS ENVID=tea-42" in hop.stream("C")
    assert b"NOTIFY=SUCCESS ORCPT=rfc822;bob@cedar.example" in hop.stream("C")


def test_a_server_without_dsn_is_not_asked_for_it_and_the_sender_learns_so(v: Village) -> None:
    v.cedar.mx.fault("EHLO", reply="502 5.5.1 only HELO here", times=1)
    with v.alice.smtp() as provider:
        provider.sendmail(ALICE, [BOB], b"Subject: old\r\n\r\n", rcpt_options=["NOTIFY=SUCCESS"])
    report = v.alice.inbox()[-1].message
    assert report["Subject"] == "Your letter has been handed on"
    _, fate = fields(report)
    assert (fate["Action"], fate["Remote-MTA"]) == ("relayed", "dns; mx.cedar.example")


@given(st.text())
def test_xtext_holds_any_text_and_gives_ascii_back(text: str) -> None:
    held = dsn.encode(text)
    assert held.isascii() and not set(held) & set(" =\r\n")
    printable = text.isascii() and text.isprintable()
    assert not printable or dsn.decode(held) == text
    assert dsn.decode(held).isprintable()
