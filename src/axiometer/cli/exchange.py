"""`axiometer exchange`: control vectors of llama.cpp and repeng, out and in."""

from pathlib import Path

import click


@click.group("exchange")
def command() -> None:
    """Write a value vector as a GGUF control vector, or read one."""


@command.command("export")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--gguf", "file", type=click.Path(path_type=Path), required=True, help="The file to write.")
@click.option(
    "--prompts",
    "prompt_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    default=None,
    help="Text file, a prompt a line, over which the mean push is taken; default: ours.",
)
def export(folder: Path, file: Path, prompt_file: Path | None) -> None:
    """Write the vector in FOLDER for llama.cpp's --control-vector, and say what is lost."""
    from axiometer.data import read_text
    from axiometer.studies.exchange import exported

    prompts = (
        [] if prompt_file is None else [line for line in read_text(prompt_file).splitlines() if line.strip()]
    )
    made = exported(folder, file, prompts)
    click.echo(f"Wrote {file}: layers {', '.join(map(str, sorted(made.directions)))}")
    click.echo(made.note or "Nothing is lost: the push is the same for every token.")


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--subject", "-s", required=True, help="A model in memory, such as smollm2 or local:PATH.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The folder to write.")
@click.option("--value", "-v", default="", help="What it pushes; default: what the file says.")
@click.option(
    "--strength", type=float, default=1.0, show_default=True, help="What the directions are multiplied by."
)
def import_(file: Path, subject: str, out: Path, value: str, strength: float) -> None:
    """Read a GGUF control vector for a model, and save the subject steered by it."""
    from axiometer.studies.exchange import brought_in

    vector, note = brought_in(file, subject, out, value=value, strength=strength)
    click.echo(f"{vector.value}: layers {', '.join(str(push.site.layer) for push in vector.pushes)}")
    if note:
        click.echo(note)
    click.echo(f"Saved in {out}; open it as steered:{out}")
