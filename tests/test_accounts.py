"""Accounts: one mailbox may have many names, and nothing on the disk can be used to log in."""

import json
from pathlib import Path

import pytest

from mailkit.store.accounts import Accounts
from mailkit.talk.refusal import Refused


def cedar(folder: Path | None = None) -> Accounts:
    accounts = Accounts("cedar.example", folder)
    accounts.add("bob", "cake-at-five", quota=1000)
    accounts.alias("postmaster", "bob")
    return accounts


@pytest.mark.parametrize("local", ["bob", "BOB", "postmaster", "PostMaster", "bob+tea", "bob+a+b"])
def test_the_names_of_one_mailbox(local: str) -> None:
    account = cedar().find(local)
    assert account is not None
    assert account.address == "bob@cedar.example"


@pytest.mark.parametrize("local", ["nobody", "", "+", "bo", "dave+bob"])
def test_who_does_not_live_here(local: str) -> None:
    assert cedar().find(local) is None


@pytest.mark.parametrize("user", ["bob", "Bob@Cedar.example"])
def test_login_by_name_or_by_address(user: str) -> None:
    assert cedar().check(user, "cake-at-five") == "bob@cedar.example"


@pytest.mark.parametrize(
    ("user", "password"), [("bob", "wrong"), ("nobody", "x"), ("bob@birch.example", "cake-at-five")]
)
def test_wrong_logins(user: str, password: str) -> None:
    with pytest.raises(Refused, match="535 5.7.8 wrong user or password"):
        cedar().check(user, password)


def test_accounts_survive_and_hold_no_password(tmp_path: Path) -> None:
    cedar(tmp_path)
    kept = (tmp_path / "accounts.json").read_text()
    assert "cake-at-five" not in kept
    assert json.loads(kept)["accounts"]["bob"]["quota"] == 1000
    again = Accounts("cedar.example", tmp_path)
    assert again.check("bob", "cake-at-five") == "bob@cedar.example"
    assert again.find("postmaster") is not None


@pytest.mark.parametrize("name", ["", "../bob", "a/b", ".hidden", "a b", "bob\0", "bob\n"])
def test_names_that_could_leave_the_folder_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="an account is named with"):
        cedar().add(name, "x")


def test_an_alias_needs_an_account() -> None:
    with pytest.raises(KeyError):
        cedar().alias("info", "nobody")
