"""The door: `axiometer COMMAND`. Commands are imported when called, so that --help stays quick.

Exit codes: 0 done; 1 another error of ours; 2 unknown name or wrong usage; 3 unusable input; 4 a subject that cannot do
what was asked, or a missing extra; 5 storage; 6 a fit that did not converge; 130 stopped by the user.
"""

import sys
from importlib import import_module

import click

from axiometer import __version__
from axiometer.errors import AxiometerError, BadInput

COMMANDS = {
    "measure": "Measure the values of one or more subjects.",
    "portrait": "Build, simulate, check or show a bank of value portraits.",
    "locate": "Find where a value lives in an open model.",
    "steer": "Steer a model towards values, measure it again, and tell the price.",
    "couple": "Answer a question so that the answer rests on given values.",
    "decide": "Choose between actions by what they serve and what somebody prefers.",
    "effects": "What steering did to every value, and what it cost.",
    "exchange": "Control vectors of llama.cpp and repeng, out and in.",
    "confounds": "What besides the value tells the two sides of pairs apart.",
    "frames": "Keep frames of short videos, and find them by meaning.",
    "grow": "Make new material with a model as its author.",
    "report": "Draw a study's report again, without asking anybody anything.",
    "study": "Run a study: cultural, personas, people, known groups, and checks of the instruments.",
    "systems": "List the value systems, or show one.",
    "instruments": "List the instruments, show one, or import a licensed questionnaire.",
    "subjects": "List the kinds of subject.",
    "ledger": "Verify, count or export what was asked and answered.",
    "cite": "Print BibTeX of what a study used.",
}


class _Lazy(click.Group):
    """A group whose commands live in modules of their own."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"axiometer.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="axiometer")
def axiometer() -> None:
    """Measure, explain and steer the values of language models."""


def main() -> None:
    """Runs the command line; every error of ours becomes one sentence and its exit code."""
    try:
        _check_encoding(sys.argv[1:])
        code = axiometer.main(standalone_mode=False)
    except AxiometerError as error:
        click.echo(f"axiometer: {_one_line(str(error))}", err=True)
        sys.exit(error.code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("axiometer: stopped.", err=True)
        sys.exit(130)
    sys.exit(code if isinstance(code, int) else 0)


def _check_encoding(words: list[str]) -> None:
    for word in words:
        try:
            word.encode()
        except UnicodeEncodeError:
            raise BadInput(f"{word!r} is not in this terminal's encoding; use UTF-8.") from None


def _one_line(text: str) -> str:
    """What a file holds may stand in a message: no line breaks, no signs that steer a terminal, no thousand words."""
    plain = "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)
    return plain if len(plain) <= 1000 else f"{plain[:700]} ... {plain[-250:]}"
