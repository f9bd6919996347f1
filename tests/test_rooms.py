"""The arrows between the rooms point one way, and each room keeps to its own business.

letter, store  <-  smtp pop3 imap dns  <-  roles  <-  world        talk: beside all languages
                              ground  <-  world                   shown: the one door to show
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

KIT = Path(__file__).parent.parent / "mailkit"
FILES = sorted(path for path in KIT.rglob("*.py"))
LONGEST = 250  # lines; in a longer file a second idea has moved in

LANGUAGES = {"smtp", "pop3", "imap", "dns"}
RESTING = {"letter", "store"}
COMMON = {"talk", "shown"}
BELOW_ROLES = LANGUAGES | RESTING | COMMON
BELOW_WORLD = BELOW_ROLES | {
    "roles",
    "ground",
    "clock",
    "dialogue",
    "evidence",
    "names",
    "people",
    "provider",
}
FRAME = {"__main__", "cli", "doctor", "install", "lab", "up"}

MAY_IMPORT = {  # a room, or a file that stands by itself: what it may import besides itself
    "shown": {"show"},  # the one door; a test below holds that it opens only when somebody looks
    "clock": set(),
    "dialogue": {"shown"},
    "evidence": {"dialogue", "shown"},
    "people": set(),
    "talk": {"shown"},
    "letter": COMMON,
    "store": {"letter"} | COMMON,
    "dns": RESTING | COMMON,
    "wire": {"dialogue", "shown"},
    "smtp": RESTING | COMMON,
    "pop3": RESTING | COMMON,
    "imap": RESTING | COMMON,
    "ground": {"clock", "dialogue", "evidence"} | COMMON,
    "roles": BELOW_ROLES | {"clock", "dialogue", "evidence"},
    "names": BELOW_WORLD - {"provider", "people"},
    "backup": BELOW_WORLD - {"provider", "people"},
    "provider": BELOW_WORLD | {"backup"},
    "world": BELOW_WORLD | {"show"},  # village.journey() is a thing to look at; a test below holds when
    "show": BELOW_WORLD | {"world"},  # a village has a picture, too
    "__init__": {"world"},
    "pythons": set(),
    "install": {"pythons"},
    "lab": {"install"},
    "doctor": {"install", "ground"},
    "up": {"world", "ground"},
    "cli": FRAME,
    "__main__": {"cli", "install", "pythons"},
}

IMPURE = {"asyncio", "os", "pathlib", "select", "socket", "ssl", "subprocess", "threading", "time"}
WHY_IMPURE = {  # languages know no socket, file, clock or thread; these files have a reason
    ("dns/zone.py", "pathlib"): "reads the zone files of data/zones",
    ("imap/dates.py", "time"): "converts a given time, and asks no clock",
    ("letter/compose.py", "pathlib"): "takes the last part of a file's name",
    ("smtp/caller.py", "asyncio"): "is an asyncio protocol, as the server's class is",
    ("smtp/caller.py", "ssl"): "puts TLS on the line after STARTTLS",
    ("smtp/client.py", "asyncio"): "joins a connected socket to its protocol",
    ("smtp/client.py", "socket"): "is handed a connected socket, and opens none",
    ("smtp/client.py", "ssl"): "names the type of the TLS settings it passes on",
    ("smtp/data.py", "asyncio"): "reads from the stream that aiosmtpd keeps",
    ("smtp/line.py", "asyncio"): "aiosmtpd's class is an asyncio protocol",
    ("smtp/role.py", "asyncio"): "names the type of a transport",
    ("smtp/session.py", "asyncio"): "aiosmtpd's class is an asyncio protocol",
    ("smtp/session.py", "ssl"): "aiosmtpd itself puts TLS on the line",
    ("talk/script.py", "pathlib"): "reads the dialogue files of data/dialogues",
}

OPENS = {  # calls that make a socket out of nothing
    "socket.socket",
    "socket.socketpair",
    "socket.create_connection",
    "socket.create_server",
    "asyncio.open_connection",
    "asyncio.start_server",
}
OPENS_WITHOUT_SOCK = {"create_server", "create_connection", "create_datagram_endpoint"}  # of an event loop


def place(path: Path) -> str:
    return path.relative_to(KIT).as_posix()


def room(path: Path) -> str:
    return path.relative_to(KIT).parts[0].removesuffix(".py")


def imports(tree: ast.AST) -> Iterator[str]:
    """The full name of every module that is imported anywhere, inside functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0 and node.module, "write imports in full: from mailkit.room import thing"
            whole = node.module == "mailkit"
            yield from (f"mailkit.{alias.name}" for alias in node.names) if whole else [node.module]


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def rooms_that(path: Path) -> set[str]:
    """The other rooms from which a file imports."""
    ours = [name.split(".")[1] for name in imports(tree(path)) if name.startswith("mailkit.")]
    return set(ours) - {room(path), "__version__"}


@pytest.mark.parametrize("path", FILES, ids=place)
def test_the_arrows_point_one_way(path: Path) -> None:
    beyond = rooms_that(path) - MAY_IMPORT[room(path)]
    assert not beyond, f"{place(path)} imports {beyond}; {room(path)} may import {MAY_IMPORT[room(path)]}"


@pytest.mark.parametrize("name", ["shown.py", "world.py"])
def test_the_door_to_show_opens_only_when_somebody_looks(name: str) -> None:
    at_once = [node for node in tree(KIT / name).body if isinstance(node, ast.Import | ast.ImportFrom)]
    assert not [module for module in imports(ast.Module(at_once, [])) if module.startswith("mailkit.show.")]
    assert "mailkit.show" not in imports(ast.Module(at_once, []))


@pytest.mark.parametrize("path", FILES, ids=place)
def test_no_file_is_longer_than_a_sitting(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= LONGEST, f"{place(path)} has {lines} lines"


def test_languages_hold_no_socket_file_clock_or_thread() -> None:
    languages = [path for path in FILES if room(path) in LANGUAGES | {"talk", "letter"}]
    held = {(place(path), name) for path in languages for name in imports(tree(path)) if name in IMPURE}
    assert held == set(WHY_IMPURE)


@pytest.mark.parametrize("path", [path for path in FILES if room(path) != "ground"], ids=place)
def test_only_the_ground_opens_sockets(path: Path) -> None:
    assert [ast.unparse(call) for call in calls(tree(path)) if opens_a_socket(call)] == []


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def opens_a_socket(call: ast.Call) -> bool:
    named = ast.unparse(call.func)
    given = {keyword.arg for keyword in call.keywords}
    return named in OPENS or (named.split(".")[-1] in OPENS_WITHOUT_SOCK and "sock" not in given)


def test_only_show_draws() -> None:
    draws = {
        place(path) for path in FILES if "matplotlib" in {name.split(".")[0] for name in imports(tree(path))}
    }
    assert all(name.startswith("show/") for name in draws)


def test_every_room_is_on_the_map_of_arrows() -> None:
    assert {room(path) for path in FILES} <= set(MAY_IMPORT)
