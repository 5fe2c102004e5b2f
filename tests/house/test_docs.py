"""Docs run or are generated."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def _blocks(language: str) -> list[tuple[str, str]]:
    return [
        (f"{page.name}-{i}", text)
        for page in PAGES
        for i, text in enumerate(
            re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)
        )
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "block"), _blocks("sh"), ids=lambda x: x if len(str(x)) < 40 else "")
def test_every_shell_block_runs(name: str, block: str, tmp_path: Path) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block],
        cwd=tmp_path,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"{name}: {done.stderr}"


@pytest.mark.parametrize(("name", "block"), _blocks("python"), ids=lambda x: x if len(str(x)) < 40 else "")
def test_every_python_block_runs(name: str, block: str, tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", block], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, f"{name}: {done.stderr}"


def test_there_are_blocks_to_run() -> None:
    assert len(_blocks("sh")) >= 3
    assert len(_blocks("python")) >= 1


def test_the_manual_of_commands_is_what_the_commands_say() -> None:
    # In a process of its own: a command that another test called alone remembers its help options.
    command = [sys.executable, "-m", "axiometer.cli.manual"]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (ROOT / "docs" / "cli.md").read_text() == said.stdout


def test_the_published_schema_is_in_the_docs_and_valid() -> None:
    from jsonschema import Draft202012Validator

    schema = json.loads((ROOT / "src/axiometer/data/schemas/profiles.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    assert "profiles.schema.json" in (ROOT / "docs" / "files.md").read_text()


def test_links_between_pages_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(((?!https?:)[^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} -> {target}"
