"""What is written down is true: commands run, links lead somewhere, every file is on its room's map."""

import json
import re
import shlex
from pathlib import Path

import pytest

import mailkit
from mailkit import cli

ROOT = Path(__file__).parent.parent
KIT = ROOT / "mailkit"
TEXTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
ROOMS = sorted(path.parent for path in KIT.rglob("__init__.py") if path.parent != KIT)


def prose(path: Path) -> str:
    if path.suffix == ".ipynb":
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    return path.read_text(encoding="utf-8")


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", TEXTS + NOTEBOOKS, ids=named)
def test_every_link_to_a_file_leads_to_one(path: Path) -> None:
    links = re.findall(r"\]\((?!https?://|#|mailto:)([^)#\s]+)", prose(path))
    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", [*TEXTS, KIT / "cli.py", KIT / "up.py"], ids=named)
def test_every_command_that_is_named_exists(path: Path) -> None:
    said = re.findall(r"python3 -m mailkit ([a-z][^`\n|#]*)", prose(path))
    for words in said:
        cli.parse([word for word in shlex.split(words.rstrip(" .;,")) if word != "DIR"][:1])


def test_the_readme_shows_code_that_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = re.findall(r"```python\n(.*?)```", prose(ROOT / "README.md"), re.DOTALL)
    assert blocks
    world: dict[str, object] = {}
    try:
        for block in blocks:
            exec(block, world)
        village = world["v"]
        assert isinstance(village, mailkit.Village)
        assert len(village.birch.queue) == 1  # the letter that waits while nobody is at home
        world["talk"].close()  # type: ignore[attr-defined]
    finally:
        mailkit.village().stop()


@pytest.mark.parametrize("room", ROOMS, ids=named)
def test_every_file_is_on_the_map_of_its_room(room: Path) -> None:
    text = (room / "__init__.py").read_text(encoding="utf-8")
    docstring = text.split('"""')[1]
    files = {path.stem for path in room.glob("*.py")} - {"__init__"}
    rooms = {path.parent.name for path in room.glob("*/__init__.py")}
    missing = {name for name in files | rooms if not re.search(rf"\b{name}\b", docstring)}
    assert not missing, f"{named(room)}/__init__.py does not name {sorted(missing)}"


def test_every_room_is_on_the_map_of_the_kit() -> None:
    docstring = mailkit.__doc__ or ""
    rooms = {path.name for path in ROOMS if path.parent == KIT} - {"install"}
    assert [room for room in sorted(rooms) if f"{room}/" not in docstring] == []
    for name in re.findall(r"\b[a-z]+/[a-z]+\.py\b", docstring):
        assert (KIT / name).exists(), f"the map names {name}, and there is no such file"


def test_every_file_introduces_itself() -> None:
    mute = [
        named(path)
        for path in KIT.rglob("*.py")
        if not path.read_text(encoding="utf-8").startswith(('"""', 'r"""'))
    ]
    assert mute == []
