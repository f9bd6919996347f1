"""Logins: PLAIN, LOGIN and SCRAM-SHA-256, and what a server keeps of a password."""

import base64
import hashlib
import hmac

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailkit.store.accounts import Accounts
from mailkit.talk import sasl
from mailkit.talk.refusal import Refused
from mailkit.talk.sasl import Credential

ACCOUNTS = Accounts("cedar.example")
ACCOUNTS.add("bob", "cake-at-five")


def answer_scram(
    user: str, password: str, login: sasl.Login, tamper: bool = False, begin: str = "n,,"
) -> bytes | None:
    """The client's half, computed as RFC 5802 section 3 tells; returns the server's own proof."""
    bare = f"n={user},r=client-nonce"
    server_first = login.respond(f"{begin}{bare}".encode())
    assert server_first is not None
    fields = dict(part.split("=", 1) for part in server_first.decode().split(","))
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(fields["s"]), int(fields["i"]))
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    begun = base64.b64encode(begin.encode()).decode()
    without_proof = f"c={begun},r={fields['r']}{'x' * tamper}"
    message = f"{bare},{server_first.decode()},{without_proof}".encode()
    signature = hmac.digest(hashlib.sha256(client_key).digest(), message, "sha256")
    proof = base64.b64encode(bytes(a ^ b for a, b in zip(client_key, signature, strict=True))).decode()
    server_final = login.respond(f"{without_proof},p={proof}".encode())
    server_key = hmac.digest(salted, b"Server Key", "sha256")
    assert server_final == b"v=" + base64.b64encode(hmac.digest(server_key, message, "sha256"))
    return login.respond(b"")


def test_plain() -> None:
    login = sasl.begin("plain", ACCOUNTS)
    assert login.respond(None) == b""  # the client speaks first: an empty challenge asks it to
    assert login.respond(b"\0bob\0cake-at-five") is None
    assert login.account == "bob@cedar.example"


def test_plain_for_somebody_else_is_refused() -> None:
    with pytest.raises(Refused, match="somebody else"):
        sasl.begin("PLAIN", ACCOUNTS).respond(b"dave@cedar.example\0bob\0cake-at-five")


def test_login_asks_twice() -> None:
    login = sasl.begin("LOGIN", ACCOUNTS)
    assert login.respond(None) == b"Username:"
    assert login.respond(b"bob@cedar.example") == b"Password:"
    assert login.respond(b"cake-at-five") is None
    assert login.account == "bob@cedar.example"


def test_scram_proves_both_sides_without_the_password() -> None:
    login = sasl.begin("SCRAM-SHA-256", ACCOUNTS)
    assert answer_scram("bob", "cake-at-five", login) is None
    assert login.account == "bob@cedar.example"


@pytest.mark.parametrize("begin", ["n,,", "y,,", "n,a=bob,", "n,a=bob@cedar.example,"])
def test_scram_may_say_as_whom_to_act(begin: str) -> None:
    """mbsync says it, although it is the same name (RFC 5802 section 7, gs2-header)."""
    login = sasl.begin("SCRAM-SHA-256", ACCOUNTS)
    assert answer_scram("bob", "cake-at-five", login, begin=begin) is None
    assert login.account == "bob@cedar.example"


def test_scram_for_somebody_else_is_refused() -> None:
    with pytest.raises(Refused, match="somebody else"):
        answer_scram("bob", "cake-at-five", sasl.begin("SCRAM-SHA-256", ACCOUNTS), begin="n,a=dave,")


@pytest.mark.parametrize(("user", "password"), [("bob", "wrong"), ("nobody", "cake-at-five")])
def test_a_wrong_user_and_a_wrong_password_look_the_same(user: str, password: str) -> None:
    said = []
    attempts = {
        "PLAIN": lambda login: login.respond(f"\0{user}\0{password}".encode()),
        "SCRAM-SHA-256": lambda login: answer_scram(user, password, login),
    }
    for mechanism, attempt in attempts.items():
        with pytest.raises(Refused) as refused:
            attempt(sasl.begin(mechanism, ACCOUNTS))
        said.append(str(refused.value))
    assert said == ["535 5.7.8 wrong user or password"] * 2


def test_an_unknown_user_has_the_same_salt_every_time_as_a_known_one_has() -> None:
    for user in ("bob", "nobody"):
        first, second = (
            sasl.begin("SCRAM-SHA-256", ACCOUNTS).respond(f"n,,n={user},r=x".encode()) for _ in range(2)
        )
        assert first is not None and second is not None
        assert first.split(b",")[1] == second.split(b",")[1]
        assert first != second  # the nonce is a new one


def test_a_scram_answer_from_another_conversation_is_refused() -> None:
    with pytest.raises(Refused, match="wrong user or password"):
        answer_scram("bob", "cake-at-five", sasl.begin("SCRAM-SHA-256", ACCOUNTS), tamper=True)


def test_an_unknown_mechanism_is_named_and_the_known_ones_too() -> None:
    with pytest.raises(Refused, match=r"504 5\.5\.4 .*PLAIN, LOGIN, SCRAM-SHA-256"):
        sasl.begin("CRAM-MD5", ACCOUNTS)


def test_rfc_7677_example() -> None:
    """The values of RFC 7677 section 3: user "user", password "pencil"."""
    kept = Credential.of("pencil", base64.b64decode("W22ZaJ0SNY7soEsUEjb6gQ=="), 4096)
    nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
    message = (
        f"n=user,r=rOprNGfwEbeRWgbNEkqO,r={nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r={nonce}".encode()
    )
    proof = hmac.digest(kept.server_key, message, "sha256")
    assert base64.b64encode(proof) == b"6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(sasl.MECHANISMS), st.lists(st.binary(max_size=40), max_size=4))
def test_no_response_makes_a_login_raise_anything_but_a_refusal(
    mechanism: str, responses: list[bytes]
) -> None:
    login = sasl.begin(mechanism, ACCOUNTS)
    try:
        for response in responses:
            if login.respond(response) is None:
                break
    except Refused:
        pass
    assert login.account == ""
