"""Every notebook, as a learner meets it: run from top to bottom in a kernel of its own, once and twice."""

import copy
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PATIENCE = 60  # seconds for one cell

Notebook = nbformat.NotebookNode

pytestmark = pytest.mark.slow

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def run(notebook: Notebook, monkeypatch: pytest.MonkeyPatch) -> Notebook:
    """Run all cells; an error in one of them ends the test with its traceback."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    where = {"metadata": {"path": str(ROOT / "notebooks")}}
    NotebookClient(notebook, timeout=PATIENCE, resources=where, store_widget_state=False).execute()
    return notebook


def output(notebook: Notebook, source: str) -> str:
    """All that the cell with this text in its source has shown."""
    cell = next(each for each in notebook.cells if each.cell_type == "code" and source in each.source)
    shown = [out.get("text", "") or "".join(out.get("data", {}).values()) for out in cell.outputs]
    return "\n".join(shown)


@each_notebook
def test_it_is_committed_without_outputs(path: Path) -> None:
    for cell in nbformat.read(path, 4).cells:
        if cell.cell_type == "code":
            assert not cell.outputs and cell.execution_count is None


@each_notebook
def test_every_cell_shows_something_and_nothing_is_written_to_stderr(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook = run(nbformat.read(path, 4), monkeypatch)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            shows = bool(cell.outputs) or re.fullmatch(r"(from|import) .*", cell.source)
            assert shows, f"this cell shows nothing:\n{cell.source}"
            assert not [out for out in cell.outputs if out.get("name") == "stderr"], cell.source


@each_notebook
def test_it_runs_twice_in_the_same_kernel(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = nbformat.read(path, 4)
    again = copy.deepcopy(notebook.cells)
    for cell in again:
        cell.id = f"again-{cell.id}"
    notebook.cells += again
    run(notebook, monkeypatch)


@each_notebook
def test_its_size_is_that_of_one_sitting(path: Path) -> None:
    """As TEACHING.md has it: 35 to 60 cells, 1,000 to 2,500 words, short cells of code."""
    notebook = nbformat.read(path, 4)
    words = sum(len(cell.source.split()) for cell in notebook.cells if cell.cell_type == "markdown")
    lines = sorted(len(cell.source.splitlines()) for cell in notebook.cells if cell.cell_type == "code")
    assert 35 <= len(notebook.cells) <= 60
    assert 1000 <= words <= 2500
    assert lines[len(lines) // 2] <= 3


@each_notebook
def test_it_names_no_port_of_this_machine_and_no_place_on_the_internet(path: Path) -> None:
    for cell in nbformat.read(path, 4).cells:
        if cell.cell_type == "code":
            assert not re.search(r"https?://|\b[1-9][0-9]{4}\b", cell.source), cell.source


@each_notebook
def test_every_picture_has_words(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for cell in nbformat.read(path, 4).cells:
        if "```mermaid" in cell.source:
            assert "accTitle:" in cell.source and "accDescr:" in cell.source
    for cell in run(nbformat.read(path, 4), monkeypatch).cells:
        for out in cell.get("outputs", []):
            html = out.get("data", {}).get("text/html", "")
            assert html.count("<svg") <= html.count("aria-label="), cell.source
            assert not html or out["data"]["text/plain"], cell.source


def test_00_tells_the_truth(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the prose of the first notebook says is what its cells show."""
    path = ROOT / "notebooks" / "00_a_letter_in_sixty_seconds.ipynb"
    notebook = run(nbformat.read(path, 4), monkeypatch)
    shown = {
        cell.source: output(notebook, cell.source) for cell in notebook.cells if cell.cell_type == "code"
    }
    assert (
        "Message-ID: <"
        in shown['letter = v.alice.send(to=v.bob, subject="Tea?", text="At four, under the birch.")\nletter']
    )
    assert "354" in shown["journey.hop(1)"] and "STARTTLS" in shown["journey.hop(1)"]
    assert "10 mx.cedar.example." in shown["journey.hop(2)"]
    assert "354" in shown["journey.hop(3)"] and "AUTH PLAIN" not in shown["journey.hop(3)"]
    assert "BODY" in shown["journey.hop(len(journey))"]
    assert "501 5.1.7" in shown['talk("MAIL FROM:alice@birch.example")']
    assert "RFC 5321 section 4.1.2" in shown['talk("MAIL FROM:alice@birch.example")']
    assert "550 5.1.1" in shown['talk("RCPT TO:<nobody@cedar.example>")']
    assert "503 5.5.1" in shown['talk("DATA")']
    assert "The Queen" in shown['talk("QUIT")\nv.bob.inbox()']
    assert "Connection refused" in output(notebook, "patient =")
    assert "Are you there?" in output(notebook, "v.cedar.mx.start()")
    verdicts = [line.split(":", 1)[1].split() for line in output(notebook, 'print("Z2').splitlines()]
    assert verdicts == [
        ["mx.birch.example"],
        ["smtp"],
        ["laptop-alice.birch.example", "mx.birch.example"],
        ["imap", "smtp", "submission"],
    ]
