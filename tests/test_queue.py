"""The queue: what it has accepted is not lost, and in the end somebody hears of it."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from mailkit.clock import Clock
from mailkit.evidence import Step
from mailkit.letter.envelope import NOBODY, Envelope
from mailkit.roles.attempt import Attempt, Contact, Outcomes
from mailkit.roles.queue import Queue
from mailkit.talk.refusal import Refused

LETTER = b"From: alice@birch.example\r\nMessage-ID: <1@birch.example>\r\n\r\nTea?\r\n"
HOUR = 3600.0
BUSY = Refused(451, "4.4.1", "nobody answers")
UNKNOWN = Refused(550, "5.1.1", "no such person here")


class Office:
    """A queue, and a carrier that does as it is told."""

    def __init__(
        self, folder: Path, outcome: Callable[[str], Refused | str], home: bool = True, dsn: bool = False
    ) -> None:
        self.home = home  # reports are delivered, and no attempts to be counted
        self.dsn = dsn  # the next server knows DSN
        self.clock = Clock()
        self.steps: list[Step] = []
        self.attempts: list[Attempt] = []
        self.outcome = outcome
        self.queue = Queue(folder, "mx.birch.example", "birch.example", self.clock, self.steps.append)
        self.queue.carry = self.carry

    async def carry(self, attempt: Attempt) -> Outcomes:
        if attempt.envelope.sender == NOBODY and self.home:
            return dict.fromkeys(attempt.envelope.recipients, "laid in")
        self.attempts.append(attempt)
        attempt.contact = Contact(("127.0.2.25", 40000), "mx.cedar.example", self.dsn)
        return {recipient: self.outcome(recipient) for recipient in attempt.envelope.recipients}

    async def accept(self, *recipients: str, sender: str = "alice@birch.example") -> str:
        queue_id = self.queue.new_id()
        await self.queue.accept(queue_id, Envelope(sender, recipients), LETTER)
        return queue_id

    def told(self) -> list[tuple[str, str]]:
        return [(step.what, step.recipient) for step in self.steps]


def run(work: Callable[[], Awaitable[None]]) -> None:
    async def main() -> None:
        await work()

    asyncio.run(main())


def test_a_letter_goes_through_and_leaves_nothing_behind(tmp_path: Path) -> None:
    async def work() -> None:
        office = Office(tmp_path, lambda recipient: "2.0.0 queued")
        await office.accept("bob@cedar.example")
        assert len(office.queue) == 1
        await office.clock.settle()
        assert office.told() == [("accepted", ""), ("handed on", "bob@cedar.example")]
        assert office.attempts[0].content == LETTER

    run(work)
    assert not list(tmp_path.iterdir())


def test_what_is_accepted_lies_on_the_disk(tmp_path: Path) -> None:
    async def work() -> None:
        office = Office(tmp_path, lambda recipient: BUSY)
        queue_id = await office.accept("bob@cedar.example")
        assert (tmp_path / f"{queue_id}.eml").read_bytes() == LETTER
        envelope = json.loads((tmp_path / f"{queue_id}.json").read_text())
        assert envelope["sender"] == "alice@birch.example"
        assert envelope["recipients"] == ["bob@cedar.example"]

    run(work)


def test_a_letter_is_tried_again_at_growing_intervals_until_somebody_is_at_home(tmp_path: Path) -> None:
    async def work() -> None:
        office = Office(tmp_path, lambda recipient: BUSY)
        begin = office.clock.now()
        await office.accept("bob@cedar.example")
        await office.clock.fast_forward(9 * HOUR)
        assert len(office.attempts) == 7
        assert "tried 7 times" in str(office.queue)
        assert "451 4.4.1 nobody answers" in str(office.queue)
        office.outcome = lambda recipient: "2.0.0 queued"
        await office.clock.fast_forward(4 * HOUR)
        assert len(office.queue) == 0
        assert office.clock.now() - begin >= 13 * HOUR

    run(work)


def test_each_recipient_has_a_fate_of_its_own(tmp_path: Path) -> None:
    async def work() -> None:
        fates = {"bob@cedar.example": "2.0.0 queued", "dave@cedar.example": BUSY}
        office = Office(tmp_path, lambda recipient: fates.get(recipient, UNKNOWN))
        await office.accept("bob@cedar.example", "dave@cedar.example", "nobody@cedar.example")
        del fates["bob@cedar.example"]  # whoever asks again would hear no
        await office.clock.fast_forward(HOUR)
        later = [attempt.envelope.recipients for attempt in office.attempts[1:]]
        assert ("dave@cedar.example",) in later
        assert not any("bob@cedar.example" in recipients for recipients in later)
        assert ("returned", "nobody@cedar.example") in office.told()

    run(work)


@pytest.mark.parametrize(
    ("outcome", "hours", "status"),
    [(UNKNOWN, 0.0, "5.1.1"), (BUSY, 125.0, "5.4.1")],
    ids=["at once", "too late"],
)
def test_what_cannot_be_delivered_comes_back(
    tmp_path: Path, outcome: Refused, hours: float, status: str
) -> None:
    async def work() -> None:
        home = "alice@birch.example"
        office = Office(tmp_path, lambda recipient: "laid in" if recipient == home else outcome, home=False)
        await office.accept("bob@cedar.example")
        await office.clock.fast_forward(hours * HOUR)
        bounce = office.attempts[-1]
        assert bounce.envelope == Envelope(NOBODY, (home,))
        report = message_from_bytes(bounce.content, policy=policy.default)
        assert report.get_content_type() == "multipart/report"
        assert report["Auto-Submitted"] == "auto-replied"
        people, programs, letter = report.iter_parts()
        assert "bob@cedar.example" in people.get_content()
        _, fate = programs.get_payload()
        assert fate["Final-Recipient"] == "rfc822; bob@cedar.example"
        assert (fate["Action"], fate["Status"]) == ("failed", status)
        assert letter.get_content_type() == "message/rfc822"
        assert LETTER in bounce.content  # to the octet

    run(work)
    assert not list(tmp_path.iterdir())


def test_a_bounce_is_never_bounced(tmp_path: Path) -> None:
    async def work() -> None:
        office = Office(tmp_path, lambda recipient: UNKNOWN, home=False)
        await office.accept("bob@cedar.example")
        await office.clock.settle()
        assert [what for what, _ in office.told()] == ["accepted", "returned", "accepted", "dropped"]
        assert len(office.queue) == 0

    run(work)


def test_after_a_crash_the_queue_goes_on_and_clears_away_what_was_never_accepted(tmp_path: Path) -> None:
    async def before() -> None:
        await Office(tmp_path, lambda recipient: BUSY).accept("bob@cedar.example")

    async def after() -> None:
        office = Office(tmp_path, lambda recipient: "2.0.0 queued")
        office.queue.resume()
        await office.clock.settle()
        assert [attempt.content for attempt in office.attempts] == [LETTER]

    run(before)
    (tmp_path / "HALF.eml").write_bytes(b"never accepted: its envelope is missing")
    (tmp_path / "ELSE.tmp").write_bytes(b"half wri")
    (tmp_path / "NEXT.eml").write_bytes(b"its envelope has no end")
    (tmp_path / "NEXT.json").write_bytes(b'{"id": "NEXT",')
    envelope = (
        b'{"id": "LAST", "letter": "<>", "sender": "", "recipients": ["b@c"], "arrived": 0, "octets": 9\n}\n'
    )
    (tmp_path / "LAST.json").write_bytes(envelope)
    (tmp_path / "LAST.eml").write_bytes(b"half")
    run(after)
    assert not list(tmp_path.iterdir())


def test_a_mistake_of_ours_does_not_lose_the_letter(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> None:
        def mistake(recipient: str) -> str:
            raise ZeroDivisionError("a mistake")

        office = Office(tmp_path, mistake)
        await office.accept("bob@cedar.example")
        await office.clock.settle()
        assert office.queue.items[0].reasons == {"bob@cedar.example": "451 4.3.0 a mistake of this server"}

    run(work)
    assert "a mistake while carrying a letter" in caplog.text


def test_a_full_disk_is_said_before_the_letter_is_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(folder: str, letters: object) -> None:
        raise OSError(28, "No space left on device")

    async def work() -> None:
        office = Office(tmp_path, lambda recipient: BUSY)
        monkeypatch.setattr("mailkit.roles.spool.write_together", full)
        with pytest.raises(Refused, match="452 4.3.1"):
            await office.accept("bob@cedar.example")
        assert len(office.queue) == 0 and not office.steps

    run(work)


def test_a_failure_of_which_nobody_could_be_told_is_not_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(folder: str, letters: object) -> None:
        raise OSError(28, "No space left on device")

    async def work() -> None:
        office = Office(tmp_path, lambda recipient: UNKNOWN)
        await office.accept("bob@cedar.example")
        with monkeypatch.context() as patch:
            patch.setattr("mailkit.roles.spool.write_together", full)  # there is no room for the bounce
            await office.clock.settle()
        assert office.queue.items[0].recipients == ["bob@cedar.example"]
        await office.clock.fast_forward(HOUR)
        assert len(office.queue) == 0
        assert office.told()[-1] == ("delivered", "alice@birch.example")

    run(work)
    assert "No space left on device" in caplog.text


def test_a_client_that_hangs_up_too_early_does_not_part_the_halves_of_a_letter(tmp_path: Path) -> None:
    async def work() -> None:
        office = Office(tmp_path, lambda recipient: "2.0.0 queued")
        client = asyncio.create_task(office.accept("bob@cedar.example"))
        await asyncio.sleep(0)
        client.cancel()
        while not office.attempts:
            await asyncio.sleep(0.01)
        await office.clock.settle()

    run(work)
    assert not list(tmp_path.iterdir())


def test_letters_that_come_together_are_all_kept(tmp_path: Path) -> None:
    async def work() -> None:
        office = Office(tmp_path, lambda recipient: "2.0.0 queued")
        await asyncio.gather(*(office.accept(f"bob+{number}@cedar.example") for number in range(50)))
        await office.clock.settle()
        assert len(office.attempts) == 50

    run(work)
    assert not list(tmp_path.iterdir())


def test_more_recipients_than_a_server_need_take_are_split(tmp_path: Path) -> None:
    async def work() -> None:
        office = Office(tmp_path, lambda recipient: "2.0.0 queued")
        await office.accept(*(f"p{number}@cedar.example" for number in range(150)), "q@dill.example")
        await office.clock.settle()
        sizes = [len(attempt.envelope.recipients) for attempt in office.attempts]
        assert sizes == [100, 50, 1]

    run(work)
