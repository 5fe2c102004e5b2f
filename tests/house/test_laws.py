"""The house laws that a machine can check."""

import ast
import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src" / "axiometer").rglob("*.py"))
HEAVY = ("torch", "transformers", "inspect_ai", "pyarrow", "scipy", "numpy", "rich", "jinja2")


def _modules_after(code: str) -> set[str]:
    shown = f"{code}\nimport sys; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=True)
    return {line.split(".")[0] for line in done.stdout.splitlines()}


@pytest.mark.parametrize(
    "code",
    [
        "import axiometer",
        "from click.testing import CliRunner\nfrom axiometer.cli import axiometer as a\n"
        "assert CliRunner().invoke(a, ['--help']).exit_code == 0",
    ],
    ids=["import", "help"],
)
def test_importing_and_help_open_nothing_heavy(code: str) -> None:
    assert not _modules_after(code) & set(HEAVY)


def test_the_check_for_heavy_modules_would_notice_one() -> None:
    assert "numpy" in _modules_after("import numpy")


@pytest.mark.parametrize(
    "room", ["instruments", "measure", "analyse", "studies.administer", "subjects.opening"]
)
def test_no_room_opens_torch_or_a_provider_by_being_imported(room: str) -> None:
    assert not _modules_after(f"import axiometer.{room}") & {"torch", "transformers", "inspect_ai", "openai"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            docstring = ast.get_docstring(node) or ""
            length = (node.end_lineno or 0) - node.lineno + 1 - len(docstring.splitlines())
            assert length <= 60, f"{node.name} has {length} lines"


def test_no_module_is_called_by_a_word_that_says_nothing() -> None:
    names = {p.stem for p in SOURCES} | {p.parent.name for p in SOURCES}
    assert not names & {"utils", "util", "helpers", "helper", "common", "base", "misc", "manager"}


def test_every_source_in_a_docstring_is_in_the_references() -> None:
    from axiometer.report.cite import references

    known, found = set(references()), 0
    for path in SOURCES:
        for line in re.findall(r"^\s*Source: ([a-z0-9_, ]+)$", path.read_text(), re.MULTILINE):
            keys = {key.strip() for key in line.split(",")}
            assert keys <= known, f"{path.name}: {keys - known}"
            found += len(keys)
    assert found >= 4


def test_no_committed_file_names_a_machine_or_a_registry_host() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    hosts = "|".join(
        ["pypi" + r"\.org", "files" + r"\.pythonhosted", "deb" + r"\.debian", "/wo" + "rk/", "/ro" + "ot/"]
    )
    for name in listed.stdout.splitlines():
        path = ROOT / name
        if path.is_file():
            assert not re.search(hosts, path.read_text(errors="replace")), name


def test_every_shipped_data_file_is_in_the_list_of_data() -> None:
    data = ROOT / "src" / "axiometer" / "data"
    listed = (data / "README.md").read_text()
    for path in data.rglob("*"):
        if path.is_file() and path.suffix not in {".py", ".pyc", ".md"} and path.name != "SHA256SUMS":
            assert str(path.relative_to(data)) in listed


def test_the_checksums_of_shipped_data_match() -> None:
    data = ROOT / "src" / "axiometer" / "data"
    listed = dict(line.split()[::-1] for line in (data / "SHA256SUMS").read_text().splitlines())
    files = [p for p in data.rglob("*") if p.suffix in {".toml", ".bib", ".json", ".npz"}]
    found = {f"./{p.relative_to(data)}": hashlib.sha256(p.read_bytes()).hexdigest() for p in files}
    assert found == listed, "data changed: make sums"
