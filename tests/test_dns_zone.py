"""Zones: the village's zone files, and changing them while it runs."""

from pathlib import Path

import dns.name
import pytest

from mailkit.dns.zone import Zones

FOLDER = Path(__file__).parent.parent / "data/zones"


@pytest.fixture
def zones() -> Zones:
    return Zones.read(FOLDER)


def serial(zones: Zones) -> int:
    return int(zones.records("cedar.example", "SOA")[0].split()[2])


def test_the_village_has_its_mail_hosts_and_says_who_may_send(zones: Zones) -> None:
    assert zones.records("birch.example", "MX") == ("10 mx.birch.example.",)
    assert zones.records("cedar.example", "MX") == ("10 mx.cedar.example.",)
    assert zones.records("cedar.example", "TXT") == ('"v=spf1 mx -all"',)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.zone")), ids=lambda path: path.stem)
def test_no_file_holds_an_address(path: Path) -> None:
    zones = Zones(path.read_text(encoding="utf-8"))
    assert " IN A " not in str(zones) and " AAAA " not in str(zones)


def test_a_host_is_found_by_name_and_by_address(zones: Zones) -> None:
    zones.add_host("mx.cedar.example", "127.0.3.25")
    zones.add_host("mx.cedar.example", "2001:db8::25")
    assert zones.records("mx.cedar.example", "A") == ("127.0.3.25",)
    assert zones.records("mx.cedar.example", "AAAA") == ("2001:db8::25",)
    assert zones.records("25.3.0.127.in-addr.arpa", "PTR") == ("mx.cedar.example.",)
    assert "mx.cedar.example." in str(zones).partition("ip6.arpa.")[2]


def test_hosts_that_share_an_address_have_all_their_names_there(zones: Zones) -> None:
    zones.add_host("mx.birch.example", "127.0.0.1")
    zones.add_host("mx.cedar.example", "127.0.0.1")
    names = zones.records("1.0.0.127.in-addr.arpa", "PTR")
    assert set(names) == {"mx.birch.example.", "mx.cedar.example."}


def test_set_replaces_and_remove_takes_away(zones: Zones) -> None:
    zones.set("cedar.example", "MX", "10 mx.cedar.example", "20 mx2.cedar.example.")
    assert zones.records("cedar.example", "MX") == ("10 mx.cedar.example.", "20 mx2.cedar.example.")
    zones.set("cedar.example", "MX", "0 .")
    assert zones.records("cedar.example", "MX") == ("0 .",)
    zones.remove("cedar.example", "MX")
    assert zones.records("cedar.example", "MX") == ()


def test_every_change_makes_a_new_version(zones: Zones) -> None:
    before = serial(zones)
    zones.set("cedar.example", "MX", "0 .")
    zones.remove("cedar.example", "MX")
    assert serial(zones) == before + 2


@pytest.mark.parametrize(
    ("name", "kind", "records", "complaint"),
    [
        ("cedar.example", "MX", ["ten mx"], "'ten mx' cannot be the MX record of cedar.example"),
        ("cedar.example", "MX", [], "at least one MX record"),
        ("cedar.example", "POST", ["x"], "'POST' is no kind of record"),
        ("cedar..example", "MX", ["0 ."], "'cedar..example' cannot be a name"),
        (
            "oak.invalid",
            "MX",
            ["0 ."],
            "oak.invalid belongs to no zone of this server; it has .*cedar.example",
        ),
        ("cedar.example", "CNAME", ["birch.example"], "a CNAME must stand alone"),
        ("mx.cedar.example", "A", ["127.0.3.256"], "cannot be the A record"),
    ],
)
def test_a_mistake_is_told_in_one_sentence_and_changes_nothing(
    zones: Zones, name: str, kind: str, records: list[str], complaint: str
) -> None:
    before = str(zones)
    with pytest.raises(ValueError, match=complaint):
        zones.set(name, kind, *records)
    assert str(zones) == before


def test_what_is_not_there_cannot_be_removed(zones: Zones) -> None:
    with pytest.raises(ValueError, match="cedar.example has no AAAA record"):
        zones.remove("cedar.example", "AAAA")
    with pytest.raises(ValueError, match="cannot be without its SOA"):
        zones.remove("cedar.example", "SOA")


@pytest.mark.parametrize("text", ["", "@ 300 MX 10 mx", "$ORIGIN x.\n@ 300 MX 10 mx", "tea at four"])
def test_a_text_that_is_no_zone_file(text: str) -> None:
    with pytest.raises(ValueError, match="this is not a zone file"):
        Zones(text)


def test_shown_zones_can_be_read_again(zones: Zones) -> None:
    zones.add_host("mx.cedar.example", "127.0.3.25")
    again = Zones(*str(zones).split("\n\n"))
    assert str(again) == str(zones)


def test_a_name_belongs_to_the_smallest_zone_around_it(zones: Zones) -> None:
    names = {
        name: zones.around(dns.name.from_text(name)) for name in ("mx.cedar.example", "oak.example", "org")
    }
    assert [str(zone) for zone in names.values()] == ["cedar.example.", "example.", "None"]
