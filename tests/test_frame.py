"""The files around the kit say one and the same, and the kit starts with nothing but Python."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

import mailkit

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CONDA_NAMES = {"matplotlib": "matplotlib-base"}  # conda-forge's matplotlib would bring all of Qt

NOT_OURS = {"build", "dist", "artefacts"}  # besides hidden folders
ELSEWHERE = (  # written in pieces, or this file would find itself
    "py" + "pi.org",
    "python" + "hosted.org",
    "registry." + "npmjs",
    "conda." + "anaconda.org",
    "/ro" + "ot/",
    "/ho" + "me/",
    "/tmp" + "/",
    "/wo" + "rk/",
    "C:" + "\\Users",
)


def constraints() -> dict[str, Version]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    return {canonicalize_name(name): Version(version) for name, _, version in map(split_pin, lines)}


def split_pin(line: str) -> tuple[str, str, str]:
    assert re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][A-Za-z0-9.]*", line), f"not name==version: {line}"
    return line.partition("==")


def requirements() -> list[Requirement]:
    extras = PROJECT["optional-dependencies"]
    return [Requirement(text) for text in sum(extras.values(), PROJECT["dependencies"])]


def our_files() -> list[Path]:
    listed = [path for path in ROOT.rglob("*") if path.is_file()]
    return [path for path in listed if is_ours(path.relative_to(ROOT))]


def is_ours(path: Path) -> bool:
    if path.parts[0] in {".ci", ".github", ".gitignore"}:
        return True
    return not any(
        part.startswith(".") or part in NOT_OURS or part.endswith((".egg-info", "__pycache__"))
        for part in path.parts
    )


def test_every_requirement_has_the_form_that_the_installer_reads() -> None:
    for text in PROJECT["dependencies"] + PROJECT["optional-dependencies"]["test"]:
        assert re.fullmatch(r"[a-z-]+>=\d+(\.\d+)*,<\d+", text), text


def test_constraints_satisfy_every_range() -> None:
    pinned = constraints()
    for requirement in requirements():
        assert pinned[canonicalize_name(requirement.name)] in requirement.specifier, requirement


def test_conda_gets_what_pip_gets() -> None:
    conda = yaml.safe_load((ROOT / "environment.yml").read_text())
    plain = [line for line in conda["dependencies"] if isinstance(line, str)]
    got = {re.split(r"[<>=]", line)[0]: line for line in plain}
    for requirement in map(Requirement, PROJECT["dependencies"]):
        name = CONDA_NAMES.get(requirement.name, requirement.name)
        assert SpecifierSet(got.pop(name).removeprefix(name)) == requirement.specifier
    assert re.fullmatch(r"python=3\.\d+", got.pop("python")), "repo2docker reads no other form"
    assert list(got) == ["pip"], "and nothing that pip does not get"
    assert {"pip": ["-e ."]} in conda["dependencies"]
    assert conda["channels"] == ["conda-forge", "nodefaults"]


def test_the_version_is_one() -> None:
    assert mailkit.__version__ == PROJECT["version"]
    assert f"## [{PROJECT['version']}]" in (ROOT / "CHANGELOG.md").read_text()


def test_the_readme_names_both_commands() -> None:
    readme = (ROOT / "README.md").read_text()
    assert "\npython3 -m mailkit lab\npython3 -m mailkit test\n" in readme


@pytest.mark.parametrize("place", ELSEWHERE)
def test_no_file_depends_on_a_place_elsewhere(place: str) -> None:
    assert [str(path) for path in our_files() if place.encode() in path.read_bytes()] == []


@pytest.mark.parametrize("name", ["__init__.py", "__main__.py"])
def test_an_old_python_can_read_the_door(name: str) -> None:
    ast.parse((ROOT / "mailkit" / name).read_text(), feature_version=(3, 7))


def test_importing_mailkit_imports_only_the_standard_library() -> None:
    program = "import sys; before = set(sys.modules); import mailkit; print(*set(sys.modules) - before)"
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    roots = {name.split(".")[0] for name in ran.stdout.split()}
    assert roots - {"mailkit"} <= sys.stdlib_module_names


@pytest.mark.parametrize("words", ["", "--help", "lab --help", "test --help", "doctor --help", "up --help"])
def test_help_needs_nothing_installed(words: str) -> None:
    bare = [sys.executable, "-S", "-m", "mailkit"]  # -S: without site-packages
    ran = subprocess.run([*bare, *words.split()], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0 and ran.stdout.startswith("usage: python3 -m mailkit"), ran.stderr


def test_a_wrong_option_is_told_before_anything_is_installed() -> None:
    bare = [sys.executable, "-S", "-m", "mailkit", "lab", "--prot", "80"]
    ran = subprocess.run(bare, cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 2 and "unrecognized arguments: --prot 80" in ran.stderr
